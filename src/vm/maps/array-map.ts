// Arrays, plain and per CPU (kernel/bpf/arraymap.c, v6.18).

import type { MapSpec } from '../../object/index.ts';
import { errno } from '../errno.ts';
import type { Region } from '../memory/machine-memory.ts';
import type { MapHost } from './map-store.ts';
import { MapStore, mapFlag, round8, updateFlags } from './map-store.ts';

/** An array: values lie one after the other; a per-CPU element is one value per CPU in a row. */
export class ArrayMap extends MapStore {
  /** Bytes of one value of one CPU. */
  readonly elementSize: number;
  readonly #perCpu: boolean;
  readonly #region: Region;
  readonly #keyRegion: Region;

  constructor(spec: MapSpec, handle: number, host: MapHost) {
    super(spec, handle, host);
    this.#perCpu = spec.type === 'percpu_array';
    this.elementSize = round8(spec.valueSize);
    const writable = (spec.flags & mapFlag.readOnlyProgram) === 0;
    const size = this.valueStrideInMemory * spec.maxEntries;
    this.#region = host.memory.allocate(`map ${spec.name}`, size, writable ? 'write' : 'read');
    this.#keyRegion = host.memory.allocate(`key of map ${spec.name}`, 4, 'read');
  }

  /** Distance of two elements. */
  get valueStrideInMemory(): number {
    return this.#perCpu ? this.elementSize * this.host.cpuCount : this.elementSize;
  }

  override get valueStride(): number {
    return this.#perCpu ? this.valueStrideInMemory : this.spec.valueSize;
  }

  /** Address of the first element. */
  get base(): number {
    return this.#region.start;
  }

  /** Where all values lie. */
  get extent(): { readonly start: number; readonly size: number; readonly writable: boolean } {
    const { start, size } = this.#region;
    return { start, size, writable: (this.spec.flags & mapFlag.readOnlyProgram) === 0 };
  }

  #index(key: number): number {
    return this.host.memory.u32(key);
  }

  lookup(key: number): number {
    return this.lookupOnCpu(key, this.host.cpu);
  }

  override lookupOnCpu(key: number, cpu: number): number {
    const index = this.#index(key);
    if (index >= this.spec.maxEntries || cpu >= this.host.cpuCount) return 0;
    return this.base + index * this.valueStrideInMemory + (this.#perCpu ? cpu * this.elementSize : 0);
  }

  override read(key: number): number {
    const index = this.#index(key);
    return index < this.spec.maxEntries ? this.base + index * this.valueStrideInMemory : 0;
  }

  #refusal(key: number, flags: number): number {
    if ((flags & ~updateFlags.lock) > updateFlags.exist) return -errno.EINVAL;
    if (this.#index(key) >= this.spec.maxEntries) return -errno.E2BIG;
    return (flags & updateFlags.noExist) !== 0 ? -errno.EEXIST : 0;
  }

  update(key: number, value: number, flags: number): number {
    const refusal = this.#refusal(key, flags);
    if (refusal !== 0) return refusal;
    this.host.memory.u8.copyWithin(this.lookup(key), value, value + this.spec.valueSize);
    return 0;
  }

  override write(key: number, value: number, flags: number): number {
    const refusal = this.#refusal(key, flags);
    if (refusal !== 0) return refusal;
    this.host.memory.u8.copyWithin(this.read(key), value, value + this.valueStride);
    return 0;
  }

  remove(_key: number): number {
    return -errno.EINVAL;
  }

  next(key: number, out: number): number {
    const index = key === 0 ? 0xffff_ffff : this.#index(key);
    if (index === this.spec.maxEntries - 1) return -errno.ENOENT;
    this.host.memory.setU32(out, index >= this.spec.maxEntries ? 0 : index + 1);
    return 0;
  }

  override visitAll(visit: (key: number, value: number) => boolean): number {
    const key = this.#keyRegion.start;
    for (let index = 0; index < this.spec.maxEntries; index++) {
      this.host.memory.setU32(key, index);
      if (visit(key, this.lookup(key))) return index + 1;
    }
    return this.spec.maxEntries;
  }

  override directAddress(): number | undefined {
    return this.#perCpu ? undefined : this.base;
  }

  dispose(): void {
    this.host.memory.free(this.#region);
    this.host.memory.free(this.#keyRegion);
  }
}
