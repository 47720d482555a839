// CO-RE: makes programs compiled against one kernel's types fit another's. Pure: types in, patched programs out.
// Source: the rules of libbpf as documented in the BPF CO-RE reference guide and Documentation/bpf/btf.rst (v6.18).

import { FormatError, UnsupportedError } from '../../base/index.ts';
import type { Btf, BtfType, CoreRelocation, TypeId } from '../../btf/index.ts';
import { isEnum, typeName } from '../type-queries.ts';
import type { BpfObject, PoisonedInstruction, ProgramSpec } from '../types.ts';
import type { AccessPath } from './access.ts';
import { describeAccess, parseAccess } from './access.ts';
import type { TypeIn } from './compatible.ts';
import type { CoreValue } from './core-value.ts';
import { coreValue, missingValues } from './core-value.ts';
import { essentialName } from './essential-name.ts';
import { matchAccess } from './match-access.ts';
import type { Resolution } from './patch.ts';
import { patchInstruction } from './patch.ts';

/** Types of a kernel module. */
export interface CoreModule {
  readonly name: string;
  /** Split: continues the kernel's. */
  readonly btf: Btf;
}

/** What programs are relocated against. */
export interface CoreTarget {
  /** The kernel's types; undefined where there are none, which only programs without such relocations survive. */
  readonly btf: Btf | undefined;
  /** Searched for types that the kernel itself does not have; a function is called only then. */
  readonly modules?: readonly CoreModule[] | (() => readonly CoreModule[]);
}

/**
 * Applies every CO-RE relocation of the object's programs (or of some of them). What the target does not have is poisoned:
 * the instruction becomes a call of an impossible helper, which does no harm where it is never reached, and is listed in
 * `poisoned`.
 * @throws FormatError when a record does not fit its instruction or several types of the target give different answers;
 *   UnsupportedError when there are no types to relocate against.
 */
export function relocateCore(
  object: Pick<BpfObject, 'btf' | 'programs'>,
  target: CoreTarget,
  programs: readonly ProgramSpec[] = object.programs,
): ProgramSpec[] {
  const { btf } = object;
  if (!btf) return programs.map((program) => withoutTypes(program));
  const resolver = new CoreResolver(btf, target);
  return programs.map((program) => relocateProgram(program, resolver));
}

function withoutTypes(program: ProgramSpec): ProgramSpec {
  if (program.core.length > 0)
    throw new FormatError(`program "${program.name}"`, 'has CO-RE relocations, but its object has no BTF');
  return program;
}

function relocateProgram(program: ProgramSpec, resolver: CoreResolver): ProgramSpec {
  if (program.core.length === 0) return program;
  const code = program.code.slice();
  const poisoned: PoisonedInstruction[] = [...(program.poisoned ?? [])];
  for (const relocation of program.core) {
    const { instruction, kind } = relocation;
    try {
      const { resolution, description } = resolver.resolve(relocation);
      if (patchInstruction(code, instruction, resolution)) poisoned.push({ instruction, kind, description });
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      throw new FormatError(`program "${program.name}", instruction ${instruction}`, error.message, { cause: error });
    }
  }
  return { ...program, code, core: [], ...(poisoned.length > 0 ? { poisoned } : {}) };
}

interface Resolved {
  readonly resolution: Resolution;
  readonly description: string;
}

/** Decides relocations; remembers candidates and decisions. */
class CoreResolver {
  readonly #local: Btf;
  readonly #target: CoreTarget;
  readonly #candidates = new Map<TypeId, readonly TypeIn[]>();
  readonly #resolved = new Map<string, Resolved>();

  constructor(local: Btf, target: CoreTarget) {
    this.#local = local;
    this.#target = target;
  }

