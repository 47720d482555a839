// Fills the instructions that depend on the kernel: descriptors of maps, addresses and BTF ids of its symbols and functions.
// Source: libbpf 1.5, bpf_object__relocate_data, bpf_object__resolve_externs.

import { InternalError, UnsupportedError } from '../base/index.ts';
import { type BpfObject, type ExternSpec, essentialName, type ProgramSpec, type Reference } from '../object/index.ts';
import type { Fd } from '../sys/index.ts';
import { symbolAddresses } from './kernel-symbols.ts';
import { type FoundType, type KernelTypes, openModuleBtf } from './kernel-types.ts';

const pseudoMapFd = 1;
const pseudoMapValue = 2;
const pseudoBtfId = 3;
const pseudoKfuncCall = 2;
const slotBytes = 8;
const callOpcode = 0x85;
/** Id of an impossible helper, so that only reaching the call of a missing weak function is an error; libbpf uses the same. */
const poisonedKfunc = 2003000000;

/** What externs turned out to be on this kernel. */
export type ResolvedExtern =
  | { readonly kind: 'address'; readonly address: bigint }
  | { readonly kind: 'btf'; readonly id: number; readonly module: string | undefined }
  | { readonly kind: 'missing' };

/** Resolves kernel symbols and functions by name; those of configuration are in their map. */
export function resolveExterns(
  object: BpfObject,
  types: KernelTypes,
  used: ReadonlySet<string>,
): Map<string, ResolvedExtern> {
  const externs = object.externs.filter(({ kind, name }) => kind !== 'kconfig' && used.has(name));
  const untyped = externs.filter((extern) => extern.kind === 'ksym' && !isTyped(object, extern));
  const addresses = symbolAddresses(new Set(untyped.map(({ name }) => name)));
  return new Map(
    externs.map((extern) => [
      extern.name,
      untyped.includes(extern) ? fromAddress(addresses.get(extern.name)) : fromTypes(extern, types),
    ]),
  );
}

/** @throws UnsupportedError where the program uses a symbol or function that is missing and not weak */
export function checkExterns(
  object: BpfObject,
  program: ProgramSpec,
  resolved: ReadonlyMap<string, ResolvedExtern>,
): void {
  const used = referencedExterns([program]);
  const missing = object.externs.find(
    ({ name, weak }) => used.has(name) && !weak && resolved.get(name)?.kind === 'missing',
  );
  if (!missing) return;
  const what = missing.kind === 'kfunc' ? 'kernel function' : 'kernel symbol';
  throw new UnsupportedError(`program "${program.name}": ${what} "${missing.name}"`, {
    hint: 'this kernel does not have it; declare it __weak and test for it with bpf_ksym_exists()',
  });
}

function fromAddress(address: bigint | undefined): ResolvedExtern {
  return address === undefined ? { kind: 'missing' } : { kind: 'address', address };
}

function fromTypes(extern: ExternSpec, types: KernelTypes): ResolvedExtern {
  const found: FoundType | undefined = types.find(essentialName(extern.name), extern.kind === 'kfunc' ? 'func' : 'var');
  return found ? { kind: 'btf', id: found.id, module: found.module } : { kind: 'missing' };
}

/** `extern const void x __ksym` has no type worth looking up. */
function isTyped({ btf }: BpfObject, extern: ExternSpec): boolean {
  let id = extern.type;
  for (let depth = 0; depth < 32; depth++) {
    if (id === 0) return false;
    const type = btf?.type(id);
    if (!type) return false;
    const isModifier =
      type.kind === 'const' ||
      type.kind === 'volatile' ||
      type.kind === 'restrict' ||
      type.kind === 'var' ||
      type.kind === 'typeTag';
    if (!isModifier) return true;
    id = type.type;
  }
  return true;
}

/** The externs a program's code refers to. */
export function referencedExterns(programs: readonly ProgramSpec[]): Set<string> {
  const used = new Set<string>();
  for (const { references } of programs) {
    for (const reference of references) if ('extern' in reference) used.add(reference.extern);
  }
  return used;
}

/** What filling needs to know. */
export interface ResolutionScope {
  readonly mapFd: (name: string) => number;
  readonly externs: ReadonlyMap<string, ResolvedExtern>;
}

