// What a host is: the one interface that the kernel and the embedded machine both implement, in bytes.
// Typed values (by BTF) are made above it, in api/.

import type { Btf } from '../btf/index.ts';
import type { AttachTarget, BpfObject, MapSpec, ProgramSpec } from '../object/index.ts';

/** A place where programs run. */
export interface Host {
  readonly kind: 'kernel' | 'vm';
  /** Number of possible CPUs: per-CPU values come in that many slots. */
  readonly cpuCount: number;
  /** Types of the running kernel (or of the simulated one); undefined where there are none. */
  btf(): Btf | undefined;
  /**
   * Relocates, creates the maps and loads the programs.
   * @throws VerifierError, SyscallError, UnsupportedError; nothing stays behind.
   */
  load(object: BpfObject, options?: HostLoadOptions): Promise<HostObject>;
}

/** How to load. */
export interface HostLoadOptions {
  /** Loads these programs only; default: all with `autoload`. */
  readonly programs?: readonly string[];
  /** Called for a program that is refused, instead of throwing; loading goes on with the next. */
  readonly onProgramError?: (program: ProgramSpec, error: Error) => void;
  /** Directory for maps pinned by name; default `/sys/fs/bpf`. */
  readonly pinDirectory?: string;
  /** 1: instructions, 2: also states, 4: statistics only. Default 0: asked for only after a refusal. */
  readonly logLevel?: number;
  /** Types to relocate against instead of the host's. */
  readonly btf?: Btf;
  /** Maps that exist already, by name, to be used instead of new ones. */
  readonly reuseMaps?: ReadonlyMap<string, HostMap>;
}

/** What was loaded; disposing it unloads everything and detaches what is attached. */
export interface HostObject extends Disposable {
  readonly maps: ReadonlyMap<string, HostMap>;
  readonly programs: ReadonlyMap<string, HostProgram>;
}

/** `any`: create or replace; `create`: fail with EEXIST; `replace`: fail with ENOENT. */
export type UpdateMode = 'any' | 'create' | 'replace';

/**
 * A loaded map, in bytes. Keys have `spec.keySize` bytes; values `valueStride` bytes, which for per-CPU maps is the value
 * size rounded up to 8, times the number of CPUs. Sizes are checked: wrong ones throw ValueError. Kernel failures throw
 * SyscallError with the kernel's errno, on both hosts alike.
 */
export interface HostMap extends Disposable {
  /** The blueprint with what the host decided filled in (entries, sizes). */
  readonly spec: MapSpec;
  readonly valueStride: number;
  /** A copy of the value, or undefined when there is no such key. */
  lookup(key: Uint8Array): Uint8Array | undefined;
  /** Writes a value. @throws SyscallError: EEXIST or ENOENT by `mode`, E2BIG when the map is full. */
  update(key: Uint8Array, value: Uint8Array, mode?: UpdateMode): void;
  /** False when there was no such key. */
  delete(key: Uint8Array): boolean;
  /** Looks up and removes in one step; undefined when there is no such key. */
  take(key: Uint8Array): Uint8Array | undefined;
  /** The key after `key` (the first without); undefined at the end. */
  nextKey(key?: Uint8Array): Uint8Array | undefined;
  /** Every entry; in batches where the host has them. The arrays yielded are the caller's to keep. */
  entries(): Iterable<readonly [key: Uint8Array, value: Uint8Array]>;
  /** Writes many entries; in batches where the host has them. */
  updateAll(entries: Iterable<readonly [key: Uint8Array, value: Uint8Array]>, mode?: UpdateMode): void;
  /** Deletes every entry. */
  clear(): void;
  /** Queue, stack and bloom filter: `push` adds; `pop` and `peek` return undefined when empty. */
  push(value: Uint8Array, mode?: UpdateMode): void;
  /** Removes and returns the next value of a queue or stack; undefined when empty. */
  pop(): Uint8Array | undefined;
  /** The next value of a queue or stack, which stays; undefined when empty. */
  peek(): Uint8Array | undefined;
  /** Bloom filter: whether `value` may have been added. */
  mayContain(value: Uint8Array): boolean;
  /** Puts a program into a prog array, or a map into a map of maps. */
  setReference(key: Uint8Array, target: HostMap | HostProgram): void;
  /** The value memory itself, shared with the programs, for mmapable arrays; undefined otherwise. */
  memory(): Uint8Array | undefined;
  /** No more changes from user space. */
  freeze(): void;
  /** Makes a file of the bpf file system that keeps the map alive. */
  pin(path: string): void;
  /** Removes such a file. */
  unpin(path: string): void;
  /** Ring buffer and perf event array: opens the stream of records. */
  events(options?: EventOptions): HostEvents;
}

/** How to read events. */
export interface EventOptions {
  /** Perf buffer: pages per CPU, a power of two; default 64. */
  readonly pagesPerCpu?: number;
  /** Perf buffer: wake up after so many records; default 1. */
  readonly wakeupEvents?: number;
}

/** Receives one record: `length` bytes of `ring` from `offset`, valid only during the call. `cpu` is -1 where unknown. */
export type RecordSink = (ring: Uint8Array, offset: number, length: number, cpu: number) => void;

/** A stream of records. */
export interface HostEvents extends Disposable {
  /** Hands over what is there now, at most `limit` records; returns how many. */
  drain(sink: RecordSink, limit?: number): number;
  /** True when there is something to drain; false after the time-out, an abort or dispose. Never a busy loop. */
  wait(timeoutMs: number, signal?: AbortSignal): Promise<boolean>;
  /** Records the host dropped because the buffer was full, as far as it can know. */
  readonly lost: bigint;
}

/** One run of a program on input of the caller's (`BPF_PROG_TEST_RUN`). */
export interface RunInput {
  /** Packet data, for programs that take some. */
  readonly data?: Uint8Array;
  /** The context structure, for programs that take it. */
  readonly context?: Uint8Array;
  /** How many times to run; default 1. */
  readonly repeat?: number;
  readonly flags?: number;
  readonly cpu?: number;
}

/** What a run gave. */
export interface RunResult {
  /** The program's return value, unsigned 32 bits. */
  readonly returnValue: number;
  readonly data: Uint8Array | undefined;
  readonly context: Uint8Array | undefined;
  /** Mean time of one run. */
  readonly durationNs: number;
  /** Instructions executed, where the host counts them. */
  readonly instructions: bigint | undefined;
}

/** Run-time statistics. */
export interface ProgramStatistics {
  readonly runCount: bigint;
  readonly runTimeNs: bigint;
}

/** A loaded program. */
export interface HostProgram extends Disposable {
  readonly spec: ProgramSpec;
  /** Attaches to `target`, by default where its section says. @throws UnsupportedError where this host cannot. */
  attach(target?: AttachTarget): HostLink;
  /** Runs the program on input of the caller's (`BPF_PROG_TEST_RUN`, Linux 4.12). */
  run(input?: RunInput): RunResult;
  /** How often it ran and for how long, while statistics were enabled (Linux 5.1). */
  statistics(): ProgramStatistics;
  /** The verifier's log of loading, where one was asked for. */
  readonly log: string;
  /** Makes a file of the bpf file system that keeps the program alive. */
  pin(path: string): void;
}

/** An attachment; disposing it detaches. */
export interface HostLink extends Disposable {
  readonly target: AttachTarget;
  /** Iterator links: runs the iterator and returns what it printed. */
  read?(): Uint8Array;
  /** Makes a file of the bpf file system that keeps the link alive; only where the link is one (Linux 5.7). */
  pin?(path: string): void;
}
