// A branch on what is constant on one of the ways to it - the error code of an inlined function, tested by its caller - is not
// made again there: that way leads straight to where the branch would go.

import { makeBlock, makeTerminator } from '../ir/build.ts';
import { type FlowGraph, flowChanged, flowGraph } from '../ir/dominators.ts';
import { pureOps } from '../ir/operations.ts';
import type { Block, Instruction, IrFunction, IrModule, Value } from '../ir/types.ts';
import { demoteValues, usedOutside } from './demote-values.ts';
import { foldConstants, foldInstruction } from './fold-constants.ts';
import { incoming, phisOf } from './loops.ts';
import { promoteMemory } from './promote-memory.ts';
import { simplifyBlocks } from './simplify-blocks.ts';

/** What stands before a branch is repeated where the branch is left out; it may be so much. */
const MOST_REPEATED = 2;
const LONGEST = 8;
/** Branches behind branches are found one after the other. */
const MOST_ROUNDS = 6;

/** A way to a branch on which its outcome is known. */
interface Shortcut {
  readonly from: Block;
  readonly past: Block;
  readonly to: Block;
}

/** Nothing but a choice by what comes from before: nothing is read or written. */
function mayBeChoice(block: Block): boolean {
  const { instructions, terminator } = block;
  if (terminator.op !== 'branch' || instructions[0]?.op !== 'phi') return false;
  const phis = phisOf(block);
  return (
    instructions.length <= phis.length + LONGEST &&
    phis.some(({ args }) => args.some(({ kind }) => kind === 'constant')) &&
    instructions.every(({ op }) => op === 'phi' || pureOps.has(op))
  );
}

/** The values of a block's instructions that are constant when it is entered from `from`. */
function knownFrom(block: Block, from: Block, module: IrModule): { values: Map<Value, Value>; left: number } {
  const values = new Map<Value, Value>();
  let left = 0;
  for (const instruction of block.instructions) {
    if (instruction.op === 'phi') values.set(instruction, incoming(instruction, from));
    else {
      const args = instruction.args.map((arg) => values.get(arg) ?? arg);
      const folded = foldInstruction({ ...instruction, args } as Instruction, module);
      if (folded) values.set(instruction, folded);
      else left++;
    }
  }
  return { values, left };
}

function shortcuts(graph: FlowGraph, block: Block, module: IrModule): Shortcut[] {
  const before = graph.predecessors(block);
  // No loop begins here.
  if (before.some((from) => graph.dominates(block, from))) return [];
  const { args, targets } = block.terminator;
  return before.flatMap((from) => {
    const isPlain = from.terminator.op !== 'asm-goto' && graph.indexOf(from) < graph.indexOf(block);
    if (!isPlain || from.terminator.targets.filter((target) => target === block).length !== 1) return [];
    const { values, left } = knownFrom(block, from, module);
    const condition = values.get(args[0] as Value);
    if (condition?.kind !== 'constant' || left > MOST_REPEATED) return [];
    return [{ from, past: block, to: targets[condition.value !== 0n ? 0 : 1] as Block }];
  });
}

/** Leads past a branch through a copy of what stands before it. */
function shorten(fn: IrFunction, { from, past: block, to }: Shortcut): void {
  const copy = makeBlock(fn, block.name);
  const values = new Map<Value, Value>();
  const map = (value: Value): Value => values.get(value) ?? value;
  for (const instruction of block.instructions) {
    if (instruction.op === 'phi') {
      values.set(instruction, incoming(instruction, from));
      continue;
    }
    const made = { ...instruction, id: fn.nextId++, args: instruction.args.map(map) } as Instruction;
    values.set(instruction, made);
    copy.instructions.push(made);
  }
  copy.terminator = makeTerminator(fn, 'jump', [], [to], block.terminator.span);
  for (const phi of phisOf(to)) {
    phi.args.push(map(incoming(phi, block)));
    phi.blocks.push(copy);
  }
  from.terminator.targets = from.terminator.targets.map((target) => (target === block ? copy : target));
  for (const phi of phisOf(block)) {
    const at = phi.blocks.indexOf(from);
    phi.blocks.splice(at, 1);
    phi.args.splice(at, 1);
  }
}

/** Goes over the function once, from above, so that nothing is led past what a shortcut starts from. */
function threadOnce(fn: IrFunction, module: IrModule): boolean {
  if (!fn.blocks.some(mayBeChoice)) return false;
  const graph = flowGraph(fn);
  const found = graph.order.flatMap((block) => (mayBeChoice(block) ? shortcuts(graph, block, module) : []));
  const passed = new Set(found.map(({ past }) => past));
  demoteValues(
    fn,
    usedOutside(
      fn,
      [...passed].map((block) => new Set([block])),
    ),
  );
  for (const shortcut of found) shorten(fn, shortcut);
  flowChanged(fn);
  return found.length > 0;
}

/** Threads jumps past branches. */
export function threadJumps(fn: IrFunction, module: IrModule): boolean {
  let changed = false;
  for (let round = 0; round < MOST_ROUNDS && threadOnce(fn, module); round++) {
    simplifyBlocks(fn);
    promoteMemory(fn);
    foldConstants(fn, module);
    simplifyBlocks(fn);
    changed = true;
  }
  return changed;
}
