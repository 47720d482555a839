// Values a filter computes: constants, loads and arithmetic, each distinct one stored once and named by its index.

import { Pool } from './pool.ts';

/** What a value is. Numbers, since the optimiser lives on them. */
export const CONST = 0;
/** Loads of 1, 2 and 4 bytes at `base + offset`: `a` is the base value or -1, `b` the offset. */
export const LOAD1 = 1;
export const LOAD2 = 2;
export const LOAD4 = 3;
/** Length of the packet. */
export const LENGTH = 4;
/** Binary operators on `a` and `b`, modulo 2^32. */
export const ADD = 5;
export const SUB = 6;
export const MUL = 7;
export const DIV = 8;
export const MOD = 9;
export const AND = 10;
export const OR = 11;
export const XOR = 12;
export const LSH = 13;
export const RSH = 14;
/** Two's complement of `a`. */
export const NEG = 15;
/** A variable assigned on the way; `a` is its number. */
export const SLOT = 16;

/** The base of a load at a fixed place. */
export const NO_BASE = -1;

/** One of the kinds above. */
export type ValueKind = number;
/** Index of a value. */
export type Value = number;

/** Size in bytes of what a load reads. */
export function loadSize(kind: ValueKind): number {
  return kind === LOAD4 ? 4 : kind;
}

/** Whether `kind` reads the packet. */
export function isLoad(kind: ValueKind): boolean {
  return kind >= LOAD1 && kind <= LOAD4;
}

/** The result of a binary operator on constants; undefined for a division by zero. */
export function evaluate(kind: ValueKind, a: number, b: number): number | undefined {
  const result = arithmetic[kind]?.(a, b);
  return result === undefined ? undefined : result >>> 0;
}

/** Applies an operator with `k` on its right, which must not be a division by zero, to each number in place. */
export function evaluateAll(kind: ValueKind, numbers: number[], k: number): void {
  // Most tables are of masked bytes: no call for each of them.
  if (kind === AND) for (let i = 0; i < numbers.length; i++) numbers[i] = ((numbers[i] as number) & k) >>> 0;
  else for (let i = 0; i < numbers.length; i++) numbers[i] = evaluate(kind, numbers[i] as number, k) as number;
}

const arithmetic: Readonly<Record<number, (a: number, b: number) => number | undefined>> = {
  [ADD]: (a, b) => a + b,
  [SUB]: (a, b) => a - b,
  [MUL]: (a, b) => Math.imul(a, b),
  [DIV]: (a, b) => (b === 0 ? undefined : Math.floor(a / b)),
  [MOD]: (a, b) => (b === 0 ? undefined : a % b),
  [AND]: (a, b) => a & b,
  [OR]: (a, b) => a | b,
  [XOR]: (a, b) => a ^ b,
  [LSH]: (a, b) => (b < 32 ? a << b : 0),
  [RSH]: (a, b) => (b < 32 ? a >>> b : 0),
};

/** The most that an operator gives, from the most of its sides; `fixed` says that the right side is a constant. */
const bounds: Readonly<Record<number, (left: number, right: number, fixed: boolean) => number>> = {
  [AND]: (left, right) => Math.min(left, right),
  [OR]: (left, right) => filled(Math.max(left, right)),
  [XOR]: (left, right) => filled(Math.max(left, right)),
  [ADD]: (left, right) => left + right,
  [MUL]: (left, right) => left * right,
  [LSH]: (left, right, fixed) => (fixed ? left * 2 ** right : 0xffffffff),
  [RSH]: (left, right, fixed) => (fixed ? (right < 32 ? left >>> right : 0) : left),
  [DIV]: (left, right, fixed) => (fixed && right > 0 ? Math.floor(left / right) : left),
  [MOD]: (left, right) => (right > 0 ? Math.min(left, right - 1) : left),
};

const pool = new Pool(3);

/** Store of values: equal ones get the same index. */
export class Values {
  /** Kinds and operands; those of constants and offsets as signed numbers. Other arrays once there are more values. */
  kinds!: Int32Array;
  as!: Int32Array;
  bs!: Int32Array;
  size = 0;
  /** Most a value can be. */
  readonly maxima: number[] = [];
  /** Whether identities and constants are folded as values are made. */
  readonly folds: boolean;
  readonly #storage = pool.take();

  constructor(folds: boolean) {
    this.folds = folds;
    this.#useColumns();
  }

