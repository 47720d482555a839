// Natural loops of a function, innermost first, and the shape that passes want of them.

import { isSameValue, makeBlock, makeInstruction, makeTerminator } from '../ir/build.ts';
import { type FlowGraph, flowChanged } from '../ir/dominators.ts';
import type { Block, InstructionOf, IrFunction, Value } from '../ir/types.ts';

/** A loop: its only entry, where it comes back from, all its blocks. */
export interface Loop {
  readonly head: Block;
  readonly latches: readonly Block[];
  readonly body: Set<Block>;
}

/** The phis of a block. */
export function phisOf(block: Block): InstructionOf<'phi'>[] {
  const result: InstructionOf<'phi'>[] = [];
  for (const instruction of block.instructions) {
    if (instruction.op !== 'phi') break;
    result.push(instruction);
  }
  return result;
}

/** What a phi is when control comes from `from`. */
export function incoming(phi: InstructionOf<'phi'>, from: Block): Value {
  return phi.args[phi.blocks.indexOf(from)] as Value;
}

/** Loops, inner ones before those around them. */
export function findLoops(graph: FlowGraph): Loop[] {
  const latches = new Map<Block, Block[]>();
  for (const block of graph.order) {
    for (const head of new Set(block.terminator.targets)) {
      if (!graph.dominates(head, block)) continue;
      const known = latches.get(head);
      if (known) known.push(block);
      else latches.set(head, [block]);
    }
  }
  const loops = [...latches].map(([head, from]) => ({ head, latches: from, body: loopBody(graph, head, from) }));
  return loops.sort((a, b) => a.body.size - b.body.size);
}

/** The blocks of a loop that come back to its head by these latches. */
export function loopBody(graph: FlowGraph, head: Block, latches: readonly Block[]): Set<Block> {
  const body = new Set<Block>([head]);
  const work = [...latches];
  for (let block = work.pop(); block; block = work.pop()) {
    if (body.has(block)) continue;
    body.add(block);
    work.push(...graph.predecessors(block));
  }
  return body;
}

/** The blocks of a loop in the order of the graph; those that it does not know are left out. */
export function inOrder(graph: FlowGraph, { body }: Loop): Block[] {
  const known = [...body].filter((block) => graph.indexOf(block) >= 0);
  return known.sort((a, b) => graph.indexOf(a) - graph.indexOf(b));
}

/** The only block outside from which the loop is entered, if it goes nowhere else. */
export function preheaderOf(graph: FlowGraph, { head, body }: Loop): Block | undefined {
  const outside = graph.predecessors(head).filter((block) => !body.has(block));
  const [only] = outside;
  return outside.length === 1 && only?.terminator.op === 'jump' ? only : undefined;
}

/** Leads all ways from `blocks` to `to` through one new block, which is returned. */
export function gatherWays(fn: IrFunction, to: Block, blocks: readonly Block[]): Block {
  const gate = makeBlock(fn, to.name, true);
  gate.terminator = makeTerminator(fn, 'jump', [], [to], to.instructions[0]?.span);
  fn.blocks.splice(fn.blocks.indexOf(to), 0, gate);
  for (const from of blocks)
    from.terminator.targets = from.terminator.targets.map((target) => (target === to ? gate : target));
  for (const phi of phisOf(to)) gatherArguments(fn, phi, gate, blocks);
  flowChanged(fn);
  return gate;
}

function gatherArguments(fn: IrFunction, phi: InstructionOf<'phi'>, gate: Block, blocks: readonly Block[]): void {
  const values = blocks.map((from) => incoming(phi, from));
  const isOne = values.every((value) => isSameValue(value, values[0] as Value));
  const { type, span } = phi;
  const merged = isOne ? undefined : makeInstruction(fn, 'phi', values, { type, blocks: [...blocks], span });
  if (merged) gate.instructions.push(merged);
  const kept = phi.blocks
    .map((block, i) => [block, phi.args[i] as Value] as const)
    .filter(([block]) => !blocks.includes(block));
  phi.blocks = [...kept.map(([block]) => block), gate];
  phi.args = [...kept.map(([, value]) => value), merged ?? (values[0] as Value)];
}
