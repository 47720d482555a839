// Operators: usual conversions, pointer arithmetic, comparisons, assignment compatibility.

import { wideDivision } from '../headers/compiler-functions.ts';
import type { BinaryOperator } from '../parse/types.ts';
import type { Span } from '../preprocess/types.ts';
import { isComparison } from '../relations.ts';
import {
  arithmetic,
  compare,
  constantNode,
  constantTruth,
  convert,
  errorNode,
  hasNoEffect,
  isNullConstant,
  toIndex,
  unary,
} from './conversions.ts';
import {
  boolType,
  commonType,
  compatible,
  doubleType,
  integerOf,
  intType,
  isInteger,
  isPointer,
  isScalar,
  isVoid,
  longType,
  pointee,
  pointerTo,
  promoted,
  qualified,
  qualifiersOf,
  sizeOf,
  unqualified,
  voidType,
} from './ctypes.ts';
import { floatNode, foldFloating, numberOf } from './floating.ts';
import { quoteType } from './print-type.ts';
import { TypeChecker } from './resolve-types.ts';
import type { ArithmeticOperator, CType, Typed } from './types.ts';

/** What an implicit conversion is for, in messages. */
export type AssignContext = 'assigning' | 'initializing' | 'passing' | 'returning';

const contextText: Readonly<Record<AssignContext, (to: string, from: string) => string>> = {
  assigning: (to, from) => `assigning to ${to} from ${from}`,
  initializing: (to, from) => `initializing ${to} with an expression of type ${from}`,
  passing: (to, from) => `passing ${from} to parameter of type ${to}`,
  returning: (to, from) => `returning ${from} from a function with result type ${to}`,
};

/** Operators on typed operands. */
export abstract class OperatorChecker extends TypeChecker {
  invalidOperands(left: Typed, right: Typed, span: Span): Typed {
    if (left.kind !== 'error' && right.kind !== 'error') {
      const types = `${quoteType(left.type)} and ${quoteType(right.type)}`;
      this.diagnostics.error('invalid-operands', `invalid operands to binary expression (${types})`, span);
    }
    return errorNode(span);
  }

  refuseFloat(value: Typed): Typed {
    if (value.type.canonical.kind !== 'float') return value;
    this.diagnostics.error('floating-point', 'floating point is not supported by BPF', value.span);
    return errorNode(value.span);
  }

  binaryOperator(op: BinaryOperator, left: Typed, right: Typed, span: Span): Typed {
    if (left.kind === 'error' || right.kind === 'error') return errorNode(span);
    const folded = foldFloating(op, left, right, span);
    if (folded) return folded;
    const [a, b] = [this.refuseFloat(left), this.refuseFloat(right)];
    if (a.kind === 'error' || b.kind === 'error') return errorNode(span);
    if (isComparison(op)) return this.comparison(op, a, b, span);
    if ((op === '+' || op === '-') && (isPointer(a.type) || isPointer(b.type)))
      return this.pointerArithmetic(op, a, b, span);
    if (!isInteger(a.type) || !isInteger(b.type)) return this.invalidOperands(a, b, span);
    return this.integerArithmetic(op as ArithmeticOperator, a, b, span);
  }

  integerArithmetic(op: ArithmeticOperator, left: Typed, right: Typed, span: Span): Typed {
    if (op === '<<' || op === '>>') {
      const type = promoted(left.type);
      this.warnShift(right, (sizeOf(type) ?? 4) * 8);
      return arithmetic(op, [convert(left, type), convert(right, promoted(right.type))], type, span);
    }
    if ((op === '/' || op === '%') && right.kind === 'constant' && right.value === 0n) {
      this.diagnostics.warning(
        'division-by-zero',
        `${op === '/' ? 'division' : 'remainder'} by zero is undefined`,
        span,
      );
    }
    const type = commonType(left.type, right.type);
    const result = arithmetic(op, [convert(left, type), convert(right, type)], type, span);
    return result.kind === 'arithmetic' ? (this.wideDivision(result) ?? result) : result;
  }

