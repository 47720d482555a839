// Storage attached to objects: tasks, sockets, inodes, cgroups (kernel/bpf/bpf_local_storage.c, v6.18). Programs name the
// object by its address, user space by a number; in the machine an object's number is that of the test (a pid, say).

import type { MapSpec } from '../../object/index.ts';
import { errno } from '../errno.ts';
import type { Region } from '../memory/machine-memory.ts';
import type { MapHost } from './map-store.ts';
import { MapStore, updateFlags } from './map-store.ts';

/** `BPF_LOCAL_STORAGE_GET_F_CREATE`. */
const STORAGE_CREATE = 1;

/** One value per object. */
export class LocalStorage extends MapStore {
  readonly #values = new Map<number, Region>();

  constructor(spec: MapSpec, handle: number, host: MapHost) {
    super(spec, handle, host);
  }

  #create(owner: number): Region {
    const region = this.host.memory.allocate(`value of map ${this.spec.name}`, this.spec.valueSize, 'write');
    this.#values.set(owner, region);
    return region;
  }

  /** `bpf_*_storage_get`: the value's address, created (from `value`, if given) where the flags say so; 0 otherwise. */
  get(owner: number, value: number, flags: number): number {
    let region = this.#values.get(owner);
    if (!region && (flags & STORAGE_CREATE) !== 0) {
      region = this.#create(owner);
      if (value !== 0) this.host.memory.u8.copyWithin(region.start, value, value + this.spec.valueSize);
    }
    return region?.start ?? 0;
  }

  /** `bpf_*_storage_delete`. */
  delete(owner: number): number {
    const region = this.#values.get(owner);
    if (!region) return -errno.ENOENT;
    this.#values.delete(owner);
    this.host.memory.free(region);
    return 0;
  }

  lookup(_key: number): number {
    return 0;
  }

  override read(key: number): number {
    return this.#values.get(this.host.memory.u32(key))?.start ?? 0;
  }

  update(_key: number, _value: number, _flags: number): number {
    return -errno.ENOTSUPP;
  }

  override write(key: number, value: number, flags: number): number {
    if ((flags & ~updateFlags.lock) > updateFlags.exist) return -errno.EINVAL;
    const owner = this.host.memory.u32(key);
    const old = this.#values.get(owner);
    if (old && flags === updateFlags.noExist) return -errno.EEXIST;
    if (!old && flags === updateFlags.exist) return -errno.ENOENT;
    const region = old ?? this.#create(owner);
    this.host.memory.u8.copyWithin(region.start, value, value + this.spec.valueSize);
    return 0;
  }

  remove(key: number): number {
    return this.delete(this.host.memory.u32(key));
  }

  next(_key: number, _out: number): number {
    return -errno.ENOTSUPP;
  }

  dispose(): void {
    for (const region of this.#values.values()) this.host.memory.free(region);
    this.#values.clear();
  }
}
