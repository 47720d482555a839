// Arithmetic as libpcap writes it before optimising: every operand by itself, its result in a word of scratch memory.

import { EQ_VALUE } from '../ir/formula.ts';
import { ADD, CONST, headerLengthOffset, isLoad, LENGTH, NEG, SLOT, type Value, type Values } from '../ir/values.ts';
import { aluByKind, type Code, MEMORY_WORDS, UNKNOWN } from './code.ts';
import { ALU, aluBits, BY_X, LD_IMM, LD_LEN, LD_MEM, LDX_MEM, NEGATE, ST, TAX } from './opcodes.ts';

/** Writes comparisons of two values, one operand after the other. */
export class PlainArithmetic {
  readonly #code: Code;
  readonly #values: Values;
  /** Words below this one are taken for good. */
  readonly #first: number;
  readonly #isTaken: boolean[] = [];
  #current: number;
  /** How many words were needed, those below the first included. */
  mostWords = 0;

  constructor(code: Code, first: number) {
    this.#code = code;
    this.#values = code.values;
    this.#first = first;
    this.#current = first;
  }

  /** Leaves both sides in A and X; for equality their difference in A, to be compared with 0. */
  compare(operation: number, left: Value, right: Value): void {
    const a = this.#evaluate(left);
    const x = this.#evaluate(right);
    this.#fetch(a, x);
    if (operation === EQ_VALUE) this.#code.emit(ALU | aluBits.sub | BY_X, 0);
  }

  /** The words of two operands to the registers; they are free then. */
  #fetch(a: number, x: number): void {
    this.#code.emit(LDX_MEM, x);
    this.#code.emit(LD_MEM, a);
    this.#isTaken[a] = false;
    this.#isTaken[x] = false;
  }

  /** A free word: the one that was given last if it is free again, else the next. */
  #word(): number {
    const count = MEMORY_WORDS - this.#first;
    for (let tries = 0; this.#isTaken[this.#current] && tries < count; tries++)
      this.#current = this.#current + 1 < MEMORY_WORDS ? this.#current + 1 : this.#first;
    const taken = this.#isTaken[this.#current] ? MEMORY_WORDS : this.#current;
    this.#isTaken[this.#current] = true;
    this.mostWords = Math.max(this.mostWords, taken + 1);
    return this.#current;
  }

  #store(): number {
    const word = this.#word();
    this.#code.emit(ST, word);
    return word;
  }

  /** Computes a value; the word it is kept in. */
  #evaluate(value: Value): number {
    const values = this.#values;
    const kind = values.kinds[value] as number;
    const a = values.as[value] as number;
    if (kind === CONST || kind === LENGTH) {
      this.#code.emit(kind === CONST ? LD_IMM : LD_LEN, kind === CONST ? values.numberOf(value) : 0);
      return this.#store();
    }
    if (isLoad(kind)) return this.#load(kind, a, values.bs[value] as number);
    if (kind === NEG) {
      const word = this.#evaluate(a);
      this.#code.emit(LD_MEM, word);
      this.#code.emit(NEGATE, 0);
      this.#code.emit(ST, word);
      return word;
    }
    const left = this.#evaluate(a);
    this.#fetch(left, this.#evaluate(values.bs[value] as number));
    this.#code.emit(ALU | (aluByKind[kind] as number) | BY_X, 0);
    return this.#store();
  }

  /** A load at an index, counted from the start of the packet or from a place in it. */
  #load(kind: number, base: Value, offset: number): number {
    const place = this.#placeIn(base);
    const index = this.#evaluate(place === undefined ? base : (this.#values.as[base] as number));
    if (place === undefined) this.#code.emit(LDX_MEM, index);
    else {
      this.#code.registers.x = UNKNOWN;
      this.#code.toX(place);
      this.#code.emit(LD_MEM, index);
      this.#code.emit(ALU | aluBits.add | BY_X, 0);
      this.#code.emit(TAX, 0);
    }
    this.#code.loadAtX(kind, offset);
    const word = this.#store();
    this.#isTaken[index] = false;
    return word;
  }

  /** Where the index in a base counts from: what no index can be. */
  #placeIn(base: Value): Value | undefined {
    const values = this.#values;
    if (values.kinds[base] !== ADD) return undefined;
    const place = values.bs[base] as number;
    const isSlot = (value: Value): boolean => values.kinds[value] === SLOT;
    const isBehindSlot = values.kinds[place] === ADD && isSlot(values.bs[place] as number);
    return isSlot(place) || isBehindSlot || headerLengthOffset(values, place) !== undefined ? place : undefined;
  }
}
