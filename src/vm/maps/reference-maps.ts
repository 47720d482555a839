// Maps that hold programs, maps or sockets: arrays and hashes whose values are references (kernel/bpf/map_in_map.c,
// kernel/bpf/arraymap.c `fd_array_map_*`, v6.18).

import type { MapSpec } from '../../object/index.ts';
import { errno } from '../errno.ts';
import type { Region } from '../memory/machine-memory.ts';
import type { LoadedCode } from '../runtime.ts';
import { HashTable, nodeLayout } from './hash-table.ts';
import type { MapHost } from './map-store.ts';
import { MapStore, updateFlags } from './map-store.ts';

/** Something a map can hold: a program or a map, with the number user space sees. */
export interface Reference {
  readonly id: number;
  readonly map?: MapStore;
  readonly code?: LoadedCode;
}

/** A map whose values are set by the host, not by bytes. */
export interface HoldsReferences {
  /** Puts a reference under a key, or takes it out; 0 or a negative errno. */
  setReference(key: number, target: Reference | undefined, flags: number): number;
  /** What is under a key. */
  reference(key: number): Reference | undefined;
}

/** Whether a map's values are references. */
export function holdsReferences(map: MapStore): map is MapStore & HoldsReferences {
  return map instanceof ReferenceArray || map instanceof ReferenceHash;
}

/** Whether a map may be an inner map where `meta` is the blueprint (`bpf_map_meta_equal`). */
function fitsBlueprint(meta: MapSpec | undefined, map: MapStore | undefined): boolean {
  if (!meta || !map) return !meta;
  const { spec } = map;
  const isArray = spec.type === 'array' && (meta.flags & 0x1000) === 0;
  return (
    meta.type === spec.type &&
    meta.keySize === spec.keySize &&
    meta.valueSize === spec.valueSize &&
    meta.flags === spec.flags &&
    (!isArray || meta.maxEntries === spec.maxEntries)
  );
}

/** Prog array, array of maps, cgroup array. */
export class ReferenceArray extends MapStore implements HoldsReferences {
  readonly #items: (Reference | undefined)[];
  readonly #cell: Region;

  constructor(spec: MapSpec, handle: number, host: MapHost) {
    super(spec, handle, host);
    this.#items = new Array(spec.maxEntries);
    this.#cell = host.memory.allocate(`id in map ${spec.name}`, 4, 'none');
  }

  /** The item at an index. */
  at(index: number): Reference | undefined {
    return this.#items[index];
  }

  reference(key: number): Reference | undefined {
    return this.#items[this.host.memory.u32(key)];
  }

  setReference(key: number, target: Reference | undefined, flags: number): number {
    const index = this.host.memory.u32(key);
    if (flags !== updateFlags.any) return -errno.EINVAL;
    if (index >= this.spec.maxEntries) return -errno.E2BIG;
    if (target && !fitsBlueprint(this.spec.inner, target.map)) return -errno.EINVAL;
    this.#items[index] = target;
    return 0;
  }

  /** Programs see the inner map. */
  lookup(key: number): number {
    return this.reference(key)?.map?.handle ?? 0;
  }

  override read(key: number): number {
    const found = this.reference(key);
    if (!found) return 0;
    this.host.memory.setU32(this.#cell.start, found.id);
    return this.#cell.start;
  }

  update(_key: number, _value: number, _flags: number): number {
    return -errno.EINVAL;
  }

  override write(_key: number, _value: number, _flags: number): number {
    return -errno.EBADF;
  }

  remove(key: number): number {
    const index = this.host.memory.u32(key);
    if (index >= this.spec.maxEntries) return -errno.E2BIG;
    if (!this.#items[index]) return -errno.ENOENT;
    this.#items[index] = undefined;
    return 0;
  }

  next(key: number, out: number): number {
    const index = key === 0 ? 0xffff_ffff : this.host.memory.u32(key);
    if (index === this.spec.maxEntries - 1) return -errno.ENOENT;
    this.host.memory.setU32(out, index >= this.spec.maxEntries ? 0 : index + 1);
    return 0;
  }

  dispose(): void {
    this.#items.length = 0;
    this.host.memory.free(this.#cell);
  }
}

/** Hash of maps. */
export class ReferenceHash extends MapStore implements HoldsReferences {
  readonly #table: HashTable;
  readonly #items = new Map<number, Reference>();

  constructor(spec: MapSpec, handle: number, host: MapHost) {
    super(spec, handle, host);
    const { keySize, maxEntries } = spec;
    const name = `map ${spec.name}`;
    this.#table = new HashTable(host.memory, { name, keySize, valueSize: 4, maxEntries, permission: 'read' });
  }

  reference(key: number): Reference | undefined {
    return this.#items.get(this.#table.find(key));
  }

  setReference(key: number, target: Reference | undefined, flags: number): number {
    if (!target) return this.remove(key);
    if (flags > updateFlags.exist) return -errno.EINVAL;
    if (!fitsBlueprint(this.spec.inner, target.map)) return -errno.EINVAL;
    let node = this.#table.find(key);
    if (node !== 0 && flags === updateFlags.noExist) return -errno.EEXIST;
    if (node === 0 && flags === updateFlags.exist) return -errno.ENOENT;
    if (node === 0) node = this.#table.insert(key);
    if (node === 0) return -errno.E2BIG;
    this.#items.set(node, target);
    this.host.memory.setU32(node + this.#table.valueOffset, target.id);
    return 0;
  }

  lookup(key: number): number {
    return this.reference(key)?.map?.handle ?? 0;
  }

  override read(key: number): number {
    const node = this.#table.find(key);
    return node === 0 ? 0 : node + this.#table.valueOffset;
  }

  update(_key: number, _value: number, _flags: number): number {
    return -errno.EINVAL;
  }

  override write(_key: number, _value: number, _flags: number): number {
    return -errno.EBADF;
  }

  remove(key: number): number {
    const node = this.#table.find(key);
    if (node === 0) return -errno.ENOENT;
    this.#items.delete(node);
    this.#table.removeNode(node);
    return 0;
  }

  next(key: number, out: number): number {
    const found = key === 0 ? 0 : this.#table.find(key);
    const node = found === 0 ? this.#table.oldest : this.#table.newer(found);
    if (node === 0) return -errno.ENOENT;
    const at = node + nodeLayout.key;
    this.host.memory.u8.copyWithin(out, at, at + this.spec.keySize);
    return 0;
  }

  dispose(): void {
    this.#items.clear();
    this.#table.dispose();
  }
}
