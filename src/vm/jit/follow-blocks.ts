// Goes through the blocks of a function with what is known where each starts: what its only predecessor left, or nothing.

import type { Dominance } from './dominators.ts';
import type { FlowGraph, FlowNode } from './flow-graph.ts';

/** Visits reachable blocks, dominators first; `visit` gets what it returned for the block's only predecessor. */
export function followBlocks<T>(
  { nodes }: FlowGraph,
  { order, predecessors }: Dominance,
  visit: (node: FlowNode, before: T | undefined) => T | undefined,
): void {
  const after: (T | undefined)[] = new Array(nodes.length);
  for (const index of order) {
    const node = nodes[index] as FlowNode;
    if (node.kind !== 'code') continue;
    const [only, other] = predecessors[index] as readonly number[];
    after[index] = visit(node, only === undefined || other !== undefined ? undefined : after[only]);
  }
}
