// A branch on a value that a branch before has found equal to a constant is decided: behind `a == 7`, `a != 0` is true. Nothing
// else is taken from branches before: bounds that are tested again may be the programmer's words to the verifier.

import { constant } from '../ir/build.ts';
import { flowGraph } from '../ir/dominators.ts';
import type { Block, IrFunction, Value } from '../ir/types.ts';
import { Conditions } from './conditions.ts';
import { evaluateCompare } from './fold-comparisons.ts';

/** How the branch at the end of a block goes, where that is known. */
function decided(block: Block, conditions: Conditions): boolean | undefined {
  const { op, args } = block.terminator;
  const [condition] = args;
  if (op !== 'branch' || condition?.kind !== 'instruction' || condition.op !== 'compare') return undefined;
  const [left, right] = condition.args as [Value, Value];
  if (right.kind !== 'constant') return undefined;
  for (const { predicate, other } of conditions.holding(left, block))
    if (predicate === 'eq' && other.kind === 'constant') return evaluateCompare(condition.predicate, other, right);
  return undefined;
}

/** Decides branches on values known to be equal to constants. */
export function useKnownEqual(fn: IrFunction): boolean {
  const graph = flowGraph(fn);
  const conditions = new Conditions(graph);
  let changed = false;
  for (const block of graph.order) {
    const truth = decided(block, conditions);
    if (truth === undefined) continue;
    block.terminator.args = [constant('i32', truth ? 1 : 0)];
    changed = true;
  }
  return changed;
}
