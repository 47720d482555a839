// Finds the program's access in a type of the target: the same way by names, wherever the members stand there.

import { FormatError } from '../../base/index.ts';
import type { Btf, CoreKind, TypeId } from '../../btf/index.ts';
import { sizeOf } from '../../btf/index.ts';
import { isComposite, isEnum, skipModifiers } from '../type-queries.ts';
import type { Accessor, AccessPath } from './access.ts';
import { coreGroups, isFlexibleArray, maxAccessLength } from './access.ts';
import type { TypeIn } from './compatible.ts';
import { ComparisonBudget, fieldsCompatible, typesCompatible } from './compatible.ts';
import { essentialName } from './essential-name.ts';
import { typesMatch } from './types-match.ts';

/** The access in the candidate, or undefined when the candidate has no such thing. */
export function matchAccess(local: AccessPath, candidate: TypeIn, kind: CoreKind): AccessPath | undefined {
  const found = { btf: candidate.btf, root: candidate.id, accessors: [], bitOffset: 0 };
  const group = coreGroups[kind];
  if (group === 'type') {
    const relation = kind === 'type-matches' ? typesMatch : typesCompatible;
    return relation({ btf: local.btf, id: local.root }, candidate) ? found : undefined;
  }
  return group === 'enumerator' ? matchEnumerator(local, candidate) : new FieldSearch(local, candidate).run();
}

function matchEnumerator(local: AccessPath, candidate: TypeIn): AccessPath | undefined {
  const { id, type } = skipModifiers(candidate.btf, candidate.id);
  if (!isEnum(type)) return undefined;
  const wanted = essentialName(local.accessors[0]?.name ?? '');
  const index = type.values.findIndex(({ name }) => essentialName(name) === wanted);
  const name = type.values[index]?.name;
  if (name === undefined) return undefined;
  return { btf: candidate.btf, root: candidate.id, accessors: [{ type: id, index, name }], bitOffset: 0 };
}

/** Walks the target along the local accessors. */
class FieldSearch {
  readonly #local: AccessPath;
  readonly #btf: Btf;
  readonly #root: TypeId;
  readonly #accessors: Accessor[] = [];
  readonly #budget = new ComparisonBudget();
  #bitOffset = 0;
  #at: TypeId;

  constructor(local: AccessPath, candidate: TypeIn) {
    this.#local = local;
    this.#btf = candidate.btf;
    this.#root = candidate.id;
    this.#at = candidate.id;
  }

  run(): AccessPath | undefined {
    for (const [position, accessor] of this.#local.accessors.entries()) {
      const found = accessor.name === undefined ? this.#enterElement(accessor, position) : this.#enterMember(accessor);
      if (!found) return undefined;
    }
    return { btf: this.#btf, root: this.#root, accessors: this.#accessors, bitOffset: this.#bitOffset };
  }

  /** The first accessor counts in units of the root type itself; later ones in elements of an array. */
  #enterElement({ index }: Accessor, position: number): boolean {
    const { id, type } = skipModifiers(this.#btf, this.#at);
    this.#at = id;
    if (position > 0) {
      if (type.kind !== 'array') return false;
      if (index >= type.length && !isFlexibleArray(this.#btf, this.#accessors.at(-1), type)) return false;
      this.#at = skipModifiers(this.#btf, type.type).id;
    }
    this.#accessors.push({ type: this.#at, index, name: undefined });
    // A forward declaration has no size, but is at hand where nothing of it is accessed.
    if (index > 0) this.#bitOffset += index * sizeOf(this.#btf, this.#at) * 8;
    return true;
  }

  #enterMember(local: Accessor): boolean {
    const localStruct = this.#local.btf.type(local.type);
    const localMember = isComposite(localStruct) ? localStruct.members[local.index] : undefined;
    if (!localMember) throw new FormatError('CO-RE relocation', `type ${local.type} has no member ${local.index}`);
    const place = this.#findMember(this.#at, localMember.name, 1);
    if (!place) return false;
    const localType = { btf: this.#local.btf, id: localMember.type };
    if (!fieldsCompatible(localType, { btf: this.#btf, id: place.memberType })) return false;
    this.#accessors.push({ type: place.struct, index: place.index, name: localMember.name });
    this.#bitOffset += place.bitOffset;
    this.#at = place.memberType;
    return true;
  }

  /** The first member of that name in a struct or, in order, in its anonymous members. */
  #findMember(structId: TypeId, name: string, depth: number): FoundMember | undefined {
    this.#budget.spend();
    if (depth > maxAccessLength) throw new FormatError('BTF', `type ${structId} is nested too deeply`);
    const { id, type } = skipModifiers(this.#btf, structId);
    if (!isComposite(type)) return undefined;
    for (const [index, member] of type.members.entries()) {
      if (member.name === name) return { struct: id, index, memberType: member.type, bitOffset: member.bitOffset };
      if (member.name !== '') continue;
      const inside = this.#findMember(member.type, name, depth + 1);
      if (inside) return { ...inside, bitOffset: member.bitOffset + inside.bitOffset };
    }
    return undefined;
  }
}

interface FoundMember {
  readonly struct: TypeId;
  readonly index: number;
  readonly memberType: TypeId;
  readonly bitOffset: number;
}
