// Describes maps in BTF, as `__uint`, `__type` and `__array` of libbpf's headers make the compiler do.

import { UsageError } from '../../base/index.ts';
import type { BtfMember, TypeId } from '../../btf/index.ts';
import { type BtfBuilder, sizeOf } from '../../btf/index.ts';
import { mapTypes } from '../../spec/index.ts';
import { readMapDefinition } from '../read/map-definition.ts';
import { findDatasec, isComposite, skipModifiers } from '../type-queries.ts';
import type { MapSpec } from '../types.ts';

/** Where a map is declared. */
export interface MapPlace {
  readonly map: MapSpec;
  readonly offset: number;
  readonly size: number;
  /** Offset of its `values` from its own start. */
  readonly valuesOffset: number;
}

const pointerSize = 8;
const maxSectionSize = 1 << 28;

/**
 * Makes the types of the `.maps` section: variables that describe their maps as they are now stay, others are made anew.
 * Gives back where each map stands.
 */
export function describeMaps(types: BtfBuilder, maps: readonly MapSpec[]): MapPlace[] {
  const places: MapPlace[] = [];
  const variables: { type: TypeId; offset: number; size: number }[] = [];
  let offset = 0;
  for (const map of maps) {
    const variable = knownVariable(types, map) ?? addVariable(types, map);
    const type = types.type(variable);
    const struct = type.kind === 'var' ? type.type : 0;
    const valuesOffset = offsetOfValues(types, struct);
    const slots = Math.max(0, ...map.initial.map(({ index }) => index + 1));
    const size = slots > 0 ? valuesOffset + slots * pointerSize : sizeOf(types, struct);
    places.push({ map, offset, size, valuesOffset });
    if (offset + size > maxSectionSize) throw new UsageError(`map "${map.name}": its declaration is absurdly large`);
    variables.push({ type: variable, offset, size });
    offset += size;
  }
  const section = { kind: 'datasec', name: '.maps', size: offset, variables } as const;
  const known = types.find('.maps', 'datasec');
  if (known !== undefined) types.define(known, section);
  else types.add(section);
  return places;
}

function offsetOfValues(types: BtfBuilder, struct: TypeId): number {
  const { type } = skipModifiers(types, struct);
  const member = isComposite(type) ? type.members.find(({ name }) => name === 'values') : undefined;
  return member ? member.bitOffset / 8 : 0;
}

/** The variable that already says all this. */
function knownVariable(types: BtfBuilder, map: MapSpec): TypeId | undefined {
  const candidates = findDatasec(types, '.maps')?.variables ?? [];
  for (const { type: id } of candidates) {
    const type = types.type(id);
    if (type.kind !== 'var' || type.name !== map.name || type.linkage !== 'global') continue;
    if (sameDefinition(readMapDefinition(types, map.name, type.type), map)) return id;
  }
  return undefined;
}

const described = [
  'type',
  'keySize',
  'valueSize',
  'maxEntries',
  'flags',
  'extra',
  'numaNode',
  'keyType',
  'valueType',
  'pinning',
] as const satisfies readonly (keyof MapSpec)[];

function sameDefinition(a: MapSpec, b: MapSpec): boolean {
  if (described.some((field) => a[field] !== b[field])) return false;
  return a.inner && b.inner ? sameDefinition(a.inner, b.inner) : a.inner === b.inner;
}

function addVariable(types: BtfBuilder, map: MapSpec): TypeId {
  return types.add({ kind: 'var', name: map.name, type: addStruct(types, map), linkage: 'global' });
}

function addStruct(types: BtfBuilder, map: MapSpec): TypeId {
  const members: BtfMember[] = [];
  const add = (name: string, type: TypeId): void => {
    members.push({ name, type, bitOffset: members.length * pointerSize * 8, bitSize: 0 });
  };
  const addUint = (name: string, value: number): void => {
    if (value !== 0) add(name, addNumber(types, value));
  };
  const addSide = (side: 'key' | 'value', type: TypeId, size: number): void => {
    if (type !== 0 && sizeOf(types, type) === size) add(side, types.add({ kind: 'ptr', type }));
    else addUint(`${side}_size`, size);
  };
  addUint('type', mapTypes.find(({ name }) => name === map.type)?.value ?? 0);
  addUint('max_entries', map.maxEntries);
  addUint('map_flags', map.flags);
  if (map.numaNode !== undefined) add('numa_node', addNumber(types, map.numaNode));
  addUint('pinning', map.pinning === 'by-name' ? 1 : 0);
  if (map.extra !== 0n) add('map_extra', addWideNumber(types, map.extra));
  addSide('key', map.keyType, map.keySize);
  const element = elementType(types, map);
  if (element === undefined) addSide('value', map.valueType, map.valueSize);
  const size = members.length * pointerSize;
  if (element !== undefined) {
    const pointer = types.add({ kind: 'ptr', type: element });
    add('values', types.add({ kind: 'array', type: pointer, indexType: addInt(types), length: 0 }));
  }
  return types.add({ kind: 'struct', name: '', size, members });
}

/** What `values` points to: the inner map's definition, or a program. */
function elementType(types: BtfBuilder, map: MapSpec): TypeId | undefined {
  if (map.inner) return addStruct(types, map.inner);
  if (map.type !== 'prog_array' || map.initial.length === 0) return undefined;
  return types.add({ kind: 'funcProto', returnType: addInt(types), parameters: [] });
}

function addInt(types: BtfBuilder): TypeId {
  return types.add({ kind: 'int', name: 'int', size: 4, encoding: 'signed', bits: 32, bitOffset: 0 });
}

/** `int (*)[value]`. */
function addNumber(types: BtfBuilder, value: number): TypeId {
  const int = addInt(types);
  return types.add({ kind: 'ptr', type: types.add({ kind: 'array', type: int, indexType: int, length: value }) });
}

/** An anonymous enum of one value. */
function addWideNumber(types: BtfBuilder, value: bigint): TypeId {
  if (value <= 0xffff_ffffn) return addNumber(types, Number(value));
  const values = [{ name: '__unique_value', value }];
  return types.add({ kind: 'enum64', name: '', size: 8, signed: false, values });
}
