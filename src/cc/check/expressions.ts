// Expressions: from syntax to typed places and values.

import { encodeUtf8 } from '../../base/index.ts';
import { isBuiltin } from '../diagnostics.ts';
import type { Expression } from '../parse/types.ts';
import type { Span } from '../preprocess/types.ts';
import { constantNode, convert, errorNode, hasNoEffect, isPlace, rvalueOf, toIndex } from './conversions.ts';
import {
  arrayOf,
  charType,
  compatible,
  doubleType,
  floatType,
  integerOf,
  intType,
  isInteger,
  isPointer,
  isScalar,
  isVoid,
  longLongType,
  longType,
  pointerTo,
  qualified,
  qualifiersOf,
  unqualified,
  unsignedIntType,
  unsignedLongLongType,
  unsignedLongType,
  unsignedShortType,
  voidType,
} from './ctypes.ts';
import { floatNode } from './floating.ts';
import { foldedConstant } from './folded-constants.ts';
import { nearestEnumerator, nearestName } from './name-suggestions.ts';
import { quoteType } from './print-type.ts';
import { QueryChecker } from './queries.ts';
import type { CType, FunctionSymbol, FunctionType, Place, RecordType, Typed } from './types.ts';

/** Names that stand for the function's own name. */
const functionNames = new Set(['__func__', '__FUNCTION__', '__PRETTY_FUNCTION__']);

type Checked = Place | Typed;
type Handler<K extends Expression['kind']> = (
  this: ExpressionChecker,
  node: Expression & { readonly kind: K },
) => Checked;

/** Expressions but calls, initialisers and statements, which the classes built on this one add. */
export abstract class ExpressionChecker extends QueryChecker {
  abstract call(node: Expression & { readonly kind: 'call' }): Checked;
  abstract compoundLiteral(node: Expression & { readonly kind: 'compound-literal' }): Place;
  /** Name of the function being checked, for `__func__`. */
  abstract readonly functionName: string | undefined;
  abstract statementExpression(node: Expression & { readonly kind: 'statement-expression' }): Typed;

  /** A place or a value. */
  override expression(node: Expression): Checked {
    return (handlers[node.kind] as Handler<Expression['kind']>).call(this, node);
  }

  override rvalue(node: Expression): Typed {
    return rvalueOf(this.expression(node));
  }

  override typeOfExpression(node: Expression): CType {
    return this.expression(node).type;
  }

  override integerConstant(node: Expression, what: string): bigint | undefined {
    const value = this.rvalue(node);
    const folded = foldedConstant(value, this.constants);
    if (folded?.kind === 'constant' && isInteger(folded.type)) return folded.value;
    if (value.kind === 'error') return undefined;
    if (what === 'array') {
      this.diagnostics.error('variable-length-array', 'variable length arrays are not supported by BPF', node.span, {
        hint: 'give the array a constant length',
      });
    } else this.diagnostics.error('not-constant', `${what} is not an integer constant expression`, node.span);
    return undefined;
  }

  override staticAssert(condition: Expression, message: string | undefined, span: Span): void {
    const value = this.rvalue(condition);
    const folded = foldedConstant(value, this.constants);
    const truth = folded?.kind === 'constant' ? folded.value !== 0n : undefined;
    if (value.kind === 'error' || truth === true) return;
    if (truth === undefined) {
      this.diagnostics.error(
        'not-constant',
        'static assertion expression is not an integral constant expression',
        condition.span,
      );
    } else
      this.diagnostics.error(
        'static-assert',
        `static assertion failed${message === undefined ? '' : `: ${message}`}`,
        span,
      );
  }

