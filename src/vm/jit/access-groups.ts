// Which loads and stores go through the same value of the same register (or copies of it plus constants), in one block or in
// blocks that follow it alone: they share one address and, in checked mode, one check of all bytes between the lowest and the
// highest. Those inside the function's own frame need none.

import { FRAME_SIZE } from '../memory/layout.ts';
import { writesDestination } from '../program/prepare.ts';
import type { FunctionRange, PreparedInstruction, PreparedProgram } from '../program/types.ts';
import type { Dominance } from './dominators.ts';
import type { FlowGraph } from './flow-graph.ts';
import { isCall } from './flow-graph.ts';
import { followBlocks, isEmpty } from './follow-blocks.ts';
import { baseRegister } from './frame-analysis.ts';

/** Memory that is accessible as a whole for as long as the program is loaded. */
export interface Extent {
  readonly start: number;
  readonly size: number;
  readonly writable: boolean;
}

/** What an address is probably part of; being wrong costs time only. `frame`: the function's own stack frame. */
export type Guess = Extent | 'frame';

/** Accesses through one value of one register. */
export interface AccessGroup {
  readonly base: number;
  /** Slot of the first access. */
  readonly first: number;
  readonly guess: Guess | undefined;
  /** Offsets from the base: of the lowest byte, and past the highest. */
  low: number;
  end: number;
  count: number;
  writes: boolean;
}

/** Knows constant addresses and results of look-ups. */
export interface ExtentSource {
  /** Extent around a constant address. */
  at(address: number): Extent | undefined;
  /** Extent that the result of the call at a slot lies in. */
  ofCall(slot: number): Extent | undefined;
}

/** Bytes one group may span: as many bits are in 8 bytes of a bitmap, whichever bit of the first is the lowest. */
const LARGEST_SPAN = 57;

function writesMemory({ row }: PreparedInstruction): boolean {
  return row.class !== 'ldx' && row.operation !== 'load-acquire';
}

/** One access: through which register, as its group has it; or in the frame, by r10. */
export interface PlacedAccess {
  /** Undefined for places inside the function's own frame. */
  readonly group: AccessGroup | undefined;
  /** From the group's base, or from r10. */
  readonly offset: number;
}

/** What is known of registers at some place. */
interface Knowledge {
  /** Groups that may go on, by base register. */
  readonly open: (AccessGroup | undefined)[];
  /** By register: the register whose value it is, plus 16 times what was added to that. */
  readonly origins: number[];
}

/** As far an address may lie from the register it starts from: below the first address there is, so that none wraps. */
const FARTHEST = 0xffff;
const NEAREST = -0x8000;

const selves = Array.from({ length: 11 }, (_, register) => register);

class AccessGrouper {
  readonly accesses: (PlacedAccess | undefined)[];
  readonly #program: PreparedProgram;
  readonly #start: number;
  readonly #extents: ExtentSource;
  #open: (AccessGroup | undefined)[] = new Array(11).fill(undefined);
  #origins: number[] = [...selves];
  /** Whether any register may be a copy. */
  #hasCopies = false;
  readonly #guesses: (Guess | undefined)[] = new Array(11).fill(undefined);

  constructor(program: PreparedProgram, range: FunctionRange, extents: ExtentSource) {
    this.#program = program;
    this.#start = range.start;
    this.#extents = extents;
    this.#guesses[10] = 'frame';
    this.accesses = new Array(range.end - range.start).fill(undefined);
  }

