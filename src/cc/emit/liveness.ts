// Which registers are needed at the end of each block: from every use the ways back to the definitions are followed.

import { registersChanged, registersRead } from './machine.ts';
import type { MachineBlock, MachineFunction, Register } from './types.ts';

/** In which blocks something happens to each register; blocks are added in their order. */
class BlocksOf {
  /** By register: its last entry, or -1. */
  readonly #last: Int32Array;
  readonly #blocks: number[] = [];
  /** By entry: the one before of the same register. */
  readonly #before: number[] = [];

  constructor(registers: number) {
    this.#last = new Int32Array(registers).fill(-1);
  }

  /** The last block added. */
  last(register: Register): number | undefined {
    return this.#blocks[this.#last[register] as number];
  }

  add(register: Register, block: number): void {
    if (this.last(register) === block) return;
    this.#before.push(this.#last[register] as number);
    this.#last[register] = this.#blocks.push(block) - 1;
  }

  of(register: Register): number[] {
    const found: number[] = [];
    for (let at = this.#last[register] as number; at >= 0; at = this.#before[at] as number)
      found.push(this.#blocks[at] as number);
    return found;
  }
}

function predecessors(blocks: readonly MachineBlock[]): number[][] {
  const places = new Map(blocks.map((block, i) => [block, i]));
  const result = blocks.map((): number[] => []);
  for (const [i, { successors }] of blocks.entries())
    for (const next of successors) result[places.get(next) as number]?.push(i);
  return result;
}

/** Blocks that read registers before they change them, and blocks that change them. */
function usesAndDefinitions({ blocks, nextRegister }: MachineFunction): [BlocksOf, BlocksOf] {
  const [uses, definitions] = [new BlocksOf(nextRegister), new BlocksOf(nextRegister)];
  for (const [i, { instructions }] of blocks.entries()) {
    for (const instruction of instructions) {
      for (const register of registersRead(instruction)) if (definitions.last(register) !== i) uses.add(register, i);
      for (const register of registersChanged(instruction)) definitions.add(register, i);
    }
  }
  return [uses, definitions];
}

/** Registers live at the end of each block, by its place in the function, in ascending order. */
export function liveOut(fn: MachineFunction): Register[][] {
  const [uses, definitions] = usesAndDefinitions(fn);
  const before = predecessors(fn.blocks);
  const live = fn.blocks.map((): Register[] => []);
  for (let register = 0; register < fn.nextRegister; register++) {
    if (uses.last(register) === undefined) continue;
    const defined = new Set(definitions.of(register));
    const work = uses.of(register);
    for (let block = work.pop(); block !== undefined; block = work.pop()) {
      for (const from of before[block] as number[]) {
        const known = live[from] as Register[];
        if (known.at(-1) === register) continue;
        known.push(register);
        if (!defined.has(from)) work.push(from);
      }
    }
  }
  return live;
}
