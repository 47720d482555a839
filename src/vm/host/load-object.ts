// Loads an object into a machine: relocates, creates maps, prepares and loads programs, fills declared contents.

import { UnsupportedError, UsageError, VerifierError } from '../../base/index.ts';
import type { Btf } from '../../btf/index.ts';
import type { HostLoadOptions, HostMap, HostObject, HostProgram } from '../../host/index.ts';
import type { Instruction } from '../../isa/index.ts';
import { decode } from '../../isa/index.ts';
import type { BpfObject, MapSpec, ProgramSpec, Reference } from '../../object/index.ts';
import { fillKconfig, relocateCore } from '../../object/index.ts';
import { VmError } from '../errors.ts';
import { kfuncByName } from '../helpers/kfuncs.ts';
import { checkHelperPermissions } from '../program/helper-permission.ts';
import { lineOf, prepareProgram } from '../program/prepare.ts';
import type { Value64 } from '../program/types.ts';
import { VmMap } from './vm-map.ts';
import type { ProgramHome } from './vm-program.ts';
import { VmProgram } from './vm-program.ts';

/** `LINUX_VERSION_CODE` that `__kconfig` programs see: the release whose behaviour the machine follows. */
const KERNEL_VERSION = (6n << 16n) | (18n << 8n);

const virtualKconfig: Readonly<Record<string, bigint>> = {
  LINUX_KERNEL_VERSION: KERNEL_VERSION,
  LINUX_HAS_BPF_COOKIE: 1n,
  LINUX_HAS_SYSCALL_WRAPPER: 1n,
  CONFIG_HZ: 250n,
};

/** A loaded object. */
class VmObject implements HostObject {
  readonly maps: Map<string, HostMap> = new Map();
  readonly programs: Map<string, HostProgram> = new Map();
  /** What is to be unloaded with it, in order. */
  readonly #owned: Disposable[] = [];

  own<T extends Disposable>(thing: T): T {
    this.#owned.push(thing);
    return thing;
  }

  [Symbol.dispose](): void {
    for (const thing of this.#owned.splice(0).reverse()) thing[Symbol.dispose]();
  }
}

class Loader {
  readonly #object: BpfObject;
  readonly #home: ProgramHome;
  readonly #options: HostLoadOptions;
  readonly #loaded = new VmObject();

  constructor(object: BpfObject, home: ProgramHome, options: HostLoadOptions) {
    this.#object = object;
    this.#home = home;
    this.#options = options;
  }

  run(programs: readonly ProgramSpec[]): HostObject {
    try {
      for (const spec of this.#object.maps) this.#createMap(spec);
      for (const program of programs) this.#loadOne(program);
      for (const spec of this.#object.maps) this.#fillReferences(spec);
      return this.#loaded;
    } catch (error) {
      this.#loaded[Symbol.dispose]();
      throw error;
    }
  }

  #createMap(spec: MapSpec): void {
    if (spec.autocreate === false) return;
    const existing = this.#options.reuseMaps?.get(spec.name);
    if (existing) {
      if (!(existing instanceof VmMap)) throw new UsageError(`map "${spec.name}" to reuse belongs to another host`);
      this.#loaded.maps.set(spec.name, existing);
      return;
    }
    const { machine } = this.#home;
    const map = this.#loaded.own(new VmMap(machine, machine.createMap(spec)));
    this.#loaded.maps.set(spec.name, map);
    if (spec.entries) map.updateAll(spec.entries);
    const address = spec.data ? map.store.directAddress() : undefined;
    if (!spec.data || address === undefined) return;
    machine.memory.u8.set(spec.data.contents.subarray(0, spec.valueSize), address);
    if (spec.data.kind === 'rodata' || spec.data.kind === 'kconfig') map.freeze();
  }

  #loadOne(program: ProgramSpec): void {
    try {
      this.#loaded.programs.set(program.name, this.#load(program));
    } catch (error) {
      if (!this.#options.onProgramError || !(error instanceof Error)) throw error;
      this.#options.onProgramError(program, error);
    }
  }

  #load(spec: ProgramSpec): VmProgram {
    if (spec.type === undefined) {
      throw new UnsupportedError(`program "${spec.name}": section "${spec.section}"`, {
        hint: 'name the section after what the program is, as in SEC("xdp")',
      });
    }
    const { machine } = this.#home;
    const references = new Map(spec.references.map((reference) => [reference.instruction, reference]));
    const handles: number[] = [];
    const bound: { handle: number; functionIndex: number }[] = [];
    try {
      const instructions = this.#instructions(spec, references);
      checkHelperPermissions(instructions, {
        name: spec.name,
        type: spec.type,
        attachType: spec.attachType,
        lineOf: (slot) => lineOf(spec.lines, slot),
      });
      const prepared = prepareProgram(instructions, {
        name: spec.name,
        functionNames: new Map(spec.functions.map(({ start, name }) => [start, name])),
        lines: spec.lines,
        kfuncs: kfuncNames(spec),
        resolve: (slot) => this.#resolve(spec, references.get(slot)),
        functionHandle: (functionIndex) => {
          const handle = machine.reserveFunction();
          handles.push(handle);
          bound.push({ handle, functionIndex });
          return handle;
        },
      });
      const code = machine.load(prepared);
      for (const { handle, functionIndex } of bound) machine.bindFunction(handle, { code, functionIndex });
      const release = (): void => {
        for (const handle of handles) machine.releaseFunction(handle);
      };
      return this.#loaded.own(new VmProgram(spec, code, this.#home, { types: this.#object.btf, onDispose: release }));
    } catch (error) {
      if (error instanceof VmError && error.fault === 'invalid-program') throw refused(spec, error);
      throw error;
    }
  }

