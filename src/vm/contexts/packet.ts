// A packet in the machine's memory, with room before and after it.

import type { MachineMemory, Region } from '../memory/machine-memory.ts';

/** Room before a packet (`XDP_PACKET_HEADROOM`). */
const HEADROOM = 256;
/** Room behind it: what `skb_shared_info` takes in the kernel, so that bpf_xdp_adjust_tail can grow as much. */
const TAILROOM = 320;
/** Makes the IP header of an Ethernet frame aligned (`NET_IP_ALIGN`). */
const ALIGN = 2;

/** A packet: metadata from `meta`, data from `start` to `end`. Only these bytes are accessible to programs. */
export class Packet {
  readonly #memory: MachineMemory;
  #region: Region;
  meta = 0;
  start = 0;
  end = 0;

  constructor(memory: MachineMemory, capacity = 2048) {
    this.#memory = memory;
    this.#region = memory.allocate('packet', HEADROOM + ALIGN + capacity + TAILROOM, 'none');
  }

  get length(): number {
    return this.end - this.start;
  }

  /** A copy of the data. */
  bytes(): Uint8Array<ArrayBuffer> {
    return this.#memory.copy(this.start, this.length);
  }

  /** Puts new data in, metadata gone. */
  fill(data: Uint8Array): void {
    const memory = this.#memory;
    if (this.end > this.meta) memory.protect(this.meta, this.end - this.meta, 'none');
    const needed = HEADROOM + ALIGN + data.length + TAILROOM;
    if (needed > this.#region.size) {
      memory.free(this.#region);
      this.#region = memory.allocate('packet', needed, 'none');
    }
    this.start = this.#region.start + HEADROOM + ALIGN;
    this.meta = this.start;
    this.end = this.start + data.length;
    memory.u8.set(data, this.start);
    memory.protect(this.start, data.length, 'write');
  }

  /** Moves the bounds; false where they would leave the room there is. */
  move(meta: number, start: number, end: number): boolean {
    const { start: first, size } = this.#region;
    if (meta < first || meta > start || start > end || end > first + size) return false;
    const memory = this.#memory;
    memory.protect(this.meta, this.end - this.meta, 'none');
    if (end > this.end) memory.u8.fill(0, this.end, end);
    this.meta = meta;
    this.start = start;
    this.end = end;
    memory.protect(meta, end - meta, 'write');
    return true;
  }

  /** Inserts (zeroed) or removes bytes at an offset of the data; false where there is no room. */
  splice(offset: number, delta: number): boolean {
    const data = this.bytes();
    const head = data.subarray(0, offset);
    const tail = data.subarray(delta < 0 ? offset - delta : offset);
    const length = data.length + delta;
    if (length < offset || !this.move(this.start - delta, this.start - delta, this.end)) return false;
    const { u8 } = this.#memory;
    u8.set(head, this.start);
    u8.fill(0, this.start + offset, this.start + length - tail.length);
    u8.set(tail, this.start + length - tail.length);
    return true;
  }

  dispose(): void {
    this.#memory.free(this.#region);
  }
}
