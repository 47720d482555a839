// Creates maps: checks their blueprints as the kernel does and fills in what the host decides.

import { SyscallError, UnsupportedError } from '../../base/index.ts';
import type { MapSpec } from '../../object/index.ts';
import type { MapTypeName } from '../../spec/index.ts';
import type { ErrnoName } from '../errno.ts';
import { ArrayMap } from './array-map.ts';
import { BloomFilter } from './bloom-filter.ts';
import { HashMap } from './hash-map.ts';
import { LocalStorage } from './local-storage.ts';
import { LpmTrie } from './lpm-trie.ts';
import type { MapHost } from './map-store.ts';
import { type MapStore, mapFlag } from './map-store.ts';
import { PerfEventArray } from './perf-event-array.ts';
import { QueueMap } from './queue-map.ts';
import { ReferenceArray, ReferenceHash } from './reference-maps.ts';
import { RingBuffer, UserRingBuffer } from './ring-buffer.ts';
import { SlotMap } from './slot-map.ts';
import { StackTraceMap } from './stack-trace-map.ts';

type MapClass = new (spec: MapSpec, handle: number, host: MapHost) => MapStore;
/** The errno with which a blueprint is refused. */
type Check = (spec: MapSpec) => ErrnoName | undefined;

/** How a type is created. */
interface MapKind {
  readonly class: MapClass;
  readonly check: Check;
}

const PAGE = 4096;
/** Largest value of one CPU (`PCPU_MIN_UNIT_SIZE`). */
const MAX_PER_CPU_VALUE = 32768;
const MAX_VALUE = 32 * 1024 * 1024;

const needs = (condition: boolean): ErrnoName | undefined => (condition ? undefined : 'EINVAL');

const checkArray: Check = (spec) => {
  const sizes = needs(spec.maxEntries > 0 && spec.keySize === 4 && spec.valueSize > 0);
  return sizes ?? (spec.valueSize > MAX_VALUE ? 'E2BIG' : undefined);
};

const checkHash: Check = (spec) => {
  const sizes = needs(spec.maxEntries > 0 && spec.keySize > 0 && spec.valueSize > 0);
  return sizes ?? (spec.keySize + spec.valueSize > MAX_VALUE ? 'E2BIG' : undefined);
};

const checkTrie: Check = (spec) =>
  needs(
    spec.maxEntries > 0 &&
      (spec.flags & mapFlag.noPrealloc) !== 0 &&
      spec.keySize >= 5 &&
      spec.keySize <= 260 &&
      spec.valueSize > 0,
  );

const checkQueue: Check = (spec) => {
  const sizes = needs(spec.maxEntries > 0 && spec.keySize === 0 && spec.valueSize > 0);
  return sizes ?? (spec.valueSize > MAX_VALUE ? 'E2BIG' : undefined);
};

const isPowerOfTwo = (value: number): boolean => value > 0 && (value & (value - 1)) === 0;

const checkRing: Check = (spec) =>
  needs(spec.keySize === 0 && spec.valueSize === 0 && isPowerOfTwo(spec.maxEntries) && spec.maxEntries % PAGE === 0);

const checkReferences: Check = (spec) => needs(spec.maxEntries > 0 && spec.keySize === 4 && spec.valueSize === 4);

const checkHashOfMaps: Check = (spec) =>
  needs(spec.maxEntries > 0 && spec.keySize > 0 && spec.valueSize === 4 && spec.inner !== undefined);

const checkDevices: Check = (spec) =>
  needs(spec.maxEntries > 0 && spec.keySize === 4 && (spec.valueSize === 4 || spec.valueSize === 8));

const checkStacks: Check = (spec) =>
  needs(
    spec.maxEntries > 0 &&
      spec.keySize === 4 &&
      spec.valueSize >= 8 &&
      spec.valueSize / 8 <= 127 &&
      spec.valueSize % 8 === 0,
  );