  /** The code with references as the instruction set encodes them: calls of kernel functions, immediates of maps. */
  #instructions(spec: ProgramSpec, references: ReadonlyMap<number, Reference>): Instruction[] {
    const code = decode(spec.code);
    for (const [slot, reference] of references) {
      const instruction = code[slot];
      if (!instruction) continue;
      if (reference.kind === 'kfunc' && instruction.opcode === 0x85) {
        code[slot] = { ...instruction, src: 2, imm: 0, offset: 0 };
      } else if (instruction.opcode === 0x18 && reference.kind !== 'subprogram') {
        code[slot] = { ...instruction, src: 0, imm: 0 };
      }
    }
    return code;
  }

  #map(name: string): VmMap {
    const map = this.#loaded.maps.get(name);
    if (!(map instanceof VmMap)) throw new UsageError(`there is no map "${name}"`);
    return map;
  }

  #resolve(spec: ProgramSpec, reference: Reference | undefined): Value64 | undefined {
    if (!reference) return undefined;
    if (reference.kind === 'map') return { low: this.#map(reference.map).store.handle | 0, high: 0 };
    if (reference.kind === 'map-value') {
      const address = this.#map(reference.map).store.directAddress();
      return address === undefined ? undefined : { low: (address + reference.offset) | 0, high: 0 };
    }
    if (reference.kind === 'subprogram') return undefined;
    return this.#resolveSymbol(spec, reference.extern);
  }

  #resolveSymbol(spec: ProgramSpec, name: string): Value64 {
    const extern = this.#object.externs.find((candidate) => candidate.name === name);
    const isKnownFunction = kfuncByName(name) !== undefined;
    const address = this.#home.machine.environment.ksyms.get(name) ?? (isKnownFunction ? 1n : undefined);
    if (address === undefined && !extern?.weak) {
      throw new UnsupportedError(`program "${spec.name}": kernel symbol "${name}"`, {
        hint: 'give its address in the environment of the machine (ksyms), or declare it __weak',
      });
    }
    const value = address ?? 0n;
    return { low: Number(BigInt.asIntN(32, value)), high: Number(BigInt.asIntN(32, value >> 32n)) };
  }

  #fillReferences(spec: MapSpec): void {
    if (spec.initial.length === 0 || !this.#loaded.maps.has(spec.name)) return;
    const map = this.#map(spec.name);
    for (const { index, name } of spec.initial) {
      const target = this.#loaded.maps.get(name) ?? this.#loaded.programs.get(name);
      if (!target) continue;
      const key = new Uint8Array(spec.keySize);
      new DataView(key.buffer).setUint32(0, index, true);
      map.setReference(key, target);
    }
  }
}

function kfuncNames(spec: ProgramSpec): Map<number, string> {
  const names = new Map<number, string>();
  for (const reference of spec.references) {
    if (reference.kind === 'kfunc') names.set(reference.instruction, reference.extern);
  }
  return names;
}

/** What a kernel would say of a program that is not even well-formed. */
function refused(spec: ProgramSpec, error: VmError): VerifierError {
  return new VerifierError({
    program: spec.name,
    summary: error.instruction === undefined ? error.problem : `${error.problem} (instruction ${error.instruction})`,
    excerpt: [error.message],
    log: error.message,
    source: error.source,
    cause: error,
  });
}

function selected(object: BpfObject, names: readonly string[] | undefined): readonly ProgramSpec[] {
  if (!names) return object.programs.filter(({ autoload }) => autoload);
  return names.map((name) => {
    const program = object.programs.find((candidate) => candidate.name === name);
    if (!program) throw new UsageError(`there is no program "${name}"`);
    return program;
  });
}

/**
 * Loads an object. Nothing stays behind where that fails.
 * @throws VerifierError for programs that are not well-formed, SyscallError for maps the kernel would refuse,
 *   UnsupportedError for what the machine does not have.
 */
export function loadObject(
  object: BpfObject,
  home: ProgramHome,
  types: Btf | undefined,
  options: HostLoadOptions = {},
): HostObject {
  const { kconfig } = home.machine.environment;
  const filled = fillKconfig(object, (name) => kconfig.get(name) ?? virtualKconfig[name]);
  const target = options.btf ?? types ?? object.btf;
  const programs = relocateCore(filled, { btf: target }, selected(filled, options.programs));
  return new Loader(filled, home, options).run(programs);
}
