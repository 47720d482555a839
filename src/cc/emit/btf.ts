// The object's BTF: C types to BTF types, in full where the program looks inside, else as forward declarations.

import { BtfBuilder, type BtfMember, type TypeId } from '../../btf/index.ts';
import { isVoid } from '../check/ctypes.ts';
import type { CType, EnumType, FunctionSymbol, FunctionType, IntegerType, RecordType } from '../check/types.ts';
import { stableRecords } from '../headers/stable-records.ts';

/** How much of a struct behind a pointer is wanted. */
type Depth = 'full' | 'forward';

type Converter<K extends CType['kind']> = (
  types: BtfEmitter,
  type: CType & { readonly kind: K },
  depth: Depth,
) => TypeId;

/** Makes BTF of C types; each C type once. */
export class BtfEmitter {
  readonly builder = new BtfBuilder();
  readonly #ids = new Map<CType, TypeId>();
  /** Pointers inside structs: resolved last, when it is known what is there in full. */
  readonly #deferred: { readonly id: TypeId; readonly to: CType }[] = [];
  readonly #forwards = new Map<CType, TypeId>();
  /** Pointers to kernel structs in prototypes, by what they point to. */
  readonly #parameters = new Map<CType, TypeId>();
  /** Members of map definitions point at the types of keys and values, which must be there in full. */
  #isMap = false;

  /** Id of a type, structs in full. */
  type(type: CType): TypeId {
    return this.convert(type, 'full');
  }

  convert(type: CType, depth: Depth): TypeId {
    const known = this.#ids.get(type);
    if (known !== undefined) return known;
    const id = (converters[type.kind] as Converter<CType['kind']>)(this, type, depth);
    if (depth === 'full' || type.kind === 'integer') this.#ids.set(type, id);
    return id;
  }

  record(type: RecordType, depth: Depth): TypeId {
    const { tag, union } = type;
    // The layout of what is only named is not even made.
    if (tag !== undefined && (depth === 'forward' || !type.layout)) {
      let id = this.#forwards.get(type);
      if (id === undefined) {
        id = this.builder.add({ kind: 'fwd', name: tag, union });
        this.#forwards.set(type, id);
      }
      return id;
    }
    const { layout } = type;
    const id = this.builder.reserve();
    this.#ids.set(type, id);
    const members = (layout?.members ?? []).map((member): BtfMember => {
      const bitOffset = member.bits ? member.bits.offset : member.offset * 8;
      return { name: member.name ?? '', type: this.member(member.type), bitOffset, bitSize: member.bits?.size ?? 0 };
    });
    this.builder.define(id, { kind: union ? 'union' : 'struct', name: tag ?? '', size: layout?.size ?? 0, members });
    this.#tags(id, -1, type.declTags);
    for (const [i, member] of (layout?.members ?? []).entries()) this.#tags(id, i, member.declTags);
    return id;
  }

