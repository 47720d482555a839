// Reverse postorder and dominators (Cooper, Harvey and Kennedy, "A Simple, Fast Dominance Algorithm", 2001). One pass is enough:
// where every edge back leads to a dominator of its source, such edges change nothing; other graphs are made so first.

import type { FlowGraph, FlowNode } from './flow-graph.ts';

/** Order and dominator tree of the reachable nodes. */
export interface Dominance {
  /** Reachable nodes in reverse postorder. */
  readonly order: readonly number[];
  /** Place of a node in `order`; -1 where it cannot be reached. */
  readonly place: Int32Array;
  /** Immediate dominator of a node; the entry's is itself. Only of reducible graphs. */
  readonly parent: Int32Array;
  /** Whether every edge that goes back in the order goes to a dominator of its source. */
  readonly isReducible: boolean;
  readonly predecessors: readonly (readonly number[])[];
}

/** Nodes in reverse postorder, without recursion: programs may be deep. */
function reversePostorder(graph: FlowGraph): number[] {
  const { nodes } = graph;
  const seen = new Uint8Array(nodes.length);
  const next = new Int32Array(nodes.length);
  const path = [0];
  const order: number[] = [];
  seen[0] = 1;
  while (path.length > 0) {
    const node = path[path.length - 1] as number;
    const { successors } = nodes[node] as { successors: number[] };
    const at = next[node] as number;
    if (at < successors.length) {
      next[node] = at + 1;
      // Fall-through edges last, so that they come first in reverse postorder.
      const successor = successors[at] as number;
      if (seen[successor] === 0) {
        seen[successor] = 1;
        path.push(successor);
      }
    } else {
      order.push(node);
      path.pop();
    }
  }
  return order.reverse();
}

const NONE: readonly number[] = [];

/** Reachable predecessors of each node, in the order. */
function findPredecessors({ nodes }: FlowGraph, order: readonly number[]): readonly (readonly number[])[] {
  const found: (readonly number[])[] = new Array(nodes.length).fill(NONE);
  for (let at = 0; at < order.length; at++) {
    const node = order[at] as number;
    const { successors } = nodes[node] as FlowNode;
    for (let index = 0; index < successors.length; index++) {
      const successor = successors[index] as number;
      const known = found[successor] as number[];
      if (known === NONE) found[successor] = [node];
      else known.push(node);
    }
  }
  return found;
}

/** Finds order and dominators. */
export function findDominance(graph: FlowGraph): Dominance {
  const order = reversePostorder(graph);
  const count = graph.nodes.length;
  const place = new Int32Array(count).fill(-1);
  for (let index = 0; index < order.length; index++) place[order[index] as number] = index;
  const predecessors = findPredecessors(graph, order);
  const parent = new Int32Array(count).fill(-1);
  parent[0] = 0;
  for (let index = 1; index < order.length; index++) {
    const node = order[index] as number;
    parent[node] = meet(predecessors[node] as readonly number[], parent, place);
  }
  return { order, place, parent, predecessors, isReducible: isReducible(graph, order, place, parent) };
}

function meet(predecessors: readonly number[], parent: Int32Array, place: Int32Array): number {
  let result = -1;
  // From the last in the order: each is near the one before, so that the ways up to the common dominator stay short.
  for (let index = predecessors.length - 1; index >= 0; index--) {
    const predecessor = predecessors[index] as number;
    if (parent[predecessor] === -1) continue;
    result = result < 0 ? predecessor : nearestCommon(result, predecessor, parent, place);
  }
  return result;
}

function nearestCommon(a: number, b: number, parent: Int32Array, place: Int32Array): number {
  let left = a;
  let right = b;
  while (left !== right) {
    while ((place[left] as number) > (place[right] as number)) left = parent[left] as number;
    while ((place[right] as number) > (place[left] as number)) right = parent[right] as number;
  }
  return left;
}

/** The dominator tree's nodes numbered so that those below a node follow it: its number, and how many they are with it. */
function numberTree(order: readonly number[], parent: Int32Array): { first: Int32Array; size: Int32Array } {
  const size = new Int32Array(parent.length).fill(1);
  for (let index = order.length - 1; index > 0; index--) {
    const node = order[index] as number;
    const above = parent[node] as number;
    size[above] = (size[above] as number) + (size[node] as number);
  }
  const first = new Int32Array(parent.length);
  const next = new Int32Array(parent.length).fill(1);
  for (let index = 1; index < order.length; index++) {
    const node = order[index] as number;
    const above = parent[node] as number;
    first[node] = next[above] as number;
    next[node] = (first[node] as number) + 1;
    next[above] = (first[node] as number) + (size[node] as number);
  }
  return { first, size };
}

function isReducible(graph: FlowGraph, order: readonly number[], place: Int32Array, parent: Int32Array): boolean {
  const { first, size } = numberTree(order, parent);
  for (let at = 0; at < order.length; at++) {
    const node = order[at] as number;
    const { successors } = graph.nodes[node] as FlowNode;
    for (let index = 0; index < successors.length; index++) {
      const target = successors[index] as number;
      if ((place[target] as number) > at) continue;
      const distance = (first[node] as number) - (first[target] as number);
      if (distance < 0 || distance >= (size[target] as number)) return false;
    }
  }
  return true;
}