  #useColumns(): void {
    [this.kinds, this.as, this.bs] = this.#storage.columns as [Int32Array, Int32Array, Int32Array];
  }

  /** Leaves the storage to others: the values are gone. */
  release(): void {
    pool.give(this.#storage, this.size);
    this.size = 0;
  }

  /** The number that a constant is. */
  numberOf(constant: Value): number {
    return (this.as[constant] as number) >>> 0;
  }

  /** Where a load reads, behind its base. */
  offsetOf(load: Value): number {
    return (this.bs[load] as number) >>> 0;
  }

  constant(k: number): Value {
    return this.#intern(CONST, k >>> 0, 0);
  }

  length(): Value {
    return this.#intern(LENGTH, 0, 0);
  }

  slot(number: number): Value {
    return this.#intern(SLOT, number, 0);
  }

  /** A load of `size` bytes at `base + offset`. */
  load(size: number, base: Value, offset: number): Value {
    const kind = size === 4 ? LOAD4 : size;
    if (base === NO_BASE || !this.folds) return this.#intern(kind, base, offset >>> 0);
    const baseKind = this.kinds[base];
    if (baseKind === CONST) return this.#intern(kind, NO_BASE, (this.numberOf(base) + offset) >>> 0);
    // Only what cannot wrap may move into the offset: the sum is not taken modulo 2^32 where the packet is read.
    if (baseKind === ADD && this.isConstant(this.bs[base] as number)) {
      const left = this.as[base] as number;
      const k = this.numberOf(this.bs[base] as Value);
      if ((this.maxima[left] as number) + k <= 0xffffffff && k + offset <= 0xffffffff)
        return this.load(size, left, k + offset);
    }
    return this.#intern(kind, base, offset >>> 0);
  }

  /** A value made by an operator. */
  binary(kind: ValueKind, a: Value, b: Value): Value {
    return this.folds ? this.#folded(kind, a, b) : this.#intern(kind, a, b);
  }

  /** An operator with a constant on its right. */
  withConstant(kind: ValueKind, a: Value, k: number): Value {
    return this.binary(kind, a, this.constant(k));
  }

  negate(a: Value): Value {
    if (this.folds && this.isConstant(a)) return this.constant(-this.numberOf(a));
    return this.#intern(NEG, a, 0);
  }

  isConstant(value: Value): boolean {
    return this.kinds[value] === CONST;
  }

  /** Whether a value is made by an operator with a constant on its right. */
  hasConstantRight(value: Value): boolean {
    const kind = this.kinds[value] as number;
    return kind >= ADD && kind <= RSH && this.kinds[this.bs[value] as number] === CONST;
  }

  /** Whether computing `value` can end the program: a load outside, a division by zero. */
  canFail(value: Value): boolean {
    const kind = this.kinds[value] as number;
    if (isLoad(kind)) return true;
    if (kind < ADD || kind === SLOT) return false;
    if (this.canDivideByZero(value)) return true;
    return this.canFail(this.as[value] as number) || (kind !== NEG && this.canFail(this.bs[value] as number));
  }

  /** Whether a value is a quotient or a remainder by what may be zero. */
  canDivideByZero(value: Value): boolean {
    const kind = this.kinds[value] as number;
    if (kind !== DIV && kind !== MOD) return false;
    const right = this.bs[value] as Value;
    return !this.isConstant(right) || this.as[right] === 0;
  }

  #folded(kind: ValueKind, a: Value, b: Value): Value {
    const aConstant = this.isConstant(a);
    const bConstant = this.isConstant(b);
    const k = bConstant ? this.numberOf(b) : 0;
    if (aConstant && bConstant) {
      const result = evaluate(kind, this.numberOf(a), k);
      if (result !== undefined) return this.constant(result);
    }
    if (aConstant && !bConstant && commutes(kind)) return this.#folded(kind, b, a);
    if (kind === SUB && bConstant) return this.#folded(ADD, a, this.constant(-k));
    if (bConstant) return this.#foldConstant(kind, a, k) ?? this.#intern(kind, a, b);
    if (a === b && !this.canFail(a) && (kind === SUB || kind === XOR)) return this.constant(0);
    return this.#intern(kind, a, b);
  }

  #foldConstant(kind: ValueKind, a: Value, k: number): Value | undefined {
    return this.#neutral(kind, a, k) ?? this.#nested(kind, a, k) ?? this.#cheaper(kind, a, k);
  }

  /** Operations that change nothing, or leave nothing. */
  #neutral(kind: ValueKind, a: Value, k: number): Value | undefined {
    if (k === 0 && (kind === ADD || kind === OR || kind === XOR || kind === LSH || kind === RSH)) return a;
    if (k === 1 && (kind === MUL || kind === DIV)) return a;
    if (k === 0 && (kind === AND || kind === MUL) && !this.canFail(a)) return this.constant(0);
    const maximum = this.maxima[a] as number;
    return kind === AND && isMask(maximum) && (k & maximum) >>> 0 === maximum ? a : undefined;
  }

  /** `(a + k) + l` and its like: one operation. */
  #nested(kind: ValueKind, a: Value, k: number): Value | undefined {
    const right = this.bs[a] as number;
    if (this.kinds[a] !== kind || !(kind === ADD || kind === AND || kind === OR || kind === XOR)) return undefined;
    if (!this.isConstant(right)) return undefined;
    return this.binary(kind, this.as[a] as number, this.constant(evaluate(kind, this.numberOf(right), k) as number));
  }

  /** By a power of two: shifts and masks. */
  #cheaper(kind: ValueKind, a: Value, k: number): Value | undefined {
    if (!isPowerOfTwo(k)) return undefined;
    const bits = 31 - Math.clz32(k);
    if (kind === MUL) return this.withConstant(LSH, a, bits);
    if (kind === DIV) return this.withConstant(RSH, a, bits);
    return kind === MOD ? this.withConstant(AND, a, k - 1) : undefined;
  }

  #intern(kind: ValueKind, left: number, right: number): Value {
    const { kinds, as, bs } = this;
    const { table, base } = this.#storage;
    const [a, b] = [left | 0, right | 0];
    const mask = table.length - 1;
    let at = hash(kind, a, b) & mask;
    for (let value = (table[at] as number) - base; value >= 0; value = (table[at] as number) - base) {
      if (kinds[value] === kind && as[value] === a && bs[value] === b) return value;
      at = (at + 1) & mask;
    }
    const added = this.size++;
    table[at] = base + added;
    kinds[added] = kind;
    as[added] = a;
    bs[added] = b;
    this.maxima.push(this.#maximum(kind, left, right));
    if (this.size === kinds.length) this.#grow();
    return added;
  }

  #maximum(kind: ValueKind, a: number, b: number): number {
    if (kind === CONST) return a;
    if (kind === LOAD1) return 0xff;
    if (kind === LOAD2) return 0xffff;
    if (kind < ADD || kind > RSH) return 0xffffffff;
    const bound = bounds[kind];
    if (!bound) return 0xffffffff;
    return Math.min(0xffffffff, bound(this.maxima[a] as number, this.maxima[b] as number, this.isConstant(b)));
  }

  #grow(): void {
    this.#storage.grow();
    this.#useColumns();
    const { table, base } = this.#storage;
    const mask = table.length - 1;
    for (let value = 0; value < this.size; value++) {
      let at = hash(this.kinds[value] as number, this.as[value] as number, this.bs[value] as number) & mask;
      while ((table[at] as number) >= base) at = (at + 1) & mask;
      table[at] = base + value;
    }
  }
}

