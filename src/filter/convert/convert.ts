// Classic to extended BPF, instruction by instruction, as the kernel converts its own (net/core/filter.c).

import {
  alu,
  byteOrder,
  type ClassicInstruction,
  callHelper,
  type Instruction,
  lddw,
  load,
  mov,
  neg,
  register,
  store,
} from '../../isa/index.ts';
import { LOOKUP_A, LOOKUP_WORDS } from '../select/opcodes.ts';
import { Emitter } from './emitter.ts';
import { DirectAccess, type PacketAccess, SkbAccess } from './packet-access.ts';
import { A, CONTEXT, FOUND, FRAME, X } from './registers.ts';
import { isExact, type PrefixSet, wordsOf } from './set-maps.ts';

/** What a converted program does when the filter matches, and when not. */
export interface Verdicts {
  /** Return value; undefined: what the classic program returns. */
  readonly match: number | undefined;
  readonly miss: number;
}

/** Kinds of programs, by how they get at the packet. */
export type ProgramKind = 'socket' | 'tc' | 'xdp';

const MISS = -1;
const MATCH = -2;
const WORDS = 16;

/** Places on the stack below scratch memory: where A is while a helper runs, and a key. */
const SAVED_A = -4 * WORDS - 4;
const KEY = SAVED_A - 28;

const MAP_LOOKUP = 1;

/**
 * Turns that the loops of `protochain` may take together, which share it out: one for each extension header. A packet with more
 * headers does not match. Classic programs have no bound, but the verifier walks through every turn.
 */
const MOST_TURNS = 256;

type Condition = 'jeq' | 'jgt' | 'jge' | 'jset';
const conditions: Readonly<Record<number, Condition>> = { 16: 'jeq', 32: 'jgt', 48: 'jge', 64: 'jset' };
const inverses = { jeq: 'jne', jgt: 'jle', jge: 'jlt' } as const;

type Operation = 'add' | 'sub' | 'mul' | 'div' | 'mod' | 'or' | 'and' | 'xor' | 'lsh' | 'rsh';
const operations: Readonly<Record<number, Operation>> = {
  0: 'add',
  16: 'sub',
  32: 'mul',
  48: 'div',
  64: 'or',
  80: 'and',
  96: 'lsh',
  112: 'rsh',
  144: 'mod',
  160: 'xor',
};

/** One conversion. */
class Converter {
  readonly emitter = new Emitter();
  readonly access: PacketAccess;
  readonly verdicts: Verdicts;
  readonly program: readonly ClassicInstruction[];
  readonly lookups: readonly PrefixSet[];
  readonly #loops: ReadonlySet<number>;
  #nextLabel: number;

  constructor({ program, lookups = [] }: Convertible, kind: ProgramKind, verdicts: Verdicts) {
    this.program = program;
    this.lookups = lookups;
    this.verdicts = verdicts;
    this.#loops = loopsOf(program);
    this.#nextLabel = program.length;
    this.access =
      kind === 'socket' ? new SkbAccess(this.emitter) : new DirectAccess(this.emitter, kind, () => this.#nextLabel++);
  }

  run(): Instruction[] {
    const { emitter, program } = this;
    emitter.emit(mov(CONTEXT, register(1)), mov(A, 0), mov(X, 0));
    this.access.begin(program, MISS);
    this.program.forEach((instruction, index) => {
      if (this.#loops.has(index)) emitter.emit(mov(this.access.counter, Math.ceil(MOST_TURNS / this.#loops.size)));
      emitter.place(index);
      this.#convert(instruction, index);
    });
    if (this.verdicts.match !== undefined) {
      emitter.place(MATCH);
      emitter.emit(mov(A, this.verdicts.match, 32));
      emitter.exit();
    }
    emitter.place(MISS);
    emitter.emit(mov(A, this.verdicts.miss, 32));
    emitter.exit();
    return emitter.finish();
  }

  #convert(instruction: ClassicInstruction, index: number): void {
    const handler = this.#classes[instruction.code & 7] as (one: ClassicInstruction, at: number) => void;
    handler(instruction, index);
  }

  readonly #classes: readonly ((instruction: ClassicInstruction, index: number) => void)[] = [
    (one): void => this.#load(one),
    (one): void => this.#loadX(one),
    ({ k }): void => this.emitter.emit(store(word(k), register(A), 32)),
    ({ k }): void => this.emitter.emit(store(word(k), register(X), 32)),
    (one): void => this.#arithmetic(one),
    (one, index): void => this.#jump(one, index),
    (one): void => this.#return(one),
    ({ code }): void => this.emitter.emit((code & 0xf8) === 0x80 ? mov(A, register(X)) : mov(X, register(A))),
  ];

