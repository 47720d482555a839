// Arrays whose elements may be absent: device, CPU, XSK and socket maps (kernel/bpf/devmap.c, cpumap.c, net/xdp/xskmap.c,
// net/core/sock_map.c, v6.18). Values are what user space wrote; redirects record them.

import type { MapSpec } from '../../object/index.ts';
import { errno } from '../errno.ts';
import type { Region } from '../memory/machine-memory.ts';
import type { MapHost } from './map-store.ts';
import { MapStore, updateFlags } from './map-store.ts';

/** A sparse array with 4-byte keys. */
export class SlotMap extends MapStore {
  readonly #region: Region;
  readonly #present: Uint8Array;

  constructor(spec: MapSpec, handle: number, host: MapHost) {
    super(spec, handle, host);
    this.#region = host.memory.allocate(`map ${spec.name}`, spec.maxEntries * this.#stride, 'read');
    this.#present = new Uint8Array(spec.maxEntries);
  }

  get #stride(): number {
    return this.spec.valueSize;
  }

  /** Address of an element, 0 where it is absent. */
  at(index: number): number {
    return this.#present[index] === 1 ? this.#region.start + index * this.#stride : 0;
  }

  lookup(key: number): number {
    return this.at(this.host.memory.u32(key));
  }

  update(_key: number, _value: number, _flags: number): number {
    return -errno.EINVAL;
  }

  /** A zero interface number takes a device out, as in the kernel. */
  override write(key: number, value: number, flags: number): number {
    const { memory } = this.host;
    const index = memory.u32(key);
    if (flags > updateFlags.exist) return -errno.EINVAL;
    if (index >= this.spec.maxEntries) return -errno.E2BIG;
    if (flags === updateFlags.noExist) return -errno.EEXIST;
    const clears = this.spec.type === 'devmap' && memory.u32(value) === 0;
    memory.u8.copyWithin(this.#region.start + index * this.#stride, value, value + this.#stride);
    this.#present[index] = clears ? 0 : 1;
    return 0;
  }

  remove(key: number): number {
    const index = this.host.memory.u32(key);
    if (index >= this.spec.maxEntries) return -errno.EINVAL;
    this.#present[index] = 0;
    return 0;
  }

  next(key: number, out: number): number {
    const index = key === 0 ? 0xffff_ffff : this.host.memory.u32(key);
    if (index === this.spec.maxEntries - 1) return -errno.ENOENT;
    this.host.memory.setU32(out, index >= this.spec.maxEntries ? 0 : index + 1);
    return 0;
  }

  dispose(): void {
    this.host.memory.free(this.#region);
  }
}
