// Ring buffers to user space and from it (kernel/bpf/ringbuf.c, v6.18). Each record has an 8-byte header: length, busy and
// discard bits. The memory is twice the ring's size, so that a record which crosses the end is still in one piece.

import type { HostEvents, RecordSink } from '../../host/index.ts';
import type { MapSpec } from '../../object/index.ts';
import { errno } from '../errno.ts';
import type { Region } from '../memory/machine-memory.ts';
import { Waiters } from './event-source.ts';
import type { MapHost } from './map-store.ts';
import { MapStore, round8 } from './map-store.ts';

const HEADER = 8;
const BUSY = 0x8000_0000;
const DISCARD = 0x4000_0000;

/** `BPF_RB_*` of bpf_ringbuf_query. */
const queries: Record<number, (ring: RingBuffer) => number> = {
  0: (ring) => ring.available,
  1: (ring) => ring.spec.maxEntries,
  2: (ring) => ring.consumed,
  3: (ring) => ring.produced,
};

/** What maps without keys answer to operations with keys. */
abstract class KeylessMap extends MapStore {
  lookup(_key: number): number {
    return 0;
  }

  override read(_key: number): number {
    return -errno.ENOTSUPP;
  }

  update(_key: number, _value: number, _flags: number): number {
    return -errno.ENOTSUPP;
  }

  remove(_key: number): number {
    return -errno.ENOTSUPP;
  }

  next(_key: number, _out: number): number {
    return -errno.ENOTSUPP;
  }
}

/** A ring buffer of records for user space. */
export class RingBuffer extends KeylessMap {
  readonly #region: Region;
  readonly #waiters = new Waiters();
  /** Positions count bytes since creation. */
  produced = 0;
  consumed = 0;
  #closed = false;

  constructor(spec: MapSpec, handle: number, host: MapHost) {
    super(spec, handle, host);
    this.#region = host.memory.allocate(`ring buffer ${spec.name}`, spec.maxEntries * 2, 'none');
  }

  /** Bytes not yet consumed. */
  get available(): number {
    return this.produced - this.consumed;
  }

  #place(position: number): number {
    return this.#region.start + (position % this.spec.maxEntries);
  }

  /** Room for a record; its address, or 0 when the ring is full. */
  reserve(size: number): number {
    const length = round8(size + HEADER);
    if (size >= 0x3fff_ffff || length > this.spec.maxEntries) return 0;
    if (this.produced + length - this.consumed > this.spec.maxEntries - 1) return 0;
    const at = this.#place(this.produced);
    const { memory } = this.host;
    memory.setU32(at, size | BUSY);
    memory.setU32(at + 4, 0);
    memory.u8.fill(0, at + HEADER, at + length);
    memory.protect(at + HEADER, size, 'write');
    this.produced += length;
    return at + HEADER;
  }

  /** Whether an address is that of a record reserved and not yet given back. */
  isReserved(address: number): boolean {
    const { start, size } = this.#region;
    if (address < start + HEADER || address >= start + size) return false;
    return this.host.memory.canRead(address, 1) && (this.host.memory.u32(address - HEADER) & BUSY) !== 0;
  }

  /** Hands a reserved record over, or throws it away. */
  commit(address: number, discard: boolean): void {
    const { memory } = this.host;
    const size = memory.u32(address - HEADER) & ~BUSY;
    memory.protect(address, size, 'none');
    memory.setU32(address - HEADER, discard ? size | DISCARD : size);
    this.#waiters.wake();
  }

  /** Copies a whole record in; 0 or a negative errno. */
  output(data: number, size: number): number {
    const at = this.reserve(size);
    if (at === 0) return -errno.EAGAIN;
    this.host.memory.u8.copyWithin(at, data, data + size);
    this.commit(at, false);
    return 0;
  }

  query(what: number): number {
    return queries[what]?.(this) ?? 0;
  }

  #hasRecord(): boolean {
    return this.consumed < this.produced && (this.host.memory.u32(this.#place(this.consumed)) & BUSY) === 0;
  }

  /** Hands over finished records in order, at most `limit`. */
  drain(sink: RecordSink, limit: number): number {
    let count = 0;
    while (count < limit && this.#hasRecord()) {
      const at = this.#place(this.consumed);
      const header = this.host.memory.u32(at);
      const size = header & ~DISCARD;
      this.consumed += round8(size + HEADER);
      if ((header & DISCARD) !== 0) continue;
      count++;
      sink(this.host.memory.u8, at + HEADER, size, -1);
    }
    return count;
  }

  /** Whether a finished record is there and the ring still lives. */
  get isReady(): boolean {
    return !this.#closed && this.#hasRecord();
  }

  /** Readers open now. */
  readers = 0;

  /** Whether a reader is open. */
  get isRead(): boolean {
    return this.readers > 0;
  }

  /** A reader. */
  events(): HostEvents {
    this.readers++;
    return new RingReader(this, this.#waiters);
  }

  dispose(): void {
    this.#closed = true;
    this.#waiters.wake();
    this.host.memory.free(this.#region);
  }
}

/** One reader of a ring buffer. Producers never overwrite: what does not fit is the program's to count. */
class RingReader implements HostEvents {
  readonly lost = 0n;
  readonly #ring: RingBuffer;
  readonly #waiters: Waiters;
  #open = true;

  constructor(ring: RingBuffer, waiters: Waiters) {
    this.#ring = ring;
    this.#waiters = waiters;
  }

  drain(sink: RecordSink, limit = Number.POSITIVE_INFINITY): number {
    return this.#open ? this.#ring.drain(sink, limit) : 0;
  }

  wait(timeoutMs: number, signal?: AbortSignal): Promise<boolean> {
    return this.#waiters.wait(() => this.#open && this.#ring.isReady, timeoutMs, signal);
  }

  [Symbol.dispose](): void {
    if (this.#open) this.#ring.readers--;
    this.#open = false;
    this.#waiters.wake();
  }
}

/** A ring buffer that user space fills and programs drain. */
export class UserRingBuffer extends KeylessMap {
  #records: Uint8Array[] = [];
  #bytes = 0;

  /** Adds a record from user space; 0 or -ENOSPC. */
  submit(record: Uint8Array): number {
    const length = round8(record.length + HEADER);
    if (this.#bytes + length > this.spec.maxEntries) return -errno.ENOSPC;
    this.#bytes += length;
    this.#records.push(record.slice());
    return 0;
  }

  /** The next record. */
  shift(): Uint8Array | undefined {
    const record = this.#records.shift();
    if (record) this.#bytes -= round8(record.length + HEADER);
    return record;
  }

  dispose(): void {
    this.#records = [];
  }
}
