// Blocks to a program: their order, their jumps, and islands where a jump cannot reach.

import type { ClassicInstruction } from '../../isa/index.ts';
import { numbersOf } from '../ir/arrays.ts';
import { ACCEPT, type Node, REJECT } from '../ir/jumps.ts';
import type { Block } from './blocks.ts';
import { JA, RET_K } from './opcodes.ts';

const LONGEST_JUMP = 255;

/** Puts blocks in order: each follows all that lead to it, and one without a jump stands before its successor. */
class Arranger {
  readonly byNode: (Block | undefined)[];
  /** How many edges lead to a node from blocks that are not placed yet. */
  readonly waiting: number[];
  readonly #ready: Block[] = [];

  constructor(blocks: readonly Block[], root: Node) {
    this.byNode = new Array<Block | undefined>(root + 1);
    this.waiting = numbersOf(root + 1, 0);
    for (const block of blocks) {
      this.byNode[block.node] = block;
      this.waiting[block.yes] = (this.waiting[block.yes] as number) + 1;
      if (block.jump) this.waiting[block.no] = (this.waiting[block.no] as number) + 1;
    }
    // From the last to the first, so that what is joined is complete.
    for (let i = blocks.length - 1; i >= 0; i--) this.#fuse(blocks[i] as Block);
  }

  /** Joins a block without a jump with its successor where nothing else leads there. */
  #fuse(block: Block): void {
    const next = block.jump ? undefined : this.byNode[block.yes];
    if (!next || next.raw || this.waiting[block.yes] !== 1) return;
    block.words = block.words.concat(next.words);
    block.jump = next.jump;
    block.k = next.k;
    block.yes = next.yes;
    block.no = next.no;
  }

  run(root: Node): Block[] {
    const order: Block[] = [];
    const ready = this.#ready;
    ready.push(this.byNode[root] as Block);
    while (ready.length > 0) {
      const block = this.#take();
      order.push(block);
      if (block.jump) this.#release(block.no);
      this.#release(block.yes);
    }
    return order;
  }

  #release(target: Node): void {
    if (target <= ACCEPT) return;
    const left = (this.waiting[target] as number) - 1;
    this.waiting[target] = left;
    if (left === 0) this.#ready.push(this.byNode[target] as Block);
  }

  /** The latest block that either jumps or is the last one that its successor waits for; else the latest. */
  #take(): Block {
    const ready = this.#ready;
    for (let i = ready.length - 1; i >= 0; i--) {
      const block = ready[i] as Block;
      if (!block.jump && block.yes > ACCEPT && this.waiting[block.yes] !== 1) continue;
      if (i === ready.length - 1) break;
      return ready.splice(i, 1)[0] as Block;
    }
    return ready.pop() as Block;
  }
}

/** One instruction that leads on to a place out of reach; or a leaf. */
interface Island {
  readonly target: Node;
  /** Distance from the end of what it leads to; 0 for leaves. */
  readonly distance: number;
}

type Piece = Block | Island;

/** Blocks laid out from the last to the first, since only then the distance of a jump is known; and the islands they need. */
export class Layout {
  readonly pieces: Piece[] = [];
  /** Distance from the end of the program to the nearest place that leads to a node. */
  readonly #distances: number[];
  length = 0;

  constructor(blocks: readonly Block[], root: Node) {
    this.#distances = numbersOf(root + 2, 0);
    if (root <= ACCEPT) {
      this.#island(root);
      return;
    }
    const arranger = new Arranger(blocks, root);
    const order = arranger.run(root);
    const last = lastLeaf(arranger.byNode, root);
    for (const leaf of [last, last === ACCEPT ? REJECT : ACCEPT]) if (isReached(order, leaf)) this.#island(leaf);
    for (let i = order.length - 1; i >= 0; i--) this.#block(order[i] as Block);
  }

  /** The program: as long as the layout. `accept` is what accepting returns. */
  write(accept: number): ClassicInstruction[] {
    const writer = new Writer(accept, this.length);
    for (let i = this.pieces.length - 1; i >= 0; i--) {
      const piece = this.pieces[i] as Piece;
      if ('words' in piece) writer.block(piece);
      else writer.island(piece.target, piece.distance);
    }
    return writer.program;
  }

  #place(piece: Piece, size: number, node: Node): void {
    this.pieces.push(piece);
    this.length += size;
    this.#distances[node] = this.length;
  }

  #island(target: Node): void {
    this.#place({ target, distance: this.#distances[target] as number }, 1, target);
  }

  /** Makes sure that a jump at the end of the next block reaches `target`. */
  #reach(target: Node, islandsAfter: number): void {
    if (this.length + islandsAfter - (this.#distances[target] as number) > LONGEST_JUMP) this.#island(target);
  }

  #block(block: Block): void {
    let size = (block.words.length >>> 1) + (block.raw?.length ?? 0);
    if (block.jump) {
      // The first island may push the other target out of reach by one.
      this.#reach(block.yes, 1);
      this.#reach(block.no, 0);
      size += 1;
    } else if (this.#distances[block.yes] !== this.length) {
      size += 1;
    }
    block.toYes = this.#distances[block.yes] as number;
    block.toNo = this.#distances[block.no] as number;
    this.#place(block, size, block.node);
  }
}

/** Where a packet ends that fails every comparison: the last instruction, as in libpcap's listings. */
function lastLeaf(byNode: readonly (Block | undefined)[], root: Node): Node {
  let at = root;
  for (let block = byNode[at]; block; block = byNode[at]) at = block.jump ? block.no : block.yes;
  return at;
}

function isReached(order: readonly Block[], leaf: Node): boolean {
  for (const block of order) if (block.yes === leaf || (block.jump !== 0 && block.no === leaf)) return true;
  return false;
}

/** Writes pieces out, from the first to the last. */
class Writer {
  readonly program: ClassicInstruction[];
  readonly accept: number;
  readonly length: number;
  #written = 0;

  constructor(accept: number, length: number) {
    this.accept = accept;
    this.length = length;
    this.program = new Array<ClassicInstruction>(length);
  }

  put(code: number, k: number, jt = 0, jf = 0): void {
    this.program[this.#written++] = { code, jt, jf, k: k >>> 0 };
  }

  island(target: Node, distance: number): void {
    if (target === ACCEPT) this.put(RET_K, this.accept);
    else if (target === REJECT) this.put(RET_K, 0);
    else this.put(JA, this.length - distance - this.#written - 1);
  }

  block({ raw, words, jump, k, toYes, toNo }: Block): void {
    if (raw) for (const [code, jt, jf, constant] of raw) this.put(code, constant, jt, jf);
    for (let i = 0; i < words.length; i += 2) this.put(words[i] as number, words[i + 1] as number);
    const left = this.length - this.#written - 1;
    if (jump) this.put(jump, k, left - toYes, left - toNo);
    else if (toYes !== left + 1) this.put(JA, left - toYes);
  }
}
