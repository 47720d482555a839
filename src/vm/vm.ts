// The embedded host: one machine, its maps and programs, and what can be done with them by name.

import { UsageError } from '../base/index.ts';
import type { Btf } from '../btf/index.ts';
import type { Host, HostEvents, HostLink, HostLoadOptions, HostMap, HostObject } from '../host/index.ts';
import type { AttachTarget, BpfObject, MapSpec } from '../object/index.ts';
import type { NamedContext } from './contexts/named-context.ts';
import { contextBytes } from './contexts/named-context.ts';
import { ContextArea } from './contexts/prepare-run.ts';
import type { Effect } from './contexts/run-state.ts';
import type { Environment } from './environment.ts';
import { loadObject } from './host/load-object.ts';
import { VmMap } from './host/vm-map.ts';
import type { AttachmentRegistry, RunSettings } from './host/vm-program.ts';
import { VmProgram } from './host/vm-program.ts';
import type { MachineOptions } from './machine.ts';
import { Machine } from './machine.ts';
import type { Region } from './memory/machine-memory.ts';

/** How an embedded machine is made. */
export interface VmOptions extends MachineOptions {
  /** Types of the simulated kernel, for CO-RE relocation; default: each object's own. */
  readonly btf?: Btf | undefined;
}

/** A record a program sent during a run. */
export interface VmEvent {
  /** The map it was sent through. */
  readonly map: string;
  readonly data: Uint8Array;
  /** -1 for ring buffers. */
  readonly cpu: number;
}

/** Memory placed in the machine. */
export interface PlacedMemory {
  readonly address: bigint;
  /** Takes it away again. */
  free(): void;
}

/** Everything a run did. */
export interface VmRunResult {
  /** Unsigned 32 bits. */
  readonly returnValue: number;
  /** The packet afterwards, for programs that have one. */
  readonly packet: Uint8Array | undefined;
  /** The context structure afterwards, as bytes. */
  readonly context: Uint8Array | undefined;
  readonly events: readonly VmEvent[];
  /** Redirects, signals and other requests to a kernel. */
  readonly effects: readonly Effect[];
  /** What an iterator printed. */
  readonly output: Uint8Array;
  readonly durationNs: number;
  readonly instructions: bigint | undefined;
}

interface Attachment {
  readonly program: VmProgram;
  readonly target: AttachTarget;
}

class Attachments implements AttachmentRegistry {
  readonly #attached = new Set<Attachment>();