  resolve(relocation: CoreRelocation): Resolved {
    const key = `${relocation.kind} ${relocation.type} ${relocation.access}`;
    const known = this.#resolved.get(key);
    if (known) return known;
    const local = parseAccess(this.#local, relocation);
    const resolved = { resolution: this.#decide(local, relocation), description: describeAccess(local) };
    this.#resolved.set(key, resolved);
    return resolved;
  }

  #decide(local: AccessPath, relocation: CoreRelocation): Resolution {
    const { kind, type } = relocation;
    const expected = coreValue(local, kind);
    if (kind === 'type-id-local') return answer(expected, expected, true);
    const fitting = this.#fittingCandidates(local, relocation);
    const [first] = fitting;
    if (!first) {
      const value = missingValues[kind];
      return value === undefined ? { poison: true } : answer(expected, { ...expected, value }, true);
    }
    const result = this.#answerOf(local, expected, first.path, kind);
    for (const { path } of fitting.slice(1)) {
      const other = this.#answerOf(local, expected, path, kind);
      if (path.bitOffset !== first.path.bitOffset || !sameAnswer(result, other))
        throw new FormatError(
          'CO-RE relocation',
          `${describeAccess(local)} (${kind}) is ambiguous: types ${fitting.map(({ candidate }) => candidate.id).join(', ')} of the target differ in it`,
        );
    }
    // A candidate that lacked one field is not the type that was meant: later accesses do not consider it.
    this.#candidates.set(
      type,
      fitting.map(({ candidate }) => candidate),
    );
    return result;
  }

  #answerOf(local: AccessPath, expected: CoreValue, found: AccessPath, kind: CoreRelocation['kind']): Resolution {
    const actual = coreValue(found, kind);
    if (actual.size === expected.size) return answer(expected, actual, true);
    const resizable = isResizable(local.btf.type(expected.type), found.btf.type(actual.type));
    return answer(expected, actual, resizable);
  }

  #fittingCandidates(local: AccessPath, { type, kind }: CoreRelocation): { candidate: TypeIn; path: AccessPath }[] {
    return this.#candidatesOf(type).flatMap((candidate) => {
      const path = matchAccess(local, candidate, kind);
      return path ? [{ candidate, path }] : [];
    });
  }

  /** All types of that name, flavours apart, of a like kind: the kernel's, and only if there are none the modules'. */
  #candidatesOf(id: TypeId): readonly TypeIn[] {
    const known = this.#candidates.get(id);
    if (known) return known;
    const local = this.#local.type(id);
    const name = essentialName(typeName(local));
    if (name === '') throw new FormatError('CO-RE relocation', `type ${id} (${local.kind}) has no name to be found by`);
    const { btf, modules } = this.#target;
    if (!btf)
      throw new UnsupportedError('CO-RE relocation without types of the kernel', {
        hint: 'the kernel must be built with CONFIG_DEBUG_INFO_BTF (see /sys/kernel/btf/vmlinux)',
      });
    let found = candidatesIn(btf, name, local);
    if (found.length === 0 && modules) {
      const list = typeof modules === 'function' ? modules() : modules;
      found = list.flatMap((module) =>
        candidatesIn(module.btf, name, local).filter((candidate) => candidate.id >= module.btf.firstId),
      );
    }
    this.#candidates.set(id, found);
    return found;
  }
}

const enumKinds = ['enum', 'enum64'] as const;

function candidatesIn(btf: Btf, name: string, local: BtfType): TypeIn[] {
  // By kind, since that leaves the functions, most of a kernel's names, out of the search.
  const kinds = isEnum(local) ? enumKinds : [local.kind];
  const flavours = (btf.namesStartingWith?.(`${name}___`) ?? []).filter((flavour) => essentialName(flavour) === name);
  const ids = new Set<TypeId>();
  for (const candidate of [name, ...flavours])
    for (const kind of kinds) for (const id of btf.findAll(candidate, kind)) ids.add(id);
  return [...ids].sort((a, b) => a - b).map((id) => ({ btf, id }));
}

function answer(expected: CoreValue, actual: Pick<CoreValue, 'value' | 'size'>, resizable: boolean): Resolution {
  return {
    poison: false,
    original: expected.value,
    value: actual.value,
    validate: expected.validate,
    originalSize: expected.size,
    size: actual.size,
    resizable,
  };
}

function sameAnswer(a: Resolution, b: Resolution): boolean {
  return a.poison || b.poison ? a.poison === b.poison : a.value === b.value;
}

function isResizable(local: BtfType, target: BtfType): boolean {
  if (local.kind === 'ptr' && target.kind === 'ptr') return true;
  return local.kind === 'int' && target.kind === 'int' && local.encoding !== 'signed' && target.encoding !== 'signed';
}