  #load({ code, k }: ClassicInstruction): void {
    const size = (code & 0x18) === 0 ? 4 : (code & 0x18) === 8 ? 2 : 1;
    switch (code & 0xe0) {
      case 0x00:
        this.emitter.emit(mov(A, k | 0, 32));
        break;
      case 0x60:
        this.emitter.emit(load(A, word(k), 32));
        break;
      case 0x80:
        this.access.length(A);
        break;
      case 0x40:
        this.access.indirect(size, k, MISS);
        break;
      default:
        this.access.absolute(size, k, MISS);
    }
  }

  #loadX({ code, k }: ClassicInstruction): void {
    switch (code & 0xe0) {
      case 0x00:
        this.emitter.emit(mov(X, k | 0, 32));
        break;
      case 0x60:
        this.emitter.emit(load(X, word(k), 32));
        break;
      case 0x80:
        this.access.length(X);
        break;
      default:
        this.access.headerLength(k, MISS);
    }
  }

  #arithmetic({ code, k }: ClassicInstruction): void {
    const { emitter } = this;
    const operation = operations[code & 0xf0];
    if (!operation) {
      emitter.emit(neg(A, 32));
      return;
    }
    if (!(code & 8)) {
      emitter.emit(alu(operation, A, k | 0, 32));
      return;
    }
    if (operation === 'div' || operation === 'mod') emitter.branch32('jeq', X, 0, MISS);
    if (operation === 'lsh' || operation === 'rsh') this.#shift(operation);
    else emitter.emit(alu(operation, A, register(X), 32));
  }

  /** By 32 and more all bits are gone; extended BPF would take the distance modulo 32. */
  #shift(operation: 'lsh' | 'rsh'): void {
    const { emitter } = this;
    const [clear, done] = [this.#nextLabel++, this.#nextLabel++];
    emitter.branch32('jgt', X, 31, clear);
    emitter.emit(alu(operation, A, register(X), 32));
    emitter.goto(done);
    emitter.place(clear);
    emitter.emit(mov(A, 0, 32));
    emitter.place(done);
  }

  #jump({ code, jt, jf, k }: ClassicInstruction, index: number): void {
    const { emitter } = this;
    if (code === 0x05) {
      if ((k | 0) < 0) this.#countTurn();
      if (k !== 0) emitter.goto(this.#target(index + 1 + (k | 0)));
      return;
    }
    if (code === LOOKUP_A || code === LOOKUP_WORDS) {
      this.#lookUp(k);
      emitter.branch64('jne', FOUND, 0, this.#target(index + 1 + jt));
      emitter.goto(this.#target(index + 1 + jf));
      return;
    }
    const condition = conditions[code & 0xf0] as Condition;
    const source = code & 8 ? register(X) : k | 0;
    const yes = this.#target(index + 1 + jt);
    const no = this.#target(index + 1 + jf);
    const next = index + 1;
    if (jt === 0 && jf === 0) return;
    if (yes === next && condition !== 'jset') emitter.branch32(inverses[condition], A, source, no);
    else {
      emitter.branch32(condition, A, source, yes);
      if (no !== next) emitter.goto(no);
    }
  }

  /** Looks up in a map what is in A, or in the last words of scratch memory; A stays as it is. */
  #lookUp(number: number): void {
    const { emitter } = this;
    const set = this.lookups[number] as PrefixSet;
    emitter.emit(store(stack(SAVED_A), register(A), 32));
    emitter.emit(mov(2, register(FRAME)), alu('add', 2, this.#key(set)));
    emitter.emit(...lddw(1, BigInt(number), 'lddw-map-fd'), callHelper(MAP_LOOKUP));
    emitter.emit(mov(FOUND, register(A)), load(A, stack(SAVED_A), 32));
  }

  /** Where on the stack the key is; prefixes need one in network order, behind the number of bits that count. */
  #key(set: PrefixSet): number {
    const { emitter } = this;
    const words = wordsOf(set);
    const first = words === 1 ? SAVED_A : word(WORDS - 1).offset;
    if (isExact(set)) return first - 4 * (words - 1);
    emitter.emit(store(stack(KEY), 32 * words, 32));
    for (let i = 0; i < words; i++) {
      emitter.emit(load(1, stack(first - 4 * i), 32), byteOrder('to-big-endian', 1, 32));
      emitter.emit(store(stack(KEY + 4 + 4 * i), register(1), 32));
    }
    return KEY;
  }

  /**
   * At the end of a loop: leaves it when there were too many turns. X is swapped there and back, which makes the verifier forget
   * what it knows of it: else it would look at the next turn once for each way through this one.
   */
  #countTurn(): void {
    const { emitter } = this;
    const { counter } = this.access;
    emitter.emit(byteOrder('to-big-endian', X, 32), byteOrder('to-big-endian', X, 32), alu('sub', counter, 1));
    emitter.branch64('jeq', counter, 0, MISS);
  }

  /** Where a jump leads: returns are shared. */
  #target(index: number): number {
    const instruction = this.program[index] as ClassicInstruction;
    if (instruction.code !== 0x06) return index;
    if (instruction.k === 0) return MISS;
    return this.verdicts.match === undefined ? index : MATCH;
  }

  #return({ code, k }: ClassicInstruction): void {
    const { emitter, verdicts } = this;
    if (code === 0x06 && k === 0) emitter.goto(MISS);
    else if (verdicts.match !== undefined && code === 0x06) emitter.goto(MATCH);
    else {
      if (code === 0x06) emitter.emit(mov(A, k | 0, 32));
      emitter.exit();
    }
  }
}

