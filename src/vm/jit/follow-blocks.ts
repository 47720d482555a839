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
  for (let at = 0; at < order.length; at++) {
    const index = order[at] as number;
    const node = nodes[index] as FlowNode;
    if (node.kind !== 'code') continue;
    const before = predecessors[index] as readonly number[];
    after[index] = visit(node, before.length === 1 ? after[before[0] as number] : undefined);
  }
}

/** Whether nothing is known of any register. */
export function isEmpty(known: readonly unknown[]): boolean {
  for (let register = 0; register < known.length; register++) if (known[register] !== undefined) return false;
  return true;
}
