// Which comparisons have been passed on every way to a block.

import type { FlowGraph } from '../ir/dominators.ts';
import type { Block, InstructionOf, Predicate, Value } from '../ir/types.ts';
import { negated, swapped } from './predicates.ts';

/** A way from a block to the next. */
export interface Edge {
  readonly from: Block;
  readonly to: Block;
}

/** `value predicate other` holds for whoever goes along the edge. */
interface Condition extends Edge {
  readonly predicate: Predicate;
  readonly other: Value;
  /** Is there no way to `to` but this one (and ways back to it)? */
  readonly isOnlyWay: boolean;
}

/** So many comparisons of one value are remembered: a switch may make thousands, which say little. */
const MOST_OF_ONE = 32;

/** Comparisons that branches of a function depend on, by the value compared. */
export class Conditions {
  readonly #graph: FlowGraph;
  readonly #byValue = new Map<Value, Condition[]>();
  #homes: ReadonlyMap<Value, Block> | undefined;

  constructor(graph: FlowGraph) {
    this.#graph = graph;
    for (const block of graph.order) {
      const { op, args, targets } = block.terminator;
      const condition = args[0];
      if (op !== 'branch' || condition?.kind !== 'instruction' || condition.op !== 'compare') continue;
      const [then, other] = targets as [Block, Block];
      if (then === other) continue;
      this.#add(condition, condition.predicate, { from: block, to: then });
      const opposite = negated[condition.predicate];
      if (opposite) this.#add(condition, opposite, { from: block, to: other });
    }
  }

  #add({ args }: InstructionOf<'compare'>, predicate: Predicate, { from, to }: Edge): void {
    const [left, right] = args as [Value, Value];
    const isOnlyWay = this.#graph.predecessors(to).every((block) => block === from || this.#graph.dominates(to, block));
    this.#record(left, { from, to, isOnlyWay, predicate, other: right });
    this.#record(right, { from, to, isOnlyWay, predicate: swapped[predicate], other: left });
  }

  #record(value: Value, condition: Condition): void {
    if (value.kind === 'constant' || value.type === 'ptr') return;
    const list = this.#byValue.get(value);
    if (list && list.length >= MOST_OF_ONE) return;
    if (list) list.push(condition);
    else this.#byValue.set(value, [condition]);
  }

  /** The block that an instruction stands in. */
  homeOf(value: Value): Block | undefined {
    this.#homes ??= homesIn(this.#graph);
    return this.#homes.get(value);
  }

  /** What has been tested of `value` when `block` begins, or when the edge out of it is taken. */
  holding(value: Value, block: Block, edge?: Edge): readonly Condition[] {
    const all = this.#byValue.get(value);
    if (!all) return [];
    return all.filter(({ from, to, isOnlyWay }) => {
      if (edge && from === edge.from && to === edge.to) return true;
      return isOnlyWay && this.#graph.dominates(to, block);
    });
  }
}

function homesIn({ order }: FlowGraph): Map<Value, Block> {
  const homes = new Map<Value, Block>();
  for (const block of order) for (const instruction of block.instructions) homes.set(instruction, block);
  return homes;
}