  add(program: VmProgram, target: AttachTarget): HostLink {
    const attachment = { program, target };
    this.#attached.add(attachment);
    return { target, [Symbol.dispose]: (): void => void this.#attached.delete(attachment) };
  }

  /** Programs attached where every given property of the target is the same, in the order of attaching. */
  matching(target: Partial<AttachTarget>): VmProgram[] {
    const wanted = Object.entries(target);
    return [...this.#attached]
      .filter((attachment) => wanted.every(([name, value]) => Reflect.get(attachment.target, name) === value))
      .map(({ program }) => program);
  }
}

/** The embedded machine as a host. Make one with {@link vm}. */
export class VmHost implements Host {
  readonly kind = 'vm';
  /** The machine itself: memory, clock, surroundings. */
  readonly machine: Machine;
  readonly #btf: Btf | undefined;
  readonly #area: ContextArea;
  readonly #attachments = new Attachments();
  readonly #objects = new Set<HostObject>();

  constructor(options: VmOptions = {}) {
    this.machine = new Machine(options);
    this.#btf = options.btf;
    this.#area = new ContextArea(this.machine.memory);
  }

  get cpuCount(): number {
    return this.machine.cpuCount;
  }

  /** The surroundings of programs: current task, random numbers, stacks. May be changed at any time. */
  get environment(): Environment {
    return this.machine.environment;
  }

  btf(): Btf | undefined {
    return this.#btf;
  }

  async load(object: BpfObject, options: HostLoadOptions = {}): Promise<HostObject> {
    return this.loadNow(object, options);
  }

  /** {@link load} at once: nothing in the machine has to be waited for. */
  loadNow(object: BpfObject, options: HostLoadOptions = {}): HostObject {
    const home = { machine: this.machine, area: this.#area, attachments: this.#attachments };
    const loaded = loadObject(object, home, this.#btf, options);
    this.#objects.add(loaded);
    const unload = loaded[Symbol.dispose].bind(loaded);
    loaded[Symbol.dispose] = (): void => {
      this.#objects.delete(loaded);
      unload();
    };
    return loaded;
  }

  /** A map by itself. @throws SyscallError where the kernel would refuse it. */
  createMap(spec: MapSpec): HostMap {
    return new VmMap(this.machine, this.machine.createMap(spec));
  }

  /** A loaded program by name. @throws UsageError where there is none. */
  program(name: string): VmProgram {
    for (const object of this.#objects) {
      const program = object.programs.get(name);
      if (program instanceof VmProgram) return program;
    }
    throw new UsageError(`there is no program "${name}" in the machine`);
  }

  /**
   * Runs a program on a context built from a plain object.
   * @throws ValueError for a field there is not, VmError where the program does what it must not.
   * @example
   * host.run('drop_udp', { packet, ifindex: 3 }).returnValue;
   */
  run(program: string | VmProgram, context: NamedContext = {}): VmRunResult {
    const target = typeof program === 'string' ? this.program(program) : program;
    return this.#run(target, context);
  }

  /**
   * Runs every program attached to a target, in the order of attaching. Properties left out match any.
   * @example
   * host.trigger({ kind: 'tracepoint', name: 'sched_switch' }, { next_pid: 7 });
   */
  trigger(target: Partial<AttachTarget>, context: NamedContext = {}): VmRunResult[] {
    return this.#attachments.matching(target).map((program) => this.#run(program, context));
  }

  /** Lets virtual time pass; timers that become due run. Returns how many did. */
  advanceClock(byNs: bigint): number {
    return this.machine.advanceClock(byNs);
  }

  /** Supplies memory at an address outside the machine, for bpf_probe_read and its kin. */
  supplyMemory(address: bigint, bytes: Uint8Array): void {
    this.machine.supply(address, bytes);
  }

  /** Puts bytes into memory that programs may read; their address, to be used as a pointer in contexts. */
  place(name: string, bytes: Uint8Array, writable = false): PlacedMemory {
    const { memory } = this.machine;
    const region: Region = memory.allocate(name, bytes.length, writable ? 'write' : 'read');
    memory.u8.set(bytes, region.start);
    return { address: BigInt(region.start), free: (): void => memory.free(region) };
  }

  #run(program: VmProgram, named: NamedContext): VmRunResult {
    const { cpu, cookie, sysctl, functionAddress, functionReturn, args } = named;
    const settings: RunSettings = {
      ...(cookie === undefined ? {} : { cookie }),
      ...(sysctl === undefined ? {} : { sysctl: { ...sysctl, replaced: undefined } }),
      ...(functionAddress === undefined ? {} : { functionAddress }),
      ...(functionReturn === undefined ? {} : { functionReturn }),
      ...(args === undefined ? {} : { arguments: args.map((value) => BigInt.asUintN(64, BigInt(value))) }),
    };
    const context = contextBytes(program.spec, this.#typesOf(program), named);
    const input = {
      ...(named.packet ? { data: named.packet } : {}),
      ...(context ? { context } : {}),
      ...(cpu === undefined ? {} : { cpu }),
    };
    const readers = this.#openReaders();
    try {
      const result = program.runDetailed(input, settings);
      const events = readers.flatMap(({ map, reader }) => drained(map, reader));
      const { returnValue, data, effects, output, durationNs, instructions } = result;
      return { returnValue, packet: data, context: result.context, events, effects, output, durationNs, instructions };
    } finally {
      for (const { reader } of readers) reader[Symbol.dispose]();
    }
  }

  /** Reads every event map that nobody reads. */
  #openReaders(): { map: string; reader: HostEvents }[] {
    const readers: { map: string; reader: HostEvents }[] = [];
    for (const { maps } of this.#objects) {
      for (const [name, map] of maps) {
        if (map instanceof VmMap && map.isUnreadEventMap) readers.push({ map: name, reader: map.events() });
      }
    }
    return readers;
  }

  #typesOf(program: VmProgram): Btf | undefined {
    return program.types ?? this.#btf;
  }

  /** Unloads everything. */
  [Symbol.dispose](): void {
    for (const object of [...this.#objects]) object[Symbol.dispose]();
  }
}

function drained(map: string, reader: HostEvents): VmEvent[] {
  const events: VmEvent[] = [];
  reader.drain((ring, offset, length, cpu) => events.push({ map, data: ring.slice(offset, offset + length), cpu }));
  return events;
}

/** An embedded machine as a host. @example await load(object, { host: vm() }) */
export function vm(options: VmOptions = {}): VmHost {
  return new VmHost(options);
}
