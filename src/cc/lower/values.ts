// Expressions become IR values; structs, arrays and 128-bit integers are represented by their address.

import { boolType, integerOf, isVoid } from '../check/ctypes.ts';
import type {
  ArithmeticOperator,
  Callee,
  ComparisonOperator,
  CType,
  Place,
  Typed,
  TypedStatement,
} from '../check/types.ts';
import { constant, symbolAddress, undefinedValue } from '../ir/build.ts';
import type { BinaryOp, Block, CallTarget, Predicate, Value } from '../ir/types.ts';
import { isSigned } from './bit-fields.ts';
import type { Way } from './builder.ts';
import { nothing } from './conversions.ts';
import { MemoryLowering } from './memory.ts';
import { irType, isRegister } from './places.ts';

type Handler<K extends Typed['kind']> = (this: ValueLowering, node: Typed & { readonly kind: K }) => Value;

const simpleOps: Readonly<Record<ArithmeticOperator, readonly [unsigned: BinaryOp, signed: BinaryOp]>> = {
  '+': ['add', 'add'],
  '-': ['sub', 'sub'],
  '*': ['mul', 'mul'],
  '/': ['udiv', 'sdiv'],
  '%': ['urem', 'srem'],
  '<<': ['shl', 'shl'],
  '>>': ['lshr', 'ashr'],
  '&': ['and', 'and'],
  '|': ['or', 'or'],
  '^': ['xor', 'xor'],
};

const predicates: Readonly<Record<ComparisonOperator, readonly [unsigned: Predicate, signed: Predicate]>> = {
  '==': ['eq', 'eq'],
  '!=': ['ne', 'ne'],
  '<': ['ult', 'slt'],
  '>': ['ugt', 'sgt'],
  '<=': ['ule', 'sle'],
  '>=': ['uge', 'sge'],
};

/** Lowers expressions but 128-bit arithmetic and builtins, which the classes built on this one add. */
export abstract class ValueLowering extends MemoryLowering {
  abstract builtin(node: Typed & { readonly kind: 'builtin' }): Value;
  abstract statement(node: TypedStatement): void;
  abstract wideArithmetic(op: ArithmeticOperator, left: Value, right: Value, type: CType): Value;
  abstract wideCompare(op: ComparisonOperator, left: Value, right: Value, type: CType): Value;
  abstract wideUnary(op: '-' | '~', value: Value, type: CType): Value;

  override value(node: Typed): Value {
    const { builder } = this;
    const outer = builder.span;
    builder.span = node.span;
    const result = (handlers[node.kind] as Handler<Typed['kind']>).call(this, node);
    builder.span = outer;
    return result;
  }

  /** Goes to one of two blocks. */
  condition(node: Typed, then: Block, other: Block): void {
    const { builder } = this;
    if (node.kind === 'logical') {
      const middle = builder.newBlock(node.op === '&&' ? 'and' : 'or');
      if (node.op === '&&') this.condition(node.left, middle, other);
      else this.condition(node.left, then, middle);
      builder.start(middle);
      this.condition(node.right, then, other);
      return;
    }
    if (node.kind === 'unary' && node.op === '!') {
      this.condition(node.value, other, then);
      return;
    }
    if (node.kind === 'convert' && integerOf(node.type) === boolType && isRegister(node.value.type)) {
      this.condition(node.value, then, other);
      return;
    }
    if (node.kind === 'builtin' && node.name === 'expect') {
      this.expected(node, then, other);
      return;
    }
    if (node.kind === 'convert' && isBoolean(node.value)) {
      this.condition(node.value, then, other);
      return;
    }
    const isWide = !isRegister(node.type);
    const value = isWide ? this.wideConvert(this.value(node), node.type, boolType) : this.truth(this.value(node));
    builder.span = node.span;
    builder.branch(value, then, other);
  }

  /** `__builtin_expect(c, k)` as a condition: c compared as it is; the hint goes to the branch. */
  expected(node: Typed & { readonly kind: 'builtin' }, then: Block, other: Block): void {
    const [value, expectation] = node.arguments as readonly [Typed, Typed];
    const from = this.builder.block;
    this.condition(value, then, other);
    if (expectation.kind === 'constant' && from.terminator.op === 'branch')
      from.terminator = { ...from.terminator, likely: expectation.value !== 0n };
  }

  arithmetic(op: ArithmeticOperator, left: Value, right: Value, type: CType): Value {
    if (!isRegister(type)) return this.wideArithmetic(op, left, right, type);
    let count = right;
    if ((op === '<<' || op === '>>') && right.type !== left.type)
      count = this.resize(right, left.type as 'i32' | 'i64', false);
    return this.builder.binary(simpleOps[op][isSigned(type) ? 1 : 0], left, count);
  }

