// Blocks to a program: their order, their jumps, and islands where a jump cannot reach.

import type { ClassicInstruction } from '../../isa/index.ts';
import { ACCEPT, type Node, REJECT } from '../ir/jumps.ts';
import type { Block } from './blocks.ts';
import { JA, RET_K } from './opcodes.ts';

const LONGEST_JUMP = 255;

/** Joins a block without a jump with its successor where nothing else leads there. */
function fuse(blocks: readonly Block[]): Block[] {
  const byNode = new Map<Node, Block>();
  const leading = new Map<Node, number>();
  const count = (node: Node): void => {
    leading.set(node, (leading.get(node) ?? 0) + 1);
  };
  for (const block of blocks) {
    byNode.set(block.node, block);
    count(block.yes);
    if (block.jump) count(block.no);
  }
  const gone = new Set<Block>();
  // From the last to the first, so that what is joined is complete.
  for (let i = blocks.length - 1; i >= 0; i--) {
    const block = blocks[i] as Block;
    const next = block.jump ? undefined : byNode.get(block.yes);
    if (!next || next.raw || leading.get(block.yes) !== 1) continue;
    block.words = [...block.words, ...next.words];
    block.jump = next.jump;
    block.k = next.k;
    block.yes = next.yes;
    block.no = next.no;
    gone.add(next);
  }
  return blocks.filter((block) => !gone.has(block));
}

/** Orders blocks so that each follows all that lead to it, and one without a jump stands before its successor. */
function arrange(blocks: readonly Block[], root: Node): Block[] {
  const byNode = new Map<Node, Block>();
  const waiting = new Map<Node, number>();
  for (const block of blocks) byNode.set(block.node, block);
  const count = (target: Node): void => {
    if (target > ACCEPT) waiting.set(target, (waiting.get(target) ?? 0) + 1);
  };
  for (const block of blocks) {
    count(block.yes);
    if (block.jump) count(block.no);
  }
  const order: Block[] = [];
  const ready: Block[] = [byNode.get(root) as Block];
  const release = (target: Node): void => {
    if (target <= ACCEPT) return;
    const left = (waiting.get(target) as number) - 1;
    waiting.set(target, left);
    if (left === 0) ready.push(byNode.get(target) as Block);
  };
  while (ready.length > 0) {
    const block = ready.splice(nextReady(ready, waiting), 1)[0] as Block;
    order.push(block);
    if (block.jump) release(block.no);
    release(block.yes);
  }
  return order;
}

/** The latest block that either jumps or is the last one that its successor waits for; else the latest. */
function nextReady(ready: readonly Block[], waiting: ReadonlyMap<Node, number>): number {
  for (let i = ready.length - 1; i >= 0; i--) {
    const block = ready[i] as Block;
    if (block.jump || block.yes <= ACCEPT || waiting.get(block.yes) === 1) return i;
  }
  return ready.length - 1;
}

interface Island {
  readonly target: Node;
  /** Distance from the end of what it leads to; 0 for leaves. */
  readonly distance: number;
}

type Piece = Block | Island;

function isIsland(piece: Piece): piece is Island {
  return 'target' in piece;
}

/** Lays out blocks from the last to the first, since only then the distance of a jump is known. */
class Layout {
  readonly pieces: Piece[] = [];
  /** Distance from the end of the program to the nearest place that leads to a node. */
  readonly distances = new Map<Node, number>();
  length = 0;

  constructor(leaves: readonly Node[]) {
    for (const leaf of leaves) this.#place({ target: leaf, distance: 0 }, 1, leaf);
  }

  #place(piece: Piece, size: number, node: Node): void {
    this.pieces.push(piece);
    this.length += size;
    this.distances.set(node, this.length);
  }

  /** Makes sure that a jump at the end of the next block reaches `target`. */
  #reach(target: Node, islandsAfter: number): void {
    if (this.length + islandsAfter - (this.distances.get(target) as number) <= LONGEST_JUMP) return;
    this.#place({ target, distance: this.distances.get(target) as number }, 1, target);
  }

  block(block: Block): void {
    let size = block.words.length / 2 + (block.raw?.length ?? 0);
    if (block.jump) {
      // The first island may push the other target out of reach by one.
      this.#reach(block.yes, 1);
      this.#reach(block.no, 0);
      size += 1;
    } else if (this.distances.get(block.yes) !== this.length) {
      size += 1;
    }
    this.#place(block, size, block.node);
  }
}

/** Writes pieces out, from the first to the last. */
class Writer {
  readonly program: ClassicInstruction[] = [];
  readonly accept: number;
  readonly length: number;

  constructor(accept: number, length: number) {
    this.accept = accept;
    this.length = length;
  }

  put(code: number, k: number, jt = 0, jf = 0): void {
    this.program.push({ code, jt, jf, k: k >>> 0 });
  }

  island(target: Node, distance: number): void {
    if (target === ACCEPT) this.put(RET_K, this.accept);
    else if (target === REJECT) this.put(RET_K, 0);
    else this.put(JA, this.length - distance - this.program.length - 1);
  }

  block(block: Block, yes: number, no: number): void {
    for (const [code, jt, jf, k] of block.raw ?? []) this.put(code, k, jt, jf);
    for (let i = 0; i < block.words.length; i += 2) this.put(block.words[i] as number, block.words[i + 1] as number);
    const next = this.program.length + 1;
    if (block.jump) this.put(block.jump, block.k, this.length - yes - next, this.length - no - next);
    else if (this.length - yes !== next - 1) this.put(JA, this.length - yes - next);
  }
}

/** Orders the blocks and resolves their jumps. */
export function layOut(blocks: readonly Block[], root: Node, accept: number): ClassicInstruction[] {
  if (root === ACCEPT) return [{ code: RET_K, jt: 0, jf: 0, k: accept >>> 0 }];
  if (root === REJECT) return [{ code: RET_K, jt: 0, jf: 0, k: 0 }];
  const order = arrange(fuse(blocks), root);
  const used = (leaf: Node): boolean =>
    order.some((block) => block.yes === leaf || (block.jump !== 0 && block.no === leaf));
  const layout = new Layout([REJECT, ACCEPT].filter(used));
  // A jump reaches what was placed when it was: note the distances of that moment.
  const reached = new Map<Block, readonly [number, number]>();
  for (let i = order.length - 1; i >= 0; i--) {
    const block = order[i] as Block;
    layout.block(block);
    reached.set(block, [layout.distances.get(block.yes) as number, layout.distances.get(block.no) as number]);
  }
  return write(layout, reached, accept);
}

function write(
  layout: Layout,
  reached: ReadonlyMap<Block, readonly [number, number]>,
  accept: number,
): ClassicInstruction[] {
  const writer = new Writer(accept, layout.length);
  for (let i = layout.pieces.length - 1; i >= 0; i--) {
    const piece = layout.pieces[i] as Piece;
    if (isIsland(piece)) {
      writer.island(piece.target, piece.distance);
      continue;
    }
    const [yes, no] = reached.get(piece) as readonly [number, number];
    writer.block(piece, yes, no);
  }
  return writer.program;
}