  identifier(name: string, span: Span): Checked {
    const found = this.lookup(name);
    switch (found?.kind) {
      case 'variable':
        if (found.storage === 'local' && found.type.canonical.kind === 'function') break;
        this.mentioned.add(found);
        return { kind: 'variable', variable: found, type: found.type, span };
      case 'function':
        found.used = true;
        return { kind: 'function-address', function: found, type: found.type, span };
      case 'enumerator': {
        const { underlying } = found.type;
        const fits = underlying.size === 4 && found.value < 1n << 31n;
        return constantNode(fits ? intType : underlying, found.value, span);
      }
      case 'typedef':
        this.diagnostics.error('unexpected-type', `unexpected type name '${name}': expected expression`, span);
        return errorNode(span);
    }
    if (functionNames.has(name) && this.functionName !== undefined) {
      const bytes = encodeUtf8(`${this.functionName}\0`);
      return { kind: 'string', bytes, type: arrayOf(charType, bytes.length), span };
    }
    const kernel = this.environment.btf?.function(name);
    if (!found && kernel) {
      const symbol = this.declareKernelFunction(name, kernel, span);
      return { kind: 'function-address', function: symbol, type: symbol.type, span };
    }
    this.undeclared(name, span);
    return errorNode(span);
  }

  /** The extern for a function of the kernel that the text uses without declaring it. */
  abstract declareKernelFunction(name: string, type: FunctionType, span: Span): FunctionSymbol;

  undeclared(name: string, span: Span): void {
    const near = nearestName(name, [...this.visibleNames()]) ?? nearestEnumerator(name, this.environment.btf?.btf);
    const hint = near === undefined ? undefined : `did you mean '${near}'?`;
    this.diagnostics.error('undeclared-identifier', `use of undeclared identifier '${name}'`, span, { hint });
  }

  member(node: Expression & { readonly kind: 'member' }): Checked {
    const checked = this.expression(node.object);
    if (checked.kind === 'error') return checked;
    const object = node.arrow ? this.arrowObject(rvalueOf(checked), node) : this.dotObject(checked, node);
    if (!object) return errorNode(node.span);
    const record = object.type.canonical;
    if (record.kind !== 'record') {
      this.diagnostics.error(
        'member-base',
        `member reference base type ${quoteType(object.type)} is not a structure or union`,
        node.span,
      );
      return errorNode(node.span);
    }
    return this.memberOf(object, record, node.name, { name: node.nameSpan, whole: node.span });
  }

  index(node: Expression & { readonly kind: 'index' }): Checked {
    const object = this.expression(node.object);
    const index = this.rvalue(node.index);
    if (object.kind === 'error' || index.kind === 'error') return errorNode(node.span);
    if (isPlace(object) && object.type.canonical.kind === 'array' && isInteger(index.type)) {
      const { of, length } = object.type.canonical;
      this.warnIndex(index, length, node.span);
      const type = qualified(of, qualifiersOf(object.type) & 3);
      return { kind: 'element', array: object, index: toIndex(index), type, span: node.span };
    }
    const [left, right] = [rvalueOf(object), index];
    const [pointer, offset] = isPointer(left.type) ? [left, right] : [right, left];
    if (!isPointer(pointer.type) || !isInteger(offset.type)) {
      this.diagnostics.error(
        'subscript',
        'subscripted value is not an array or pointer, or the subscript is not an integer',
        node.span,
      );
      return errorNode(node.span);
    }
    return this.dereference(this.pointerPlus(pointer, offset, false, node.span), node.span);
  }

  addressOf(operand: Expression, span: Span): Typed {
    const checked = this.expression(operand);
    if (checked.kind === 'error') return checked;
    if (checked.kind === 'function-address') return rvalueOf(checked);
    if (!isPlace(checked) || checked.kind === 'temporary') {
      this.diagnostics.error(
        'address-of',
        `cannot take the address of an rvalue of type ${quoteType(checked.type)}`,
        span,
      );
      return errorNode(span);
    }
    if (checked.kind === 'member' && checked.member.bits) {
      this.diagnostics.error('address-of', 'address of bit-field requested', span);
      return errorNode(span);
    }
    const type = pointerTo(checked.type);
    if (checked.kind === 'dereference') return convertPointer(checked.pointer, type, span);
    return { kind: 'address', place: checked, type, span };
  }

  assign(node: Expression & { readonly kind: 'assign' }): Typed {
    if (!isBuiltin(node.opSpan)) return this.assignLoudly(node);
    this.diagnostics.muted++;
    try {
      return this.assignLoudly(node);
    } finally {
      this.diagnostics.muted--;
    }
  }

