// Finds rotations: a 64-bit value shifted left and the same value shifted right by the rest, put together. V8 sees those of
// 32 bits by itself.

import { writesDestination } from '../program/prepare.ts';
import type { PreparedInstruction, PreparedProgram } from '../program/types.ts';
import type { FlowGraph } from './flow-graph.ts';

/** Locals that keep operands of shifts: each serves so many shifts in turn. */
export const SHIFT_LOCALS = 16;

/** The rotation that an instruction completes. */
export interface Rotation {
  /** Which of the shift locals holds the value. */
  readonly from: number;
  /** Bits to the left. */
  readonly distance: number;
}

/** The rotations of a function. */
export interface Rotations {
  /** By slot of the instruction that puts the halves together. */
  readonly ends: ReadonlyMap<number, Rotation>;
  /** By slot of a shift: the shift local that is to keep its operand. */
  readonly keeps: ReadonlyMap<number, number>;
}

/** A register's value as the result of a shift. */
interface Shift {
  /** Number of the value shifted. */
  readonly of: number;
  readonly slot: number;
  readonly isLeft: boolean;
  readonly distance: number;
  /** How many shifts came before. */
  readonly ordinal: number;
}

const combining: ReadonlySet<string> = new Set(['or64', 'xor64', 'add64'].map((name) => `${name}-reg`));

class RotationFinder implements Rotations {
  readonly ends = new Map<number, Rotation>();
  readonly keeps = new Map<number, number>();
  #nextValue = 0;
  #shifts = 0;
  readonly #values = new Int32Array(11);
  readonly #shiftOf: (Shift | undefined)[] = new Array(11).fill(undefined);

  block(code: PreparedProgram['code'], start: number, end: number): void {
    for (let register = 0; register <= 10; register++) this.#forget(register);
    for (let slot = start; slot < end; slot++) {
      const instruction = code[slot];
      if (instruction) this.#step(instruction, slot);
    }
  }

  #forget(register: number): void {
    this.#values[register] = this.#nextValue++;
    this.#shiftOf[register] = undefined;
  }

  #step(instruction: PreparedInstruction, slot: number): void {
    const { row, dst, src, imm } = instruction;
    if (row.name === 'mov64-reg') {
      this.#values[dst] = this.#values[src] as number;
      this.#shiftOf[dst] = this.#shiftOf[src];
    } else if ((row.name === 'lsh64-imm' || row.name === 'rsh64-imm') && imm > 0 && imm < 64) {
      const of = this.#values[dst] as number;
      this.#forget(dst);
      const isLeft = row.name === 'lsh64-imm';
      this.#shiftOf[dst] = { of, slot, isLeft, distance: imm, ordinal: this.#shifts++ };
    } else {
      if (combining.has(row.name)) this.#combine(dst, src, slot);
      if (writesDestination(row)) this.#forget(dst);
      else if (row.class !== 'st') for (const register of [0, src]) this.#forget(register);
    }
  }

  #combine(dst: number, src: number, slot: number): void {
    const [a, b] = [this.#shiftOf[dst], this.#shiftOf[src]];
    if (!a || !b || a.of !== b.of || a.isLeft === b.isLeft || a.distance + b.distance !== 64) return;
    if (this.#shifts - a.ordinal > SHIFT_LOCALS) return;
    const from = a.ordinal % SHIFT_LOCALS;
    this.keeps.set(a.slot, from);
    this.ends.set(slot, { from, distance: a.isLeft ? a.distance : b.distance });
  }
}

/** Finds the rotations inside the blocks of a function. */
export function findRotations(program: PreparedProgram, { nodes }: FlowGraph): Rotations {
  const finder = new RotationFinder();
  for (const { kind, start, end } of nodes) if (kind === 'code') finder.block(program.code, start, end);
  return finder;
}
