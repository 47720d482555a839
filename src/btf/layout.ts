// Sizes, alignments and members of types; every walk ends, cycles included.

import { FormatError, suggest, UsageError } from '../base/index.ts';
import type { Btf, BtfKind, BtfMember, BtfType, BtfTypeOf, TypeId } from './types.ts';

/** BPF's pointers, and those of every kernel that has BTF. */
export const pointerSize = 8;

// As libbpf: nothing sensible is nested deeper, and a cycle ends here.
const maximumDepth = 32;

/** Kinds that stand for another type. */
export const transparentKinds: ReadonlySet<BtfKind> = new Set(['typedef', 'const', 'volatile', 'restrict', 'typeTag']);

function tooDeep(id: TypeId): FormatError {
  return new FormatError('BTF', `type ${id} is nested too deeply or contains itself`);
}

/** The id behind typedefs, qualifiers and type tags. @throws FormatError on a cycle. */
export function resolve(btf: Btf, id: TypeId): TypeId {
  let at = id;
  for (let depth = 0; depth < maximumDepth * 4; depth++) {
    const type = btf.type(at);
    if (!transparentKinds.has(type.kind)) return at;
    at = (type as BtfTypeOf<'typedef'>).type;
  }
  throw tooDeep(id);
}

/** The type behind typedefs, qualifiers and type tags. @throws FormatError on a cycle. */
export function resolveType(btf: Btf, id: TypeId): BtfType {
  return btf.type(resolve(btf, id));
}

/**
 * Size in bytes. A variable has its type's.
 * @throws FormatError for types without one (void, functions, forward declarations) and on cycles.
 */
export function sizeOf(btf: Btf, id: TypeId): number {
  let elements = 1;
  let at = id;
  for (let depth = 0; depth < maximumDepth; depth++) {
    const type = resolveType(btf, at);
    if (type.kind === 'array') {
      elements *= type.length;
      at = type.type;
    } else if (type.kind === 'var') at = type.type;
    else {
      const size = type.kind === 'ptr' ? pointerSize : 'size' in type ? type.size : undefined;
      if (size === undefined) throw new FormatError('BTF', `a ${type.kind} has no size (type ${at})`);
      if (!Number.isSafeInteger(size * elements)) throw new FormatError('BTF', `type ${id} is too large`);
      return size * elements;
    }
  }
  throw tooDeep(id);
}

/**
 * Natural alignment in bytes, as libbpf's `btf__align_of`: 1 for structs whose members or size say that they are packed.
 * @throws FormatError for types without one and on cycles.
 */
export function alignOf(btf: Btf, id: TypeId): number {
  return alignAt(btf, id, 0);
}

// Each struct is looked into once: hostile types can contain each other in exponentially many ways.
const knownAlignments = new WeakMap<Btf, Map<TypeId, number>>();

function alignmentsOf(btf: Btf): Map<TypeId, number> {
  const known = knownAlignments.get(btf) ?? new Map<TypeId, number>();
  knownAlignments.set(btf, known);
  return known;
}

function alignAt(btf: Btf, id: TypeId, depth: number): number {
  if (depth > maximumDepth) throw tooDeep(id);
  const resolved = resolve(btf, id);
  const type = btf.type(resolved);
  if (type.kind === 'array' || type.kind === 'var') return alignAt(btf, type.type, depth + 1);
  if (type.kind === 'ptr') return pointerSize;
  if (type.kind === 'struct' || type.kind === 'union') {
    const known = alignmentsOf(btf);
    const alignment = known.get(resolved) ?? alignOfMembers(btf, type, depth);
    known.set(resolved, alignment);
    return alignment;
  }
  if (type.kind === 'int' || type.kind === 'enum' || type.kind === 'enum64' || type.kind === 'float')
    return naturalAlignment(type.size);
  throw new FormatError('BTF', `a ${type.kind} has no alignment (type ${id})`);
}

/** The largest power of two that divides the size, at most 16. */
function naturalAlignment(size: number): number {
  return Math.min(16, size & -size) || 1;
}

