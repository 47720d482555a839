// Maps a ring buffer and reads it (`ringbuf`), or writes it (`user_ringbuf`).

import { UsageError } from '../../base/index.ts';
import type { HostEvents, RecordSink } from '../../host/index.ts';
import { type Mapping, mapMemory, pageSize, WaitSet } from '../../sys/index.ts';
import type { LoadedMap } from '../types.ts';
import { RingConsumer, type RingMemory } from './ring-consumer.ts';
import { UserRingProducer } from './user-ring-producer.ts';
import { waitForRecords } from './wait-for-records.ts';

interface MappedRing extends Disposable {
  readonly memory: RingMemory;
}

// The kernel lays the ring out as two pages with the positions, then the data, twice. The side that user space owns is
// writable: the consumer's page of a ring buffer, all but the consumer's page of a user ring buffer.
function mapRing({ fd, spec }: LoadedMap, writes: 'consumer' | 'producer'): MappedRing {
  const page = pageSize();
  const label = `map "${spec.name}"`;
  const mappings: Mapping[] = [];
  const map = (offset: number, sizeBytes: number, writable: boolean): Uint8Array<ArrayBuffer> => {
    const mapping = mapMemory({ fd: fd.number, offset, sizeBytes, writable, label });
    mappings.push(mapping);
    return mapping.bytes;
  };
  const close = (): void => {
    for (const mapping of mappings) mapping.close();
  };
  try {
    const consumer = map(0, page, writes === 'consumer');
    const rest = map(page, page + 2 * spec.maxEntries, writes === 'producer');
    const memory = { consumer, producer: rest.subarray(0, page), data: rest.subarray(page) };
    return { memory, [Symbol.dispose]: close };
  } catch (error) {
    close();
    throw error;
  }
}

/** The stream of records of a ring buffer. */
export class RingBuffer implements HostEvents {
  /** The kernel does not count what did not fit: `bpf_ringbuf_reserve` tells the program, which can. */
  readonly lost = 0n;
  readonly #label: string;
  readonly #ring: MappedRing;
  readonly #consumer: RingConsumer;
  readonly #set: WaitSet;
  #closed = false;

  /** @throws SyscallError */
  constructor(map: LoadedMap) {
    this.#label = `events of map "${map.spec.name}"`;
    this.#ring = mapRing(map, 'consumer');
    this.#consumer = new RingConsumer(this.#ring.memory);
    this.#set = new WaitSet(this.#label);
    this.#set.add(map.fd.number);
  }

  drain(sink: RecordSink, limit: number = Number.MAX_SAFE_INTEGER): number {
    if (this.#closed) throw new UsageError(`${this.#label}: closed`);
    return this.#consumer.drain(sink, limit);
  }

  wait(timeoutMs: number, signal?: AbortSignal): Promise<boolean> {
    const state = (): ReturnType<RingConsumer['state']> | 'closed' =>
      this.#closed ? 'closed' : this.#consumer.state();
    return waitForRecords(this.#set, state, timeoutMs, signal);
  }

  [Symbol.dispose](): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#set.close();
    this.#ring[Symbol.dispose]();
  }
}

/** Writes into a `user_ringbuf` map. Since Linux 6.1. */
export class UserRingBuffer implements Disposable {
  readonly #label: string;
  readonly #ring: MappedRing;
  readonly #producer: UserRingProducer;
  #closed = false;

  /** @throws SyscallError */
  constructor(map: LoadedMap) {
    this.#label = `map "${map.spec.name}"`;
    this.#ring = mapRing(map, 'producer');
    this.#producer = new UserRingProducer(this.#ring.memory);
  }

  /** Adds a record; false when there is no room for it now. @throws ValueError when it can never fit. */
  write(record: Uint8Array): boolean {
    if (this.#closed) throw new UsageError(`${this.#label}: closed`);
    return this.#producer.write(record);
  }

  [Symbol.dispose](): void {
    this.#closed = true;
    this.#ring[Symbol.dispose]();
  }
}