  assignLoudly(node: Expression & { readonly kind: 'assign' }): Typed {
    const target = this.modifiablePlace(node.target);
    const value = this.rvalue(node.value);
    if (!target || value.kind === 'error') return errorNode(node.span);
    const type = unqualified(target.type);
    if (node.op === undefined) {
      return { kind: 'assign', target, value: this.assignable(value, type, 'assigning'), type, span: node.span };
    }
    return this.compoundAssign(target, node.op as never, value, { postfix: false, span: node.span });
  }

  compoundAssign(
    target: Place,
    op: '+' | '-' | '*' | '/' | '%' | '<<' | '>>' | '&' | '|' | '^',
    value: Typed,
    { postfix, span }: { readonly postfix: boolean; readonly span: Span },
  ): Typed {
    const type = unqualified(target.type);
    const base = { kind: 'compound-assign', op, target, type, postfix, span } as const;
    const current = rvalueOf(target);
    if (isPointer(type)) {
      if ((op !== '+' && op !== '-') || !isInteger(value.type)) return this.invalidOperands(current, value, span);
      return { ...base, value: toIndex(value), computeType: type, elementSize: this.elementSize(current, span) };
    }
    const [left, right] = [this.refuseFloat(current), this.refuseFloat(value)];
    if (left.kind === 'error' || right.kind === 'error') return errorNode(span);
    if (!isInteger(type) || !isInteger(value.type)) return this.invalidOperands(current, value, span);
    const computed = this.integerArithmetic(op, current, value, span);
    const isDivisionCall = computed.kind === 'call' && !postfix;
    if (isDivisionCall && hasNoEffect({ kind: 'address', place: target, type, span }))
      return { kind: 'assign', target, value: convert(computed, type), type, span };
    const isShift = op === '<<' || op === '>>';
    const operand = isShift ? convert(value, integerOf(value.type) ?? intType) : convert(value, computed.type);
    return { ...base, value: operand, computeType: computed.type, elementSize: 0 };
  }

  increment(node: Expression & { readonly kind: 'increment' }): Typed {
    const target = this.modifiablePlace(node.operand);
    if (!target) return errorNode(node.span);
    const one = constantNode(intType, 1n, node.span);
    if (!isScalar(target.type)) {
      const verb = node.delta === 1 ? 'increment' : 'decrement';
      this.diagnostics.error('invalid-operands', `cannot ${verb} value of type ${quoteType(target.type)}`, node.span);
      return errorNode(node.span);
    }
    return this.compoundAssign(target, node.delta === 1 ? '+' : '-', one, { postfix: node.postfix, span: node.span });
  }

  cast(node: Expression & { readonly kind: 'cast' }): Checked {
    const type = this.resolveType(node.type);
    const value = this.rvalue(node.operand);
    if (value.kind === 'error') return errorNode(node.span);
    if (isVoid(type)) return convert(value, voidType);
    const [to, from] = [type.canonical, value.type.canonical];
    if (to.kind === 'float' || from.kind === 'float') return this.castFloat(value, type, node.span);
    if (to.kind === 'record' && (from === to || compatible(from, to))) return { ...value, span: node.span } as Typed;
    if (to.kind === 'record' && to.union) return this.castToUnion(value, type, to, node.span);
    if (!isScalar(type) || !isScalar(value.type)) {
      const what = isScalar(type)
        ? `operand of type ${quoteType(value.type)} where arithmetic or pointer type is required`
        : `conversion to non-scalar type ${quoteType(type)} requested`;
      this.diagnostics.error('cast', what, node.span);
      return errorNode(node.span);
    }
    return { ...convert(value, type), span: node.span } as Typed;
  }

  /** GNU: a value as the first member of that type. */
  abstract castToUnion(value: Typed, type: CType, union: RecordType, span: Span): Checked;

