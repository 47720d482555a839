// Straight-line code with knowledge of what the registers hold: values to instructions.

import {
  ADD,
  AND,
  CONST,
  DIV,
  headerLengthOffset,
  isLoad,
  LENGTH,
  LOAD1,
  LOAD4,
  LSH,
  MOD,
  MUL,
  NEG,
  NO_BASE,
  OR,
  RSH,
  SLOT,
  SUB,
  type Value,
  type Values,
  XOR,
} from '../ir/values.ts';
import {
  ALU,
  aluBits,
  BY_X,
  LD_B_ABS,
  LD_B_IND,
  LD_H_ABS,
  LD_H_IND,
  LD_IMM,
  LD_LEN,
  LD_MEM,
  LD_W_ABS,
  LD_W_IND,
  LDX_IMM,
  LDX_LEN,
  LDX_MEM,
  LDX_MSH,
  NEGATE,
  ST,
  STX,
  TAX,
  TXA,
} from './opcodes.ts';

/** No code; never written to. */
const NO_WORDS: number[] = [];

/** Nothing known. */
export const UNKNOWN = -1;

/** Words of scratch memory that a program has. */
export const MEMORY_WORDS = 16;

/** Arithmetic operations by the kind of value they make. */
export const aluByKind: Readonly<Record<number, number>> = {
  [ADD]: aluBits.add,
  [SUB]: aluBits.sub,
  [MUL]: aluBits.mul,
  [DIV]: aluBits.div,
  [MOD]: aluBits.mod,
  [AND]: aluBits.and,
  [OR]: aluBits.or,
  [XOR]: aluBits.xor,
  [LSH]: aluBits.lsh,
  [RSH]: aluBits.rsh,
};

/** What the registers hold. */
export interface Registers {
  a: Value;
  x: Value;
}

/** Where slots live in scratch memory; shared by all code of one program. */
export class Memory {
  readonly #words = new Map<number, number>();
  readonly #registers: readonly number[];

  constructor(slotRegisters: readonly number[]) {
    this.#registers = slotRegisters;
  }

  /** The word of a slot, given one at first sight; slots bound to a register have none. */
  word(slot: number): number | undefined {
    if ((this.#registers[slot] ?? 0) !== 0) return undefined;
    const known = this.#words.get(slot);
    if (known !== undefined) return known;
    const word = this.#words.size;
    this.#words.set(slot, word);
    return word;
  }

  get used(): number {
    return this.#words.size;
  }
}

/** Whether X alone can be given this value in one instruction. */
export function loadsIntoX(values: Values, value: Value, memory: Memory): boolean {
  const kind = values.kinds[value] as number;
  if (kind === CONST || kind === LENGTH) return true;
  if (kind === SLOT) return memory.word(values.as[value] as number) !== undefined;
  return headerLengthOffset(values, value) !== undefined;
}

const commutative = new Set([ADD, MUL, AND, OR, XOR]);

/** Emits code for values, block after block; `registers` follows along. */
export class Code {
  readonly values: Values;
  readonly memory: Memory;
  readonly registers: Registers = { a: UNKNOWN, x: UNKNOWN };
  /** Opcode and constant of each instruction of a block, one after the other. */
  words: number[] = NO_WORDS;
  #temporaries = 0;
  /** The most words that values were kept in at once. */
  mostTemporaries = 0;
  /** Set when a value was needed that is in no register any more and cannot be had again. */
  isBroken = false;

  constructor(values: Values, memory: Memory) {
    this.values = values;
    this.memory = memory;
  }

  /** Begins a block, with what the registers hold there. */
  begin(a: Value, x: Value): void {
    this.registers.a = a;
    this.registers.x = x;
    this.words = NO_WORDS;
    this.#temporaries = 0;
  }

  emit(opcode: number, k: number): void {
    // Most blocks have one instruction: an array that grows would take much more room.
    if (this.words.length === 0) this.words = [opcode, k];
    else this.words.push(opcode, k);
  }

  /** Makes A hold `value`. */
  toA(value: Value): void {
    const { registers, values } = this;
    if (registers.a === value) return;
    const kind = values.kinds[value] as number;
    if (registers.x === value && kind !== CONST && kind !== LENGTH) this.emit(TXA, 0);
    else if (kind === CONST) this.emit(LD_IMM, values.as[value] as number);
    else if (kind === LENGTH) this.emit(LD_LEN, 0);
    else if (kind === SLOT) this.emit(LD_MEM, this.#word(values.as[value] as number));
    else if (isLoad(kind)) this.#load(value, kind);
    else if (kind === NEG) {
      this.toA(values.as[value] as number);
      this.emit(NEGATE, 0);
    } else this.#binary(value, kind);
    registers.a = value;
  }

  #word(slot: number): number {
    const word = this.memory.word(slot);
    if (word === undefined) this.isBroken = true;
    return word ?? 0;
  }

  #load(value: Value, kind: number): void {
    const base = this.values.as[value] as number;
    const offset = this.values.bs[value] as number;
    if (base === NO_BASE) {
      this.emit(kind === LOAD4 ? LD_W_ABS : kind === LOAD1 ? LD_B_ABS : LD_H_ABS, offset);
      return;
    }
    this.toX(base);
    this.loadAtX(kind, offset);
  }

  /** A load into A at `offset` behind the place in X. */
  loadAtX(kind: number, offset: number): void {
    this.emit(kind === LOAD4 ? LD_W_IND : kind === LOAD1 ? LD_B_IND : LD_H_IND, offset);
  }

  #binary(value: Value, kind: number): void {
    const { values } = this;
    const left = values.as[value] as number;
    const right = values.bs[value] as number;
    const bits = ALU | (aluByKind[kind] as number);
    if (values.kinds[right] === CONST) {
      this.toA(left);
      this.emit(bits, values.as[right] as number);
      return;
    }
    if (commutative.has(kind) && this.#prefersSwap(left, right)) this.both(right, left);
    else this.both(left, right);
    this.emit(bits | BY_X, 0);
  }

  #prefersSwap(left: Value, right: Value): boolean {
    const { registers, values, memory } = this;
    if (registers.x === left || registers.a === right) return true;
    if (registers.x === right || registers.a === left) return false;
    return loadsIntoX(values, left, memory) && !loadsIntoX(values, right, memory);
  }