const checkStorage: Check = (spec) =>
  needs(spec.maxEntries === 0 && spec.keySize === 4 && spec.valueSize > 0 && (spec.flags & mapFlag.noPrealloc) !== 0);

const checkCgroupStorage: Check = (spec) =>
  needs(spec.maxEntries === 0 && (spec.keySize === 8 || spec.keySize === 16) && spec.valueSize > 0);

/** Per-CPU values are limited by the allocator of per-CPU memory. */
function perCpu(check: Check): Check {
  const limited: Check = (spec) =>
    check(spec) ?? (Math.ceil(spec.valueSize / 8) * 8 > MAX_PER_CPU_VALUE ? 'E2BIG' : undefined);
  return limited;
}

const array = { class: ArrayMap, check: checkArray };
const hash = { class: HashMap, check: checkHash };
const queue = { class: QueueMap, check: checkQueue };
const references = { class: ReferenceArray, check: checkReferences };
const slots = { class: SlotMap, check: checkDevices };
const storage = { class: LocalStorage, check: checkStorage };
const cgroupStorage = { class: LocalStorage, check: checkCgroupStorage };

const kinds: Record<MapTypeName, MapKind | undefined> = {
  hash,
  array,
  prog_array: references,
  perf_event_array: { class: PerfEventArray, check: checkReferences },
  percpu_hash: { class: HashMap, check: perCpu(checkHash) },
  percpu_array: { class: ArrayMap, check: perCpu(checkArray) },
  stack_trace: { class: StackTraceMap, check: checkStacks },
  cgroup_array: references,
  lru_hash: hash,
  lru_percpu_hash: { class: HashMap, check: perCpu(checkHash) },
  lpm_trie: { class: LpmTrie, check: checkTrie },
  array_of_maps: { class: ReferenceArray, check: (spec) => checkReferences(spec) ?? needs(spec.inner !== undefined) },
  hash_of_maps: { class: ReferenceHash, check: checkHashOfMaps },
  devmap: slots,
  sockmap: slots,
  cpumap: slots,
  xskmap: slots,
  sockhash: hash,
  cgroup_storage: cgroupStorage,
  reuseport_sockarray: slots,
  percpu_cgroup_storage: cgroupStorage,
  queue,
  stack: queue,
  sk_storage: storage,
  devmap_hash: { class: HashMap, check: checkDevices },
  struct_ops: undefined,
  ringbuf: { class: RingBuffer, check: checkRing },
  inode_storage: storage,
  task_storage: storage,
  bloom_filter: { class: BloomFilter, check: checkQueue },
  user_ringbuf: { class: UserRingBuffer, check: checkRing },
  cgrp_storage: storage,
  arena: undefined,
};

/** Sizes of ring buffers are rounded up to a power of two of pages, as libbpf does. */
function ringSize(wanted: number): number {
  let size = PAGE;
  while (size < wanted) size *= 2;
  return size;
}

/** The blueprint with what the host decides: entries of perf event arrays, sizes of ring buffers in whole pages. */
function decided(spec: MapSpec, cpuCount: number): MapSpec {
  if (spec.type === 'perf_event_array' && spec.maxEntries === 0) return { ...spec, maxEntries: cpuCount };
  const isRing = spec.type === 'ringbuf' || spec.type === 'user_ringbuf';
  return isRing ? { ...spec, maxEntries: ringSize(spec.maxEntries) } : spec;
}

/**
 * Creates a map.
 * @throws SyscallError with the kernel's errno where the blueprint is refused, UnsupportedError where the machine has no such type.
 */
export function createMap(spec: MapSpec, handle: number, host: MapHost): MapStore {
  const kind = kinds[spec.type];
  if (!kind) throw new UnsupportedError(`map type ${spec.type} in the embedded machine`);
  const complete = decided(spec, host.cpuCount);
  const refusal = kind.check(complete);
  if (refusal) throw new SyscallError('bpf(BPF_MAP_CREATE)', refusal, { context: `map "${spec.name}"` });
  return new kind.class(complete, handle, host);
}
