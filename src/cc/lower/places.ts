// Places in memory: addresses with constant offsets kept apart, CO-RE access chains, bit-fields, unaligned accesses.

import { alignOf, integerOf, isVolatile, sizeOf } from '../check/ctypes.ts';
import type { CType, LocalInitial, Member, Place, RecordType, Typed, Variable } from '../check/types.ts';
import type { Diagnostics } from '../diagnostics.ts';
import { constant, symbolAddress } from '../ir/build.ts';
import type { IrFunction, Value, Width } from '../ir/types.ts';
import { FunctionBuilder, type MemoryAccess } from './builder.ts';
import type { RelocationTable } from './module.ts';

/** An access chain not yet applied to its base. */
export interface CoreChain {
  /** A named struct, or the typedef of an unnamed one. */
  readonly root: CType;
  readonly access: readonly number[];
  readonly offset: number;
}

/** An address: `base` + what the chain says + `offset`. */
export interface Address {
  readonly base: Value;
  readonly offset: number;
  readonly core: CoreChain | undefined;
  /** Known alignment of base + offset. */
  readonly align: number;
  readonly volatile: boolean;
}

/** What functions of one module share. */
export interface LowerContext {
  readonly diagnostics: Diagnostics;
  readonly relocations: RelocationTable;
  readonly symbolOf: (variable: Variable) => string;
  readonly stringVariable: (literal: Place & { readonly kind: 'string' }) => Variable;
  /** Is there a function or variable of that name? */
  readonly isSymbol: (name: string) => boolean;
}

/** IR type of a scalar. */
export function irType(type: CType): 'i32' | 'i64' | 'ptr' {
  const t = type.canonical;
  if (t.kind === 'pointer' || t.kind === 'array' || t.kind === 'function') return 'ptr';
  return (sizeOf(type) ?? 8) > 4 ? 'i64' : 'i32';
}

/** Is the value kept in a register? Else it is represented by its address. */
export function isRegister(type: CType): boolean {
  const t = type.canonical;
  return t.kind === 'pointer' || ((t.kind === 'integer' || t.kind === 'enum') && (sizeOf(type) ?? 0) <= 8);
}

function lowestBit(value: number): number {
  return value === 0 ? 1 << 30 : value & -value;
}

/** Alignment worth giving a stack object of that size. */
export function stackAlign(type: CType, size: number): number {
  const natural = alignOf(type);
  return Math.max(natural, size >= 8 ? 8 : size >= 4 ? 4 : size >= 2 ? 2 : 1);
}

/** Bytes; far more than the stack has, since what is not used of an object is optimised away. */
const LARGEST_LOCAL = 1 << 16;

/** Lowers places; values come from the class built on this one. */
export abstract class PlaceLowering {
  readonly builder: FunctionBuilder;
  readonly context: LowerContext;
  readonly #locals = new Map<Variable, { readonly address: Value; readonly align: number }>();
  /** Inside `__builtin_preserve_access_index`. */
  preserveAll = false;

  constructor(fn: IrFunction, context: LowerContext) {
    this.builder = new FunctionBuilder(fn);
    this.context = context;
  }

  abstract value(node: Typed): Value;
  abstract initialize(address: Address, initial: LocalInitial, type: CType): void;

  address(place: Place): Address {
    switch (place.kind) {
      case 'variable':
        return this.variableAddress(place.variable);
      case 'dereference':
        return this.pointerAddress(this.value(place.pointer), place.type);
      case 'member':
        return this.memberAddress(this.address(place.object), place);
      case 'element':
        return this.elementAddress(place);
      case 'string': {
        const symbol = this.context.symbolOf(this.context.stringVariable(place));
        return { base: symbolAddress(symbol), offset: 0, core: undefined, align: alignOf(place.type), volatile: false };
      }
      case 'compound-literal': {
        const address = this.variableAddress(place.variable);
        if (place.initial) this.initialize(address, place.initial, place.type);
        return address;
      }
      case 'temporary':
        return this.pointerAddress(this.value(place.value), place.type);
    }
  }

  pointerAddress(base: Value, type: CType): Address {
    return { base, offset: 0, core: undefined, align: alignOf(type), volatile: isVolatile(type) };
  }

  variableAddress(variable: Variable): Address {
    const volatile = isVolatile(variable.type);
    if (variable.storage !== 'local' && variable.storage !== 'parameter') {
      const align = Math.max(alignOf(variable.type), variable.align);
      return { base: symbolAddress(this.context.symbolOf(variable)), offset: 0, core: undefined, align, volatile };
    }
    const { address, align } = this.local(variable);
    return { base: address, offset: 0, core: undefined, align, volatile };
  }

  /** Stack memory of a local, made on first use. */
  local(variable: Variable): { readonly address: Value; readonly align: number } {
    let home = this.#locals.get(variable);
    if (!home) {
      const size = this.stackSize(variable);
      const align = Math.max(stackAlign(variable.type, size), variable.align);
      home = { address: this.builder.alloca(size, align, variable.name || 'tmp'), align };
      this.#locals.set(variable, home);
    }
    return home;
  }

  /** Bytes of a local. One that no optimisation makes fit is refused here, before it is copied word by word. */
  stackSize({ name, type, span }: Variable): number {
    const size = sizeOf(type) ?? 0;
    if (size <= LARGEST_LOCAL) return size;
    this.context.diagnostics.error('stack-too-large', `'${name}' takes ${size} bytes of stack, BPF has 512`, span, {
      hint: 'keep large objects in a per-CPU array map with one entry',
    });
    return 8;
  }

