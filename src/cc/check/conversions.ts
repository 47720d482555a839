// Conversions and folding: typed nodes are made here, so that what is constant is a constant at once.

import type { Span } from '../preprocess/types.ts';
import { relations } from '../relations.ts';
import {
  boolType,
  integerOf,
  intType,
  isVolatile,
  longType,
  pointerTo,
  sizeOf,
  unqualified,
  wrapTo,
} from './ctypes.ts';
import type { ArithmeticOperator, ComparisonOperator, CType, Place, Typed } from './types.ts';

const placeKinds = new Set<string>([
  'variable',
  'dereference',
  'member',
  'element',
  'string',
  'compound-literal',
  'temporary',
]);

/** Is this an object in memory rather than a value? */
export function isPlace(node: Place | Typed): node is Place {
  return placeKinds.has(node.kind);
}

export function constantNode(type: CType, value: bigint | number, span: Span): Typed {
  return { kind: 'constant', type, value: wrapTo(type, BigInt(value)), span };
}

export function errorNode(span: Span): Typed {
  return { kind: 'error', type: intType, span };
}

/** Value of a place, arrays as pointers to their first element. */
export function rvalueOf(node: Place | Typed): Typed {
  if (!isPlace(node)) {
    const { type } = node;
    if (node.kind === 'function-address' && type.canonical.kind === 'function')
      return { ...node, type: pointerTo(type) };
    return node;
  }
  const t = node.type.canonical;
  if (t.kind === 'array') return { kind: 'address', place: node, type: pointerTo(t.of), span: node.span };
  if (node.kind === 'temporary') return node.value;
  if (node.kind === 'member' && node.member.bits) return bitFieldValue(node, node.member.bits.size);
  return { kind: 'load', place: node, type: unqualified(node.type), span: node.span };
}

/** A bit-field that an `int` can hold is promoted to `int`, whatever it was declared as. */
function bitFieldValue(place: Place, size: number): Typed {
  const load: Typed = { kind: 'load', place, type: unqualified(place.type), span: place.span };
  const integer = integerOf(place.type);
  const fitsInt = integer !== undefined && integer.rank <= 3 && (integer.signed || size < 32);
  return fitsInt ? convert(load, intType) : load;
}

/** A number without its fraction; as `_Bool`, whether it is not 0. */
function truncated(value: number, type: CType): number {
  if (integerOf(type) === boolType) return Number(value !== 0);
  return Number.isFinite(value) ? Math.trunc(value) : 0;
}

/** `value` as `to`; folds constants, leaves out what changes nothing. */
export function convert(value: Typed, to: CType): Typed {
  const target = unqualified(to);
  const [from, goal] = [value.type.canonical, target.canonical];
  if (value.kind === 'error') return value;
  if (value.kind === 'float' && integerOf(target))
    return constantNode(target, truncated(value.number, target), value.span);
  if (goal.kind === 'void') return { kind: 'convert', value, type: target, span: value.span };
  if (value.kind === 'constant' && goal.kind !== 'record' && goal.kind !== 'float') {
    return { kind: 'constant', type: target, value: wrapTo(target, value.value), span: value.span };
  }
  if (from === goal) return value.type === target ? value : ({ ...value, type: target } as Typed);
  const [a, b] = [integerOf(value.type), integerOf(target)];
  if (a && a === b) return { ...value, type: target } as Typed;
  if (from.kind === 'pointer' && goal.kind === 'pointer')
    return { kind: 'convert', value, type: target, span: value.span };
  return { kind: 'convert', value, type: target, span: value.span };
}

const fold: Readonly<Record<ArithmeticOperator, (a: bigint, b: bigint, bits: bigint) => bigint | undefined>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => (b === 0n ? undefined : a / b),
  '%': (a, b) => (b === 0n ? undefined : a % b),
  '<<': (a, b, bits) => (b < 0n || b >= bits ? undefined : a << b),
  '>>': (a, b, bits) => (b < 0n || b >= bits ? undefined : a >> b),
  '&': (a, b) => a & b,
  '|': (a, b) => a | b,
  '^': (a, b) => a ^ b,
};

