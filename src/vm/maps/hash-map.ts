// Hash maps: plain, per CPU, and with eviction of the least recently used (kernel/bpf/hashtab.c, v6.18).

import type { MapSpec } from '../../object/index.ts';
import { errno } from '../errno.ts';
import { HashTable, nodeLayout } from './hash-table.ts';
import type { MapHost } from './map-store.ts';
import { MapStore, mapFlag, round8, updateFlags } from './map-store.ts';

/** What distinguishes the types. */
interface HashKind {
  readonly perCpu: boolean;
  readonly evicts: boolean;
}

const kinds: Readonly<Record<string, HashKind>> = {
  hash: { perCpu: false, evicts: false },
  devmap_hash: { perCpu: false, evicts: false },
  sockhash: { perCpu: false, evicts: false },
  percpu_hash: { perCpu: true, evicts: false },
  lru_hash: { perCpu: false, evicts: true },
  lru_percpu_hash: { perCpu: true, evicts: true },
};

/** A hash map of any of these types. */
export class HashMap extends MapStore {
  readonly table: HashTable;
  readonly #kind: HashKind;
  readonly #slotSize: number;

  constructor(spec: MapSpec, handle: number, host: MapHost) {
    super(spec, handle, host);
    this.#kind = kinds[spec.type] as HashKind;
    this.#slotSize = round8(spec.valueSize);
    this.table = new HashTable(host.memory, {
      name: `map ${spec.name}`,
      keySize: spec.keySize,
      valueSize: this.#kind.perCpu ? this.#slotSize * host.cpuCount : spec.valueSize,
      maxEntries: spec.maxEntries,
      permission: (spec.flags & mapFlag.readOnlyProgram) === 0 ? 'write' : 'read',
    });
  }

  /** Whether a look-up has no effect but its result: such may be compiled into programs. */
  get isPlain(): boolean {
    return !this.#kind.perCpu && !this.#kind.evicts;
  }

  override get valueStride(): number {
    return this.#kind.perCpu ? this.#slotSize * this.host.cpuCount : this.spec.valueSize;
  }

  lookup(key: number): number {
    return this.lookupOnCpu(key, this.host.cpu);
  }

  override lookupOnCpu(key: number, cpu: number): number {
    const node = this.table.find(key);
    if (node === 0 || cpu >= this.host.cpuCount) return 0;
    if (this.#kind.evicts) this.table.touch(node);
    return node + this.table.valueOffset + (this.#kind.perCpu ? cpu * this.#slotSize : 0);
  }

  override read(key: number): number {
    const node = this.table.find(key);
    return node === 0 ? 0 : node + this.table.valueOffset;
  }

  /** Node to write to, or a negative errno. */
  #nodeForUpdate(key: number, flags: number): number {
    if ((flags & ~updateFlags.lock) > updateFlags.exist) return -errno.EINVAL;
    const found = this.table.find(key);
    if (found !== 0) {
      if ((flags & updateFlags.noExist) !== 0) return -errno.EEXIST;
      if (this.#kind.evicts) this.table.touch(found);
      return found;
    }
    if ((flags & updateFlags.exist) !== 0) return -errno.ENOENT;
    const inserted = this.table.insert(key);
    if (inserted !== 0) return inserted;
    if (!this.#kind.evicts) return -errno.E2BIG;
    this.table.removeNode(this.table.oldest);
    return this.table.insert(key);
  }

  update(key: number, value: number, flags: number): number {
    const node = this.#nodeForUpdate(key, flags);
    if (node < 0) return node;
    const at = node + this.table.valueOffset + (this.#kind.perCpu ? this.host.cpu * this.#slotSize : 0);
    this.host.memory.u8.copyWithin(at, value, value + this.spec.valueSize);
    return 0;
  }

  override write(key: number, value: number, flags: number): number {
    const node = this.#nodeForUpdate(key, flags);
    if (node < 0) return node;
    this.host.memory.u8.copyWithin(node + this.table.valueOffset, value, value + this.valueStride);
    return 0;
  }

  remove(key: number): number {
    const node = this.table.find(key);
    if (node === 0) return -errno.ENOENT;
    this.table.removeNode(node);
    return 0;
  }

  override take(key: number, out: number): number {
    const node = this.table.find(key);
    if (node === 0) return -errno.ENOENT;
    const at = node + this.table.valueOffset;
    this.host.memory.u8.copyWithin(out, at, at + this.valueStride);
    this.table.removeNode(node);
    return 0;
  }

  next(key: number, out: number): number {
    const found = key === 0 ? 0 : this.table.find(key);
    const node = found === 0 ? this.table.oldest : this.table.newer(found);
    if (node === 0) return -errno.ENOENT;
    const at = node + nodeLayout.key;
    this.host.memory.u8.copyWithin(out, at, at + this.spec.keySize);
    return 0;
  }

  override visitAll(visit: (key: number, value: number) => boolean): number {
    let count = 0;
    for (let node = this.table.oldest; node !== 0; ) {
      const next = this.table.newer(node);
      const slot = this.#kind.perCpu ? this.host.cpu * this.#slotSize : 0;
      count++;
      if (visit(node + nodeLayout.key, node + this.table.valueOffset + slot)) break;
      node = next;
    }
    return count;
  }

  dispose(): void {
    this.table.dispose();
  }
}