  /** Division of 128 bits is a call. */
  wideDivision(node: Typed & { readonly kind: 'arithmetic' }): Typed | undefined {
    const { op, type, left, right, span } = node;
    if ((op !== '/' && op !== '%') || sizeOf(type) !== 16) return undefined;
    const found = this.lookup(wideDivision(op, integerOf(type)?.signed ?? false));
    if (found?.kind !== 'function') return undefined;
    found.used = true;
    return { kind: 'call', callee: { kind: 'symbol', function: found }, arguments: [left, right], type, span };
  }

  warnShift(count: Typed, bits: number): void {
    if (count.kind !== 'constant') return;
    if (count.value < 0n) this.diagnostics.warning('shift-count', 'shift count is negative', count.span);
    else if (count.value >= BigInt(bits))
      this.diagnostics.warning('shift-count', 'shift count >= width of type', count.span);
  }

  elementSize(pointer: Typed, span: Span): number {
    const to = pointee(pointer.type) ?? voidType;
    const { kind } = to.canonical;
    if (kind === 'void' || kind === 'function') return 1;
    const size = sizeOf(to);
    if (size === undefined) {
      this.diagnostics.error('incomplete-type', `arithmetic on a pointer to an incomplete type ${quoteType(to)}`, span);
    }
    return size ?? 1;
  }

  pointerArithmetic(op: '+' | '-', left: Typed, right: Typed, span: Span): Typed {
    if (op === '-' && isPointer(left.type) && isPointer(right.type)) {
      return {
        kind: 'pointer-difference',
        left,
        right,
        elementSize: this.elementSize(left, span),
        type: longType,
        span,
      };
    }
    const [pointer, offset] = isPointer(left.type) ? [left, right] : [right, left];
    if (!isInteger(offset.type) || (op === '-' && pointer !== left)) return this.invalidOperands(left, right, span);
    return this.pointerPlus(pointer, offset, op === '-', span);
  }

  pointerPlus(pointer: Typed, offset: Typed, subtract: boolean, span: Span): Typed {
    const elementSize = this.elementSize(pointer, span);
    const index = toIndex(offset);
    const { type } = pointer;
    if (index.kind === 'constant' && pointer.kind === 'constant') {
      const delta = index.value * BigInt(elementSize);
      return constantNode(type, subtract ? pointer.value - delta : pointer.value + delta, span);
    }
    return { kind: 'pointer-add', pointer, offset: index, elementSize, subtract, type, span };
  }

  comparison(
    op: BinaryOperator & ('==' | '!=' | '<' | '>' | '<=' | '>='),
    left: Typed,
    right: Typed,
    span: Span,
  ): Typed {
    const [p, q] = [isPointer(left.type), isPointer(right.type)];
    if (!p && !q) {
      if (!isInteger(left.type) || !isInteger(right.type)) return this.invalidOperands(left, right, span);
      const type = commonType(left.type, right.type);
      return compare(op, convert(left, type), convert(right, type), span);
    }
    if (!isScalar(left.type) || !isScalar(right.type)) return this.invalidOperands(left, right, span);
    if (p && q) this.checkPointerComparison(left, right, span);
    else if (!isNullConstant(p ? right : left)) {
      const types = `${quoteType(left.type)} and ${quoteType(right.type)}`;
      this.diagnostics.warning('pointer-integer-compare', `comparison between pointer and integer (${types})`, span);
    }
    const type = p ? left.type : right.type;
    return compare(op, convert(left, type), convert(right, type), span);
  }

  checkPointerComparison(left: Typed, right: Typed, span: Span): void {
    const [a, b] = [pointee(left.type) ?? voidType, pointee(right.type) ?? voidType];
    if (isVoid(a) || isVoid(b) || isNullConstant(left) || isNullConstant(right)) return;
    if (compatible(unqualified(a), unqualified(b))) return;
    const types = `${quoteType(left.type)} and ${quoteType(right.type)}`;
    this.diagnostics.warning('compare-distinct-pointer-types', `comparison of distinct pointer types (${types})`, span);
  }