  /** Makes A hold `left` and X hold `right`. */
  both(left: Value, right: Value): void {
    const { registers, values, memory } = this;
    if (left === right) {
      this.toA(left);
      this.toX(right);
      return;
    }
    if (registers.x === right && !this.touchesX(left)) {
      this.toA(left);
    } else if (loadsIntoX(values, right, memory)) {
      this.toA(left);
      this.toX(right);
    } else if (!this.touchesX(left, { a: UNKNOWN, x: right }) && registers.a !== left) {
      this.toX(right);
      this.toA(left);
    } else {
      const word = this.#temporary();
      this.toA(right);
      this.emit(ST, word);
      this.toA(left);
      this.emit(LDX_MEM, word);
      registers.x = right;
    }
  }

  // Temporaries lie above the slots; the words of slots come from below.
  #temporary(): number {
    const word = MEMORY_WORDS - 1 - this.#temporaries++;
    if (this.#temporaries > this.mostTemporaries) this.mostTemporaries = this.#temporaries;
    return word;
  }

  /** Keeps a value in a word of its own: the last one, then the one below it, and so on. */
  keep(value: Value): void {
    this.toA(value);
    this.emit(ST, this.#temporary());
  }

  /** Whether computing `value` into A changes X, from such registers. */
  touchesX(value: Value, registers: Registers = this.registers): boolean {
    const { values } = this;
    if (registers.a === value || registers.x === value) return false;
    const kind = values.kinds[value] as number;
    if (kind === CONST || kind === LENGTH || kind === SLOT) return false;
    const a = values.as[value] as number;
    if (isLoad(kind)) return a !== NO_BASE && a !== registers.x;
    if (kind === NEG) return this.touchesX(a, registers);
    const b = values.bs[value] as number;
    if (values.kinds[b] === CONST || b === registers.x) return this.touchesX(a, registers);
    return !(commutative.has(kind) && a === registers.x && !this.touchesX(b, registers));
  }

  /** Makes X hold `value`. */
  toX(value: Value): void {
    const { registers, values } = this;
    if (registers.x === value) return;
    const kind = values.kinds[value] as number;
    const headerLength = headerLengthOffset(values, value);
    const slotWord = kind === SLOT ? this.memory.word(values.as[value] as number) : undefined;
    if (registers.a === value) this.emit(TAX, 0);
    else if (kind === CONST) this.emit(LDX_IMM, values.as[value] as number);
    else if (kind === LENGTH) this.emit(LDX_LEN, 0);
    else if (slotWord !== undefined) this.emit(LDX_MEM, slotWord);
    else if (headerLength !== undefined) this.emit(LDX_MSH, headerLength);
    else {
      this.toA(value);
      this.emit(TAX, 0);
    }
    registers.x = value;
  }

  /** Keeps the value that is in A, or else in X, in a slot's word. */
  store(slot: number, value: Value): void {
    const word = this.memory.word(slot) as number;
    if (this.registers.x === value && this.registers.a !== value) this.emit(STX, word);
    else {
      this.toA(value);
      this.emit(ST, word);
    }
  }
}