/** An arithmetic node of `type`; both operands are already of that type (shifts: the left). */
export function arithmetic(op: ArithmeticOperator, operands: readonly [Typed, Typed], type: CType, span: Span): Typed {
  const [left, right] = operands;
  if (left.kind === 'constant' && right.kind === 'constant') {
    const bits = BigInt((sizeOf(type) ?? 8) * 8);
    const value = fold[op](left.value, right.value, bits);
    if (value !== undefined) return constantNode(type, value, span);
  }
  return { kind: 'arithmetic', op, left, right, type, span };
}

/** A comparison; operands have one type; the result is an `int`. */
export function compare(op: ComparisonOperator, left: Typed, right: Typed, span: Span): Typed {
  if (left.kind === 'constant' && right.kind === 'constant') {
    return constantNode(intType, relations[op](left.value, right.value) ? 1n : 0n, span);
  }
  return { kind: 'compare', op, left, right, type: intType, span };
}

/** `-x`, `~x`, `!x` folded. */
export function unary(op: '-' | '~' | '!', value: Typed, type: CType, span: Span): Typed {
  if (value.kind === 'constant') {
    const result = op === '-' ? -value.value : op === '~' ? ~value.value : value.value === 0n ? 1n : 0n;
    return constantNode(type, result, span);
  }
  return { kind: 'unary', op, value, type, span };
}

/** Null pointer constant: integer constant 0, also cast to `void *`. */
export function isNullConstant(value: Typed): boolean {
  if (value.kind !== 'constant' || value.value !== 0n) return false;
  const t = value.type.canonical;
  return t.kind === 'integer' || t.kind === 'enum' || (t.kind === 'pointer' && t.to.canonical.kind === 'void');
}

/** Truth of a constant; undefined where not constant. Addresses of objects are true. */
export function constantTruth(value: Typed): boolean | undefined {
  if (value.kind === 'constant') return value.value !== 0n;
  if (value.kind === 'function-address') return value.function.weak ? undefined : true;
  if (value.kind === 'address' && (value.place.kind === 'string' || value.place.kind === 'variable')) {
    const { place } = value;
    return place.kind === 'string' || !place.variable.weak ? true : undefined;
  }
  if (value.kind === 'convert' && value.type.canonical.kind === 'pointer') return constantTruth(value.value);
  return undefined;
}

/** Evaluating it changes nothing and cannot fail, so it may be dropped. */
export function hasNoEffect(value: Typed): boolean {
  switch (value.kind) {
    case 'constant':
    case 'float':
    case 'function-address':
      return true;
    case 'load':
      return !isVolatile(value.place.type) && placeHasNoEffect(value.place);
    case 'address':
      return placeHasNoEffect(value.place);
    case 'convert':
    case 'unary':
      return hasNoEffect(value.value);
    case 'arithmetic':
    case 'compare':
    case 'logical':
    case 'pointer-difference':
      return hasNoEffect(value.left) && hasNoEffect(value.right);
    case 'pointer-add':
      return hasNoEffect(value.pointer) && hasNoEffect(value.offset);
    default:
      return false;
  }
}

function placeHasNoEffect(place: Place): boolean {
  switch (place.kind) {
    case 'variable':
    case 'string':
      return true;
    case 'dereference':
      return hasNoEffect(place.pointer);
    case 'member':
      return placeHasNoEffect(place.object);
    case 'element':
      return placeHasNoEffect(place.array) && hasNoEffect(place.index);
    default:
      return false;
  }
}

/** The value as a truth value of type `_Bool`. */
export function toBool(value: Typed): Typed {
  return convert(value, boolType);
}

/** A 64-bit index for pointer arithmetic, extended as the index's own type says. */
export function toIndex(value: Typed): Typed {
  const t = integerOf(value.type);
  return t && t.size === 8 ? value : convert(value, longType);
}
