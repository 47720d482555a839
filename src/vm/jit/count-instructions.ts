// Where instructions are taken from the budget: a block leaves its count to the blocks that only it leads to, and else to the
// edges by which it is left, so that a path through a loop pays once.

import type { PreparedProgram } from '../program/types.ts';
import type { Dominance } from './dominators.ts';
import type { FlowGraph, FlowNode } from './flow-graph.ts';

/** What blocks take from the budget, by node. */
export interface InstructionCounts {
  /** Where the block starts. */
  readonly atStart: Int32Array;
  /** On each way out that is a branch. */
  readonly onBranch: Int32Array;
}

/** Instructions of a block; calls may leave the function or look at the budget, and so end the deferring. */
function contentsOf(program: PreparedProgram, { start, end }: FlowNode): { count: number; calls: boolean } {
  let count = 0;
  let calls = false;
  for (let slot = start; slot < end; slot++) {
    const instruction = program.code[slot];
    if (!instruction) continue;
    count++;
    calls ||= instruction.row.operation.startsWith('call') || instruction.row.group === 'packet';
  }
  return { count, calls };
}

/** Decides where to count. */
export function countInstructions(
  program: PreparedProgram,
  graph: FlowGraph,
  { order, place, predecessors }: Dominance,
): InstructionCounts {
  const { nodes } = graph;
  const carried = new Int32Array(nodes.length);
  const atStart = new Int32Array(nodes.length);
  const onBranch = new Int32Array(nodes.length);
  const forward = new Int32Array(nodes.length);
  for (const index of order) {
    const at = place[index] as number;
    for (const target of (nodes[index] as FlowNode).successors)
      if ((place[target] as number) > at) forward[target] = (forward[target] as number) + 1;
  }
  const carries = (target: number): boolean => predecessors[target]?.length === 1 && nodes[target]?.kind === 'code';
  for (const index of order) {
    const node = nodes[index] as FlowNode;
    if (node.kind !== 'code') continue;
    const { count, calls } = contentsOf(program, node);
    const total = count + (carried[index] as number);
    const { successors } = node;
    // Back to a loop, or to where ways meet: such edges are branches in structured code.
    const branches = (target: number): boolean =>
      (place[target] as number) <= (place[index] as number) || (forward[target] as number) > 1;
    if (calls || successors.length === 0 || !successors.every((target) => carries(target) || branches(target))) {
      atStart[index] = total;
      continue;
    }
    onBranch[index] = total;
    for (const target of successors) if (carries(target)) carried[target] = total;
  }
  return { atStart, onBranch };
}