function alignOfMembers(btf: Btf, type: BtfTypeOf<'struct'> | BtfTypeOf<'union'>, depth: number): number {
  let largest = 1;
  for (const member of type.members) {
    const alignment = alignAt(btf, member.type, depth + 1);
    largest = Math.max(largest, alignment);
    if (member.bitSize === 0 && member.bitOffset % (alignment * 8) !== 0) return 1;
    // An ordinary bit-field does not cross a boundary of its type.
    const unit = alignment * 8;
    if (member.bitSize > 0 && (member.bitOffset % unit) + member.bitSize > unit) return 1;
  }
  return type.size % largest === 0 ? largest : 1;
}

/** A member found by path. */
export interface FoundMember {
  /** Type of the member (of the element, where the path ends with an index). */
  readonly type: TypeId;
  /** From the start of the outermost struct. */
  readonly bitOffset: number;
  /** 0 where it is not a bit-field. */
  readonly bitSize: number;
}

/**
 * Finds a member by path, as in `a.b[2].c`; looks into anonymous members. Undefined when there is none of that name.
 * @throws UsageError when the path itself is malformed.
 */
export function findMember(btf: Btf, structId: TypeId, path: string): FoundMember | undefined {
  let found: FoundMember | undefined = { type: structId, bitOffset: 0, bitSize: 0 };
  for (const step of splitPath(path)) {
    const next: FoundMember | undefined =
      typeof step === 'number' ? findElement(btf, found.type, step) : findNamed(btf, found.type, step, new Set());
    if (!next) return undefined;
    found = { ...next, bitOffset: found.bitOffset + next.bitOffset };
  }
  return found;
}

function splitPath(path: string): (string | number)[] {
  if (!/^[A-Za-z_$][\w$]*(\[\d+\]|\.[A-Za-z_$][\w$]*)*$/.test(path)) throw new UsageError(`malformed path "${path}"`);
  return Array.from(path.matchAll(/[\w$]+/g), ([step]) => (/^\d/.test(step) ? Number(step) : step));
}

function findElement(btf: Btf, id: TypeId, index: number): FoundMember | undefined {
  const type = resolveType(btf, id);
  if (type.kind !== 'array' || (index >= type.length && type.length > 0)) return undefined;
  return { type: type.type, bitOffset: index * sizeOf(btf, type.type) * 8, bitSize: 0 };
}

function findNamed(btf: Btf, id: TypeId, name: string, seen: Set<TypeId>): FoundMember | undefined {
  const resolved = resolve(btf, id);
  const type = btf.type(resolved);
  if (seen.has(resolved) || (type.kind !== 'struct' && type.kind !== 'union')) return undefined;
  seen.add(resolved);
  const direct = type.members.find((member) => member.name === name);
  if (direct) return { type: direct.type, bitOffset: direct.bitOffset, bitSize: direct.bitSize };
  for (const member of type.members) {
    if (member.name !== '') continue;
    const inner = findNamed(btf, member.type, name, seen);
    if (inner) return { ...inner, bitOffset: inner.bitOffset + member.bitOffset };
  }
  return undefined;
}

/** Real structs have fewer; hostile ones could have exponentially many. */
const maximumMembers = 200_000;

/**
 * Named members, those of anonymous members included, with offsets from the outermost struct.
 * @throws FormatError on cycles, and where there are absurdly many.
 */
export function flattenMembers(btf: Btf, id: TypeId): BtfMember[] {
  const result: BtfMember[] = [];
  flattenInto(btf, { name: '', type: id, bitOffset: 0, bitSize: 0 }, { result, depth: 0, steps: 0 });
  return result;
}

function flattenInto(btf: Btf, outer: BtfMember, walk: { result: BtfMember[]; depth: number; steps: number }): void {
  const type = resolveType(btf, outer.type);
  if (type.kind !== 'struct' && type.kind !== 'union') return;
  if (walk.depth > maximumDepth) throw tooDeep(outer.type);
  walk.depth++;
  for (const member of type.members) {
    if (++walk.steps > maximumMembers) throw new FormatError('BTF', 'absurdly many members');
    const placed = { ...member, bitOffset: outer.bitOffset + member.bitOffset };
    if (member.name === '') flattenInto(btf, placed, walk);
    else walk.result.push(placed);
  }
  walk.depth--;
}

/** The nearest member name to a misspelt one. */
export function suggestMember(btf: Btf, id: TypeId, name: string): string | undefined {
  return suggest(
    name,
    flattenMembers(btf, id).map((member) => member.name),
  );
}