  /** Goes through a block with what is known before it; returns what is known after it. Guesses need not be right, and stay. */
  block(start: number, end: number, before: Knowledge | undefined): Knowledge | undefined {
    if (before) {
      this.#open = before.open.slice();
      this.#origins = before.origins.slice();
      this.#hasCopies = true;
    }
    for (let slot = start; slot < end; slot++) {
      const instruction = this.#program.code[slot];
      if (instruction) this.#step(instruction, slot);
    }
    if (!this.#hasCopies && isEmpty(this.#open)) return undefined;
    const after = { open: this.#open, origins: this.#origins };
    // They are the successors' now.
    this.#open = new Array(11).fill(undefined);
    this.#origins = selves.slice();
    this.#hasCopies = false;
    return after;
  }

  #step(instruction: PreparedInstruction, slot: number): void {
    const { row, dst, src } = instruction;
    const base = baseRegister(instruction);
    if (base >= 0) this.#access(instruction, base, slot);
    if (isCall(row) || row.group === 'packet') {
      this.#call(slot);
    } else if (writesDestination(row)) {
      this.#guesses[dst] = this.#guessOf(instruction);
      this.#write(dst, this.#originOf(instruction));
    } else if (row.class === 'stx' && row.operation !== 'store') {
      // Atomic operations may leave the old value in their operand or in r0.
      this.#write(src, src);
      this.#write(0, 0);
    }
  }

  /** Gives a register a new value: what was told by the old one is not known any more. */
  #write(register: number, origin: number): void {
    this.#open[register] = undefined;
    if (!this.#hasCopies && origin === register) return;
    for (let other = 0; other <= 10; other++) {
      if (((this.#origins[other] as number) & 15) === register) this.#origins[other] = other;
    }
    this.#origins[register] = (origin & 15) === register ? register : origin;
    this.#hasCopies = true;
  }

  /** Origin of a copy, or of a copy plus a constant. */
  #originOf({ row, dst, src, imm }: PreparedInstruction): number {
    if (row.name === 'mov64-reg') return this.#origins[src] as number;
    if (row.name !== 'add64-imm' && row.name !== 'sub64-imm') return dst;
    const origin = this.#origins[dst] as number;
    const sum = (origin >> 4) + (row.name === 'add64-imm' ? imm : -imm);
    return sum >= NEAREST && sum <= FARTHEST ? (origin & 15) + 16 * sum : dst;
  }

  /** Where an access starts from: the register its base was copied from, where that still has the value. */
  #placeOf({ offset }: PreparedInstruction, base: number): { base: number; low: number } {
    const origin = this.#origins[base] as number;
    const low = (origin >> 4) + offset;
    return low >= NEAREST && low <= FARTHEST ? { base: origin & 15, low } : { base, low: offset };
  }

  #access(instruction: PreparedInstruction, register: number, slot: number): void {
    const { base, low } = this.#placeOf(instruction, register);
    const end = low + instruction.row.width / 8;
    if (base === 10 && low >= -FRAME_SIZE && end <= 0) {
      this.accesses[slot - this.#start] = { group: undefined, offset: low };
      return;
    }
    let group = this.#open[base];
    if (!group || Math.max(group.end, end) - Math.min(group.low, low) > LARGEST_SPAN) {
      group = { base, first: slot, guess: this.#guesses[base], low, end, count: 0, writes: false };
      this.#open[base] = group;
    }
    group.low = Math.min(group.low, low);
    group.end = Math.max(group.end, end);
    group.count++;
    group.writes ||= writesMemory(instruction);
    this.accesses[slot - this.#start] = { group, offset: low };
  }

  /** A call may change what is accessible. */
  #call(slot: number): void {
    this.#open.fill(undefined);
    this.#guesses.fill(undefined, 0, 6);
    for (let register = 0; register <= 5; register++) this.#write(register, register);
    this.#guesses[0] = this.#extents.ofCall(slot);
  }

  #guessOf({ row, dst, src, imm, high }: PreparedInstruction): Guess | undefined {
    if (row.form === 'load-imm64') return high === 0 ? this.#extents.at(imm >>> 0) : undefined;
    if (row.class !== 'alu64') return undefined;
    if (row.operation === 'mov') return row.form === 'dst-imm' ? undefined : this.#guesses[src];
    if (row.operation !== 'add' && row.operation !== 'sub') return undefined;
    return this.#guesses[dst] ?? (row.form === 'dst-imm' ? undefined : this.#guesses[src]);
  }
}

/** Each access of a function, by slot counted from the function's start. */
export function groupAccesses(
  program: PreparedProgram,
  range: FunctionRange,
  { graph, dominance }: { graph: FlowGraph; dominance: Dominance },
  extents: ExtentSource,
): readonly (PlacedAccess | undefined)[] {
  const grouper = new AccessGrouper(program, range, extents);
  followBlocks(graph, dominance, ({ start, end }, before: Knowledge | undefined) => grouper.block(start, end, before));
  return grouper.accesses;
}
