// What the ranges of values make superfluous: masks and extensions that change nothing, comparisons that are decided, signed
// operations on what is never negative; divisions by powers of two as shifts and masks. A mask or a comparison goes only where the
// value itself says so, not a branch before: the verifier may have needed it.

import { constant, makeInstruction, replaceUses } from '../ir/build.ts';
import { flowGraph } from '../ir/dominators.ts';
import type { Block, Constant, Instruction, InstructionOf, IrFunction, Opcode, Predicate, Value } from '../ir/types.ts';
import { type Range, ValueRanges } from './value-ranges.ts';

type Decision = (a: Range, b: Range) => boolean | undefined;

const isApart: Decision = (a, b) => a.max < b.min || b.max < a.min;
const isBelow: Decision = (a, b) => (a.max < b.min ? true : a.min >= b.max ? false : undefined);
const isAtMost: Decision = (a, b) => (a.max <= b.min ? true : a.min > b.max ? false : undefined);
const exchanged =
  (decide: Decision): Decision =>
  (a, b): boolean | undefined =>
    decide(b, a);
/** An unsigned comparison is like the signed one where nothing is negative. */
const natural =
  (decide: Decision): Decision =>
  (a, b): boolean | undefined =>
    a.min >= 0 && b.min >= 0 ? decide(a, b) : undefined;

/** How a comparison of two ranges ends, where that is certain. */
const decisions: { readonly [P in Predicate]?: Decision } = {
  eq: (a, b) => (isApart(a, b) ? false : undefined),
  ne: (a, b) => isApart(a, b) || undefined,
  slt: isBelow,
  sle: isAtMost,
  sgt: exchanged(isBelow),
  sge: exchanged(isAtMost),
  ult: natural(isBelow),
  ule: natural(isAtMost),
  ugt: natural(exchanged(isBelow)),
  uge: natural(exchanged(isAtMost)),
};

const isBounded = ({ min, max }: Range): boolean => Number.isFinite(min) && Number.isFinite(max);

const fits32 = ({ min, max }: Range): boolean => min >= -0x80000000 && max <= 0x7fffffff;

class RangeUser {
  readonly #fn: IrFunction;
  readonly #ranges: ValueRanges;
  /** Instructions made to stand in the place of others. */
  readonly made = new Set<Value>();

  constructor(fn: IrFunction) {
    this.#fn = fn;
    this.#ranges = new ValueRanges(flowGraph(fn));
  }

  /** What an instruction can be replaced by: a value that is there already, or a new instruction. */
  better(instruction: Instruction, block: Block): Value | undefined {
    const { op, type } = instruction;
    if (op !== 'phi' && op !== 'load' && (type === 'i32' || type === 'i64')) {
      const { min, max } = this.#ranges.of(instruction);
      if (min === max && Number.isFinite(min)) return constant(type, min);
    }
    return rules[op]?.(this, instruction, block);
  }

  of(value: Value | undefined): Range {
    return this.#ranges.of(value as Value);
  }

  /** Is the value never negative in this block? */
  isNatural(value: Value | undefined, block: Block): boolean {
    return this.#ranges.at(value as Value, block).min >= 0;
  }

  make(op: 'zext' | 'udiv' | 'urem' | 'lshr' | 'and', instruction: Instruction, args = [...instruction.args]): Value {
    const { type, span } = instruction;
    const made = makeInstruction(this.#fn, op as 'udiv', args, { type: type as 'i64', span });
    this.made.add(made);
    return made;
  }
}

type Rule = (user: RangeUser, instruction: Instruction, block: Block) => Value | undefined;

function unsignedDivision(op: 'udiv' | 'urem'): Rule {
  return (user, instruction, block): Value | undefined =>
    instruction.args.every((arg) => user.isNatural(arg, block)) ? user.make(op, instruction) : undefined;
}

/** The bits that a division by a power of two takes away; undefined for other divisors. */
function bitsBelow(divisor: Value | undefined): number | undefined {
  if (divisor?.kind !== 'constant' || divisor.value === 0n || (divisor.value & (divisor.value - 1n)) !== 0n)
    return undefined;
  return divisor.value.toString(2).length - 1;
}

function truncatedFrom(value: Value | undefined): Value | undefined {
  return value?.kind === 'instruction' && value.op === 'trunc' ? value.args[0] : undefined;
}

const rules: { readonly [O in Opcode]?: Rule } = {
  and: (user, { args }) => {
    const { min, max } = user.of(args[0]);
    const mask = args[1] as Constant;
    const isLowMask = mask.kind === 'constant' && (mask.value & (mask.value + 1n)) === 0n;
    return isLowMask && min >= 0 && max <= Number(mask.value) && Number.isFinite(max) ? args[0] : undefined;
  },
  'sign-extend': (user, instruction) => {
    const half = 2 ** ((instruction as InstructionOf<'sign-extend'>).bits - 1);
    const { min, max } = user.of(instruction.args[0]);
    return min >= -half && max < half ? instruction.args[0] : undefined;
  },
  sext: (user, instruction, block) => {
    const wide = truncatedFrom(instruction.args[0]);
    if (wide && fits32(user.of(wide))) return wide;
    return user.isNatural(instruction.args[0], block) ? user.make('zext', instruction) : undefined;
  },
  zext: (user, { args }) => {
    const wide = truncatedFrom(args[0]);
    const { min, max } = user.of(wide ?? args[0]);
    return wide && min >= 0 && max <= 0xffffffff ? wide : undefined;
  },
  sdiv: unsignedDivision('udiv'),
  srem: unsignedDivision('urem'),
  // The verifier follows shifts and masks, of divisions only newer ones know anything.
  udiv: (user, instruction) => {
    const [left, right] = instruction.args as [Value, Value];
    const bits = bitsBelow(right);
    return bits === undefined ? undefined : user.make('lshr', instruction, [left, constant(right.type as 'i32', bits)]);
  },
  urem: (user, instruction) => {
    const [left, right] = instruction.args as [Value, Value];
    const bits = bitsBelow(right);
    if (bits === undefined) return undefined;
    return user.make('and', instruction, [left, constant(right.type as 'i32', (1n << BigInt(bits)) - 1n)]);
  },
  compare: (user, instruction) => {
    const [left, right] = instruction.args as [Value, Value];
    if (left.type === 'ptr') return undefined;
    const [a, b] = [user.of(left), user.of(right)];
    if (!isBounded(a) || !isBounded(b)) return undefined;
    const answer = decisions[(instruction as InstructionOf<'compare'>).predicate]?.(a, b);
    return answer === undefined ? undefined : constant('i32', answer ? 1 : 0);
  },
};

/** Simplifies by ranges. */
export function useRanges(fn: IrFunction): boolean {
  const user = new RangeUser(fn);
  const replaced = new Map<Value, Value>();
  for (const block of fn.blocks) {
    for (const [i, instruction] of block.instructions.entries()) {
      const better = user.better(instruction, block);
      if (!better) continue;
      replaced.set(instruction, better);
      if (user.made.has(better)) block.instructions[i] = better as Instruction;
    }
  }
  if (replaced.size === 0) return false;
  replaceUses(fn, replaced);
  for (const block of fn.blocks)
    block.instructions = block.instructions.filter((instruction) => !replaced.has(instruction));
  return true;
}