  pointerAdd(pointer: Value, offset: Value, elementSize: number, subtract: boolean): Value {
    const scaled = this.scale(offset, elementSize);
    return this.builder.pointerAdd(pointer, subtract ? this.builder.binary('sub', constant('i64', 0), scaled) : scaled);
  }

  /** A difference that is a multiple of `size`: shift out the power of two, multiply by the odd part's inverse. */
  dividedExactly(bytes: Value, size: number): Value {
    const shift = Math.log2(size & -size);
    const odd = BigInt(size) >> BigInt(shift);
    let inverse = odd;
    for (let i = 0; i < 6; i++) inverse = BigInt.asUintN(64, inverse * (2n - odd * inverse));
    return this.builder.binary(
      'mul',
      this.builder.binary('ashr', bytes, constant('i64', shift)),
      constant('i64', inverse),
    );
  }

  compoundAssign(node: Typed & { readonly kind: 'compound-assign' }): Value {
    const { builder } = this;
    const { target, type, computeType } = node;
    const place = this.pinned(target);
    if (node.elementSize > 0) {
      const old = this.load(place, type);
      const result = this.pointerAdd(old, this.value(node.value), node.elementSize, node.op === '-');
      this.assign(place, result, type);
      return node.postfix ? old : result;
    }
    const operand = this.value(node.value);
    const old = this.load(place, type);
    const wide = this.convert(old, type, computeType);
    const sum = this.arithmetic(node.op, wide, operand, computeType);
    builder.span = node.span;
    const result = this.assign(place, this.convert(sum, computeType, type), type);
    return node.postfix ? old : result;
  }

  /** A place whose address is computed once: pointers and indices inside are replaced by their values. */
  pinned(place: Place): Place {
    if (place.kind === 'variable') return place;
    if (place.kind === 'member') return { ...place, object: this.pinned(place.object) };
    if (place.kind === 'element') return { ...place, array: this.pinned(place.array), index: this.fixed(place.index) };
    if (place.kind === 'dereference') return { ...place, pointer: this.fixed(place.pointer) };
    return place;
  }

  readonly #fixed = new Map<Typed, Value>();

  fixed(node: Typed): Typed {
    if (node.kind === 'constant') return node;
    const value = this.value(node);
    const holder: Typed = { kind: 'error', type: node.type, span: node.span };
    this.#fixed.set(holder, value);
    return holder;
  }

  fixedValue(node: Typed): Value {
    return (
      this.#fixed.get(node) ??
      (isRegister(node.type) ? undefinedValue(irType(node.type)) : this.temporary(node.type).base)
    );
  }

  /** `a && b`, `a || b`, `c ? x : y`: blocks joined by a variable that becomes a phi. */
  joined(type: CType, build: (yields: (value: Value) => void, done: Block) => void): Value {
    const { builder } = this;
    const done = builder.newBlock('join');
    if (isVoid(type)) {
      build(() => undefined, done);
      builder.start(done);
      return nothing;
    }
    const incoming: Way[] = [];
    const isScalar = isRegister(type);
    const memory = isScalar ? undefined : this.temporary(type);
    build((value) => {
      if (memory) this.store(memory, value, type);
      else incoming.push({ value, block: builder.block });
    }, done);
    builder.start(done);
    if (memory) return this.pointer(memory);
    return builder.phi(irType(type), incoming);
  }

  logical(node: Typed & { readonly kind: 'logical' }): Value {
    const { builder } = this;
    return this.joined(node.type, (yields, done) => {
      const [yes, no] = [builder.newBlock('true'), builder.newBlock('false')];
      this.condition(node, yes, no);
      for (const [block, value] of [
        [yes, 1],
        [no, 0],
      ] as const) {
        builder.start(block);
        yields(constant('i32', value));
        builder.jump(done);
      }
    });
  }

  conditional(node: Typed & { readonly kind: 'conditional' }): Value {
    const { builder } = this;
    return this.joined(node.type, (yields, done) => {
      const [yes, no] = [builder.newBlock('then'), builder.newBlock('else')];
      this.condition(node.condition, yes, no);
      for (const [block, value] of [
        [yes, node.then],
        [no, node.else],
      ] as const) {
        builder.start(block);
        yields(this.value(value));
        builder.jump(done);
      }
    });
  }

  /** An argument as the calling convention wants it: 64 bits or a pointer. Structs go by the address of a copy. */
  argument(node: Typed): Value {
    const value = this.value(node);
    if (!isRegister(node.type)) {
      const copy = this.temporary(node.type);
      this.store(copy, value, node.type);
      return this.pointer(copy);
    }
    return value.type === 'i32' ? this.builder.convert('zext', value) : value;
  }

