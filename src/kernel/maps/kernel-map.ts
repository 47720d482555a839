// A map in the kernel behind the host's interface: sizes checked, operations handed to the file that knows them.

import { existsSync, mkdirSync, unlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import { SyscallError, UnsupportedError, UsageError, ValueError } from '../../base/index.ts';
import type { EventOptions, HostEvents, HostMap, HostProgram, UpdateMode } from '../../host/index.ts';
import type { MapSpec } from '../../object/index.ts';
import {
  bpf,
  type Fd,
  findBpffs,
  type Mapping,
  mapInfoLayout,
  mapMemory,
  mountBpffs,
  objectInfo,
  pageSize,
  possibleCpus,
} from '../../sys/index.ts';
import { openEvents, openUserRing } from '../events/index.ts';
import type { UserRingBuffer } from '../events/ring-buffer.ts';
import type { LoadedMap } from '../types.ts';
import { type EntryBatch, readBatches } from './batches.ts';
import { Elements } from './elements.ts';
import { clearEntries, type Entry, type IterableMap, iterateEntries, iterateKeys, writeEntries } from './entries.ts';
import { isPerCpu, type MapKind, mapKinds } from './map-kinds.ts';

const flagMmapable = 0x400;
const flagRdonly = 0x8;
const flagRdonlyProg = 0x80;

const modes: Readonly<Record<UpdateMode, number>> = { any: 0, create: 1, replace: 2 };

/** Something with a descriptor in the kernel: what may be put into a prog array or a map of maps. */
interface WithDescriptor {
  readonly fd: Fd;
}

function hasDescriptor(target: object): target is WithDescriptor {
  return 'fd' in target;
}

/** Bytes of one value as user space reads and writes it. */
export function valueStrideOf(spec: MapSpec): number {
  return isPerCpu(spec.type) ? Math.ceil(spec.valueSize / 8) * 8 * possibleCpus() : spec.valueSize;
}

function roundUp(size: number, to: number): number {
  return Math.ceil(size / to) * to;
}

/** A map in the kernel. Closing it gives up this process's hold; the kernel keeps the map while anything else uses it. */
export class KernelMap implements HostMap, LoadedMap {
  readonly fd: Fd;
  readonly spec: MapSpec;
  readonly valueStride: number;
  readonly #kind: MapKind;
  #elements: Elements | undefined;
  #mapping: Mapping | undefined;
  #userRing: UserRingBuffer | undefined;
  #frozen = false;
  #structOpsValue: Uint8Array | undefined;

  constructor(fd: Fd, spec: MapSpec) {
    this.fd = fd;
    this.spec = spec;
    this.valueStride = valueStrideOf(spec);
    this.#kind = mapKinds[spec.type];
  }

  /** The kernel's id, as `bpftool map` shows it. */
  get id(): number {
    return objectInfo(this.fd.number, mapInfoLayout).id;
  }

  /** `struct_ops` maps: what attaching writes to register the functions. */
  get structOpsValue(): Uint8Array | undefined {
    return this.#structOpsValue;
  }

  setStructOpsValue(value: Uint8Array): void {
    this.#structOpsValue = value;
  }

  lookup(key: Uint8Array): Uint8Array | undefined {
    this.#checkKey(key);
    return this.#access().lookup(key);
  }

  update(key: Uint8Array, value: Uint8Array, mode: UpdateMode = 'any'): void {
    this.#checkKey(key);
    this.#checkValue(value);
    this.#access().update(key, value, modes[mode]);
  }

  delete(key: Uint8Array): boolean {
    this.#checkKey(key);
    return this.#access().delete(key);
  }

  take(key: Uint8Array): Uint8Array | undefined {
    this.#checkKey(key);
    const access = this.#access();
    const taken = access.take(key);
    if (taken !== 'unsupported') return taken;
    // Kernels before 5.14 have it for queues and stacks only.
    const value = access.lookup(key);
    return value && access.delete(key) ? value : undefined;
  }

  nextKey(key?: Uint8Array): Uint8Array | undefined {
    if (key) this.#checkKey(key);
    return this.#access().nextKey(key);
  }

  entries(): Iterable<Entry> {
    const iterable = this.#iterable();
    return { [Symbol.iterator]: (): Iterator<Entry> => iterateEntries(iterable) };
  }

  /** Keys alone, for maps whose values cannot be read. */
  keys(): Iterable<Uint8Array> {
    const iterable = this.#iterable();
    return { [Symbol.iterator]: (): Iterator<Uint8Array> => iterateKeys(iterable) };
  }

  /**
   * Every entry as whole batches, keys and values each in one piece: the fastest way to read a large map.
   * @throws UnsupportedError where the kernel has no batches for this map type. Since Linux 5.6.
   */
  *entryBatches(): Generator<EntryBatch, void> {
    const done = yield* readBatches(this.#iterable());
    if (!done) throw new UnsupportedError(`reading maps of type ${this.spec.type} in batches`, { since: '5.6' });
  }

  updateAll(entries: Iterable<Entry>, mode: UpdateMode = 'any'): void {
    writeEntries(this.#iterable(), this.#checked(entries), modes[mode]);
  }

  clear(): void {
    if (this.#kind.access === 'valueOnly') {
      while (this.pop() !== undefined) {
        // Queues and stacks have no other way to be emptied.
      }
      return;
    }
    clearEntries(this.#iterable());
  }

  /** A user ring buffer that is full fails with ENOSPC, until its program has drained it. */
  push(value: Uint8Array, mode: UpdateMode = 'any'): void {
    if (this.spec.type === 'user_ringbuf') {
      this.#userRing ??= openUserRing(this);
      if (this.#userRing.write(value)) return;
      throw new SyscallError(`write to ${this.fd.label}`, 'ENOSPC', { hint: 'let the program drain it first' });
    }
    this.#requireValueOnly('push');
    this.#checkValue(value);
    this.#access().update(undefined, value, modes[mode]);
  }

  pop(): Uint8Array | undefined {
    this.#requireValueOnly('pop');
    const taken = this.#access().take(undefined);
    if (taken === 'unsupported') throw new UsageError(`${this.fd.label} (${this.spec.type}) has nothing to pop`);
    return taken;
  }

  peek(): Uint8Array | undefined {
    this.#requireValueOnly('peek');
    return this.#access().lookup(undefined);
  }

  mayContain(value: Uint8Array): boolean {
    if (this.spec.type !== 'bloom_filter') {
      throw new UsageError(`${this.fd.label} is a ${this.spec.type}, not a bloom filter`);
    }
    this.#checkValue(value);
    return this.#access().test(value);
  }

  setReference(key: Uint8Array, target: HostMap | HostProgram): void {
    if (!hasDescriptor(target)) throw new UsageError(`${this.fd.label} takes maps and programs of the kernel only`);
    const value = new Uint8Array(new Uint32Array([target.fd.number]).buffer);
    this.#checkKey(key);
    this.#access().update(key, value, modes.any);
  }

  memory(): Uint8Array | undefined {
    const { spec } = this;
    if (this.#mapping) return this.#mapping.bytes;
    if (!(spec.flags & flagMmapable) && spec.type !== 'arena') return undefined;
    this.#mapping = mapMemory({
      fd: this.fd.number,
      sizeBytes: this.#memorySize(),
      writable: !this.#frozen && (spec.flags & flagRdonly) === 0 && !(spec.data && spec.flags & flagRdonlyProg),
      label: this.fd.label,
      ...(spec.type === 'arena' ? { address: spec.extra } : {}),
    });
    return this.#mapping.bytes;
  }

  #memorySize(): number {
    const { valueSize, maxEntries, type } = this.spec;
    if (type === 'arena') return maxEntries * pageSize();
    return roundUp(roundUp(valueSize, 8) * maxEntries, pageSize());
  }

  freeze(): void {
    bpf('BPF_MAP_FREEZE', { map_fd: this.fd.number }, this.fd.label);
    this.#frozen = true;
  }

  pin(path: string): void {
    pinObject(this.fd, path);
  }

  unpin(path: string): void {
    unpinObject(path, this.fd.label);
  }

  events(options?: EventOptions): HostEvents {
    return openEvents(this, options);
  }

  [Symbol.dispose](): void {
    this.#mapping?.close();
    this.#mapping = undefined;
    this.#userRing?.[Symbol.dispose]();
    this.fd.close();
  }

  /** The element commands; their buffers are made when first needed. */
  #access(): Elements {
    if (this.#kind.access === 'stream') {
      throw new UsageError(`${this.fd.label} is a ${this.spec.type}, which has no entries`);
    }
    const { keySize } = this.spec;
    this.#elements ??= new Elements(
      () => this.fd.number,
      { keySize, valueStride: Math.max(this.valueStride, this.#kind.holdsDescriptors ? 4 : 0) },
      this.fd.label,
    );
    return this.#elements;
  }

  #iterable(): IterableMap {
    if (this.#kind.access === 'valueOnly' || this.#kind.keyIsDescriptor) {
      throw new UsageError(`entries of ${this.fd.label} (${this.spec.type}) cannot be listed`);
    }
    return {
      fd: (): number => this.fd.number,
      keySize: this.spec.keySize,
      valueStride: this.valueStride,
      maxEntries: this.spec.maxEntries,
      label: this.fd.label,
      elements: this.#access(),
      kind: this.#kind,
    };
  }

  *#checked(entries: Iterable<Entry>): Generator<Entry> {
    for (const entry of entries) {
      this.#checkKey(entry[0]);
      this.#checkValue(entry[1]);
      yield entry;
    }
  }

  #requireValueOnly(operation: string): void {
    if (this.#kind.access === 'valueOnly') return;
    throw new UsageError(`${operation}: ${this.fd.label} is a ${this.spec.type}, not a queue, stack or bloom filter`);
  }

  #checkKey(key: Uint8Array): void {
    if (key.byteLength !== this.spec.keySize || this.spec.keySize === 0) {
      throw new ValueError(`key of ${this.fd.label}`, sizeProblem(this.spec.keySize, key.byteLength));
    }
  }

  #checkValue(value: Uint8Array): void {
    if (value.byteLength !== this.valueStride) {
      throw new ValueError(`value of ${this.fd.label}`, sizeProblem(this.valueStride, value.byteLength));
    }
  }
}

function sizeProblem(expected: number, given: number): string {
  return expected === 0 ? `the map has none, ${given} bytes given` : `${expected} bytes expected, ${given} given`;
}

/** Pins a descriptor; directories are made, and the bpf file system mounted where it usually is. @throws SyscallError */
export function pinObject(fd: Fd, path: string): void {
  const directory = dirname(path);
  if (path.startsWith('/sys/fs/bpf/') && findBpffs() !== '/sys/fs/bpf') mountBpffs();
  if (!existsSync(directory)) makeDirectory(directory);
  bpf('BPF_OBJ_PIN', { bpf_fd: fd.number, pathname: Buffer.from(`${path}\0`) }, `pin ${fd.label} at ${path}`);
}

function makeDirectory(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new SyscallError(`mkdir ${directory}`, (cause as NodeJS.ErrnoException).code ?? 'EIO', { cause });
  }
}

/** Removes a pin. @throws SyscallError */
export function unpinObject(path: string, label: string): void {
  try {
    unlinkSync(path);
  } catch (cause) {
    throw new SyscallError(`unlink ${path}`, (cause as NodeJS.ErrnoException).code ?? 'EIO', {
      cause,
      context: `unpin ${label}`,
    });
  }
}