  conditional(node: Expression & { readonly kind: 'conditional' }): Typed {
    const condition = this.rvalue(node.condition);
    const other = (): Typed => this.rvalue(node.else);
    if (!node.then) {
      // `a ?: b`: a is evaluated once, by way of a conditional whose middle is the condition itself.
      return this.elvis(condition, other(), node.span);
    }
    const then = this.rvalue(node.then);
    return this.conditionalOperator(condition, then, other(), node.span);
  }

  abstract elvis(condition: Typed, other: Typed, span: Span): Typed;
}

function convertPointer(pointer: Typed, type: CType, span: Span): Typed {
  return { ...convert(pointer, type), span } as Typed;
}

function integerType(node: Expression & { readonly kind: 'integer' }): CType {
  const { value, unsigned, long, decimal } = node;
  const fits = (bits: bigint): boolean => value < 1n << bits;
  if (long === 0) {
    if (!unsigned && fits(31n)) return intType;
    if ((unsigned || !decimal) && fits(32n)) return unsignedIntType;
  }
  const [signed, plain] = long === 2 ? [longLongType, unsignedLongLongType] : [longType, unsignedLongType];
  return !unsigned && fits(63n) ? signed : plain;
}

const handlers: { readonly [K in Expression['kind']]: Handler<K> } = {
  identifier(node): Checked {
    return this.identifier(node.name, node.span);
  },
  integer(node): Checked {
    return constantNode(integerType(node), node.value, node.span);
  },
  float(node): Checked {
    return floatNode(node.value, node.span, node.single ? floatType : doubleType);
  },
  character(node): Checked {
    return constantNode(
      { 1: intType, 2: unsignedShortType, 4: node.signed ? intType : unsignedIntType }[node.unit],
      node.value,
      node.span,
    );
  },
  string(node): Checked {
    const unit = { 1: charType, 2: unsignedShortType, 4: node.signed ? intType : unsignedIntType }[node.unit];
    const bytes = new Uint8Array(node.bytes.length + node.unit);
    bytes.set(node.bytes);
    return { kind: 'string', bytes, type: arrayOf(unit, bytes.length / node.unit), span: node.span };
  },
  unary(node): Checked {
    if (node.op === '&') return this.addressOf(node.operand, node.span);
    if (node.op === '*') return this.dereference(this.rvalue(node.operand), node.span);
    return this.unaryOperator(node.op, this.rvalue(node.operand), node.span);
  },
  increment(node): Checked {
    return this.increment(node);
  },
  binary(node): Checked {
    return this.binaryOperator(node.op, this.rvalue(node.left), this.rvalue(node.right), node.span);
  },
  logical(node): Checked {
    return this.logicalOperator(node.op, this.rvalue(node.left), this.rvalue(node.right), node.span);
  },
  comma(node): Checked {
    const [left, right] = [convert(this.rvalue(node.left), voidType), this.rvalue(node.right)];
    return { kind: 'comma', left, right, type: right.type, span: node.span };
  },
  assign(node): Checked {
    return this.assign(node);
  },
  conditional(node): Checked {
    return this.conditional(node);
  },
  call(node): Checked {
    return this.call(node);
  },
  member(node): Checked {
    return this.member(node);
  },
  index(node): Checked {
    return this.index(node);
  },
  cast(node): Checked {
    return this.cast(node);
  },
  'compound-literal'(node): Checked {
    return this.compoundLiteral(node);
  },
  'sizeof-expression'(node): Checked {
    return this.sizeOfExpression(node);
  },
  'sizeof-type'(node): Checked {
    return this.sizeOfType(this.resolveType(node.type), node.alignment, node.span);
  },
  generic(node): Checked {
    return this.generic(node);
  },
  'statement-expression'(node): Checked {
    return this.statementExpression(node);
  },
  offsetof(node): Checked {
    return this.offsetOf(node);
  },
  'types-compatible'(node): Checked {
    const same = compatible(unqualified(this.resolveType(node.left)), unqualified(this.resolveType(node.right)));
    return constantNode(intType, same ? 1n : 0n, node.span);
  },
  error(node): Checked {
    return errorNode(node.span);
  },
};
