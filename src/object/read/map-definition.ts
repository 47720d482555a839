// Maps as BTF declares them: a struct whose members' types, not values, say what the map is (`__uint`, `__type`, ...).

import { FormatError } from '../../base/index.ts';
import type { Btf, BtfMember, BtfTypeOf, TypeId } from '../../btf/index.ts';
import { sizeOf } from '../../btf/index.ts';
import type { MapTypeName } from '../../spec/index.ts';
import { mapTypes } from '../../spec/index.ts';
import { isEnum, skipModifiers } from '../type-queries.ts';
import type { MapSpec } from '../types.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** A definition as far as it is read; sizes are undefined until something says them. */
interface Draft extends Mutable<Omit<MapSpec, 'type' | 'keySize' | 'valueSize'>> {
  type: MapTypeName | undefined;
  keySize: number | undefined;
  valueSize: number | undefined;
}

interface FieldContext {
  readonly btf: Btf;
  readonly draft: Draft;
  readonly member: BtfMember;
  readonly struct: BtfTypeOf<'struct'>;
  readonly isInner: boolean;
}

const typesByNumber: ReadonlyMap<number, MapTypeName> = new Map(mapTypes.map(({ value, name }) => [value, name]));
const mapsOfMaps: ReadonlySet<string> = new Set(['array_of_maps', 'hash_of_maps']);

/** The map type of a number of the kernel's. @throws FormatError when there is none. */
export function mapTypeOf(number: number, map: string): MapTypeName {
  const name = typesByNumber.get(number);
  if (!name) throw new FormatError(`map "${map}"`, `unknown map type ${number}`);
  return name;
}

/**
 * Reads the definition of a map from the type of its variable.
 * @throws FormatError when it is malformed or has a field that is not known.
 */
export function readMapDefinition(btf: Btf, name: string, type: TypeId): MapSpec {
  return readDefinition(btf, name, type, false);
}

function readDefinition(btf: Btf, name: string, type: TypeId, isInner: boolean): MapSpec {
  const struct = skipModifiers(btf, type).type;
  if (struct.kind !== 'struct') throw new FormatError(`map "${name}"`, `is a ${struct.kind}, not a struct`);
  const draft: Draft = {
    ...emptyMap(name),
    type: undefined,
    keySize: undefined,
    valueSize: undefined,
  };
  for (const member of struct.members) {
    const read = fields[member.name];
    if (!read) throw problem(draft, `has the unknown field "${member.name}"`);
    read({ btf, draft, member, struct, isInner });
  }
  const { type: mapType, keySize = 0, valueSize = 0 } = draft;
  if (!mapType) throw problem(draft, 'has no type');
  return { ...draft, type: mapType, keySize, valueSize };
}

/** What a map is that says nothing. */
export function emptyMap(name: string): Omit<MapSpec, 'type'> {
  return {
    name,
    keySize: 0,
    valueSize: 0,
    maxEntries: 0,
    flags: 0,
    extra: 0n,
    numaNode: undefined,
    keyType: 0,
    valueType: 0,
    pinning: 'none',
    inner: undefined,
    initial: [],
    data: undefined,
  };
}

function problem({ name }: { readonly name: string }, text: string): FormatError {
  return new FormatError(`map "${name}"`, text);
}

const fields: Readonly<Record<string, (context: FieldContext) => void>> = {
  type: (context) => {
    context.draft.type = mapTypeOf(readUint(context), context.draft.name);
  },
  max_entries: (context) => {
    context.draft.maxEntries = readUint(context);
  },
  map_flags: (context) => {
    context.draft.flags = readUint(context);
  },
  numa_node: (context) => {
    context.draft.numaNode = readUint(context);
  },
  map_extra: (context) => {
    context.draft.extra = readUlong(context);
  },
  key_size: (context) => setSize(context, 'keySize', readUint(context)),
  value_size: (context) => setSize(context, 'valueSize', readUint(context)),
  key: (context) => {
    context.draft.keyType = pointee(context);
    setSize(context, 'keySize', sizeOf(context.btf, context.draft.keyType));
  },
  value: (context) => {
    context.draft.valueType = pointee(context);
    setSize(context, 'valueSize', sizeOf(context.btf, context.draft.valueType));
  },
  pinning: readPinning,
  values: readValues,
};

function setSize({ draft }: FieldContext, field: 'keySize' | 'valueSize', size: number): void {
  const known = draft[field];
  if (known !== undefined && known !== size)
    throw problem(draft, `says two sizes of its ${field === 'keySize' ? 'keys' : 'values'}: ${known} and ${size}`);
  draft[field] = size;
}

function pointee({ btf, draft, member }: FieldContext): TypeId {
  const { type } = skipModifiers(btf, member.type);
  if (type.kind !== 'ptr') throw problem(draft, `its field "${member.name}" is no pointer (__type)`);
  return type.type;
}

/** `int (*name)[value]`: the number is the length of an array. */
function readUint(context: FieldContext): number {
  const array = skipModifiers(context.btf, pointee(context)).type;
  if (array.kind !== 'array') throw problem(context.draft, `its field "${context.member.name}" is no number (__uint)`);
  return array.length;
}

/** `enum { unique = value } name`, for 64 bits; or as {@link readUint}. */
function readUlong(context: FieldContext): bigint {
  const { type } = skipModifiers(context.btf, context.member.type);
  if (!isEnum(type)) return BigInt(readUint(context));
  const [only, ...others] = type.values;
  if (!only || others.length > 0)
    throw problem(context.draft, `its field "${context.member.name}" is no number (__ulong)`);
  return BigInt.asUintN(64, only.value);
}

function readPinning(context: FieldContext): void {
  if (context.isInner) throw problem(context.draft, 'an inner map cannot be pinned');
  const pinning = readUint(context);
  if (pinning > 1) throw problem(context.draft, `unknown pinning ${pinning}`);
  context.draft.pinning = pinning === 1 ? 'by-name' : 'none';
}

/** `__array(values, ...)`: what a map of maps or a prog array holds. The contents are relocations. */
function readValues(context: FieldContext): void {
  const { btf, draft, member, struct, isInner } = context;
  const holdsMaps = mapsOfMaps.has(draft.type ?? '');
  if (isInner) throw problem(draft, 'maps are nested too deeply');
  if (member !== struct.members.at(-1)) throw problem(draft, 'its field "values" is not the last');
  if (!holdsMaps && draft.type !== 'prog_array') throw problem(draft, `a map of type ${draft.type} has no "values"`);
  const array = skipModifiers(btf, member.type).type;
  if (array.kind !== 'array') throw problem(draft, 'its field "values" is no array (__array)');
  const element = skipModifiers(btf, array.type).type;
  if (element.kind !== 'ptr') throw problem(draft, 'its field "values" holds no pointers');
  setSize(context, 'valueSize', 4);
  const target = skipModifiers(btf, element.type);
  if (holdsMaps) draft.inner = readDefinition(btf, `${draft.name}.inner`, target.id, true);
  else if (target.type.kind !== 'funcProto') throw problem(draft, 'its field "values" holds no functions');
}
