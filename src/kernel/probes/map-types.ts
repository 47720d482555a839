// Whether the kernel has a map type: one is created in the simplest shape the type takes, and closed.
// Shapes: what each type's `map_alloc_check` demands (kernel/bpf, v6.18).

import type { MapTypeName } from '../../spec/index.ts';
import { type BpfAttribute, errno, Fd, pageSize, tryBpf } from '../../sys/index.ts';
import { mapTypeNumber } from '../maps/map-kinds.ts';
import { intType, loadProbeBtf, type ProbeType, typeInfo } from './probe-btf.ts';

type MapAttribute = BpfAttribute<'BPF_MAP_CREATE'>;

/** The shape to try; `btf`: with local-storage types; `inner`: with a template; `proof`: the errno that proves the type. */
interface Shape {
  readonly attribute: MapAttribute;
  readonly btf?: true;
  readonly inner?: true;
  readonly proof?: number;
}

const noPrealloc = 1;
const mmapable = 0x400;
const plain: Shape = { attribute: { key_size: 4, value_size: 4, max_entries: 1 } };
const cgroupStorage: Shape = { attribute: { key_size: 16, value_size: 8, max_entries: 0 } };
const keyless: Shape = { attribute: { key_size: 0, value_size: 4, max_entries: 1 } };
const localStorage: Shape = {
  attribute: {
    key_size: 4,
    value_size: 8,
    max_entries: 0,
    map_flags: noPrealloc,
    btf_key_type_id: 1,
    btf_value_type_id: 3,
  },
  btf: true,
};
const ofMaps: Shape = { ...plain, inner: true };
const ring = (): Shape => ({ attribute: { key_size: 0, value_size: 0, max_entries: pageSize() } });

const shapes: Partial<Record<MapTypeName, Shape | (() => Shape)>> = {
  stack_trace: { attribute: { key_size: 4, value_size: 8, max_entries: 1 } },
  lpm_trie: { attribute: { key_size: 8, value_size: 8, max_entries: 1, map_flags: noPrealloc } },
  cgroup_storage: cgroupStorage,
  percpu_cgroup_storage: cgroupStorage,
  queue: keyless,
  stack: keyless,
  bloom_filter: keyless,
  sk_storage: localStorage,
  inode_storage: localStorage,
  task_storage: localStorage,
  cgrp_storage: localStorage,
  ringbuf: ring,
  user_ringbuf: ring,
  array_of_maps: ofMaps,
  hash_of_maps: ofMaps,
  // Type 1 of the kernel is no struct_ops value: a kernel that has the map type says ENOTSUPP.
  struct_ops: { attribute: { ...plain.attribute, btf_vmlinux_value_type_id: 1 }, proof: -errno.ENOTSUPP },
  arena: { attribute: { key_size: 0, value_size: 0, max_entries: 1, map_flags: mmapable } },
};

/** `struct val { int cnt; struct bpf_spin_lock l; }`, as id 3. */
const storageTypes: readonly ProbeType[] = [
  intType,
  { name: 'bpf_spin_lock', info: typeInfo(4, 1), sizeOrType: 4, tail: ['val', 1, 0] },
  { name: 'val', info: typeInfo(4, 2), sizeOrType: 8, tail: ['cnt', 1, 0, 'l', 2, 32] },
];

const cache = new Map<MapTypeName, boolean>();

/** Whether this kernel has the map type. The answer is kept. */
export function hasMapType(type: MapTypeName): boolean {
  const known = cache.get(type);
  if (known !== undefined) return known;
  const answer = probe(type);
  cache.set(type, answer);
  return answer;
}

function probe(type: MapTypeName): boolean {
  const row = shapes[type] ?? plain;
  const shape = typeof row === 'function' ? row() : row;
  const held: Fd[] = [];
  try {
    let { attribute } = shape;
    if (shape.btf) {
      const btf = loadProbeBtf(storageTypes);
      if (!btf) return false;
      held.push(btf);
      attribute = { ...attribute, btf_fd: btf.number };
    }
    if (shape.inner) {
      const inner = create('hash', plain.attribute);
      if (inner < 0) return false;
      held.push(new Fd(inner, 'probe template'));
      attribute = { ...attribute, inner_map_fd: inner };
    }
    const result = create(type, attribute);
    if (result >= 0) held.push(new Fd(result, `probe ${type}`));
    return result >= 0 || result === shape.proof;
  } finally {
    for (const fd of held) fd.close();
  }
}

function create(type: MapTypeName, attribute: MapAttribute): number {
  return tryBpf('BPF_MAP_CREATE', { ...attribute, map_type: mapTypeNumber(type) }).result;
}
