// A blueprint into the kernel: types, maps, programs, in this order; whatever fails, nothing stays behind.

import { BpfError, suggest, UsageError } from '../base/index.ts';
import type { HostLoadOptions, HostMap, HostObject, HostProgram } from '../host/index.ts';
import {
  type BpfObject,
  type CoreTarget,
  fillKconfig,
  kernelBtf,
  type MapSpec,
  type ProgramSpec,
  relocateCore,
} from '../object/index.ts';
import { type AttachBtf, needsAttachBtf, resolveAttachBtf } from './attach-btf.ts';
import { StringOffsets } from './debug-info.ts';
import { lookupKconfig } from './kconfig.ts';
import type { KernelTypes, ModuleTypes } from './kernel-types.ts';
import { type LoadedBtf, loadBtf } from './load-btf.ts';
import { indexKey, MapSet } from './load-maps.ts';
import { type LoadRequest, loadProgram } from './load-program.ts';
import type { KernelMap } from './maps/kernel-map.ts';
import { liftMemlockLimit } from './memlock.ts';
import { adaptToKernel } from './older-kernels.ts';
import { btfFeatures } from './probes/btf-kinds.ts';
import { KernelProgram } from './programs/kernel-program.ts';
import {
  checkExterns,
  type ResolvedExtern,
  referencedExterns,
  resolveExterns,
  resolveReferences,
} from './resolve-references.ts';
import { fillStructOps, planStructOps, type StructOpsPlan } from './struct-ops.ts';

class KernelObject implements HostObject {
  readonly maps: ReadonlyMap<string, HostMap>;
  readonly programs: ReadonlyMap<string, HostProgram>;

  constructor(maps: ReadonlyMap<string, HostMap>, programs: ReadonlyMap<string, HostProgram>) {
    this.maps = maps;
    this.programs = programs;
  }

  [Symbol.dispose](): void {
    for (const program of this.programs.values()) program[Symbol.dispose]();
    for (const map of this.maps.values()) map[Symbol.dispose]();
  }
}

/** Loads an object. @throws VerifierError, SyscallError, UnsupportedError, UsageError, FormatError; nothing stays behind */
export function loadObject(object: BpfObject, types: KernelTypes, options: HostLoadOptions): HostObject {
  liftMemlockLimit();
  const loading = new ObjectLoading(object, types, options);
  try {
    return loading.run();
  } catch (error) {
    loading.abandon();
    throw error;
  } finally {
    loading.closeTemporaries();
  }
}

/** The state of one loading. */
class ObjectLoading {
  readonly #object: BpfObject;
  readonly #types: KernelTypes;
  readonly #options: HostLoadOptions;
  readonly #structOps = new Map<string, StructOpsPlan>();
  readonly #programs = new Map<string, KernelProgram>();
  readonly #relocated = new Map<string, ProgramSpec>();
  #btf: LoadedBtf | undefined;
  #strings: StringOffsets | undefined;
  #externs: ReadonlyMap<string, ResolvedExtern> = new Map();
  #maps: MapSet | undefined;

  constructor(object: BpfObject, types: KernelTypes, options: HostLoadOptions) {
    this.#object = fillKconfig(object, lookupKconfig);
    this.#types = types;
    this.#options = options;
  }

  run(): HostObject {
    const object = this.#object;
    this.#planStructOps();
    const selected = this.#select();
    this.#btf = loadBtf(btfVariants(object), `BTF of ${object.name}`);
    if (this.#btf) this.#strings = new StringOffsets(this.#btf.bytes);
    const maps = new MapSet({
      object,
      btfFd: this.#btf?.fd.number,
      reuse: this.#options.reuseMaps ?? new Map(),
      pinDirectory: this.#options.pinDirectory,
      structOps: this.#structOps,
    });
    this.#maps = maps;
    maps.createAll();
    this.#externs = resolveExterns(object, this.#types, referencedExterns(selected));
    this.#relocateTogether(selected);
    for (const program of selected) this.#loadOrReport(program, maps.maps);
    this.#fillProgramArrays(maps.maps);
    return new KernelObject(this.#withStructOps(maps.maps), this.#programs);
  }

  abandon(): void {
    for (const program of this.#programs.values()) program[Symbol.dispose]();
    this.#maps?.abandon();
  }

  /** Descriptors that are needed during the loading only. */
  closeTemporaries(): void {
    this.#btf?.fd.close();
    for (const plan of this.#structOps.values()) plan.moduleFd?.close();
  }

  #planStructOps(): void {
    for (const map of this.#object.maps) {
      if (map.structOps && map.autocreate !== false) {
        this.#structOps.set(map.name, planStructOps(this.#object, map, this.#types));
      }
    }
  }

  #select(): readonly ProgramSpec[] {
    const { programs } = this.#object;
    const wanted = this.#options.programs;
    if (!wanted) return programs.filter((program) => this.#isAutoloaded(program));
    return wanted.map((name) => {
      const found = programs.find((program) => program.name === name);
      if (found) return found;
      const names = programs.map((program) => program.name);
      const nearest = suggest(name, names);
      throw new UsageError(`${this.#object.name} has no program "${name}"`, {
        hint: nearest ? `did you mean "${nearest}"?` : `it has ${names.join(', ') || 'none'}`,
      });
    });
  }

  /** Functions of a struct_ops map that is not made have nowhere to go. */
  #isAutoloaded(program: ProgramSpec): boolean {
    if (program.type !== 'struct_ops') return program.autoload;
    return this.#slotOf(program) !== undefined || (program.autoload && program.attach === undefined);
  }

  #slotOf(program: ProgramSpec): { plan: StructOpsPlan; memberIndex: number } | undefined {
    for (const plan of this.#structOps.values()) {
      const slot = plan.slots.find((candidate) => candidate.program === program.name);
      if (slot) return { plan, memberIndex: slot.memberIndex };
    }
    return undefined;
  }

  #loadOrReport(spec: ProgramSpec, maps: ReadonlyMap<string, KernelMap>): void {
    const { onProgramError } = this.#options;
    try {
      this.#programs.set(spec.name, this.#load(spec, maps));
    } catch (error) {
      if (!onProgramError || !(error instanceof BpfError)) throw error;
      onProgramError(spec, error);
    }
  }

