// Small questions about types that reading, linking and CO-RE all ask.

import type { Btf, BtfType, BtfTypeOf, TypeId } from '../btf/index.ts';
import { resolve } from '../btf/index.ts';

/** A type with its id. */
export interface IdentifiedType {
  readonly id: TypeId;
  readonly type: BtfType;
}

/** The type's name; empty for kinds that have none. */
export function typeName(type: BtfType): string {
  return 'name' in type ? type.name : '';
}

/**
 * The type behind typedefs, qualifiers and type tags.
 * @throws FormatError when they form a cycle.
 */
export function skipModifiers(btf: Btf, id: TypeId): IdentifiedType {
  const resolved = resolve(btf, id);
  return { id: resolved, type: btf.type(resolved) };
}

/** Whether the type is a struct or union. */
export function isComposite(type: BtfType): type is Extract<BtfType, { kind: 'struct' | 'union' }> {
  return type.kind === 'struct' || type.kind === 'union';
}

/** Whether the type is an enum of either width. */
export function isEnum(type: BtfType): type is Extract<BtfType, { kind: 'enum' | 'enum64' }> {
  return type.kind === 'enum' || type.kind === 'enum64';
}

/** Declaration tags by the type they belong to, those of members left out. */
export function declarationTags(btf: Btf): Map<TypeId, string[]> {
  const tags = new Map<TypeId, string[]>();
  for (let id = btf.firstId; id < btf.length; id++) {
    const type = btf.type(id);
    if (type.kind !== 'declTag' || type.componentIndex !== -1) continue;
    tags.set(type.type, [...(tags.get(type.type) ?? []), type.name]);
  }
  return tags;
}

/** The `datasec` of that name. */
export function findDatasec(btf: Btf, name: string): BtfTypeOf<'datasec'> | undefined {
  const id = btf.find(name, 'datasec');
  const type = id === undefined ? undefined : btf.type(id);
  return type?.kind === 'datasec' ? type : undefined;
}