/** A program's code with everything filled in, and descriptors of the modules it refers to. */
export interface ResolvedCode {
  readonly code: Uint8Array;
  /** For `fd_array`: index 0 stands for the kernel itself. Empty where no module is concerned. */
  readonly moduleFds: readonly Fd[];
}

/** Code being filled. */
class Filler {
  readonly code: Uint8Array;
  readonly view: DataView;
  readonly scope: ResolutionScope;
  readonly modules = new Map<string, Fd>();

  constructor(code: Uint8Array, scope: ResolutionScope) {
    this.code = code.slice();
    this.view = new DataView(this.code.buffer);
    this.scope = scope;
  }

  setSource(instruction: number, source: number): void {
    const at = instruction * slotBytes + 1;
    this.code[at] = ((this.code[at] ?? 0) & 0x0f) | (source << 4);
  }

  setImmediate(instruction: number, value: number): void {
    this.view.setInt32(instruction * slotBytes + 4, value | 0, true);
  }

  setOffset(instruction: number, value: number): void {
    this.view.setInt16(instruction * slotBytes + 2, value, true);
  }

  setWide(instruction: number, source: number, low: number, high: number): void {
    this.setSource(instruction, source);
    this.setImmediate(instruction, low);
    this.setImmediate(instruction + 1, high);
  }

  /** Descriptor of a module's BTF and its index in `fd_array`. */
  module(name: string): { fd: number; index: number } {
    let fd = this.modules.get(name);
    if (!fd) {
      fd = openModuleBtf(name);
      if (!fd) throw new UnsupportedError(`kernel module ${name}, which was unloaded meanwhile`);
      this.modules.set(name, fd);
    }
    return { fd: fd.number, index: [...this.modules.keys()].indexOf(name) + 1 };
  }

  extern(name: string): ResolvedExtern {
    const found = this.scope.externs.get(name);
    if (!found) throw new InternalError(`extern "${name}" was not resolved`);
    return found;
  }
}

type Handler<K extends Reference['kind']> = (filler: Filler, reference: Extract<Reference, { kind: K }>) => void;

const handlers: { readonly [K in Reference['kind']]: Handler<K> } = {
  map: (filler, { instruction, map }) => filler.setWide(instruction, pseudoMapFd, filler.scope.mapFd(map), 0),
  'map-value': (filler, { instruction, map, offset }) =>
    filler.setWide(instruction, pseudoMapValue, filler.scope.mapFd(map), offset),
  subprogram: () => {
    // Encoded already.
  },
  ksym: fillSymbol,
  kfunc: fillCall,
};

function fillSymbol(filler: Filler, { instruction, extern }: Extract<Reference, { kind: 'ksym' }>): void {
  const found = filler.extern(extern);
  if (found.kind === 'btf') {
    filler.setWide(instruction, pseudoBtfId, found.id, found.module ? filler.module(found.module).fd : 0);
    return;
  }
  const address = found.kind === 'address' ? found.address : 0n;
  const low = Number(BigInt.asIntN(32, address));
  filler.setWide(instruction, 0, low, Number(BigInt.asIntN(32, address >> 32n)));
}

function fillCall(filler: Filler, { instruction, extern }: Extract<Reference, { kind: 'kfunc' }>): void {
  const found = filler.extern(extern);
  // The address of a function, as bpf_ksym_exists() takes it, is an `lddw`.
  if (filler.code[instruction * slotBytes] !== callOpcode) {
    fillSymbol(filler, { kind: 'ksym', instruction, extern });
    return;
  }
  if (found.kind !== 'btf') {
    filler.setSource(instruction, 0);
    filler.setOffset(instruction, 0);
    filler.setImmediate(instruction, poisonedKfunc);
    return;
  }
  filler.setSource(instruction, pseudoKfuncCall);
  filler.setImmediate(instruction, found.id);
  filler.setOffset(instruction, found.module ? filler.module(found.module).index : 0);
}

/** Fills in every reference of a program. The caller closes `moduleFds` after loading. */
export function resolveReferences(spec: ProgramSpec, scope: ResolutionScope): ResolvedCode {
  const filler = new Filler(spec.code, scope);
  try {
    for (const reference of spec.references) {
      const handle = handlers[reference.kind] as unknown as (filler: Filler, reference: Reference) => void;
      handle(filler, reference);
    }
  } catch (error) {
    for (const fd of filler.modules.values()) fd.close();
    throw error;
  }
  return { code: filler.code, moduleFds: [...filler.modules.values()] };
}
