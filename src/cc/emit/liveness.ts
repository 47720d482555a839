// Which registers are needed at the end of each block.

import { forEachDefinition, forEachUse } from './machine.ts';
import type { MachineBlock, MachineFunction } from './types.ts';

/** A set of small numbers. */
export class BitSet {
  readonly words: Uint32Array;

  constructor(size: number) {
    this.words = new Uint32Array((size + 31) >>> 5);
  }

  has(at: number): boolean {
    return ((this.words[at >>> 5] as number) & (1 << (at & 31))) !== 0;
  }
  add(at: number): void {
    (this.words[at >>> 5] as number) |= 1 << (at & 31);
  }
  delete(at: number): void {
    (this.words[at >>> 5] as number) &= ~(1 << (at & 31));
  }

  /** Adds all of `other`, but for `without`; true if anything was new. */
  merge(other: BitSet, without?: BitSet): boolean {
    let changed = false;
    for (let i = 0; i < this.words.length; i++) {
      const before = this.words[i] as number;
      const more = (other.words[i] as number) & ~(without ? (without.words[i] as number) : 0);
      const after = (before | more) >>> 0;
      if (after !== before) {
        this.words[i] = after;
        changed = true;
      }
    }
    return changed;
  }

  isEmpty(): boolean {
    return this.words.every((word) => word === 0);
  }

  count(): number {
    let count = 0;
    this.forEach(() => {
      count++;
    });
    return count;
  }

  copy(): BitSet {
    const made = new BitSet(0);
    return Object.assign(made, { words: this.words.slice() });
  }

  forEach(visit: (at: number) => void): void {
    for (let i = 0; i < this.words.length; i++) {
      let word = this.words[i] as number;
      while (word !== 0) {
        const bit = 31 - Math.clz32(word & -word);
        visit(i * 32 + bit);
        word &= word - 1;
      }
    }
  }
}

/** Registers live at the end of each block. */
export function liveOut(fn: MachineFunction): Map<MachineBlock, BitSet> {
  const size = fn.nextRegister;
  const rows = fn.blocks.map((block) => {
    const [uses, definitions] = [new BitSet(size), new BitSet(size)];
    for (const instruction of block.instructions) {
      forEachUse(instruction, (register) => {
        if (!definitions.has(register)) uses.add(register);
      });
      forEachDefinition(instruction, (register) => definitions.add(register));
    }
    return { block, uses, definitions, out: new BitSet(size), in: uses.copy() };
  });
  const byBlock = new Map(rows.map((row) => [row.block, row]));
  for (let changed = true; changed; ) {
    changed = false;
    for (let i = rows.length - 1; i >= 0; i--) {
      const row = rows[i] as (typeof rows)[number];
      let grew = false;
      for (const next of row.block.successors) grew = row.out.merge((byBlock.get(next) as typeof row).in) || grew;
      if (grew) changed = row.in.merge(row.out, row.definitions) || changed;
    }
  }
  return new Map(rows.map(({ block, out }) => [block, out]));
}
