// Order of blocks and dominance (Cooper, Harvey and Kennedy, "A Simple, Fast Dominance Algorithm", 2001).

import type { Block, IrFunction } from './types.ts';

const none: readonly Block[] = [];

/** A function's flow graph as it was when this was made; who dominates whom is found when it is first asked for. */
export class FlowGraph {
  /** Reachable blocks in reverse post-order, entry first. Others appear nowhere. */
  readonly order: readonly Block[];
  readonly #index = new Map<Block, number>();
  readonly #predecessors: Block[][];
  #dominators: Int32Array | undefined;
  #children: readonly Block[][] | undefined;
  #places: TreePlaces | undefined;

  constructor(fn: IrFunction) {
    this.order = reversePostOrder(fn);
    for (const [i, block] of this.order.entries()) this.#index.set(block, i);
    this.#predecessors = this.order.map(() => []);
    for (const block of fn.blocks) if (this.#index.has(block)) this.#addWays(block);
  }

  #addWays(from: Block): void {
    const { targets } = from.terminator;
    for (const [i, target] of targets.entries())
      if (targets.indexOf(target) === i) this.#predecessors[this.indexOf(target)]?.push(from);
  }

  /** The place of a block in the order; -1 for those that cannot be reached. */
  indexOf(block: Block): number {
    return this.#index.get(block) ?? -1;
  }

  /** Where a block is entered from, in the order of the function's blocks; a block branching twice to it counts once. */
  predecessors(block: Block): readonly Block[] {
    return this.#predecessors[this.indexOf(block)] ?? none;
  }

  /** The block that immediately dominates another; the entry is its own. */
  dominator(block: Block): Block {
    return this.order[this.#immediate()[this.indexOf(block)] as number] as Block;
  }

  /** Blocks that a block immediately dominates, in order. */
  children(block: Block): readonly Block[] {
    this.#children ??= childrenOf(this.order, this.#immediate());
    return this.#children[this.indexOf(block)] ?? none;
  }

  /** Does `a` dominate `b`? */
  dominates(a: Block, b: Block): boolean {
    if (a === b) return true;
    const [above, below] = [this.indexOf(a), this.indexOf(b)];
    if (above < 0 || below < above) return false;
    this.#places ??= treePlaces(this.#immediate());
    const { start, size } = this.#places;
    const distance = (start[below] as number) - (start[above] as number);
    return distance >= 0 && distance < (size[above] as number);
  }

  #immediate(): Int32Array {
    this.#dominators ??= immediateDominators(
      this.#predecessors.map((before) => before.map((block) => this.indexOf(block))),
    );
    return this.#dominators;
  }

  /** Is it what another graph of the function says? */
  equals(other: FlowGraph): boolean {
    const isAlike = (a: readonly Block[], b: readonly Block[]): boolean =>
      a.length === b.length && a.every((block, i) => block === b[i]);
    return (
      isAlike(this.order, other.order) &&
      this.order.every((block) => isAlike(this.predecessors(block), other.predecessors(block)))
    );
  }
}

const graphs = new WeakMap<IrFunction, FlowGraph>();

/** The flow graph of a function, kept until {@link flowChanged}. */
export function flowGraph(fn: IrFunction): FlowGraph {
  const known = graphs.get(fn);
  if (known) return known;
  const made = new FlowGraph(fn);
  graphs.set(fn, made);
  return made;
}

/** To be called by whoever changes a function's blocks or where they lead. */
export function flowChanged(fn: IrFunction): void {
  graphs.delete(fn);
}

function reversePostOrder(fn: IrFunction): Block[] {
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

function immediateDominators(before: readonly (readonly number[])[]): Int32Array {
  const idom = new Int32Array(before.length).fill(-1, 1);
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
    for (let i = 1; i < before.length; i++) {
      let next = -1;
      for (const from of before[i] as readonly number[])
        if (idom[from] !== -1) next = next === -1 ? from : intersect(next, from);
      if (idom[i] !== next) {
        idom[i] = next;
        changed = true;
      }
    }
  }
  return idom;
}

function childrenOf(order: readonly Block[], idom: Int32Array): Block[][] {
  const children = order.map((): Block[] => []);
  for (let i = 1; i < order.length; i++) children[idom[i] as number]?.push(order[i] as Block);
  return children;
}

/** Blocks counted from above down the dominator tree: each, and then, without a gap, all that it dominates. */
interface TreePlaces {
  readonly start: Int32Array;
  /** How many blocks it dominates, itself included. */
  readonly size: Int32Array;
}

function treePlaces(idom: Int32Array): TreePlaces {
  const size = new Int32Array(idom.length).fill(1);
  for (let i = idom.length - 1; i > 0; i--) (size[idom[i] as number] as number) += size[i] as number;
  const start = new Int32Array(idom.length);
  /** Where the next child of each begins. */
  const next = new Int32Array(idom.length).fill(1);
  for (let i = 1; i < idom.length; i++) {
    const parent = idom[i] as number;
    start[i] = next[parent] as number;
    next[i] = (start[i] as number) + 1;
    (next[parent] as number) += size[i] as number;
  }
  return { start, size };
}

/** Dominance frontiers: where the values of a block meet others. Blocks without such places are left out. */
export function dominanceFrontiers(graph: FlowGraph): Map<Block, Set<Block>> {
  const result = new Map<Block, Set<Block>>();
  for (const block of graph.order) {
    const before = graph.predecessors(block);
    if (before.length < 2) continue;
    const dominator = graph.dominator(block);
    for (const from of before) {
      for (let at = from; at !== dominator; at = graph.dominator(at)) {
        const known = result.get(at);
        if (known) known.add(block);
        else result.set(at, new Set([block]));
      }
    }
  }
  return result;
}
