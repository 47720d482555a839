// Which loads and stores go through the same value of the same register, in one block or in blocks that follow it alone: they
// share one address and, in checked mode, one check of all bytes between the lowest and the highest.

import { writesDestination } from '../program/prepare.ts';
import type { FunctionRange, PreparedInstruction, PreparedProgram } from '../program/types.ts';
import type { Dominance } from './dominators.ts';
import type { FlowGraph } from './flow-graph.ts';
import { followBlocks } from './follow-blocks.ts';
import { baseRegister, isFrameAccess } from './frame-analysis.ts';

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

type OpenGroups = (AccessGroup | undefined)[];

function noGroups(): OpenGroups {
  return new Array(11).fill(undefined);
}

class AccessGrouper {
  readonly groups: (AccessGroup | undefined)[];
  readonly #program: PreparedProgram;
  readonly #start: number;
  readonly #extents: ExtentSource;
  /** Groups that may go on, by base register. */
  #open: OpenGroups = noGroups();
  readonly #guesses: (Guess | undefined)[] = new Array(11).fill(undefined);

  constructor(program: PreparedProgram, range: FunctionRange, extents: ExtentSource) {
    this.#program = program;
    this.#start = range.start;
    this.#extents = extents;
    this.#guesses[10] = 'frame';
    this.groups = new Array(range.end - range.start).fill(undefined);
  }

  /** Goes through a block with the groups open before it; returns those open after it. Guesses need not be right, and stay. */
  block(start: number, end: number, before: OpenGroups | undefined): OpenGroups | undefined {
    if (before) this.#open = [...before];
    for (let slot = start; slot < end; slot++) {
      const instruction = this.#program.code[slot];
      if (instruction) this.#step(instruction, slot);
    }
    if (this.#open.every((group) => group === undefined)) return undefined;
    const after = this.#open;
    this.#open = noGroups();
    return after;
  }

  #step(instruction: PreparedInstruction, slot: number): void {
    const { row, dst, src } = instruction;
    const base = baseRegister(instruction);
    if (base >= 0 && !isFrameAccess(instruction)) this.#access(instruction, base, slot);
    if (row.operation.startsWith('call') || row.group === 'packet') {
      this.#call(slot);
    } else if (writesDestination(row)) {
      this.#guesses[dst] = this.#guessOf(instruction);
      this.#open[dst] = undefined;
    } else if (row.class === 'stx' && row.operation !== 'store') {
      // Atomic operations may leave the old value in their operand or in r0.
      this.#open[src] = undefined;
      this.#open[0] = undefined;
    }
  }

  #access(instruction: PreparedInstruction, base: number, slot: number): void {
    const low = instruction.offset;
    const end = low + instruction.row.width / 8;
    let group = this.#open[base];
    if (!group || Math.max(group.end, end) - Math.min(group.low, low) > LARGEST_SPAN) {
      group = { base, first: slot, guess: this.#guesses[base], low, end, count: 0, writes: false };
      this.#open[base] = group;
    }
    group.low = Math.min(group.low, low);
    group.end = Math.max(group.end, end);
    group.count++;
    group.writes ||= writesMemory(instruction);
    this.groups[slot - this.#start] = group;
  }

  /** A call may change what is accessible. */
  #call(slot: number): void {
    this.#open.fill(undefined);
    this.#guesses.fill(undefined, 0, 6);
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

/** The group of each access of a function, by slot counted from the function's start. */
export function groupAccesses(
  program: PreparedProgram,
  range: FunctionRange,
  { graph, dominance }: { graph: FlowGraph; dominance: Dominance },
  extents: ExtentSource,
): readonly (AccessGroup | undefined)[] {
  const grouper = new AccessGrouper(program, range, extents);
  followBlocks(graph, dominance, ({ start, end }, before: OpenGroups | undefined) => grouper.block(start, end, before));
  return grouper.groups;
}
