// How user space deals with each map type: what a key and a value are, and which operations make sense.
// A new map type: a row in spec/map-types.ts, and one here.

import { type MapTypeName, mapTypes } from '../../spec/index.ts';

/** What differs between map types, as seen from user space. */
export interface MapKind {
  /**
   * `keyed`: the usual; `indexed`: an array, whose entries cannot be deleted; `valueOnly`: queue, stack, bloom filter;
   * `stream`: ring buffers and arenas, which have no entries at all.
   */
  readonly access: 'keyed' | 'indexed' | 'valueOnly' | 'stream';
  /** Values given are descriptors; values read are ids (4 bytes). */
  readonly holdsDescriptors: boolean;
  /** Keys are descriptors (of a socket, process, inode or cgroup): such maps cannot be listed. */
  readonly keyIsDescriptor: boolean;
  /** A key not found by `get_next_key` makes it start again: iteration must notice. */
  readonly restartsOnMissingKey: boolean;
  /** Every index is there at all times, so `clear` writes zeros. */
  readonly clearByZero: boolean;
}

const keyed: MapKind = {
  access: 'keyed',
  holdsDescriptors: false,
  keyIsDescriptor: false,
  restartsOnMissingKey: false,
  clearByZero: false,
};
const hash: MapKind = { ...keyed, restartsOnMissingKey: true };
const array: MapKind = { ...keyed, access: 'indexed', clearByZero: true };
const descriptors: MapKind = { ...keyed, holdsDescriptors: true };
const storage: MapKind = { ...keyed, keyIsDescriptor: true };
const valueOnly: MapKind = { ...keyed, access: 'valueOnly' };
const stream: MapKind = { ...keyed, access: 'stream' };

/** Behaviour by map type. */
export const mapKinds: Readonly<Record<MapTypeName, MapKind>> = {
  hash,
  array,
  prog_array: descriptors,
  perf_event_array: descriptors,
  percpu_hash: hash,
  percpu_array: array,
  stack_trace: keyed,
  cgroup_array: descriptors,
  lru_hash: hash,
  lru_percpu_hash: hash,
  lpm_trie: hash,
  array_of_maps: descriptors,
  hash_of_maps: { ...descriptors, restartsOnMissingKey: true },
  devmap: keyed,
  sockmap: keyed,
  cpumap: keyed,
  xskmap: descriptors,
  sockhash: hash,
  cgroup_storage: keyed,
  reuseport_sockarray: keyed,
  percpu_cgroup_storage: keyed,
  queue: valueOnly,
  stack: valueOnly,
  sk_storage: storage,
  devmap_hash: hash,
  struct_ops: keyed,
  ringbuf: stream,
  inode_storage: storage,
  task_storage: storage,
  bloom_filter: valueOnly,
  user_ringbuf: stream,
  cgrp_storage: storage,
  arena: stream,
};

const rowsByName = new Map(mapTypes.map((row) => [row.name as MapTypeName, row]));
const rowsByValue = new Map<number, (typeof mapTypes)[number]>(mapTypes.map((row) => [row.value, row]));

/** The kernel's number of a map type. */
export function mapTypeNumber(type: MapTypeName): number {
  return rowsByName.get(type)?.value ?? 0;
}

/** Name of the kernel's number; undefined for one newer than the tables. */
export function mapTypeName(value: number): MapTypeName | undefined {
  return rowsByValue.get(value)?.name;
}

/** Whether values have one slot per possible CPU. */
export function isPerCpu(type: MapTypeName): boolean {
  return rowsByName.get(type)?.perCpu ?? false;
}

/** First kernel release with the map type. */
export function mapTypeSince(type: MapTypeName): string | undefined {
  return rowsByName.get(type)?.since;
}
