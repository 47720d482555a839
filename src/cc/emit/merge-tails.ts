// A block that ends the function as another block does goes, and jumps to it lead to that one's end: `return 0` is there once.

import { machine } from './machine.ts';
import type { MachineBlock, MachineFunction, MachineInstruction, MachineOp } from './types.ts';

/** Longer ends are seldom alike. */
const LONGEST = 8;

const comparable: ReadonlySet<MachineOp> = new Set<MachineOp>(['mov', 'lddw', 'alu', 'neg', 'swap', 'call', 'exit']);

/** What an instruction does, as text; undefined for those that are not compared. */
function textOf(instruction: MachineInstruction): string | undefined {
  const { op, dst, src, left, imm, width, operation, bits, value, symbol, relocation, call, uses } = instruction;
  if (!comparable.has(op) || relocation >= 0) return undefined;
  const what = [symbol?.name, symbol?.offset, call?.kind, call?.name, operation];
  return [op, dst, src, left, imm, width, bits, value, ...what, ...uses].join();
}

function isExit({ instructions }: MachineBlock): boolean {
  return instructions.at(-1)?.op === 'exit';
}

/** The ends of a block that leaves the function, shortest first, as text. */
function endsOf(block: MachineBlock): string[] {
  const ends: string[] = [];
  if (!isExit(block)) return ends;
  let end = '';
  for (const instruction of block.instructions.slice(-LONGEST).reverse()) {
    const text = textOf(instruction);
    if (text === undefined) break;
    end = `${text};${end}`;
    ends.push(end);
  }
  return ends;
}

/** Blocks in their order, which can be taken out and put in anywhere. */
class BlockChain {
  readonly first: MachineBlock | undefined;
  readonly #previous = new Map<MachineBlock, MachineBlock | undefined>();
  readonly #next = new Map<MachineBlock, MachineBlock | undefined>();

  constructor(blocks: readonly MachineBlock[]) {
    [this.first] = blocks;
    for (const [i, block] of blocks.entries()) {
      this.#previous.set(block, blocks[i - 1]);
      this.#next.set(block, blocks[i + 1]);
    }
  }

  before(block: MachineBlock): MachineBlock | undefined {
    return this.#previous.get(block);
  }

  behind(block: MachineBlock): MachineBlock | undefined {
    return this.#next.get(block);
  }

  #join(left: MachineBlock | undefined, right: MachineBlock | undefined): void {
    if (left) this.#next.set(left, right);
    if (right) this.#previous.set(right, left);
  }

  remove(block: MachineBlock): void {
    this.#join(this.before(block), this.behind(block));
  }

  insert(block: MachineBlock, after: MachineBlock): void {
    this.#join(block, this.behind(after));
    this.#join(after, block);
  }

  *[Symbol.iterator](): Generator<MachineBlock> {
    for (let at = this.first; at; at = this.behind(at)) yield at;
  }
}

class TailMerging {
  readonly #blocks: BlockChain;
  /** Blocks with each end. */
  readonly #hosts = new Map<string, MachineBlock[]>();
  /** What was split off the end of a block. */
  readonly #splitOff = new Map<MachineBlock, MachineBlock>();
  readonly #instead = new Map<MachineBlock, MachineBlock>();
  #nextId: number;

  constructor(blocks: readonly MachineBlock[]) {
    this.#blocks = new BlockChain(blocks);
    this.#nextId = blocks.reduce((most, { id }) => Math.max(most, id), 0) + 1;
  }

  /** The blocks that remain. */
  run(): MachineBlock[] {
    const before = [...this.#blocks];
    const ends = new Map(before.map((block) => [block, endsOf(block)]));
    for (const [block, texts] of ends) for (const text of texts) this.#addHost(text, block);
    const labels = new Set(before.flatMap(({ instructions }) => instructions.flatMap((each) => each.labels)));
    for (const [block, texts] of ends) {
      const { length } = block.instructions;
      const isWhole = texts.length === length && !this.#splitOff.has(block);
      if (!isWhole || block === this.#blocks.first || labels.has(block) || !this.#canGo(block)) continue;
      const host = this.#host(block, texts[length - 1] as string);
      if (!host) continue;
      this.#instead.set(block, host);
      this.#blocks.remove(block);
    }
    const after = [...this.#blocks];
    for (const { instructions } of after) for (const each of instructions) each.target &&= this.#resolve(each.target);
    return after;
  }

  #addHost(text: string, block: MachineBlock): void {
    const hosts = this.#hosts.get(text);
    if (hosts) hosts.push(block);
    else this.#hosts.set(text, [block]);
  }

  /** The end of the last other block that ends as `block` does. */
  #host(block: MachineBlock, text: string): MachineBlock | undefined {
    const { length } = block.instructions;
    const last = this.#hosts.get(text)?.findLast((each) => each !== block && !this.#instead.has(each));
    return last && this.#end(last, length);
  }

  #resolve(block: MachineBlock): MachineBlock {
    let at = block;
    for (let next = this.#instead.get(at); next; next = this.#instead.get(at)) at = next;
    return at;
  }

  /** Does no jump have to be made for it? One is where it was fallen into, unless the branch before can be turned round. */
  #canGo(block: MachineBlock): boolean {
    const [branch, jump] = this.#blocks.before(block)?.instructions.slice(-2) ?? [];
    if (jump?.target !== block) return true;
    return branch?.op === 'branch' && branch.operation !== 'jset' && branch.target === this.#blocks.behind(block);
  }

  /** The last `length` instructions of a block as a block of their own, if they can be. */
  #end(block: MachineBlock, length: number): MachineBlock | undefined {
    const known = this.#splitOff.get(block);
    if (known) return this.#end(known, length);
    const from = block.instructions.length - length;
    if (from <= 0) return from === 0 ? block : undefined;
    const end = { ...block, id: this.#nextId++, instructions: block.instructions.splice(from) };
    block.instructions.push(machine('jump', { target: end, span: end.instructions[0]?.span }));
    this.#blocks.insert(end, block);
    this.#splitOff.set(block, end);
    return end;
  }
}

/** Merges ends that are alike; for the last step before the code is laid down: what follows what is not told any more. */
export function mergeTails({ blocks }: MachineFunction): void {
  if (blocks.filter(isExit).length < 2) return;
  const merged = new TailMerging(blocks).run();
  blocks.length = 0;
  for (const block of merged) blocks.push(block);
}