  /** An operand that must be a truth value. */
  condition(value: Typed): Typed {
    if (value.kind === 'error') return value;
    if (value.kind === 'float') return constantNode(intType, value.number === 0 ? 0 : 1, value.span);
    this.refuseFloat(value);
    if (!isScalar(value.type) && value.type.canonical.kind !== 'float') {
      this.diagnostics.error(
        'condition',
        `statement requires expression of scalar type (${quoteType(value.type)} invalid)`,
        value.span,
      );
      return errorNode(value.span);
    }
    return value;
  }

  logicalOperator(op: '&&' | '||', left: Typed, right: Typed, span: Span): Typed {
    const [a, b] = [this.condition(left), this.condition(right)];
    const first = constantTruth(a);
    if (first !== undefined && hasNoEffect(a)) {
      if (first === (op === '||')) return constantNode(intType, first ? 1n : 0n, span);
      const second = constantTruth(b);
      if (second !== undefined && hasNoEffect(b)) return constantNode(intType, second ? 1n : 0n, span);
    }
    return { kind: 'logical', op, left: a, right: b, type: intType, span };
  }

  unaryOperator(op: '+' | '-' | '~' | '!', operand: Typed, span: Span): Typed {
    if (operand.kind === 'float' && (op === '-' || op === '+'))
      return floatNode(op === '-' ? -operand.number : operand.number, span, operand.type);
    const value = op === '!' ? operand : this.refuseFloat(operand);
    if (value.kind === 'error') return value;
    if (op === '!') {
      const checked = this.condition(value);
      const truth = constantTruth(checked);
      if (truth !== undefined && hasNoEffect(checked)) return constantNode(intType, truth ? 0n : 1n, span);
      return unary('!', checked, intType, span);
    }
    if (!isInteger(value.type)) {
      this.diagnostics.error(
        'invalid-operands',
        `invalid argument type ${quoteType(value.type)} to unary expression`,
        span,
      );
      return errorNode(span);
    }
    const type = promoted(value.type);
    const wide = convert(value, type);
    return op === '+' ? wide : unary(op, wide, type, span);
  }

  conditionalOperator(condition: Typed, then: Typed, other: Typed, span: Span): Typed {
    const test = this.condition(condition);
    const type = this.conditionalType(then, other, span);
    if (!type) return errorNode(span);
    const [a, b] = [convert(then, type), convert(other, type)];
    const truth = constantTruth(test);
    if (truth !== undefined && hasNoEffect(test)) return { ...(truth ? a : b), span } as Typed;
    // biome-ignore lint/suspicious/noThenProperty: a branch of a conditional, never awaited
    return { kind: 'conditional', condition: test, then: a, else: b, type, span };
  }

  conditionalType(then: Typed, other: Typed, span: Span): CType | undefined {
    if (then.kind === 'error' || other.kind === 'error') return undefined;
    const [a, b] = [then.type, other.type];
    if (isInteger(a) && isInteger(b)) return commonType(a, b);
    if (isVoid(a) || isVoid(b)) return voidType;
    if (isPointer(a) && isNullConstant(other)) return a;
    if (isPointer(b) && isNullConstant(then)) return b;
    if (isPointer(a) && isPointer(b)) return this.mergedPointer(a, b, span);
    if (compatible(a, b)) return a;
    return this.mismatchedType(a, b, span);
  }

  /** A pointer and an integer will do, with a warning; anything else will not. */
  mismatchedType(a: CType, b: CType, span: Span): CType | undefined {
    const types = `${quoteType(a)} and ${quoteType(b)}`;
    if (isScalar(a) && isScalar(b)) {
      const message = `pointer/integer type mismatch in conditional expression (${types})`;
      this.diagnostics.warning('conditional-type-mismatch', message, span);
      return isPointer(a) ? a : b;
    }
    this.diagnostics.error('incompatible-operands', `incompatible operand types (${types})`, span);
    return undefined;
  }

  mergedPointer(a: CType, b: CType, span: Span): CType {
    const [x, y] = [pointee(a) as CType, pointee(b) as CType];
    const qualifiers = qualifiersOf(x) | qualifiersOf(y);
    if (isVoid(x) || isVoid(y)) return pointerTo(qualified(voidType, qualifiers));
    if (compatible(unqualified(x), unqualified(y))) return pointerTo(qualified(unqualified(x), qualifiers));
    this.diagnostics.warning(
      'pointer-type-mismatch',
      `pointer type mismatch (${quoteType(a)} and ${quoteType(b)})`,
      span,
    );
    return pointerTo(qualified(voidType, qualifiers));
  }