/** For `4 * ([k] & 0xf)` its `k`. */
export function headerLengthOffset(values: Values, value: Value): number | undefined {
  if (values.kinds[value] !== LSH || !isConstant(values, values.bs[value] as number, 2)) return undefined;
  const masked = values.as[value] as number;
  if (values.kinds[masked] !== AND || !isConstant(values, values.bs[masked] as number, 15)) return undefined;
  const load = values.as[masked] as number;
  return values.kinds[load] === LOAD1 && values.as[load] === NO_BASE ? values.offsetOf(load) : undefined;
}

function isConstant(values: Values, value: Value, k: number): boolean {
  return values.kinds[value] === CONST && values.numberOf(value) === k;
}

function commutes(kind: ValueKind): boolean {
  return kind === ADD || kind === MUL || kind === AND || kind === OR || kind === XOR;
}

/** All bits up to the highest one of `k`. */
function filled(k: number): number {
  return k === 0 ? 0 : 0xffffffff >>> Math.clz32(k);
}

function isMask(k: number): boolean {
  return k === filled(k);
}

function isPowerOfTwo(k: number): boolean {
  return k !== 0 && (k & (k - 1)) >>> 0 === 0;
}

/** Mixes three integers to 30 bits, a number that needs no box; the caller masks. */
export function hash(a: number, b: number, c: number): number {
  let h = Math.imul(a, 0x9e3779b1) ^ Math.imul(b | 0, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 15), 0xc2b2ae35) ^ Math.imul(c | 0, 0x27d4eb2f);
  return (h ^ (h >>> 13)) & 0x3fffffff;
}
