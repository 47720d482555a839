// Which types a type refers to, and the same type with other references.

import type { BtfType, TypeId } from './types.ts';

/** Ids that a type refers to, in order, repetitions and 0 included. */
export function referencesOf(type: BtfType): TypeId[] {
  const ids: TypeId[] = [];
  mapReferences(type, (id) => {
    ids.push(id);
    return id;
  });
  return ids;
}

/** The type with each id it refers to replaced. */
export function mapReferences(type: BtfType, map: (id: TypeId) => TypeId): BtfType {
  switch (type.kind) {
    case 'array':
      return { ...type, type: map(type.type), indexType: map(type.indexType) };
    case 'struct':
    case 'union':
      return { ...type, members: type.members.map((member) => ({ ...member, type: map(member.type) })) };
    case 'funcProto':
      return {
        ...type,
        returnType: map(type.returnType),
        parameters: type.parameters.map((parameter) => ({ ...parameter, type: map(parameter.type) })),
      };
    case 'datasec':
      return { ...type, variables: type.variables.map((variable) => ({ ...variable, type: map(variable.type) })) };
    default:
      return 'type' in type ? { ...type, type: map(type.type) } : type;
  }
}