  bindLocal(variable: Variable, address: Value): void {
    this.#locals.set(variable, { address, align: alignOf(variable.type) });
  }

  memberAddress(object: Address, place: Place & { readonly kind: 'member' }): Address {
    const { member, record, type } = place;
    const volatile = object.volatile || isVolatile(type);
    const root =
      !object.core && (record.preserveAccessIndex || this.preserveAll)
        ? namedType(place.object.type, record)
        : undefined;
    const offset = memberStart(member, object.core !== undefined || root !== undefined);
    const align = Math.min(object.align, lowestBit(offset));
    if (object.core) {
      const { root: outer, access, offset: before } = object.core;
      const core = { root: outer, access: [...access, member.index], offset: before + offset };
      return { ...object, core, align, volatile };
    }
    if (!root) return { ...object, offset: object.offset + offset, align, volatile };
    const base = this.pointer(object);
    return { base, offset: 0, core: { root, access: [0, member.index], offset }, align, volatile };
  }

  elementAddress(place: Place & { readonly kind: 'element' }): Address {
    const array = this.address(place.array);
    const size = sizeOf(place.type) ?? 1;
    const volatile = array.volatile || isVolatile(place.type);
    const { index } = place;
    if (index.kind === 'constant') {
      const at = Number(BigInt.asIntN(64, index.value));
      const align = Math.min(array.align, lowestBit(at * size));
      if (!array.core) return { ...array, offset: array.offset + at * size, align, volatile };
      const { root, access, offset } = array.core;
      return { ...array, core: { root, access: [...access, at], offset: offset + at * size }, align, volatile };
    }
    const scaled = this.scale(this.value(index), size);
    const { builder } = this;
    const align = Math.min(array.align, lowestBit(size));
    if (array.core)
      return { base: builder.pointerAdd(this.pointer(array), scaled), offset: 0, core: undefined, align, volatile };
    return { ...array, base: builder.pointerAdd(array.base, scaled), align, volatile };
  }

  scale(index: Value, size: number): Value {
    if (size === 1) return index;
    const shift = Math.log2(size);
    if (Number.isInteger(shift)) return this.builder.binary('shl', index, constant('i64', shift));
    return this.builder.binary('mul', index, constant('i64', size));
  }

  /** The address as one pointer. */
  pointer(address: Address): Value {
    const { builder } = this;
    let { base } = address;
    if (address.core)
      base = builder.pointerAdd(base, builder.core(this.relocation(address.core), BigInt(address.core.offset), 'i64'));
    return builder.pointerAdd(base, constant('i64', address.offset));
  }

  relocation(chain: CoreChain): number {
    return this.context.relocations.add({
      type: chain.root,
      access: chain.access.join(':'),
      kind: 'field-byte-offset',
    });
  }

  /** Operand of a load or store. */
  access(address: Address): MemoryAccess {
    const { base, core, volatile } = address;
    if (!core) return { base, offset: address.offset, relocation: undefined, volatile };
    if (address.offset !== 0) return { base: this.pointer(address), offset: 0, relocation: undefined, volatile };
    return { base, offset: core.offset, relocation: this.relocation(core), volatile };
  }

  /** Reads a scalar of type `type`. */
  loadScalar(address: Address, type: CType): Value {
    const size = (sizeOf(type) ?? 8) as Width;
    const signed = integerOf(type)?.signed ?? false;
    return this.loadWidth(address, size, { type: irType(type), signed });
  }

  loadWidth(
    address: Address,
    size: Width,
    how: { readonly type: 'i32' | 'i64' | 'ptr'; readonly signed: boolean },
  ): Value {
    const { builder } = this;
    return builder.load(this.#wideAccess(address, size), how.type, { width: size, signed: how.signed });
  }

  /** Operand of an access of `size` bytes, which may be more than the alignment allows at once. */
  #wideAccess(address: Address, size: Width): MemoryAccess {
    if (address.align >= size) return this.access(address);
    return { ...this.access(plain(address, this)), align: address.align as Width };
  }

  storeScalar(address: Address, value: Value, type: CType): void {
    this.storeWidth(address, value, (sizeOf(type) ?? 8) as Width);
  }

  storeWidth(address: Address, value: Value, size: Width): void {
    this.builder.store(this.#wideAccess(address, size), value, size);
  }
}

/**
 * Byte offset from which a member is accessed. That of a bit-field with relocation is what libbpf computes: that of an aligned
 * unit of its declared type.
 */
export function memberStart(member: Member, isRelocated: boolean): number {
  if (!member.bits) return member.offset;
  if (member.bits.unit && !isRelocated) return member.bits.unit.offset;
  const unit = sizeOf(member.type) ?? 4;
  return Math.floor(member.bits.offset / 8 / unit) * unit;
}

/** What relocation can look the record up by: its tag, or the typedef it goes by here. */
function namedType(type: CType, record: RecordType): CType | undefined {
  if (record.tag !== undefined) return record;
  let at = type;
  while (at.kind === 'qualified' || at.kind === 'tagged') at = at.type;
  return at.kind === 'typedef' && at.type === record ? at : undefined;
}

/** The address with its chain applied, so that pieces can be reached by plain offsets. */
function plain(address: Address, lowering: PlaceLowering): Address {
  if (!address.core) return address;
  return { ...address, base: lowering.pointer(address), offset: 0, core: undefined };
}
