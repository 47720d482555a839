// Where instructions are taken from the budget: a block leaves its count to its successors where each of them is reached
// from it alone, so that a loop of several blocks pays once per iteration.

import type { PreparedProgram } from '../program/types.ts';
import type { Dominance } from './dominators.ts';
import type { FlowGraph, FlowNode } from './flow-graph.ts';

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

/** How many instructions each block takes from the budget; blocks that leave it to others are missing. */
export function countInstructions(
  program: PreparedProgram,
  graph: FlowGraph,
  { order, place, predecessors }: Dominance,
): Map<FlowNode, number> {
  const { nodes } = graph;
  const carried = new Int32Array(nodes.length);
  const counts = new Map<FlowNode, number>();
  for (const index of order) {
    const node = nodes[index] as FlowNode;
    if (node.kind !== 'code') continue;
    const { count, calls } = contentsOf(program, node);
    const total = count + (carried[index] as number);
    const isDeferred =
      !calls &&
      node.successors.length > 0 &&
      node.successors.every((successor) => {
        // Not along edges that go back: every cycle has to pay.
        const isForward = (place[successor] as number) > (place[index] as number);
        return isForward && predecessors[successor]?.length === 1 && nodes[successor]?.kind === 'code';
      });
    if (!isDeferred) counts.set(node, total);
    else for (const successor of node.successors) carried[successor] = total;
  }
  return counts;
}