  /** Type of a member: pointers wait until the end. */
  member(type: CType): TypeId {
    if (this.#isMap) return this.convert(type, 'full');
    if (type.kind === 'pointer' && reachesRecord(type.to)) {
      const known = this.#ids.get(type);
      if (known !== undefined) return known;
      const id = this.builder.reserve();
      this.#ids.set(type, id);
      this.#deferred.push({ id, to: type.to });
      return id;
    }
    if (type.kind === 'array') return this.array(this.member(type.of), type.length ?? 0);
    return this.convert(type, 'full');
  }

  array(of: TypeId, length: number): TypeId {
    const indexType = this.builder.add({
      kind: 'int',
      name: '__ARRAY_SIZE_TYPE__',
      size: 4,
      encoding: 'unsigned',
      bits: 32,
      bitOffset: 0,
    });
    return this.builder.add({ kind: 'array', type: of, indexType, length });
  }

  integer(type: IntegerType): TypeId {
    const { name, size, signed, rank } = type;
    const encoding = rank === 0 ? 'bool' : signed ? 'signed' : 'unsigned';
    return this.builder.add({ kind: 'int', name, size, encoding, bits: size * 8, bitOffset: 0 });
  }

  enum(type: EnumType): TypeId {
    const { tag, values, underlying } = type;
    if (!values) return this.builder.add({ kind: 'fwd', name: tag ?? '', union: false });
    const kind = underlying.size > 4 ? 'enum64' : 'enum';
    const signed = values.some(({ value }) => value < 0n);
    return this.builder.add({ kind, name: tag ?? '', size: underlying.size, signed, values });
  }

  prototype(type: FunctionType, names: readonly string[] | undefined, depth: Depth): TypeId {
    const parameters = type.parameters.map((parameter, i) => ({
      name: names ? names[i] || `arg${i + 1}` : (parameter.name ?? ''),
      type: this.parameter(parameter.type, depth),
    }));
    if (type.variadic) parameters.push({ name: '', type: 0 });
    const returnType = isVoid(type.returns) ? 0 : this.parameter(type.returns, depth);
    return this.builder.add({ kind: 'funcProto', returnType, parameters });
  }

  /** Kernel structs behind parameters are named only; those whose layout is fixed, and the program's own, are given whole. */
  parameter(type: CType, depth: Depth): TypeId {
    if (depth === 'full' || type.kind !== 'pointer') return this.convert(type, 'full');
    const to = type.to.canonical;
    const isForeign = to.kind === 'record' && to.origin === 'kernel' && !stableRecords.has(to.tag ?? '');
    if (!isForeign || this.#ids.has(type)) return this.convert(type, 'full');
    // Decided at the end: where the program looks inside, the pointer is one to the whole.
    let id = this.#parameters.get(type.to);
    if (id === undefined) {
      id = this.builder.reserve();
      this.#parameters.set(type.to, id);
      this.#deferred.push({ id, to: type.to });
    }
    return id;
  }

  /** The `func` of a function. */
  function(symbol: FunctionSymbol, linkage: 'static' | 'global' | 'extern'): TypeId {
    const names = linkage === 'extern' ? undefined : symbol.parameters.map(({ name }) => name);
    const type = this.prototype(symbol.type, names, linkage === 'extern' ? 'full' : 'forward');
    const id = this.builder.add({ kind: 'func', name: symbol.name, type, linkage });
    this.#tags(id, -1, symbol.declTags);
    for (const [i, parameter] of symbol.parameters.entries()) this.#tags(id, i, parameter.declTags);
    return id;
  }

  variable(
    name: string,
    type: CType,
    linkage: 'static' | 'global' | 'extern',
    declTags: readonly string[] = [],
  ): TypeId {
    const id = this.builder.add({ kind: 'var', name, type: this.type(type), linkage });
    this.#tags(id, -1, declTags);
    return id;
  }

  /** The variable that declares a map. */
  map(name: string, type: CType, linkage: 'static' | 'global', declTags: readonly string[]): TypeId {
    const record = type.canonical;
    const values =
      record.kind === 'record' ? (record.layout?.members ?? []).flatMap((member) => this.#pointees(member.type)) : [];
    // Keys and values first, as structs like any other: only the definition itself is looked through.
    for (const value of values) this.type(value);
    this.#isMap = true;
    const id = this.variable(name, type, linkage, declTags);
    this.#isMap = false;
    return id;
  }

  /** Types behind a member's pointers; inner map definitions are left to the definition. */
  #pointees(type: CType): CType[] {
    const t = type.canonical;
    if (t.kind === 'array') return this.#pointees(t.of);
    if (t.kind !== 'pointer') return [];
    const to = t.to.canonical;
    const isDefinition =
      to.kind === 'record' &&
      to.layout?.members.some(({ name }) => name === 'type') &&
      to.layout.members.every((member) => ['pointer', 'array', 'enum'].includes(member.type.canonical.kind));
    return isDefinition || to.kind === 'array' || to.kind === 'function' ? [] : [t.to];
  }

  #tags(type: TypeId, componentIndex: number, tags: readonly string[]): void {
    for (const name of tags) this.builder.add({ kind: 'declTag', name, type, componentIndex, attribute: false });
  }

  /** Completes pointers inside structs. */
  finish(): void {
    for (let next = this.#deferred.shift(); next; next = this.#deferred.shift()) {
      this.builder.define(next.id, { kind: 'ptr', type: this.convert(next.to, 'forward') });
    }
  }
}

/** Does a pointer's target lead to a struct, so that it might be cut short? */
function reachesRecord(type: CType): boolean {
  const t = type.canonical;
  if (t.kind === 'pointer') return reachesRecord(t.to);
  return t.kind === 'record' || t.kind === 'array' || t.kind === 'function';
}

const qualifierKinds = [
  [4, 'restrict'],
  [2, 'volatile'],
  [1, 'const'],
] as const;

const converters: { readonly [K in CType['kind']]: Converter<K> } = {
  void: () => 0,
  integer: (types, type) => types.integer(type),
  float: (types, type) => types.builder.add({ kind: 'float', name: type.name, size: type.size }),
  pointer: (types, type, depth) => types.builder.add({ kind: 'ptr', type: types.convert(type.to, depth) }),
  array: (types, type, depth) => types.array(types.convert(type.of, depth), type.length ?? 0),
  function: (types, type, depth) => types.prototype(type, undefined, depth === 'full' ? 'forward' : depth),
  record: (types, type, depth) => types.record(type, depth),
  enum: (types, type) => types.enum(type),
  typedef: (types, type, depth) =>
    types.builder.add({ kind: 'typedef', name: type.name, type: types.convert(type.type, depth) }),
  qualified(types, type, depth): TypeId {
    let id = types.convert(type.type, depth);
    for (const [bit, kind] of qualifierKinds) if (type.qualifiers & bit) id = types.builder.add({ kind, type: id });
    return id;
  },
  tagged: (types, type, depth) =>
    types.builder.add({ kind: 'typeTag', name: type.tag, type: types.convert(type.type, depth), attribute: false }),
};
