// Stack trace maps: a table of call stacks by id (kernel/bpf/stackmap.c, v6.18).

import type { MapSpec } from '../../object/index.ts';
import { errno } from '../errno.ts';
import type { Region } from '../memory/machine-memory.ts';
import type { MapHost } from './map-store.ts';
import { MapStore } from './map-store.ts';

/** Flags of bpf_get_stackid (uapi/linux/bpf.h). */
export const stackFlags = {
  skipMask: 0xff,
  userStack: 0x100,
  fastCompare: 0x200,
  reuse: 0x400,
  buildId: 0x800,
} as const;

function nextPowerOfTwo(value: number): number {
  let result = 1;
  while (result < value) result *= 2;
  return result;
}

/** Ids to stacks; each value is an array of 64-bit addresses, the innermost first, filled up with zeros. */
export class StackTraceMap extends MapStore {
  readonly #region: Region;
  readonly #buckets: (readonly bigint[] | undefined)[];

  constructor(spec: MapSpec, handle: number, host: MapHost) {
    super(spec, handle, host);
    this.#buckets = new Array(nextPowerOfTwo(spec.maxEntries));
    this.#region = host.memory.allocate(`stack of map ${spec.name}`, spec.valueSize, 'none');
  }

  /** Remembers a stack; its id, or a negative errno. */
  add(stack: readonly bigint[], flags: number): number {
    const skip = flags & stackFlags.skipMask;
    const frames = stack.slice(skip, skip + Math.floor(this.spec.valueSize / 8));
    if (frames.length === 0) return -errno.EFAULT;
    let hash = 0;
    for (const frame of frames) {
      hash = Math.imul(hash ^ Number(frame & 0xffff_ffffn), 0x9e37_79b1);
      hash = Math.imul(hash ^ Number((frame >> 32n) & 0xffff_ffffn) ^ (hash >>> 15), 0x85eb_ca6b);
    }
    const id = (hash >>> 3) & (this.#buckets.length - 1);
    const old = this.#buckets[id];
    const isSame = old !== undefined && old.length === frames.length && old.every((frame, at) => frame === frames[at]);
    if (old && !isSame && (flags & stackFlags.reuse) === 0) return -errno.EEXIST;
    this.#buckets[id] = frames;
    return id;
  }

  /** Programs cannot look stacks up. */
  lookup(_key: number): number {
    return 0;
  }

  override read(key: number): number {
    const { memory } = this.host;
    const frames = this.#buckets[memory.u32(key)];
    if (!frames) return 0;
    const at = this.#region.start;
    memory.u8.fill(0, at, at + this.spec.valueSize);
    for (const [index, frame] of frames.entries()) memory.setU64(at + index * 8, frame);
    return at;
  }

  update(_key: number, _value: number, _flags: number): number {
    return -errno.EINVAL;
  }

  remove(key: number): number {
    const id = this.host.memory.u32(key);
    if (id >= this.#buckets.length) return -errno.E2BIG;
    if (!this.#buckets[id]) return -errno.ENOENT;
    this.#buckets[id] = undefined;
    return 0;
  }

  next(key: number, out: number): number {
    let id = 0;
    if (key !== 0) {
      const previous = this.host.memory.u32(key);
      id = previous < this.#buckets.length && this.#buckets[previous] ? previous + 1 : 0;
    }
    while (id < this.#buckets.length && !this.#buckets[id]) id++;
    if (id >= this.#buckets.length) return -errno.ENOENT;
    this.host.memory.setU32(out, id);
    return 0;
  }

  dispose(): void {
    this.#buckets.length = 0;
    this.host.memory.free(this.#region);
  }
}
