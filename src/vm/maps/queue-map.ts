// Queues and stacks (kernel/bpf/queue_stack_maps.c, v6.18).

import type { MapSpec } from '../../object/index.ts';
import { errno } from '../errno.ts';
import type { Region } from '../memory/machine-memory.ts';
import type { MapHost } from './map-store.ts';
import { MapStore, updateFlags } from './map-store.ts';

/** A queue (first in, first out) or stack (last in, first out) of values. */
export class QueueMap extends MapStore {
  readonly #region: Region;
  readonly #isStack: boolean;
  #head = 0;
  #count = 0;

  constructor(spec: MapSpec, handle: number, host: MapHost) {
    super(spec, handle, host);
    this.#isStack = spec.type === 'stack';
    this.#region = host.memory.allocate(`map ${spec.name}`, spec.maxEntries * spec.valueSize, 'none');
  }

  #at(index: number): number {
    return this.#region.start + ((this.#head + index) % this.spec.maxEntries) * this.spec.valueSize;
  }

  override push(value: number, flags: number): number {
    if ((flags & updateFlags.noExist) !== 0 || flags > updateFlags.exist) return -errno.EINVAL;
    if (this.#count === this.spec.maxEntries) {
      if ((flags & updateFlags.exist) === 0) return -errno.E2BIG;
      this.#head = (this.#head + 1) % this.spec.maxEntries;
      this.#count--;
    }
    this.host.memory.u8.copyWithin(this.#at(this.#count), value, value + this.spec.valueSize);
    this.#count++;
    return 0;
  }

  override peek(out: number): number {
    const { memory } = this.host;
    const size = this.spec.valueSize;
    if (this.#count === 0) {
      memory.u8.fill(0, out, out + size);
      return -errno.ENOENT;
    }
    const at = this.#at(this.#isStack ? this.#count - 1 : 0);
    memory.u8.copyWithin(out, at, at + size);
    return 0;
  }

  override pop(out: number): number {
    const result = this.peek(out);
    if (result !== 0) return result;
    if (!this.#isStack) this.#head = (this.#head + 1) % this.spec.maxEntries;
    this.#count--;
    return 0;
  }

  lookup(_key: number): number {
    return 0;
  }

  update(_key: number, _value: number, _flags: number): number {
    return -errno.EINVAL;
  }

  remove(_key: number): number {
    return -errno.EINVAL;
  }

  next(_key: number, _out: number): number {
    return -errno.EINVAL;
  }

  dispose(): void {
    this.host.memory.free(this.#region);
  }
}
