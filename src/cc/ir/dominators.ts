// Order of blocks and dominance (Cooper, Harvey and Kennedy, "A Simple, Fast Dominance Algorithm", 2001).

import { predecessors } from './build.ts';
import type { Block, IrFunction } from './types.ts';

/** What is known of a function's flow graph. */
export interface FlowGraph {
  /** Reachable blocks in reverse post-order, entry first. */
  readonly order: readonly Block[];
  readonly index: ReadonlyMap<Block, number>;
  readonly predecessors: ReadonlyMap<Block, readonly Block[]>;
  /** Immediate dominator by block; the entry is its own. */
  readonly dominator: ReadonlyMap<Block, Block>;
  /** Blocks that a block immediately dominates. */
  readonly children: ReadonlyMap<Block, readonly Block[]>;
}

/** Reachable blocks in reverse post-order. */
export function reversePostOrder(fn: IrFunction): Block[] {
  const entry = fn.blocks[0];
  if (!entry) return [];
  const order: Block[] = [];
  const seen = new Set<Block>([entry]);
  const stack: { block: Block; next: number }[] = [{ block: entry, next: 0 }];
  for (let top = stack.at(-1); top; top = stack.at(-1)) {
    // Last target first: the likely path of a loop or an if then comes first in the order.
    const { targets } = top.block.terminator;
    const target = targets[targets.length - 1 - top.next++];
    if (!target) {
      order.push(top.block);
      stack.pop();
    } else if (!seen.has(target)) {
      seen.add(target);
      stack.push({ block: target, next: 0 });
    }
  }
  return order.reverse();
}

/** Computes order, predecessors and dominators. Unreachable blocks appear nowhere. */
export function flowGraph(fn: IrFunction): FlowGraph {
  const order = reversePostOrder(fn);
  const index = new Map(order.map((block, i) => [block, i]));
  const all = predecessors(fn);
  const before = new Map(order.map((block) => [block, (all.get(block) ?? []).filter((from) => index.has(from))]));
  const idom = immediateDominators(order, index, before);
  const dominator = new Map(order.map((block, i) => [block, order[idom[i] as number] as Block]));
  const children = new Map<Block, Block[]>(order.map((block) => [block, []]));
  for (const [block, parent] of dominator) if (block !== parent) children.get(parent)?.push(block);
  return { order, index, predecessors: before, dominator, children };
}

function immediateDominators(
  order: readonly Block[],
  index: ReadonlyMap<Block, number>,
  before: ReadonlyMap<Block, readonly Block[]>,
): Int32Array {
  const idom = new Int32Array(order.length).fill(-1);
  if (order.length > 0) idom[0] = 0;
  const intersect = (a: number, b: number): number => {
    let [x, y] = [a, b];
    while (x !== y) {
      while (x > y) x = idom[x] as number;
      while (y > x) y = idom[y] as number;
    }
    return x;
  };
  for (let changed = true; changed; ) {
    changed = false;
    for (let i = 1; i < order.length; i++) {
      let next = -1;
      for (const from of before.get(order[i] as Block) ?? []) {
        const p = index.get(from) as number;
        if (idom[p] !== -1) next = next === -1 ? p : intersect(next, p);
      }
      if (idom[i] !== next) {
        idom[i] = next;
        changed = true;
      }
    }
  }
  return idom;
}

/** Does `a` dominate `b`? */
export function dominates(graph: FlowGraph, a: Block, b: Block): boolean {
  const limit = graph.index.get(a) ?? 0;
  let at = b;
  while ((graph.index.get(at) ?? 0) > limit) at = graph.dominator.get(at) as Block;
  return at === a;
}

/** Dominance frontiers: where the values of a block meet others. */
export function dominanceFrontiers(graph: FlowGraph): Map<Block, Set<Block>> {
  const result = new Map<Block, Set<Block>>(graph.order.map((block) => [block, new Set()]));
  for (const block of graph.order) {
    const before = graph.predecessors.get(block) ?? [];
    if (before.length < 2) continue;
    for (const from of before) {
      for (let at = from; at !== graph.dominator.get(block); at = graph.dominator.get(at) as Block)
        result.get(at)?.add(block);
    }
  }
  return result;
}