  #load(blueprint: ProgramSpec, maps: ReadonlyMap<string, KernelMap>): KernelProgram {
    const object = this.#object;
    checkExterns(object, blueprint, this.#externs);
    const spec = this.#relocate(blueprint);
    const attach = this.#attachOf(spec);
    try {
      const resolved = resolveReferences(spec, {
        mapFd: (name) => mapFd(maps, name, spec),
        externs: this.#externs,
      });
      try {
        adaptToKernel(resolved.code);
        const loaded = loadProgram({
          ...this.#request(spec),
          code: resolved.code,
          moduleFds: resolved.moduleFds,
          attachBtfId: attach.btfId,
          attachFd: attach.fd,
          ...(attach.memberIndex === undefined ? {} : { expectedAttachType: attach.memberIndex }),
        });
        return new KernelProgram({ ...loaded, spec, attachBtfId: attach.btfId, object, maps });
      } finally {
        for (const fd of resolved.moduleFds) fd.close();
      }
    } finally {
      attach.close();
    }
  }

  #request(spec: ProgramSpec): Pick<LoadRequest, 'spec' | 'license' | 'kernelVersion' | 'btf' | 'strings'> & {
    readonly logLevel: number;
    readonly typeName: (id: number) => string | undefined;
  } {
    return {
      spec,
      license: this.#object.license,
      kernelVersion: this.#object.kernelVersion,
      btf: this.#btf,
      strings: this.#strings,
      logLevel: this.#options.logLevel ?? 0,
      typeName: (id): string | undefined => typeName(this.#types, id),
    };
  }

  /** All at once, since what is found out for one program serves the others. */
  #relocateTogether(programs: readonly ProgramSpec[]): void {
    try {
      const relocated = relocateCore(this.#object, this.#coreTarget(), programs);
      for (const program of relocated) this.#relocated.set(program.name, program);
    } catch (error) {
      // Which program is at fault shows when each is loaded.
      if (!(error instanceof BpfError)) throw error;
    }
  }

  #relocate(program: ProgramSpec): ProgramSpec {
    const relocated = this.#relocated.get(program.name);
    return relocated ?? relocateCore(this.#object, this.#coreTarget(), [program])[0] ?? program;
  }

  #coreTarget(): CoreTarget {
    const { btf } = this.#options;
    if (btf) return { btf };
    const needed = this.#object.programs.some(({ core }) => core.length > 0);
    return {
      btf: needed ? this.#types.vmlinux() : undefined,
      modules: (): readonly ModuleTypes[] => this.#types.modules(),
    };
  }

  #attachOf(spec: ProgramSpec): { btfId: number; fd: number | undefined; memberIndex?: number; close(): void } {
    const slot = this.#slotOf(spec);
    if (slot) {
      const { plan, memberIndex } = slot;
      // The plan keeps its descriptor: other functions of the same map need it, too.
      return { btfId: plan.typeId, fd: plan.moduleFd?.number, memberIndex, close: (): void => undefined };
    }
    if (!needsAttachBtf(spec)) return { btfId: 0, fd: undefined, close: (): void => undefined };
    const found: AttachBtf = resolveAttachBtf(spec, this.#types);
    return { btfId: found.btfId, fd: found.fd?.number, close: (): void => found.fd?.close() };
  }

  #fillProgramArrays(maps: ReadonlyMap<string, KernelMap>): void {
    for (const spec of this.#object.maps) {
      if (spec.type !== 'prog_array' || this.#options.reuseMaps?.has(spec.name)) continue;
      this.#fillProgramArray(spec, maps.get(spec.name));
    }
  }

  #fillProgramArray(spec: MapSpec, map: KernelMap | undefined): void {
    for (const { index, name } of spec.initial) {
      const program = this.#programs.get(name);
      // Programs that were refused or not asked for leave their place empty: a tail call to it falls through.
      if (map && program) map.setReference(indexKey(index), program);
    }
  }

  /** struct_ops maps with the value that attaching will write. */
  #withStructOps(maps: ReadonlyMap<string, KernelMap>): ReadonlyMap<string, KernelMap> {
    for (const [name, plan] of this.#structOps) {
      maps.get(name)?.setStructOpsValue(fillStructOps(plan, (program) => this.#programs.get(program)?.fd.number));
    }
    return maps;
  }
}

/** The object's types as they are, then without what this kernel does not know. */
function* btfVariants(object: BpfObject): Generator<Uint8Array> {
  if (!object.btfBytes) return;
  yield object.btfBytes;
  const reduced = kernelBtf(object, btfFeatures());
  if (reduced && reduced !== object.btfBytes) yield reduced;
}

function mapFd(maps: ReadonlyMap<string, KernelMap>, name: string, program: ProgramSpec): number {
  const map = maps.get(name);
  if (map) return map.fd.number;
  throw new UsageError(`program "${program.name}" uses map "${name}", which was not created`);
}

function typeName(types: KernelTypes, id: number): string | undefined {
  const btf = types.vmlinux();
  if (!btf || id <= 0 || id >= btf.length) return undefined;
  const type = btf.type(id);
  return 'name' in type ? type.name : undefined;
}
