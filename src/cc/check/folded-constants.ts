// Expressions that are no constant expressions of C's and yet always have one value, which compilers take for constants.

import { arithmetic, compare, constantNode, constantTruth, convert, unary } from './conversions.ts';
import { isConst, isInteger, isPointer, isVolatile, longType, sizeOf } from './ctypes.ts';
import type { LocalInitial, Place, Typed, Variable } from './types.ts';

/** The constant that an expression comes to; undefined where it may differ. `locals`: values of constant locals. */
export function foldedConstant(value: Typed, locals: ReadonlyMap<Variable, Typed>): Typed | undefined {
  const folded = (operand: Typed): Typed | undefined => foldedConstant(operand, locals);
  switch (value.kind) {
    case 'constant':
      return value;
    case 'load':
      return contentsOf(value.place, locals);
    case 'address':
      return offsetFromNull(value.place, locals);
    case 'convert': {
      const operand = folded(value.value);
      return operand && convert(operand, value.type);
    }
    case 'unary': {
      const operand = folded(value.value);
      return operand && unary(value.op, operand, value.type, value.span);
    }
    case 'arithmetic': {
      const [left, right] = [folded(value.left), folded(value.right)];
      return left && right && onlyConstant(arithmetic(value.op, [left, right], value.type, value.span));
    }
    case 'compare': {
      const [left, right] = [folded(value.left), folded(value.right)];
      return left && right && compare(value.op, left, right, value.span);
    }
    case 'conditional': {
      const condition = folded(value.condition);
      const truth = condition && constantTruth(condition);
      return truth === undefined ? undefined : folded(truth ? value.then : value.else);
    }
    default:
      return undefined;
  }
}

function onlyConstant(value: Typed): Typed | undefined {
  return value.kind === 'constant' ? value : undefined;
}

/** What lies in a constant variable or in a string. */
function contentsOf(place: Place, locals: ReadonlyMap<Variable, Typed>): Typed | undefined {
  if (place.kind === 'variable' && locals.has(place.variable)) return locals.get(place.variable);
  const size = sizeOf(place.type) ?? 0;
  const at = isInteger(place.type) || isPointer(place.type) ? locate(place, locals) : undefined;
  if (!at || at.offset < 0 || at.offset + size > at.bytes.length) return undefined;
  let value = 0n;
  for (let i = size - 1; i >= 0; i--) value = (value << 8n) | BigInt(at.bytes[at.offset + i] ?? 0);
  return constantNode(place.type, value, place.span);
}

interface Located {
  readonly bytes: Uint8Array;
  readonly offset: number;
}

function locate(place: Place, locals: ReadonlyMap<Variable, Typed>): Located | undefined {
  if (place.kind === 'string') return { bytes: place.bytes, offset: 0 };
  if (place.kind === 'variable') {
    const { type, initial, weak } = place.variable;
    const isFixed = isConst(type) && !isVolatile(type) && !weak;
    return isFixed && initial?.addresses.length === 0 ? { bytes: initial.bytes, offset: 0 } : undefined;
  }
  const step = stepOf(place, locals);
  if (!step) return undefined;
  const from = locate(step.from, locals);
  return from && { bytes: from.bytes, offset: from.offset + step.delta };
}

/** From the object around a place to the place, in bytes. */
function stepOf(place: Place, locals: ReadonlyMap<Variable, Typed>): { from: Place; delta: number } | undefined {
  if (place.kind === 'member' && !place.member.bits) return { from: place.object, delta: place.member.offset };
  if (place.kind !== 'element') return undefined;
  const index = foldedConstant(place.index, locals);
  if (index?.kind !== 'constant') return undefined;
  return { from: place.array, delta: Number(BigInt.asIntN(64, index.value)) * (sizeOf(place.type) ?? 1) };
}

/** `&((struct s *)0)->member`. */
function offsetFromNull(place: Place, locals: ReadonlyMap<Variable, Typed>): Typed | undefined {
  if (place.kind === 'dereference') {
    const base = foldedConstant(place.pointer, locals);
    return base?.kind === 'constant' ? constantNode(longType, base.value, place.span) : undefined;
  }
  const step = stepOf(place, locals);
  if (!step) return undefined;
  const from = offsetFromNull(step.from, locals);
  return from?.kind === 'constant' ? constantNode(longType, from.value + BigInt(step.delta), place.span) : undefined;
}

/** Remembers what a local is initialised with, if it stays so: sizes of arrays may depend on it. */
export function noteConstant(
  variable: Variable,
  initial: Pick<LocalInitial, 'stores'> | undefined,
  locals: Map<Variable, Typed>,
): void {
  const { type } = variable;
  const isFixed = isInteger(type) && isConst(type) && !isVolatile(type);
  const value = isFixed ? initial?.stores[0]?.value : undefined;
  const folded = value && foldedConstant(value, locals);
  if (folded) locals.set(variable, folded);
}
