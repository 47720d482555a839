// Floating-point constants: BPF has no such arithmetic, so that what is made of them must be an integer before there is code.

import type { BinaryOperator } from '../parse/types.ts';
import type { Span } from '../preprocess/types.ts';
import { isComparison, relations } from '../relations.ts';
import { compare, constantNode, convert } from './conversions.ts';
import { commonType, doubleType, floatType, integerOf, intType, isInteger, longLongType } from './ctypes.ts';
import type { ComparisonOperator, CType, Typed } from './types.ts';

const arithmetic: Readonly<Record<string, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
};

const flipped: Readonly<Record<string, string>> = {
  '<': '>',
  '>': '<',
  '<=': '>=',
  '>=': '<=',
  '==': '==',
  '!=': '!=',
};

/** The integer on whose same side a whole number stands: `x < 2.5` is `x < 3`, `x > 2.5` is `x > 2`. */
const bounds: Readonly<Record<string, (value: number) => number>> = {
  '<': Math.ceil,
  '>=': Math.ceil,
  '>': Math.floor,
  '<=': Math.floor,
  '==': (value) => value,
  '!=': (value) => value,
};

export function floatNode(number: number, span: Span, type: CType): Typed {
  return { kind: 'float', number: type.canonical === floatType ? Math.fround(number) : number, type, span };
}

/** What a constant amounts to. */
export function numberOf(value: Typed): number | undefined {
  if (value.kind === 'float') return value.number;
  return value.kind === 'constant' && isInteger(value.type) ? Number(value.value) : undefined;
}

/** An operation one side of which is a floating constant; undefined where that takes arithmetic at run time. */
export function foldFloating(op: BinaryOperator, left: Typed, right: Typed, span: Span): Typed | undefined {
  if (left.kind !== 'float' && right.kind !== 'float') return undefined;
  const [a, b] = [numberOf(left), numberOf(right)];
  if (a === undefined || b === undefined) return integerComparison(op, left, right, span);
  if (isComparison(op)) return constantNode(intType, relations[op](a, b) ? 1 : 0, span);
  const value = arithmetic[op]?.(a, b);
  return value === undefined
    ? undefined
    : floatNode(value, span, isSingle(left) && isSingle(right) ? floatType : doubleType);
}

/** Does it leave a `float` beside it what it is? */
function isSingle(value: Typed): boolean {
  return value.kind !== 'float' || value.type.canonical === floatType;
}

/** A comparison of an integer with a floating constant, which programs write for thresholds, as one with an integer. */
function integerComparison(op: BinaryOperator, left: Typed, right: Typed, span: Span): Typed | undefined {
  if (left.kind === 'float') {
    const other = flipped[op];
    return other === undefined ? undefined : integerComparison(other as BinaryOperator, right, left, span);
  }
  const type = integerOf(left.type);
  const bound = right.kind === 'float' ? bounds[op]?.(right.number) : undefined;
  if (!type || bound === undefined || !Number.isSafeInteger(bound)) return undefined;
  if (bound < 0 && !type.signed && type.size >= 8) return undefined;
  const limit = constantNode(longLongType, bound, right.span);
  const common = commonType(left.type, limit.type);
  return compare(op as ComparisonOperator, convert(left, common), convert(limit, common), span);
}
