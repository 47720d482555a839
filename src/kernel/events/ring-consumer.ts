// Reads the records of a BPF ring buffer out of the memory shared with the kernel.
// Source: Documentation/bpf/ringbuf.rst and kernel/bpf/ringbuf.c (v6.18).

import { UsageError } from '../../base/index.ts';
import type { RecordSink } from '../../host/index.ts';

//   |31 |30      |29 ... 0|31 ........ 0|
//   |busy|discard| length | page offset |  data, padded to 8 bytes
const discardBit = 0x40000000;
const lengthMask = 0x3fffffff;

/** Bytes of the header before each record. */
export const ringHeaderBytes = 8;

/** The three pieces of memory. */
export interface RingMemory {
  /** Starts with the consumer's position (u64), which the reader writes. */
  readonly consumer: Uint8Array<ArrayBuffer>;
  /** Starts with the producers' position (u64). */
  readonly producer: Uint8Array<ArrayBuffer>;
  /** The ring twice in a row, so that no record is ever split. Half of its length is a power of two. */
  readonly data: Uint8Array<ArrayBuffer>;
}

/** The only reader of a ring buffer. */
export class RingConsumer {
  readonly #data: Uint8Array;
  readonly #headers: Int32Array;
  readonly #producer: Int32Array;
  readonly #consumer: BigInt64Array;
  readonly #mask: number;
  /** Bytes consumed so far: published after at most so many, so that producers do not run out of room meanwhile. */
  readonly #batchBytes: number;
  #position: number;
  #draining = false;

  constructor({ consumer, producer, data }: RingMemory) {
    this.#data = data;
    this.#headers = new Int32Array(data.buffer, data.byteOffset, data.byteLength >>> 2);
    this.#producer = new Int32Array(producer.buffer, producer.byteOffset, 2);
    this.#consumer = new BigInt64Array(consumer.buffer, consumer.byteOffset, 1);
    const size = data.byteLength / 2;
    this.#mask = size - 1;
    this.#batchBytes = size / 8;
    this.#position = Number(Atomics.load(this.#consumer, 0));
  }

  /** `ready`: a record can be read; `busy`: the next one is still being written; `empty`. */
  state(): 'ready' | 'busy' | 'empty' {
    // Positions are compared by their lower halves: the ring is smaller than 4 GiB.
    const low = this.#position >>> 0;
    if (Atomics.load(this.#producer, 0) >>> 0 === low) return 'empty';
    return Atomics.load(this.#headers, (low & this.#mask) >>> 2) < 0 ? 'busy' : 'ready';
  }

  /**
   * Hands over at most `limit` records and returns how many. A record counts as read even when `sink` throws.
   * @throws UsageError when called from within `sink`.
   */
  drain(sink: RecordSink, limit: number): number {
    if (this.#draining) throw new UsageError('drain() was called from within its own sink');
    this.#draining = true;
    try {
      let count = 0;
      // After each round the position is public: a producer that comes later knows that it has to wake us up.
      for (;;) {
        const read = this.#drainRound(sink, limit - count);
        count += read;
        if (read === 0 || count >= limit || this.state() !== 'ready') return count;
      }
    } finally {
      this.#draining = false;
    }
  }

  #drainRound(sink: RecordSink, limit: number): number {
    const data = this.#data;
    const headers = this.#headers;
    const mask = this.#mask;
    const batchBytes = this.#batchBytes;
    let low = this.#position >>> 0;
    let available = (Atomics.load(this.#producer, 0) - low) >>> 0;
    let unpublished = 0;
    let count = 0;
    try {
      while (available > 0 && count < limit) {
        const at = low & mask;
        const header = Atomics.load(headers, at >>> 2);
        if (header < 0) break; // busy
        const length = header & lengthMask;
        const step = (length + ringHeaderBytes + 7) & ~7;
        low = (low + step) >>> 0;
        available -= step;
        unpublished += step;
        if ((header & discardBit) === 0) {
          count++;
          sink(data, at + ringHeaderBytes, length, -1);
        }
        if (unpublished >= batchBytes) {
          this.#publish(unpublished);
          unpublished = 0;
        }
      }
    } finally {
      if (unpublished > 0) this.#publish(unpublished);
    }
    return count;
  }

  #publish(bytes: number): void {
    this.#position += bytes;
    Atomics.store(this.#consumer, 0, BigInt(this.#position));
  }
}