  /** `value` converted as if by assignment to `to`. */
  assignable(value: Typed, to: CType, context: AssignContext): Typed {
    if (value.kind === 'error') return value;
    const [target, source] = [to.canonical, value.type.canonical];
    const say = (): string => contextText[context](quoteType(unqualified(to)), quoteType(value.type));
    if (value.kind === 'float' && isInteger(to)) return this.assignedFloat(value, to);
    if (source.kind === 'float') return this.refuseFloat(value);
    if (isInteger(to) && isInteger(value.type)) {
      this.warnTruncation(value, to, context);
      return convert(value, to);
    }
    if (target.kind === 'pointer' && source.kind === 'pointer') this.checkPointerAssignment(value, to, say);
    else if (target.kind === 'pointer' && isInteger(value.type)) {
      if (!isNullConstant(value))
        this.diagnostics.warning('int-conversion', `incompatible integer to pointer conversion ${say()}`, value.span);
    } else if (isInteger(to) && source.kind === 'pointer') {
      const isBool = integerOf(to) === boolType;
      if (!isBool)
        this.diagnostics.warning('int-conversion', `incompatible pointer to integer conversion ${say()}`, value.span);
    } else if (!compatible(unqualified(to), unqualified(value.type)) || target.kind === 'void') {
      this.diagnostics.error(
        'incompatible-types',
        `${say()}: incompatible types`.replace(': incompatible types', ' is not possible: the types are incompatible'),
        value.span,
      );
      return errorNode(value.span);
    }
    return convert(value, to);
  }

  /** A constant cast to or from a floating type. */
  castFloat(value: Typed, to: CType, span: Span): Typed {
    const number = numberOf(value);
    if (number === undefined) return this.refuseFloat({ ...value, type: doubleType, span });
    return to.canonical.kind === 'float' ? floatNode(number, span, to) : convert({ ...value, span }, to);
  }

  assignedFloat(value: Typed & { readonly kind: 'float' }, to: CType): Typed {
    const result = convert(value, to);
    if (!Number.isInteger(value.number) && result.kind === 'constant' && integerOf(to) !== boolType) {
      this.diagnostics.warning(
        'literal-conversion',
        `implicit conversion from ${quoteType(value.type)} to ${quoteType(to)} changes value from ${value.number} to ${result.value}`,
        value.span,
      );
    }
    return result;
  }

  warnTruncation(value: Typed, to: CType, context: AssignContext): void {
    if (value.kind !== 'constant' || context === 'passing') return;
    const type = integerOf(to);
    if (!type || type.rank === 0) return;
    const bits = BigInt(type.size * 8);
    const [low, high] = [-(1n << (bits - 1n)), (1n << bits) - 1n];
    if (value.value >= low && value.value <= high) return;
    const changed = constantNode(to, value.value, value.span) as Typed & { readonly kind: 'constant' };
    this.diagnostics.warning(
      'constant-conversion',
      `implicit conversion from ${quoteType(value.type)} to ${quoteType(to)} changes value from ${value.value} to ${changed.value}`,
      value.span,
    );
  }

  checkPointerAssignment(value: Typed, to: CType, say: () => string): void {
    const [a, b] = [pointee(to) as CType, pointee(value.type) as CType];
    if (isNullConstant(value)) return;
    const lost = qualifiersOf(b) & ~qualifiersOf(a) & 3;
    const same = isVoid(a) || isVoid(b) || compatible(unqualified(a), unqualified(b)) || onlySignDiffers(a, b);
    if (!same)
      this.diagnostics.warning('incompatible-pointer-types', `incompatible pointer types ${say()}`, value.span);
    else if (lost !== 0) this.diagnostics.warning('discards-qualifiers', `${say()} discards qualifiers`, value.span);
  }
}

function onlySignDiffers(a: CType, b: CType): boolean {
  const [x, y] = [integerOf(a), integerOf(b)];
  return x !== undefined && y !== undefined && x.size === y.size && x.rank > 0 && y.rank > 0;
}
