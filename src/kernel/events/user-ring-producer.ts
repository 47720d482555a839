// Writes records into a user ring buffer (map type `user_ringbuf`), which a BPF program drains.
// Source: Documentation/bpf/ringbuf.rst, kernel/bpf/ringbuf.c (v6.18): the roles of the ring buffer are exchanged.

import { ValueError } from '../../base/index.ts';
import { type RingMemory, ringHeaderBytes } from './ring-consumer.ts';

const busyBit = 0x80000000 | 0;
const maxRecordBytes = 0x3fffffff;

/** The only writer of a user ring buffer. */
export class UserRingProducer {
  readonly #data: Uint8Array;
  readonly #headers: Int32Array;
  readonly #producer: BigInt64Array;
  readonly #consumer: Int32Array;
  readonly #sizeBytes: number;
  #position: number;

  constructor({ consumer, producer, data }: RingMemory) {
    this.#data = data;
    this.#headers = new Int32Array(data.buffer, data.byteOffset, data.byteLength >>> 2);
    this.#producer = new BigInt64Array(producer.buffer, producer.byteOffset, 1);
    this.#consumer = new Int32Array(consumer.buffer, consumer.byteOffset, 2);
    this.#sizeBytes = data.byteLength / 2;
    this.#position = Number(Atomics.load(this.#producer, 0));
  }

  /** Bytes that can be written now, headers included. */
  get freeBytes(): number {
    const used = ((this.#position >>> 0) - Atomics.load(this.#consumer, 0)) >>> 0;
    return this.#sizeBytes - used;
  }

  /** Adds a record; false when there is no room for it now. @throws ValueError when it can never fit. */
  write(record: Uint8Array): boolean {
    const step = (record.byteLength + ringHeaderBytes + 7) & ~7;
    if (record.byteLength > maxRecordBytes || step > this.#sizeBytes) {
      throw new ValueError('record', `${record.byteLength} bytes do not fit in a ring of ${this.#sizeBytes}`);
    }
    if (step > this.freeBytes) return false;
    const at = this.#position & (this.#sizeBytes - 1);
    Atomics.store(this.#headers, at >>> 2, record.byteLength | busyBit);
    this.#headers[(at >>> 2) + 1] = 0;
    this.#data.set(record, at + ringHeaderBytes);
    this.#position += step;
    Atomics.store(this.#producer, 0, BigInt(this.#position));
    Atomics.store(this.#headers, at >>> 2, record.byteLength);
    return true;
  }
}
