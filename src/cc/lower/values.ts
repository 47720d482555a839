// Expressions become IR values; structs, arrays and 128-bit integers are represented by their address.

import { alignOf, boolType, integerOf, isVoid, sizeOf } from '../check/ctypes.ts';
import type {
  ArithmeticOperator,
  Callee,
  ComparisonOperator,
  CType,
  IntegerType,
  LocalInitial,
  LocalStore,
  Member,
  Place,
  Typed,
  TypedStatement,
} from '../check/types.ts';
import { constant, makeInstruction, symbolAddress, undefinedValue } from '../ir/build.ts';
import type { BinaryOp, Block, CallTarget, Constant, Predicate, Value, Width } from '../ir/types.ts';
import { type Address, irType, isRegister, memberUnit, PlaceLowering, stackAlign } from './places.ts';

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

/** Stands for "no value". */
export const nothing: Constant = constant('i32', 0);

function isSigned(type: CType): boolean {
  return integerOf(type)?.signed ?? false;
}

/** Lowers expressions but 128-bit arithmetic and builtins, which the classes built on this one add. */
export abstract class ValueLowering extends PlaceLowering {
  abstract builtin(node: Typed & { readonly kind: 'builtin' }): Value;
  abstract statement(node: TypedStatement): void;
  abstract wideArithmetic(op: ArithmeticOperator, left: Value, right: Value, type: CType): Value;
  abstract wideCompare(op: ComparisonOperator, left: Value, right: Value, type: CType): Value;
  abstract wideUnary(op: '-' | '~', value: Value, type: CType): Value;
  abstract wideConvert(value: Value, from: CType, to: CType): Value;

  override value(node: Typed): Value {
    const { builder } = this;
    const outer = builder.span;
    builder.span = node.span;
    const result = (handlers[node.kind] as Handler<Typed['kind']>).call(this, node);
    builder.span = outer;
    return result;
  }

  /** Memory for a value that has an address. */
  temporary(type: CType): Address {
    const size = sizeOf(type) ?? 0;
    const align = stackAlign(type, size);
    return { base: this.builder.alloca(size, align, 'tmp'), offset: 0, core: undefined, align, volatile: false };
  }

  load(place: Place, type: CType): Value {
    if (place.kind === 'member' && place.member.bits)
      return this.loadBits(this.address(place), place.member, place.member.bits);
    const address = this.address(place);
    return isRegister(type) ? this.loadScalar(address, type) : this.pointer(address);
  }

  /** Stores a value of `type` into a place; aggregates are copied from where the value says. */
  store(address: Address, value: Value, type: CType): void {
    if (isVoid(type)) return;
    if (isRegister(type)) {
      this.storeScalar(address, value, type);
      return;
    }
    const align = Math.min(address.align, alignOf(type) > 4 || address.align >= 8 ? 8 : alignOf(type));
    this.builder.copy(this.pointer(address), value, sizeOf(type) ?? 0, Math.min(align, this.alignOfValue(value, type)));
  }

  alignOfValue(value: Value, type: CType): number {
    return value.kind === 'instruction' && value.op === 'alloca' ? value.align : alignOf(type);
  }

  bitContainer(
    rel: number,
    size: number,
    fixed: number | undefined,
  ): { readonly width: Width; readonly byte: number } | undefined {
    for (const width of fixed === undefined ? ([1, 2, 4, 8] as const) : [fixed as Width]) {
      const byte = fixed === undefined ? Math.floor(rel / 8 / width) * width : 0;
      if (rel >= byte * 8 && rel + size <= (byte + width) * 8) return { width, byte };
    }
    return undefined;
  }

  loadBits(address: Address, member: Member, bits: { readonly offset: number; readonly size: number }): Value {
    const { builder } = this;
    const type = irType(member.type);
    const signed = isSigned(member.type) && integerOf(member.type) !== boolType;
    const rel = bits.offset - memberUnit(member) * 8;
    const unit = address.core ? (sizeOf(member.type) ?? 4) : undefined;
    const container = this.bitContainer(rel, bits.size, unit);
    // Without the alignment of the unit, reading more than the field's own bytes could leave the object.
    if (!container || (container.width > address.align && !address.core))
      return this.loadBitBytes(address, { rel, size: bits.size, signed, type });
    const { width, byte } = container;
    const shift = rel - byte * 8;
    const wide = width === 8 ? 'i64' : 'i32';
    const word = this.loadWidth(
      { ...address, offset: address.offset + byte, align: Math.min(address.align, byte === 0 ? 8 : byte & -byte) },
      width,
      { type: wide, signed: false },
    );
    return this.resize(this.extractBits(word, shift, bits.size, signed), type, signed);
  }

