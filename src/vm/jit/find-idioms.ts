// Finds what several instructions say together. Rotations: a 64-bit value shifted left and the same value shifted right by the
// rest, put together (V8 sees those of 32 bits by itself). Comparisons of swapped values with constants: the constant is swapped
// instead. Both need a value from before an instruction, which is kept in a local of its own.

import { writesDestination } from '../program/prepare.ts';
import type { PreparedInstruction, PreparedProgram } from '../program/types.ts';
import type { Dominance } from './dominators.ts';
import type { FlowGraph, FlowNode } from './flow-graph.ts';
import { isCall } from './flow-graph.ts';
import { followBlocks, isEmpty } from './follow-blocks.ts';

/** Locals that keep values: each serves so many instructions in turn. */
export const KEPT_LOCALS = 16;

/** The rotation that an instruction completes. */
export interface Rotation {
  /** Which of the kept locals holds the value. */
  readonly from: number;
  /** Bits to the left. */
  readonly distance: number;
}

/** A comparison of a value whose bytes were swapped. */
export interface SwappedComparison {
  /** Which of the kept locals holds the value before it was swapped. */
  readonly from: number;
  readonly width: 16 | 32;
  /** The constant, swapped. */
  readonly constant: number;
}

/** The idioms of a function, by slot. */
export interface Idioms {
  readonly rotations: ReadonlyMap<number, Rotation>;
  readonly comparisons: ReadonlyMap<number, SwappedComparison>;
  /** Of shifts and swaps: the kept local that is to hold their operand. */
  readonly keeps: ReadonlyMap<number, number>;
}

/** A register's value as the result of a shift or swap. */
interface Origin {
  readonly slot: number;
  readonly kind: 'left' | 'right' | 'swap';
  /** Bits shifted, or bits swapped. */
  readonly amount: number;
  /** Number of the value before. */
  readonly of: number;
  /** How many shifts and swaps came before. */
  readonly ordinal: number;
}

const kinds: Readonly<Record<string, Origin['kind']>> = {
  lsh: 'left',
  rsh: 'right',
  'to-big-endian': 'swap',
  'byte-swap': 'swap',
};
const combining: ReadonlySet<string> = new Set(['or64-reg', 'xor64-reg', 'add64-reg']);
const comparing: ReadonlySet<string> = new Set(['jeq', 'jne', 'jset']);

function swapped(constant: number, width: 16 | 32): number {
  const reversed = new DataView(new ArrayBuffer(4));
  if (width === 16) reversed.setUint16(0, constant, true);
  else reversed.setUint32(0, constant, true);
  return width === 16 ? reversed.getUint16(0) : reversed.getInt32(0);
}

/** What is known of the registers at some place. */
interface Knowledge {
  /** Numbers of their values: equal numbers, equal values. */
  readonly values: number[];
  readonly origins: (Origin | undefined)[];
}

class IdiomFinder implements Idioms {
  readonly rotations = new Map<number, Rotation>();
  readonly comparisons = new Map<number, SwappedComparison>();
  readonly keeps = new Map<number, number>();
  #nextValue = 0;
  #count = 0;
  #values: number[] = new Array(11).fill(0);
  #origins: (Origin | undefined)[] = new Array(11).fill(undefined);

  /** Goes through a block with what is known before it; returns what is known after it, where that may be of use. */
  block(code: PreparedProgram['code'], { start, end }: FlowNode, before: Knowledge | undefined): Knowledge | undefined {
    if (before) {
      this.#values = before.values.slice();
      this.#origins = before.origins.slice();
    } else {
      for (let register = 0; register <= 10; register++) this.#forget(register);
    }
    for (let slot = start; slot < end; slot++) {
      const instruction = code[slot];
      if (instruction) this.#step(instruction, slot);
    }
    if (isEmpty(this.#origins)) return undefined;
    const after = { values: this.#values, origins: this.#origins };
    // They are the successors' now.
    this.#values = new Array(11).fill(0);
    this.#origins = new Array(11).fill(undefined);
    return after;
  }

  #forget(register: number): void {
    this.#values[register] = this.#nextValue++;
    this.#origins[register] = undefined;
  }

  #step(instruction: PreparedInstruction, slot: number): void {
    const { row, dst, src } = instruction;
    const origin = this.#originOf(instruction, slot);
    if (row.name === 'mov64-reg') {
      this.#values[dst] = this.#values[src] as number;
      this.#origins[dst] = this.#origins[src];
    } else if (origin) {
      this.#forget(dst);
      this.#origins[dst] = origin;
    } else if (row.class === 'jmp' || row.class === 'jmp32') {
      this.#compare(instruction, slot);
      if (isCall(row)) this.#forget(0);
    } else {
      if (combining.has(row.name)) this.#combine(dst, src, slot);
      if (writesDestination(row)) this.#forget(dst);
      else if (row.class !== 'st') {
        this.#forget(0);
        this.#forget(src);
      }
    }
  }

  #originOf({ row, dst, imm }: PreparedInstruction, slot: number): Origin | undefined {
    const kind = kinds[row.operation];
    const isShift = row.class === 'alu64' && row.form === 'dst-imm' && imm > 0 && imm < 64;
    if (kind === undefined || (kind === 'swap' ? row.width === 64 : !isShift)) return undefined;
    const amount = kind === 'swap' ? row.width : imm;
    return { slot, kind, amount, of: this.#values[dst] as number, ordinal: this.#count++ };
  }

  /** The kept local of an instruction's operand; undefined where it serves another by now. */
  #keep({ slot, ordinal }: Origin): number | undefined {
    if (this.#count - ordinal > KEPT_LOCALS) return undefined;
    const local = ordinal % KEPT_LOCALS;
    this.keeps.set(slot, local);
    return local;
  }

  #combine(dst: number, src: number, slot: number): void {
    const [a, b] = [this.#origins[dst], this.#origins[src]];
    if (!a || !b || a.of !== b.of || a.amount + b.amount !== 64) return;
    if (a.kind === b.kind || a.kind === 'swap' || b.kind === 'swap') return;
    const from = this.#keep(a);
    if (from !== undefined) this.rotations.set(slot, { from, distance: a.kind === 'left' ? a.amount : b.amount });
  }

  #compare({ row, dst, imm }: PreparedInstruction, slot: number): void {
    const origin = this.#origins[dst];
    if (origin?.kind !== 'swap' || row.form !== 'branch-imm' || !comparing.has(row.operation)) return;
    // A swapped value has zeros above; so must the constant.
    if (imm < 0 || (origin.amount === 16 && imm > 0xffff)) return;
    const width = origin.amount === 16 ? 16 : 32;
    const from = this.#keep(origin);
    if (from !== undefined) this.comparisons.set(slot, { from, width, constant: swapped(imm, width) });
  }
}

/** Finds the idioms of a function, in blocks and over the edges to blocks that only they lead to. */
export function findIdioms(program: PreparedProgram, graph: FlowGraph, dominance: Dominance): Idioms {
  const finder = new IdiomFinder();
  followBlocks(graph, dominance, (node, before: Knowledge | undefined) => finder.block(program.code, node, before));
  return finder;
}
