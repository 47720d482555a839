// When a type of the target may stand for a type of the program: the two loose relations of CO-RE.
// Source: libbpf's documented rules (Documentation/bpf/libbpf, BPF CO-RE reference guide).

import { FormatError } from '../../base/index.ts';
import type { Btf, BtfType, BtfTypeOf, TypeId } from '../../btf/index.ts';
import { isComposite, isEnum, skipModifiers, typeName } from '../type-queries.ts';
import { essentialName } from './essential-name.ts';

/** A type in a table. */
export interface TypeIn {
  readonly btf: Btf;
  readonly id: TypeId;
}

/** How deep pointers, arrays and prototypes are followed, as in libbpf. */
export const maxTypeDepth = 32;

/** Bounds a comparison of types: hostile ones refer to each other in exponentially many ways. */
export class ComparisonBudget {
  #left = 20_000;

  /** @throws FormatError when it is used up. */
  spend(): void {
    if (--this.#left < 0) throw new FormatError('BTF', 'types are too entangled to be compared');
  }
}

/** Whether the kinds may correspond at all: equal, or enums of either width. */
export function kindsCompatible(local: BtfType, target: BtfType): boolean {
  return local.kind === target.kind || (isEnum(local) && isEnum(target));
}

/** Whether a field of type `target` can be accessed as one of type `local`. */
export function fieldsCompatible(local: TypeIn, target: TypeIn): boolean {
  let localId = local.id;
  let targetId = target.id;
  for (let depth = 0; depth < maxTypeDepth; depth++) {
    const localType = skipModifiers(local.btf, localId).type;
    const targetType = skipModifiers(target.btf, targetId).type;
    if (localType.kind !== 'array' || targetType.kind !== 'array') return innermostCompatible(localType, targetType);
    localId = localType.type;
    targetId = targetType.type;
  }
  throw new FormatError('BTF', 'arrays are nested too deeply');
}

function innermostCompatible(local: BtfType, target: BtfType): boolean {
  if (isComposite(local) && isComposite(target)) return true;
  if (!kindsCompatible(local, target)) return false;
  if (local.kind === 'ptr' || local.kind === 'float') return true;
  if (local.kind === 'fwd' || isEnum(local)) return namesCompatible(typeName(local), typeName(target));
  return integersCompatible(local, target);
}

/** Integers of any size are; but not the old kind that has a bit offset of its own. */
function integersCompatible(local: BtfType, target: BtfType): boolean {
  return local.kind === 'int' && target.kind === 'int' && local.bitOffset === 0 && target.bitOffset === 0;
}

function namesCompatible(local: string, target: string): boolean {
  return local === '' || target === '' || essentialName(local) === essentialName(target);
}

/** Whether two types of the same name are so loosely alike that one "exists" as the other. */
export function typesCompatible(local: TypeIn, target: TypeIn): boolean {
  return typesCompatibleTo(local, target, { depth: maxTypeDepth, budget: new ComparisonBudget() });
}

interface Limits {
  readonly depth: number;
  readonly budget: ComparisonBudget;
}

function typesCompatibleTo(local: TypeIn, target: TypeIn, limits: Limits): boolean {
  limits.budget.spend();
  if (!kindsCompatible(local.btf.type(local.id), target.btf.type(target.id))) return false;
  let localId = local.id;
  let targetId = target.id;
  for (let depth = limits.depth; depth > 0; depth--) {
    const localType = skipModifiers(local.btf, localId).type;
    const targetType = skipModifiers(target.btf, targetId).type;
    if (!kindsCompatible(localType, targetType)) return false;
    const step = looselyAlike(localType, targetType);
    if (typeof step === 'boolean') return step;
    if (step === 'prototype') {
      const [localProto, targetProto] = [localType, targetType] as [BtfTypeOf<'funcProto'>, BtfTypeOf<'funcProto'>];
      if (
        !parametersCompatible(
          { ...local, proto: localProto },
          { ...target, proto: targetProto },
          { ...limits, depth: depth - 1 },
        )
      )
        return false;
    }
    localId = referredType(localType);
    targetId = referredType(targetType);
  }
  throw new FormatError('BTF', 'types are nested too deeply');
}

/** Decided, or by what the types refer to. */
function looselyAlike(local: BtfType, target: BtfType): boolean | 'referred' | 'prototype' {
  switch (local.kind) {
    case 'void':
    case 'struct':
    case 'union':
    case 'enum':
    case 'enum64':
    case 'fwd':
      return true;
    case 'int':
      return integersCompatible(local, target);
    case 'ptr':
    case 'array':
      return 'referred';
    case 'funcProto':
      return 'prototype';
    default:
      return false;
  }
}

/** Type pointed to, element type, or return type. */
export function referredType(type: BtfType): TypeId {
  if (type.kind === 'funcProto') return type.returnType;
  return type.kind === 'ptr' || type.kind === 'array' ? type.type : 0;
}

interface Prototype {
  readonly btf: Btf;
  readonly proto: BtfTypeOf<'funcProto'>;
}

function parametersCompatible(local: Prototype, target: Prototype, limits: Limits): boolean {
  const { parameters } = local.proto;
  if (parameters.length !== target.proto.parameters.length) return false;
  return parameters.every((parameter, index) => {
    const localId = skipModifiers(local.btf, parameter.type).id;
    const targetId = skipModifiers(target.btf, target.proto.parameters[index]?.type ?? 0).id;
    return typesCompatibleTo({ btf: local.btf, id: localId }, { btf: target.btf, id: targetId }, limits);
  });
}