  extractBits(word: Value, shift: number, size: number, signed: boolean): Value {
    const { builder } = this;
    const wide = word.type as 'i32' | 'i64';
    const bits = wide === 'i64' ? 64 : 32;
    if (signed) {
      const up = builder.binary('shl', word, constant(wide, bits - shift - size));
      return builder.binary('ashr', up, constant(wide, bits - size));
    }
    const down = builder.binary('lshr', word, constant(wide, shift));
    if (size === bits) return down;
    return builder.binary('and', down, constant(wide, (1n << BigInt(size)) - 1n));
  }

  resize(value: Value, type: 'i32' | 'i64' | 'ptr', signed: boolean): Value {
    if (value.type === type) return value;
    return this.builder.convert(type === 'i32' ? 'trunc' : signed ? 'sext' : 'zext', value);
  }

  /** A bit-field across word borders (packed structs): byte by byte. */
  loadBitBytes(
    address: Address,
    field: { rel: number; size: number; signed: boolean; type: 'i32' | 'i64' | 'ptr' },
  ): Value {
    const { builder } = this;
    const first = Math.floor(field.rel / 8);
    const last = Math.floor((field.rel + field.size - 1) / 8);
    let result: Value = constant('i64', 0);
    for (let byte = first; byte <= last; byte++) {
      const piece = this.loadWidth({ ...address, offset: address.offset + byte, align: 1 }, 1, {
        type: 'i64',
        signed: false,
      });
      const up = byte * 8 - field.rel;
      const placed =
        up >= 0
          ? builder.binary('shl', piece, constant('i64', up))
          : builder.binary('lshr', piece, constant('i64', -up));
      result = byte === first ? placed : builder.binary('or', result, placed);
    }
    return this.resize(this.extractBits(result, 0, field.size, field.signed), field.type, field.signed);
  }

  /** Writes a bit-field; returns nothing. `bits` are relative to the start of `address`. */
  storeBits(address: Address, value: Value, rel: number, size: number): void {
    const container = this.bitContainer(rel, size, undefined);
    if (container && container.width <= address.align) {
      const { width, byte } = container;
      this.mergeBits({ ...address, offset: address.offset + byte }, value, {
        shift: rel - byte * 8,
        size,
        width,
      });
      return;
    }
    let done = 0;
    while (done < size) {
      const at = rel + done;
      const count = Math.min(8 - (at & 7), size - done);
      const piece = this.builder.binary('lshr', value, constant(value.type as 'i32', done));
      this.mergeBits({ ...address, offset: address.offset + (at >> 3), align: 1 }, this.resize(piece, 'i32', false), {
        shift: at & 7,
        size: count,
        width: 1,
      });
      done += count;
    }
  }

  mergeBits(
    address: Address,
    value: Value,
    at: { readonly shift: number; readonly size: number; readonly width: Width },
  ): void {
    const { builder } = this;
    const wide = at.width === 8 ? 'i64' : 'i32';
    const narrow = this.resize(value, wide, false);
    if (at.size === at.width * 8) {
      this.storeWidth(address, narrow, at.width);
      return;
    }
    const mask = ((1n << BigInt(at.size)) - 1n) << BigInt(at.shift);
    const old = this.loadWidth(address, at.width, { type: wide, signed: false });
    const kept = builder.binary('and', old, constant(wide, ~mask));
    const placed = builder.binary('and', builder.binary('shl', narrow, constant(wide, at.shift)), constant(wide, mask));
    this.storeWidth(address, builder.binary('or', kept, placed), at.width);
  }

  /** Assigns to a place, bit-fields included; returns what the assignment expression yields. */
  assign(place: Place, value: Value, type: CType): Value {
    if (place.kind === 'member' && place.member.bits) {
      const { bits, type: memberType } = place.member;
      const rel = bits.offset - memberUnit(place.member) * 8;
      this.storeBits(this.address(place), value, rel, bits.size);
      const signed = isSigned(memberType);
      return this.extractBits(value, 0, Math.min(bits.size, value.type === 'i64' ? 64 : 32), signed);
    }
    const address = this.address(place);
    this.store(address, value, type);
    return isRegister(type) ? value : this.pointer(address);
  }

  override initialize(address: Address, initial: LocalInitial, type: CType): void {
    const size = sizeOf(type) ?? 0;
    if (initial.zero) this.builder.fill(this.pointer(address), constant('i32', 0), size, address.align);
    for (const store of initial.stores) this.localStore(address, store);
  }

  localStore(base: Address, store: LocalStore): void {
    const { offset, bits, type, value } = store;
    if (bits) {
      this.storeBits(base, this.value(value), bits.offset, bits.size);
      return;
    }
    const align = Math.min(base.align, offset === 0 ? 1 << 30 : offset & -offset);
    const address: Address = { ...base, offset: base.offset + offset, align };
    if (value.kind === 'load' && value.place.kind === 'string') {
      this.storeBytes(address, value.place.bytes);
      return;
    }
    this.store(address, this.value(value), type);
  }