  call(node: Typed & { readonly kind: 'call' }): Value {
    const { type } = node;
    const target = this.callTarget(node.callee);
    const pointer = node.callee.kind === 'pointer' ? this.value(node.callee.value) : undefined;
    const isAggregate = !isVoid(type) && !isRegister(type);
    const memory = isAggregate ? this.temporary(type) : undefined;
    const args = node.arguments.map((arg) => this.argument(arg));
    if (memory) args.unshift(this.pointer(memory));
    if (pointer) args.unshift(pointer);
    this.builder.span = node.span;
    const returns = isVoid(type) || isAggregate ? 'void' : irType(type) === 'ptr' ? 'ptr' : 'i64';
    const result = this.builder.call(target, args, returns);
    if (memory) return this.pointer(memory);
    return isVoid(type) ? nothing : this.fromWide(result, type);
  }

  callTarget(callee: Callee): CallTarget {
    if (callee.kind === 'helper') return { kind: 'helper', id: callee.id, name: callee.name };
    if (callee.kind === 'symbol') {
      const { function: symbol } = callee;
      if (symbol.helperId !== undefined) return { kind: 'helper', id: symbol.helperId, name: symbol.name };
      return { kind: symbol.body ? 'function' : 'kfunc', name: symbol.name };
    }
    return { kind: 'indirect', name: 'pointer' };
  }
}

/** Yields 0 or 1 whatever integer type it is converted to. */
function isBoolean(node: Typed): boolean {
  return node.kind === 'compare' || node.kind === 'logical' || (node.kind === 'unary' && node.op === '!');
}

const handlers: { readonly [K in Typed['kind']]: Handler<K> } = {
  constant(node): Value {
    if (isRegister(node.type)) return constant(irType(node.type), node.value);
    const memory = this.temporary(node.type);
    this.builder.store(this.access(memory), constant('i64', node.value), 8);
    const high = { ...memory, offset: 8 };
    this.builder.store(this.access(high), constant('i64', node.value >> 64n), 8);
    return this.pointer(memory);
  },
  float(node): Value {
    this.context.diagnostics.error('floating-point', 'floating point is not supported by BPF', node.span);
    return constant('i64', 0);
  },
  load(node): Value {
    return this.load(node.place, node.type);
  },
  address(node): Value {
    return this.pointer(this.address(node.place));
  },
  'function-address'(node): Value {
    return symbolAddress(node.function.name);
  },
  convert(node): Value {
    return this.convert(this.value(node.value), node.value.type, node.type);
  },
  unary(node): Value {
    const { builder } = this;
    if (node.op === '!') {
      const [yes, no] = [constant('i32', 1), constant('i32', 0)];
      const value = this.value(node.value);
      if (!isRegister(node.value.type))
        return builder.binary('xor', this.wideConvert(value, node.value.type, boolType), yes);
      return value.kind === 'constant'
        ? value.value === 0n
          ? yes
          : no
        : builder.compare('eq', value, constant(value.type as 'i32', 0));
    }
    const value = this.value(node.value);
    if (!isRegister(node.type)) return this.wideUnary(node.op, value, node.type);
    const type = value.type as 'i32' | 'i64';
    return node.op === '-'
      ? builder.binary('sub', constant(type, 0), value)
      : builder.binary('xor', value, constant(type, -1));
  },
  arithmetic(node): Value {
    const left = this.value(node.left);
    const right = this.value(node.right);
    this.builder.span = node.span;
    return this.arithmetic(node.op, left, right, node.type);
  },
  compare(node): Value {
    const left = this.value(node.left);
    const right = this.value(node.right);
    this.builder.span = node.span;
    if (!isRegister(node.left.type)) return this.wideCompare(node.op, left, right, node.left.type);
    return this.builder.compare(predicates[node.op][isSigned(node.left.type) ? 1 : 0], left, right);
  },
  'pointer-add'(node): Value {
    const pointer = this.value(node.pointer);
    return this.pointerAdd(pointer, this.value(node.offset), node.elementSize, node.subtract);
  },
  'pointer-difference'(node): Value {
    const { builder } = this;
    const [left, right] = [this.value(node.left), this.value(node.right)];
    const bytes = builder.binary('sub', builder.convert('to-int', left), builder.convert('to-int', right));
    const shift = Math.log2(node.elementSize);
    if (Number.isInteger(shift)) return builder.binary('ashr', bytes, constant('i64', shift));
    return this.dividedExactly(bytes, node.elementSize);
  },
  logical(node): Value {
    return this.logical(node);
  },
  conditional(node): Value {
    return this.conditional(node);
  },
  comma(node): Value {
    this.value(node.left);
    return this.value(node.right);
  },
  assign(node): Value {
    const { target, type } = node;
    const value = this.value(node.value);
    this.builder.span = node.span;
    return this.assign(target, value, type);
  },
  'compound-assign'(node): Value {
    return this.compoundAssign(node);
  },
  call(node): Value {
    return this.call(node);
  },
  builtin(node): Value {
    return this.builtin(node);
  },
  'statement-expression'(node): Value {
    for (const statement of node.body) this.statement(statement);
    return node.result ? this.value(node.result) : nothing;
  },
  error(node): Value {
    return this.fixedValue(node);
  },
};
