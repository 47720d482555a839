// The access of a CO-RE record: `0:1:2` against a type, resolved to named steps and a bit offset.

import { FormatError } from '../../base/index.ts';
import type { Btf, BtfTypeOf, CoreKind, CoreRelocation, TypeId } from '../../btf/index.ts';
import { sizeOf } from '../../btf/index.ts';
import { isComposite, isEnum, skipModifiers, typeName } from '../type-queries.ts';

/** One step: a named member or enumerator of `type`, or (without a name) an array element of type `type`. */
export interface Accessor {
  readonly type: TypeId;
  readonly index: number;
  readonly name: string | undefined;
}

/** A type and the way to a place in it. */
export interface AccessPath {
  readonly btf: Btf;
  readonly root: TypeId;
  readonly accessors: readonly Accessor[];
  /** From the start of the root type. */
  readonly bitOffset: number;
}

/** Which of the three groups of kinds a relocation is of. */
export const coreGroups: Readonly<Record<CoreKind, 'field' | 'type' | 'enumerator'>> = {
  'field-byte-offset': 'field',
  'field-byte-size': 'field',
  'field-exists': 'field',
  'field-signed': 'field',
  'field-lshift-u64': 'field',
  'field-rshift-u64': 'field',
  'type-id-local': 'type',
  'type-id-target': 'type',
  'type-exists': 'type',
  'type-size': 'type',
  'type-matches': 'type',
  'enumval-exists': 'enumerator',
  'enumval-value': 'enumerator',
};

/** Longest access that is followed, as in libbpf. */
export const maxAccessLength = 64;

const accessPattern = /^\d+(:\d+)*$/;

/** @throws FormatError when the access does not fit the type. */
export function parseAccess(btf: Btf, relocation: CoreRelocation): AccessPath {
  const { access, type: root, kind } = relocation;
  const group = coreGroups[kind];
  if (!accessPattern.test(access)) throw malformed(relocation, 'is no list of indices');
  const indices = access.split(':').map(Number);
  if (indices.length > maxAccessLength) throw malformed(relocation, 'is too long');
  if (group === 'type') {
    if (access !== '0') throw malformed(relocation, 'must be 0 for a type');
    return { btf, root, accessors: [], bitOffset: 0 };
  }
  return group === 'enumerator' ? enumeratorAccess(btf, relocation, indices) : fieldAccess(btf, relocation, indices);
}

function malformed(relocation: CoreRelocation, problem: string): FormatError {
  return new FormatError('CO-RE relocation', `access "${relocation.access}" of type ${relocation.type} ${problem}`);
}

function enumeratorAccess(btf: Btf, relocation: CoreRelocation, indices: readonly number[]): AccessPath {
  const { id, type } = skipModifiers(btf, relocation.type);
  const index = indices[0] ?? 0;
  const enumerator = isEnum(type) ? type.values[index] : undefined;
  if (!enumerator || indices.length > 1) throw malformed(relocation, 'is no enumerator');
  return { btf, root: relocation.type, accessors: [{ type: id, index, name: enumerator.name }], bitOffset: 0 };
}

function fieldAccess(btf: Btf, relocation: CoreRelocation, indices: readonly number[]): AccessPath {
  const [first = 0, ...rest] = indices;
  let id = skipModifiers(btf, relocation.type).id;
  const accessors: Accessor[] = [{ type: id, index: first, name: undefined }];
  let bitOffset = first === 0 ? 0 : first * sizeOf(btf, id) * 8;
  for (const index of rest) {
    const { id: outer, type } = skipModifiers(btf, id);
    if (isComposite(type)) {
      const member = type.members[index];
      if (!member) throw malformed(relocation, `has no member ${index} in "${type.name}"`);
      if (member.name !== '') accessors.push({ type: outer, index, name: member.name });
      bitOffset += member.bitOffset;
      id = member.type;
    } else if (type.kind === 'array') {
      if (index >= type.length && !isFlexibleArray(btf, accessors.at(-1), type))
        throw malformed(relocation, `has no element ${index}`);
      id = skipModifiers(btf, type.type).id;
      accessors.push({ type: id, index, name: undefined });
      bitOffset += index * sizeOf(btf, id) * 8;
    } else throw malformed(relocation, `goes into a ${type.kind}`);
  }
  return { btf, root: relocation.type, accessors, bitOffset };
}

/** Whether the array reached by `accessor` is the open end of its struct: any index is good. */
export function isFlexibleArray(btf: Btf, accessor: Accessor | undefined, array: BtfTypeOf<'array'>): boolean {
  if (accessor?.name === undefined || array.length > 0) return false;
  const struct = btf.type(accessor.type);
  return isComposite(struct) && accessor.index === struct.members.length - 1;
}

/** The path as a person writes it: `task_struct.mm`, `foo.values[3]`, `state.RUNNING`. */
export function describeAccess(path: AccessPath): string {
  let text = typeName(path.btf.type(path.root)) || '<anonymous>';
  for (const [position, { name, index }] of path.accessors.entries()) {
    if (name !== undefined) text += `.${name}`;
    else if (position > 0 || index > 0) text += `[${index}]`;
  }
  return text;
}
