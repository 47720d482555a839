// The strict relation of CO-RE (`bpf_core_type_matches`): same names, members and sizes, but for what lies behind pointers.
// Source: libbpf's documented rules (BPF CO-RE reference guide, "type matches").

import { FormatError } from '../../base/index.ts';
import type { BtfType, BtfTypeOf } from '../../btf/index.ts';
import { isEnum, skipModifiers, typeName } from '../type-queries.ts';
import type { TypeIn } from './compatible.ts';
import { ComparisonBudget, maxTypeDepth } from './compatible.ts';
import { essentialName } from './essential-name.ts';

/** Two types under comparison. */
interface Pair {
  readonly local: TypeIn;
  readonly target: TypeIn;
  readonly behindPointer: boolean;
  readonly depth: number;
  readonly budget: ComparisonBudget;
}

interface ResolvedPair<K extends BtfType['kind']> extends Pair {
  readonly localType: BtfTypeOf<K>;
  readonly targetType: BtfType;
}

type Matchers = { readonly [K in BtfType['kind']]?: (pair: ResolvedPair<K>) => boolean };

/** Whether the target's type has all that the local type has, with the same meaning. */
export function typesMatch(local: TypeIn, target: TypeIn): boolean {
  return pairMatches({ local, target, behindPointer: false, depth: maxTypeDepth, budget: new ComparisonBudget() });
}

function pairMatches(pair: Pair): boolean {
  pair.budget.spend();
  if (pair.depth <= 0) throw new FormatError('BTF', 'types are nested too deeply');
  const local = skipModifiers(pair.local.btf, pair.local.id);
  const target = skipModifiers(pair.target.btf, pair.target.id);
  if (!namesMatch(typeName(local.type), typeName(target.type))) return false;
  const matcher = matchers[local.type.kind] as ((pair: ResolvedPair<BtfType['kind']>) => boolean) | undefined;
  if (!matcher) return false;
  return matcher({
    local: { btf: pair.local.btf, id: local.id },
    target: { btf: pair.target.btf, id: target.id },
    behindPointer: pair.behindPointer,
    depth: pair.depth - 1,
    budget: pair.budget,
    localType: local.type,
    targetType: target.type,
  });
}

function namesMatch(local: string, target: string): boolean {
  return essentialName(local) === essentialName(target);
}

function inner(pair: Pair, localId: number, targetId: number, behindPointer = pair.behindPointer): boolean {
  return pairMatches({
    local: { btf: pair.local.btf, id: localId },
    target: { btf: pair.target.btf, id: targetId },
    behindPointer,
    depth: pair.depth,
    budget: pair.budget,
  });
}

const matchers: Matchers = {
  void: ({ targetType }) => targetType.kind === 'void',
  fwd: ({ localType, targetType, behindPointer }) => {
    if (targetType.kind === 'fwd') return localType.union === targetType.union;
    return behindPointer && targetType.kind === (localType.union ? 'union' : 'struct');
  },
  enum: enumsMatch,
  enum64: enumsMatch,
  struct: compositesMatch,
  union: compositesMatch,
  int: ({ localType, targetType }) =>
    targetType.kind === 'int' &&
    localType.size === targetType.size &&
    (localType.encoding === 'signed') === (targetType.encoding === 'signed'),
  ptr: (pair) => pair.targetType.kind === 'ptr' && inner(pair, pair.localType.type, pair.targetType.type, true),
  array: (pair) =>
    pair.targetType.kind === 'array' &&
    pair.localType.length === pair.targetType.length &&
    inner(pair, pair.localType.type, pair.targetType.type),
  funcProto: (pair) => {
    const { localType, targetType } = pair;
    if (targetType.kind !== 'funcProto' || localType.parameters.length !== targetType.parameters.length) return false;
    const parametersMatch = localType.parameters.every((parameter, index) =>
      inner(pair, parameter.type, targetType.parameters[index]?.type ?? 0),
    );
    return parametersMatch && inner(pair, localType.returnType, targetType.returnType);
  },
};

function enumsMatch({ localType, targetType }: ResolvedPair<'enum'> | ResolvedPair<'enum64'>): boolean {
  if (!isEnum(targetType) || localType.size !== targetType.size) return false;
  if (localType.values.length > targetType.values.length) return false;
  const names = new Set(targetType.values.map(({ name }) => essentialName(name)));
  return localType.values.every(({ name }) => names.has(essentialName(name)));
}

function compositesMatch(pair: ResolvedPair<'struct'> | ResolvedPair<'union'>): boolean {
  const { localType, targetType, behindPointer } = pair;
  if (behindPointer) {
    if (targetType.kind === 'fwd') return targetType.union === (localType.kind === 'union');
    return targetType.kind === localType.kind;
  }
  if (targetType.kind !== 'struct' && targetType.kind !== 'union') return false;
  if (targetType.kind !== localType.kind || localType.members.length > targetType.members.length) return false;
  return localType.members.every((member) =>
    targetType.members.some(
      (candidate) => namesMatch(member.name, candidate.name) && inner(pair, member.type, candidate.type, false),
    ),
  );
}
