// Which of r1 to r5 a function may read before it writes them: only those are passed to it.

import { MAX_CALL_FRAMES } from '../memory/layout.ts';
import { writesDestination } from '../program/prepare.ts';
import type { FunctionRange, PreparedInstruction, PreparedProgram } from '../program/types.ts';
import { isCall } from './flow-graph.ts';

/** Bits of r1 to r5 in a set of registers. */
const ALL = 0b11_1110;

/** Operations that do not read the register they write. */
const onlyWrite: ReadonlySet<string> = new Set(['mov', 'movsx', 'addr-space-cast']);

function registersRead({ row, dst, src }: PreparedInstruction): number {
  if (row.form === 'load-imm64') return 0;
  const isLoad = row.class === 'ldx' || row.operation === 'load-acquire' || onlyWrite.has(row.operation);
  return (isLoad ? 0 : 1 << dst) | (1 << src);
}

/** A slot to go on from, and the registers not written by then. */
interface Way {
  readonly slot: number;
  readonly set: number;
}

interface Search {
  readonly range: FunctionRange;
  readonly unwritten: Uint8Array;
  readonly work: Way[];
}

class ParameterFinder {
  readonly #program: PreparedProgram;
  /** By function; undefined while not known. */
  readonly #found: (number | undefined)[];
  #depth = 0;

  constructor(program: PreparedProgram) {
    this.#program = program;
    this.#found = new Array(program.functions.length).fill(undefined);
  }

  /** The set of a function. One that calls itself gets all; so do those that only chains of calls too deep to run reach. */
  of(index: number): number {
    const known = this.#found[index];
    if (known !== undefined) return known;
    if (this.#depth === MAX_CALL_FRAMES) return ALL;
    this.#depth++;
    this.#found[index] = ALL;
    const found = this.#search(this.#program.functions[index] as FunctionRange);
    this.#found[index] = found;
    this.#depth--;
    return found;
  }

  #search(range: FunctionRange): number {
    /** Registers not written yet on some way to a slot. */
    const unwritten = new Uint8Array(range.end - range.start);
    const work: Way[] = [{ slot: range.start, set: ALL }];
    let read = 0;
    for (let way = work.pop(); way !== undefined; way = work.pop()) {
      read |= this.#follow(way, { range, unwritten, work });
    }
    return read & ALL;
  }

  /** Follows a way until it ends or brings nothing new; the registers it reads unwritten. */
  #follow(way: Way, { range, unwritten, work }: Search): number {
    let read = 0;
    let { set } = way;
    for (let slot = way.slot; slot < range.end && set !== 0; slot++) {
      const instruction = this.#program.code[slot];
      if (!instruction) continue;
      const known = unwritten[slot - range.start] as number;
      if ((known | set) === known) break;
      set |= known;
      unwritten[slot - range.start] = set;
      read |= set & this.#readBy(instruction);
      if (writesDestination(instruction.row)) set &= ~(1 << instruction.dst);
      const { form, operation } = instruction.row;
      const isJump = operation === 'jump' || operation === 'may-goto';
      if (isJump || form === 'branch-imm' || form === 'branch-src') work.push({ slot: instruction.target, set });
      if (operation === 'exit' || operation === 'jump') break;
    }
    return read;
  }

  #readBy(instruction: PreparedInstruction): number {
    if (instruction.row.operation === 'call-local') return this.of(instruction.target);
    return isCall(instruction.row) ? ALL : registersRead(instruction);
  }
}

/** The parameters of each function, in ascending order. */
export function findParameters(program: PreparedProgram): readonly (readonly number[])[] {
  const finder = new ParameterFinder(program);
  return program.functions.map(({ index }) => {
    const set = finder.of(index);
    return [1, 2, 3, 4, 5].filter((register) => (set & (1 << register)) !== 0);
  });
}
