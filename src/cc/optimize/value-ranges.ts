// Between which numbers every value lies: by its operation, by the comparisons it has passed, by the bounds of its loop.

import { signedValue } from '../ir/build.ts';
import type { FlowGraph } from '../ir/dominators.ts';
import type { Block, Constant, Instruction, InstructionOf, Opcode, Predicate, Value } from '../ir/types.ts';
import { Conditions, type Edge } from './conditions.ts';

/** Signed bounds, both included. What is beyond the exact integers of a `number` is infinite. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

const whole32: Range = { min: -0x80000000, max: 0x7fffffff };
const whole64: Range = { min: Number.NEGATIVE_INFINITY, max: Number.POSITIVE_INFINITY };
const whole = (type: string): Range => (type === 'i32' ? whole32 : whole64);

function exact(value: number): number {
  return Number.isSafeInteger(value) ? value : value < 0 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

/** Bounds of a computation that does not wrap; the whole type where it may. */
function bounded(type: string, min: number, max: number): Range {
  const all = whole(type);
  const isExact = Number.isSafeInteger(min) && Number.isSafeInteger(max);
  return isExact && min >= all.min && max <= all.max && min <= max ? { min, max } : all;
}

function ofConstant(value: Constant): Range {
  const number = exact(Number(signedValue(value)));
  return Number.isFinite(number)
    ? { min: number, max: number }
    : number < 0
      ? { min: number, max: -1 }
      : { min: 0, max: number };
}

/** The least `2^n - 1` that is not below. */
function filled(max: number): number {
  return max > 0x1fffffffffffff ? Number.POSITIVE_INFINITY : 2 ** (max === 0 ? 0 : Math.floor(Math.log2(max)) + 1) - 1;
}

function corners(type: string, results: readonly number[]): Range {
  return results.some((value) => Number.isNaN(value))
    ? whole(type)
    : bounded(type, Math.min(...results), Math.max(...results));
}

/** As an unsigned number of its type. */
function unsigned({ min, max }: Range, type: string): Range {
  return min >= 0 ? { min, max } : { min: 0, max: type === 'i32' ? 0xffffffff : Number.POSITIVE_INFINITY };
}

type Rule = (instruction: Instruction, left: Range, right: Range) => Range;

const shiftCount = ({ min, max }: Range, type: string): number | undefined =>
  min === max ? min & (type === 'i32' ? 31 : 63) : undefined;

function andRange({ type }: Instruction, left: Range, right: Range): Range {
  if (left.min < 0 && right.min < 0) return whole(type);
  return {
    min: 0,
    max: Math.min(
      left.min < 0 ? Number.POSITIVE_INFINITY : left.max,
      right.min < 0 ? Number.POSITIVE_INFINITY : right.max,
    ),
  };
}

function orRange({ type }: Instruction, left: Range, right: Range): Range {
  return left.min < 0 || right.min < 0 ? whole(type) : { min: 0, max: filled(Math.max(left.max, right.max)) };
}

function logicalRight({ type }: Instruction, left: Range, right: Range): Range {
  const count = shiftCount(right, type);
  const { max } = unsigned(left, type);
  if (count === undefined) return left.min >= 0 ? { min: 0, max: left.max } : whole(type);
  if (count === 0) return left;
  const limit = type === 'i32' ? 0xffffffff : 2 ** 64;
  return { min: 0, max: exact(Math.floor(Math.min(max, limit) / 2 ** count)) };
}

function divided({ type }: Instruction, left: Range, right: Range): Range {
  if (right.min < 0) return whole(type);
  if (left.min < 0 && right.min < 2) return whole(type);
  const { max } = unsigned(left, type);
  return { min: 0, max: Math.floor(max / Math.max(1, right.min)) };
}

function remainder({ type }: Instruction, left: Range, right: Range): Range {
  // A remainder by zero is the dividend.
  if (right.min > 0) return { min: 0, max: right.max - 1 };
  return left.min >= 0 ? { min: 0, max: left.max } : whole(type);
}

function truncated(_: Instruction, left: Range): Range {
  return bounded('i32', left.min, left.max);
}

function loaded(load: InstructionOf<'load'>): Range {
  const bits = load.width * 8;
  if (bits >= (load.type === 'i32' ? 32 : 64)) return whole(load.type);
  return load.signed ? { min: -(2 ** (bits - 1)), max: 2 ** (bits - 1) - 1 } : { min: 0, max: 2 ** bits - 1 };
}

const rules: { readonly [O in Opcode]?: Rule } = {
  add: ({ type }, a, b) => bounded(type, a.min + b.min, a.max + b.max),
  sub: ({ type }, a, b) => bounded(type, a.min - b.max, a.max - b.min),
  mul: ({ type }, a, b) => corners(type, [a.min * b.min, a.min * b.max, a.max * b.min, a.max * b.max]),
  and: andRange,
  or: orRange,
  xor: orRange,
  shl: ({ type }, a, b) => {
    const count = shiftCount(b, type);
    return count === undefined ? whole(type) : bounded(type, a.min * 2 ** count, a.max * 2 ** count);
  },
  lshr: logicalRight,
  ashr: ({ type }, a, b) => {
    const by = 2 ** (shiftCount(b, type) ?? 0);
    const { min, max } = { min: Math.floor(a.min / by), max: Math.floor(a.max / by) };
    return shiftCount(b, type) === undefined ? { min: Math.min(a.min, 0), max: Math.max(a.max, 0) } : { min, max };
  },
  udiv: divided,
  urem: remainder,
  compare: () => ({ min: 0, max: 1 }),
  zext: (_, a) => unsigned(a, 'i32'),
  sext: (_, a) => a,
  trunc: truncated,
  'sign-extend': (instruction, a) => {
    const half = 2 ** ((instruction as InstructionOf<'sign-extend'>).bits - 1);
    return a.min >= -half && a.max < half ? a : { min: -half, max: half - 1 };
  },
  bswap: (instruction) =>
    (instruction as InstructionOf<'bswap'>).bits === 16 ? { min: 0, max: 0xffff } : whole(instruction.type),
  load: (instruction) => loaded(instruction as InstructionOf<'load'>),
};

