// Reads the records of one CPU's perf event buffer out of the memory shared with the kernel.
// Source: include/uapi/linux/perf_event.h (v6.18), struct perf_event_mmap_page and enum perf_event_type.

import { InternalError } from '../../base/index.ts';
import type { RecordSink } from '../../host/index.ts';

const recordLost = 2;
const recordSample = 9;
const headIndex = 1024 / 4; // data_head, low half
const tailIndex = 1032 / 8; // data_tail
const headerBytes = 8;

/** One CPU's buffer: `PERF_RECORD_SAMPLE` with raw data, and `PERF_RECORD_LOST`. */
export class PerfRing {
  readonly cpu: number;
  readonly #data: Uint8Array;
  readonly #words: Uint32Array;
  readonly #sizes: Uint16Array;
  readonly #head: Int32Array;
  readonly #tail: BigInt64Array;
  readonly #mask: number;
  #scratch = new Uint8Array(256);
  #position: number;
  #lost = 0n;

  /** `control` is the first page, `data` the pages after it; the length of `data` is a power of two. */
  constructor(cpu: number, control: Uint8Array<ArrayBuffer>, data: Uint8Array<ArrayBuffer>) {
    this.cpu = cpu;
    this.#data = data;
    this.#words = new Uint32Array(data.buffer, data.byteOffset, data.byteLength >>> 2);
    this.#sizes = new Uint16Array(data.buffer, data.byteOffset, data.byteLength >>> 1);
    this.#head = new Int32Array(control.buffer, control.byteOffset, control.byteLength >>> 2);
    this.#tail = new BigInt64Array(control.buffer, control.byteOffset, control.byteLength >>> 3);
    this.#mask = data.byteLength - 1;
    this.#position = Number(Atomics.load(this.#tail, tailIndex));
  }

  /** Samples that the kernel said it had to drop. It says so with the next sample that fits. */
  get lost(): bigint {
    return this.#lost;
  }

  get isEmpty(): boolean {
    return Atomics.load(this.#head, headIndex) >>> 0 === this.#position >>> 0;
  }

  /** Hands over at most `limit` samples and returns how many. A record counts as read even when `sink` throws. */
  drain(sink: RecordSink, limit: number): number {
    // Positions are compared by their lower halves: the buffer is smaller than 4 GiB.
    const head = Atomics.load(this.#head, headIndex) >>> 0;
    let low = this.#position >>> 0;
    let count = 0;
    let consumed = 0;
    try {
      while (low !== head && count < limit) {
        const at = low & this.#mask;
        const type = this.#words[at >>> 2];
        const size = this.#sizes[(at + 6) >>> 1] ?? 0;
        if (size < headerBytes) throw new InternalError(`perf buffer of CPU ${this.cpu}: record of ${size} bytes`);
        low = (low + size) >>> 0;
        consumed += size;
        if (type === recordSample) {
          count++;
          this.#sample(sink, at, size);
        } else if (type === recordLost) this.#lost += this.#word64(at + 16);
      }
    } finally {
      if (consumed > 0) {
        this.#position += consumed;
        Atomics.store(this.#tail, tailIndex, BigInt(this.#position));
      }
    }
    return count;
  }

  //   | type misc size | u32 length | data, padded so that the whole is a multiple of 8 |
  #sample(sink: RecordSink, at: number, size: number): void {
    const length = this.#words[((at + headerBytes) & this.#mask) >>> 2] ?? 0;
    const start = at + headerBytes + 4;
    if (at + size <= this.#data.byteLength) sink(this.#data, start, length, this.cpu);
    else sink(this.#joined(start & this.#mask, length), 0, length, this.cpu);
  }

  /** A record that goes over the end of the buffer, in one piece. */
  #joined(start: number, length: number): Uint8Array {
    if (this.#scratch.byteLength < length) this.#scratch = new Uint8Array(length * 2);
    const first = Math.min(length, this.#data.byteLength - start);
    this.#scratch.set(this.#data.subarray(start, start + first));
    this.#scratch.set(this.#data.subarray(0, length - first), first);
    return this.#scratch;
  }

  #word64(at: number): bigint {
    const low = this.#words[(at & this.#mask) >>> 2] ?? 0;
    const high = this.#words[((at + 4) & this.#mask) >>> 2] ?? 0;
    return (BigInt(high) << 32n) | BigInt(low);
  }
}