  /** Writes known bytes: zeros as a fill, the rest in words. */
  storeBytes(address: Address, bytes: Uint8Array): void {
    const { builder } = this;
    const base = this.pointer({ ...address, offset: 0 });
    const at0 = address.core ? 0 : address.offset;
    let end = bytes.length;
    while (end > 0 && bytes[end - 1] === 0) end--;
    const stop = Math.min(bytes.length, Math.ceil(end / 8) * 8);
    for (let at = 0; at < stop; ) {
      let width = 8;
      while (at + width > stop || at % width !== 0 || address.align < width) width >>= 1;
      let word = 0n;
      for (let i = width - 1; i >= 0; i--) word = (word << 8n) | BigInt(bytes[at + i] ?? 0);
      const type = width === 8 ? 'i64' : 'i32';
      builder.store(
        { base, offset: at0 + at, relocation: undefined, volatile: false },
        constant(type, word),
        width as Width,
      );
      at += width;
    }
    if (bytes.length > stop) {
      const rest = builder.pointerAdd(base, constant('i64', at0 + stop));
      builder.fill(rest, constant('i32', 0), bytes.length - stop, Math.min(address.align, 8));
    }
  }

  convert(value: Value, from: CType, to: CType): Value {
    const { builder } = this;
    const [a, b] = [from.canonical, to.canonical];
    if (b.kind === 'void') return nothing;
    if (a === b || !isScalarKind(b.kind)) return value;
    if ((sizeOf(a) ?? 0) === 16 || (sizeOf(b) ?? 0) === 16) return this.wideConvert(value, from, to);
    if (integerOf(to) === boolType) return this.truth(value);
    const fromPointer = a.kind === 'pointer' || a.kind === 'function';
    if (b.kind === 'pointer') {
      if (fromPointer) return value;
      return builder.convert(
        'to-ptr',
        value.type === 'i32' ? builder.convert(isSigned(from) ? 'sext' : 'zext', value) : value,
      );
    }
    const bits = fromPointer ? builder.convert('to-int', value) : value;
    return this.convertInteger(bits, fromPointer ? undefined : integerOf(from), integerOf(to) as IntegerType);
  }

  convertInteger(value: Value, from: IntegerType | undefined, to: IntegerType): Value {
    const { builder } = this;
    const fromSize = from?.size ?? 8;
    if (to.size === 8) return value.type === 'i64' ? value : builder.convert(from?.signed ? 'sext' : 'zext', value);
    const low = value.type === 'i64' ? builder.convert('trunc', value) : value;
    return this.narrow(low, from && fromSize <= 4 ? from : undefined, to);
  }

  /** An i32 brought into the range of a type of at most 4 bytes. */
  narrow(value: Value, from: IntegerType | undefined, to: IntegerType): Value {
    if (to.size >= 4) return value;
    const fits =
      from && (from.size < to.size ? to.signed || !from.signed : from.size === to.size && from.signed === to.signed);
    if (fits) return value;
    if (to.signed) return this.builder.signExtend(value, (to.size * 8) as 8 | 16);
    return this.builder.binary('and', value, constant('i32', (1 << (to.size * 8)) - 1));
  }

  /** 0 or 1. */
  truth(value: Value): Value {
    if (value.kind === 'constant') return constant('i32', value.value !== 0n ? 1 : 0);
    if (value.kind === 'instruction' && value.op === 'compare') return value;
    return this.builder.compare('ne', value, constant(value.type as 'i32', 0));
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
    const incoming: { value: Value; block: Block }[] = [];
    const isScalar = isRegister(type);
    const memory = isScalar ? undefined : this.temporary(type);
    build((value) => {
      if (memory) this.store(memory, value, type);
      else incoming.push({ value, block: builder.block });
    }, done);
    builder.start(done);
    if (memory) return this.pointer(memory);
    const phi = makeInstruction(
      builder.fn,
      'phi',
      incoming.map(({ value }) => value),
      {
        type: irType(type),
        blocks: incoming.map(({ block }) => block),
        span: builder.span,
      },
    );
    return builder.append(phi);
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

  /** A 64-bit value as `type` has it. */
  fromWide(value: Value, type: CType): Value {
    const integer = integerOf(type);
    if (!integer || integer.size === 8) return value;
    const low = this.builder.convert('trunc', value);
    if (integer.rank === 0) return this.builder.binary('and', low, constant('i32', 1));
    return this.narrow(low, undefined, integer);
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

function isScalarKind(kind: string): boolean {
  return kind === 'integer' || kind === 'enum' || kind === 'pointer';
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
