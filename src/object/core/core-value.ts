// The number that a CO-RE relocation asks for, on either side: offset, size, existence, id, value.

import { FormatError } from '../../base/index.ts';
import type { Btf, BtfMember, BtfType, CoreKind, TypeId } from '../../btf/index.ts';
import { sizeOf } from '../../btf/index.ts';
import { isComposite, isEnum, skipModifiers } from '../type-queries.ts';
import type { Accessor, AccessPath } from './access.ts';
import { coreGroups } from './access.ts';

/** The answer for one side. */
export interface CoreValue {
  readonly value: bigint;
  /** Whether an instruction must hold exactly this value before it is patched. */
  readonly validate: boolean;
  /** Size in bytes of what is loaded or stored; 0 where it does not matter. */
  readonly size: number;
  /** Type of what is loaded or stored, where `size` is not 0. */
  readonly type: TypeId;
}

/** What a relocation gives when the target has no match; undefined where the instruction must be poisoned. */
export const missingValues: Readonly<Record<CoreKind, bigint | undefined>> = {
  'field-byte-offset': undefined,
  'field-byte-size': undefined,
  'field-exists': 0n,
  'field-signed': undefined,
  'field-lshift-u64': undefined,
  'field-rshift-u64': undefined,
  'type-id-local': 0n,
  'type-id-target': 0n,
  'type-exists': 0n,
  'type-size': 0n,
  'type-matches': 0n,
  'enumval-exists': 0n,
  'enumval-value': undefined,
};

const plain = { validate: true, size: 0, type: 0 } as const;

/**
 * The value of a relocation on one side.
 * @throws FormatError when the kind does not fit the access.
 */
export function coreValue(path: AccessPath, kind: CoreKind): CoreValue {
  if (kind === 'field-exists') return { ...plain, value: 1n };
  const group = coreGroups[kind];
  if (group === 'type') return typeValue(path, kind);
  if (group === 'enumerator') return enumeratorValue(path, kind);
  const accessor = path.accessors.at(-1);
  if (!accessor) throw unsupported(kind);
  return accessor.name === undefined ? elementValue(path, accessor, kind) : memberValue(path, accessor, kind);
}

function unsupported(kind: CoreKind): FormatError {
  return new FormatError('CO-RE relocation', `${kind} cannot be asked of this access`);
}

function typeValue(path: AccessPath, kind: CoreKind): CoreValue {
  // Ids change when objects are linked, so what the instruction holds says nothing.
  if (kind === 'type-id-target' || kind === 'type-id-local')
    return { ...plain, value: BigInt(path.root), validate: false };
  return { ...plain, value: kind === 'type-size' ? BigInt(sizeOf(path.btf, path.root)) : 1n };
}

function enumeratorValue(path: AccessPath, kind: CoreKind): CoreValue {
  if (kind === 'enumval-exists') return { ...plain, value: 1n };
  const [accessor] = path.accessors;
  const type = accessor && path.btf.type(accessor.type);
  const enumerator = type && isEnum(type) ? type.values[accessor.index] : undefined;
  if (!enumerator) throw unsupported(kind);
  return { ...plain, value: enumerator.value };
}

function elementValue(path: AccessPath, accessor: Accessor, kind: CoreKind): CoreValue {
  if (kind === 'field-byte-size') return { ...plain, value: BigInt(sizeOf(path.btf, accessor.type)) };
  if (kind !== 'field-byte-offset') throw unsupported(kind);
  const value = BigInt(Math.floor(path.bitOffset / 8));
  return { value, validate: true, size: elementSize(path.btf, accessor.type), type: accessor.type };
}

/** Size of the innermost element: what one load of an array reads. */
function elementSize(btf: Btf, id: TypeId): number {
  let at = id;
  for (let depth = 0; depth < 32; depth++) {
    const { type } = skipModifiers(btf, at);
    if (type.kind !== 'array') return sizeOf(btf, at);
    at = type.type;
  }
  throw new FormatError('BTF', `type ${id}: arrays form a cycle`);
}

function memberValue(path: AccessPath, accessor: Accessor, kind: CoreKind): CoreValue {
  const struct = path.btf.type(accessor.type);
  const member = isComposite(struct) ? struct.members[accessor.index] : undefined;
  if (!member) throw unsupported(kind);
  const { id: fieldType, type } = skipModifiers(path.btf, member.type);
  const storage = storageOf(path, member, type);
  const isBitField = member.bitSize > 0;
  const ambiguous = { ...plain, validate: !isBitField };
  switch (kind) {
    case 'field-byte-offset':
      if (isBitField) return { ...ambiguous, value: BigInt(storage.byteOffset) };
      return {
        value: BigInt(storage.byteOffset),
        validate: true,
        size: elementSize(path.btf, fieldType),
        type: fieldType,
      };
    case 'field-byte-size':
      return { ...ambiguous, value: BigInt(storage.byteSize) };
    case 'field-signed':
      return { ...plain, value: isSigned(type) ? 1n : 0n };
    case 'field-lshift-u64':
      return { ...ambiguous, value: BigInt(64 - (path.bitOffset + storage.bitSize - storage.byteOffset * 8)) };
    case 'field-rshift-u64':
      return { ...plain, value: BigInt(64 - storage.bitSize) };
    default:
      throw unsupported(kind);
  }
}

interface Storage {
  readonly byteOffset: number;
  readonly byteSize: number;
  readonly bitSize: number;
}

/** The bytes to load for a member: for a bit-field the smallest aligned power of two that holds all of it. */
function storageOf(path: AccessPath, member: BtfMember, type: BtfType): Storage {
  const { bitOffset } = path;
  if (member.bitSize === 0) {
    const byteSize = sizeOf(path.btf, member.type);
    return { byteOffset: Math.floor(bitOffset / 8), byteSize, bitSize: byteSize * 8 };
  }
  let byteSize = 'size' in type ? type.size : 0;
  if (byteSize === 0) throw new FormatError('BTF', `bit-field ${member.name} is of type ${type.kind}`);
  const start = (): number => Math.floor(bitOffset / 8 / byteSize) * byteSize;
  while (bitOffset + member.bitSize - start() * 8 > byteSize * 8) {
    if (byteSize >= 8) throw new FormatError('CO-RE relocation', `bit-field ${member.name} needs more than 64 bits`);
    byteSize *= 2;
  }
  return { byteOffset: start(), byteSize, bitSize: member.bitSize };
}

function isSigned(type: BtfType): boolean {
  return isEnum(type) ? type.signed : type.kind === 'int' && type.encoding === 'signed';
}