/** A place on the stack. */
function stack(offset: number): { register: number; offset: number } {
  return { register: FRAME, offset };
}

/** Place of a word of scratch memory. */
function word(k: number): { register: number; offset: number } {
  return stack(-4 * (WORDS - k));
}

/** Where loops start: the targets of jumps backwards, as `protochain` has them. */
function loopsOf(program: readonly ClassicInstruction[]): ReadonlySet<number> {
  const starts = new Set<number>();
  program.forEach(({ code, k }, index) => {
    if (code === 0x05 && (k | 0) < 0) starts.add(index + 1 + (k | 0));
  });
  return starts;
}

/** What is converted. */
interface Convertible {
  readonly program: readonly ClassicInstruction[];
  /** Sets that the program looks up, by number. */
  readonly lookups?: readonly PrefixSet[];
}

/** Converts a program to extended BPF. Loads of maps have the number of the set instead of a descriptor. */
export function convertProgram(what: Convertible, kind: ProgramKind, verdicts: Verdicts): Instruction[] {
  return removeUnreachable(new Converter(what, kind, verdicts).run());
}

/** Converts a classic program to extended BPF. */
export function convertClassic(
  program: readonly ClassicInstruction[],
  kind: ProgramKind,
  verdicts: Verdicts,
): Instruction[] {
  return convertProgram({ program }, kind, verdicts);
}

/** The verifier takes no unreachable code: returns that every jump passes by. */
function removeUnreachable(code: readonly Instruction[]): Instruction[] {
  const reachable = new Uint8Array(code.length);
  const pending = [0];
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    while (at < code.length && !reachable[at]) {
      reachable[at] = 1;
      const { opcode, offset } = code[at] as Instruction;
      const isJump = (opcode & 7) === 5 || (opcode & 7) === 6;
      if (opcode === 0x95) break;
      if (isJump && opcode !== 0x85) pending.push(at + 1 + offset);
      if (opcode === 0x05) break;
      at++;
    }
  }
  const moved = new Int32Array(code.length + 1);
  for (let at = 0; at < code.length; at++) moved[at + 1] = (moved[at] as number) + (reachable[at] as number);
  const result: Instruction[] = [];
  code.forEach((one, at) => {
    if (!reachable[at]) return;
    const isJump = ((one.opcode & 7) === 5 || (one.opcode & 7) === 6) && one.opcode !== 0x85 && one.opcode !== 0x95;
    const offset = isJump ? (moved[at + 1 + one.offset] as number) - (moved[at] as number) - 1 : one.offset;
    result.push({ ...one, offset });
  });
  return result;
}