/** What a comparison with something in `other` leaves of a range. */
function narrowed(range: Range, predicate: Predicate, other: Range): Range {
  const { min, max } = range;
  // Unsigned comparisons say the same as signed ones where nothing is negative.
  const isNatural = other.min >= 0 && (min >= 0 || predicate === 'ult' || predicate === 'ule');
  switch (predicate) {
    case 'eq':
      return { min: Math.max(min, other.min), max: Math.min(max, other.max) };
    case 'slt':
      return { min, max: Math.min(max, other.max - 1) };
    case 'sle':
      return { min, max: Math.min(max, other.max) };
    case 'sgt':
      return { min: Math.max(min, other.min + 1), max };
    case 'sge':
      return { min: Math.max(min, other.min), max };
    case 'ult':
      return isNatural ? { min: Math.max(min, 0), max: Math.min(max, other.max - 1) } : range;
    case 'ule':
      return isNatural ? { min: Math.max(min, 0), max: Math.min(max, other.max) } : range;
    case 'ugt':
      return isNatural ? { min: Math.max(min, other.min + 1), max } : range;
    case 'uge':
      return isNatural ? { min: Math.max(min, other.min), max } : range;
    default:
      return range;
  }
}

/** Ranges of all values of a function. */
export class ValueRanges {
  readonly #known = new Map<Value, Range>();
  readonly #conditions: Conditions;

  constructor(graph: FlowGraph) {
    this.#conditions = new Conditions(graph);
    for (const block of graph.order) {
      for (const instruction of block.instructions) {
        const range = instruction.op === 'phi' ? this.#phi(instruction, block) : this.#compute(instruction);
        if (range) this.#known.set(instruction, range);
      }
    }
  }

  /** Bounds of a value wherever it is. */
  of(value: Value): Range {
    if (value.kind === 'constant') return ofConstant(value);
    return this.#known.get(value) ?? whole(value.type);
  }

  /** Bounds of a value where a block begins, comparisons on the way there taken into account. */
  at(value: Value, block: Block, edge?: Edge): Range {
    let range = this.of(value);
    if (value.kind === 'constant') return range;
    for (const { predicate, other } of this.#conditions.holding(value, block, edge))
      range = narrowed(range, predicate, this.of(other));
    return range;
  }

  #compute(instruction: Instruction): Range | undefined {
    if (instruction.type !== 'i32' && instruction.type !== 'i64') return undefined;
    const rule = rules[instruction.op];
    if (!rule) return undefined;
    const [left, right] = instruction.args as [Value, Value | undefined];
    return rule(instruction, this.of(left), right ? this.of(right) : whole64);
  }

  /** From where it comes; where a loop adds to it, as far as the loop's comparison lets it. */
  #phi(phi: InstructionOf<'phi'>, block: Block): Range | undefined {
    if (phi.type !== 'i32' && phi.type !== 'i64') return undefined;
    const steps: { readonly arg: Instruction; readonly step: number; readonly from: Block }[] = [];
    let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    const join = (range: Range): void => {
      [min, max] = [Math.min(min, range.min), Math.max(max, range.max)];
    };
    for (const [i, arg] of phi.args.entries()) {
      const from = phi.blocks[i] as Block;
      const step = arg === phi ? undefined : stepFrom(phi, arg);
      if (arg === phi || arg.kind === 'undefined') continue;
      if (step === undefined || this.#known.has(arg)) join(this.at(arg, from, { from, to: block }));
      else steps.push({ arg: arg as Instruction, step, from });
    }
    if (min > max) return undefined;
    const start = { min, max };
    for (const { arg, step, from } of steps) {
      const way = { from, to: block, step, start, isAlone: steps.length === 1 };
      const reached = this.#afterStep(phi, arg, way);
      if (!reached) return undefined;
      join(reached);
    }
    return { min, max };
  }

  /** Bounds of `phi + step` when it comes back, if comparisons keep it from wrapping. */
  #afterStep(
    phi: Value,
    next: Instruction,
    way: Edge & { readonly step: number; readonly start: Range; readonly isAlone: boolean },
  ): Range | undefined {
    const { step, start, isAlone } = way;
    const all = whole32;
    // Before the step the old value was tested, or after it the new one: then it started too low to wrap, and goes on so.
    const before = this.at(phi, this.#conditions.homeOf(next) ?? way.from);
    const after = this.at(next, way.from, way);
    if (step > 0) {
      const top = Math.min(before.max + step, after.max);
      const isSafe = before.max + step <= all.max || (isAlone && Math.max(after.max, start.max) + step <= all.max);
      return isSafe ? { min: start.min, max: top } : undefined;
    }
    const bottom = Math.max(before.min + step, after.min);
    const isSafe = before.min + step >= all.min || (isAlone && Math.min(after.min, start.min) + step >= all.min);
    return isSafe ? { min: bottom, max: start.max } : undefined;
  }
}

/** `c` where `arg` is `phi + c`. */
function stepFrom(phi: Value, arg: Value): number | undefined {
  if (arg.kind !== 'instruction' || (arg.op !== 'add' && arg.op !== 'sub')) return undefined;
  if (arg.args[0] !== phi || arg.args[1]?.kind !== 'constant') return undefined;
  const step = Number(signedValue(arg.args[1])) * (arg.op === 'sub' ? -1 : 1);
  return Math.abs(step) < 0x10000000 ? step : undefined;
}
