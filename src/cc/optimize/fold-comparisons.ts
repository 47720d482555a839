// Comparisons that need no other knowledge than their operands to be decided or made simpler.

import { constant, signedValue } from '../ir/build.ts';
import type { Constant, InstructionOf, IrModule, Predicate, Value } from '../ir/types.ts';
import { negated, swapped } from './predicates.ts';

/** Truth of a comparison of constants. */
export function evaluateCompare(predicate: Predicate, left: Constant, right: Constant): boolean {
  const [a, b] = [left.value, right.value];
  const [s, t] = [signedValue(left), signedValue(right)];
  switch (predicate) {
    case 'eq':
      return a === b;
    case 'ne':
      return a !== b;
    case 'ult':
      return a < b;
    case 'ule':
      return a <= b;
    case 'ugt':
      return a > b;
    case 'uge':
      return a >= b;
    case 'slt':
      return s < t;
    case 'sle':
      return s <= t;
    case 'sgt':
      return s > t;
    case 'sge':
      return s >= t;
    case 'set':
      return (a & b) !== 0n;
  }
}

/** A comparison decided, or made simpler. */
export function foldCompare(instruction: InstructionOf<'compare'>, module: IrModule): Value | undefined {
  const { args } = instruction;
  if (args[0]?.kind === 'constant' && args[1]?.kind !== 'constant') {
    args.reverse();
    instruction.predicate = swapped[instruction.predicate];
  }
  const [left, right] = args as [Value, Value];
  if (left.kind === 'constant' && right.kind === 'constant')
    return constant('i32', evaluateCompare(instruction.predicate, left, right) ? 1 : 0);
  if (left.kind === 'symbol' && right.kind === 'symbol' && left.name === right.name) {
    const [a, b] = [left, right].map(({ offset }) => constant('i64', offset)) as [Constant, Constant];
    return constant('i32', evaluateCompare(instruction.predicate, a, b) ? 1 : 0);
  }
  if (instruction.predicate !== 'eq' && instruction.predicate !== 'ne') return undefined;
  const isNull = right.kind === 'constant' && right.value === 0n;
  if (isSum(left, right) || isSum(right, left) || (isNull && isOurs(left, module)))
    return constant('i32', instruction.predicate === 'ne' ? 1 : 0);
  compareUnswapped(instruction);
  return isNull ? foldCompareOfCompare(instruction, left) : undefined;
}

/** Is it `value` and a number that is not 0? */
function isSum(sum: Value, value: Value): boolean {
  if (sum.kind !== 'instruction' || (sum.op !== 'add' && sum.op !== 'sub') || sum.args[0] !== value) return false;
  return sum.args[1]?.kind === 'constant' && sum.args[1].value !== 0n;
}

/** What has the bytes of `value` in the other order, if all of them. */
function unswapped(value: Value, bits: number): Value | undefined {
  if (value.kind === 'constant') {
    return value.value < 1n << BigInt(bits) ? constant(value.type, swapBytes(value.value, bits / 8)) : undefined;
  }
  const from = value.kind === 'instruction' && value.op === 'bswap' && value.bits === bits ? value.args[0] : undefined;
  const isWhole = bits > 16 || (from?.kind === 'instruction' && from.op === 'load' && from.width === 2 && !from.signed);
  return isWhole ? from : undefined;
}

/** Equal are numbers whose bytes were swapped when they were before. */
function compareUnswapped(instruction: InstructionOf<'compare'>): void {
  const inner = instruction.args.map((arg) => (arg.kind === 'instruction' && arg.op === 'zext' ? arg.args[0] : arg));
  const [left, right] = inner as [Value, Value];
  if (left.kind !== 'instruction' || left.op !== 'bswap' || left.type !== right.type) return;
  const plain = [unswapped(left, left.bits), unswapped(right, left.bits)];
  if (plain[0] && plain[1]) instruction.args = plain as Value[];
}

/** Is it the address of something of ours, which is never null? Externs may be missing. */
function isOurs(value: Value, { constants, privateData, functions }: IrModule): boolean {
  if (value.kind === 'instruction') return value.op === 'alloca';
  if (value.kind !== 'symbol') return false;
  return constants.has(value.name) || privateData.has(value.name) || functions.has(value.name);
}

/** `(a < b) != 0` is `a < b`; `(a < b) == 0` its opposite. */
function foldCompareOfCompare(instruction: InstructionOf<'compare'>, left: Value): Value | undefined {
  if (left.kind !== 'instruction') return undefined;
  const { predicate } = instruction;
  const inner = left.op === 'zext' || left.op === 'sext' ? (left.args[0] as Value) : left;
  if (inner.kind !== 'instruction') return undefined;
  if (inner.op === 'compare') {
    if (predicate === 'ne') return inner;
    const opposite = negated[inner.predicate];
    if (!opposite) return undefined;
    instruction.predicate = opposite;
    instruction.args = [...inner.args];
    return undefined;
  }
  if (inner !== left) instruction.args = [inner, constant('i32', 0)];
  return undefined;
}

/** The low `bytes` of a number the other way round. */
export function swapBytes(value: bigint, bytes: number): bigint {
  let result = 0n;
  for (let i = 0; i < bytes; i++) result = (result << 8n) | ((value >> BigInt(8 * i)) & 0xffn);
  return result;
}
