// Records of a ring buffer or perf buffer, decoded, as an async iterable or by callback.

import type { HostEvents, RecordSink } from '../host/index.ts';

/** Decodes one record that lies in `ring` from `offset`; what it returns must not refer to the ring. */
export type RecordDecoder<E> = (ring: Uint8Array, offset: number, length: number) => E;

/** How to read events. */
export interface EventsOptions {
  /** Ends the stream, without an error. */
  readonly signal?: AbortSignal;
  /** Name of the records' type; default: found by the map's name (see `eventType`). */
  readonly type?: string;
  /** Perf buffer: pages per CPU, a power of two; default 64. */
  readonly pagesPerCpu?: number;
}

const waitMs = 10_000;
/** Records decoded ahead of the consumer; bounds memory when it is slow. */
const batchSize = 4096;
/** What is in the buffer at the end is still delivered, but a program may go on filling it. */
const lastBatches = 256;

/**
 * The decoded records of one buffer. Iterate it once; leaving the loop, `close()`, the signal or the end of the session
 * end it. Records that the kernel had to drop are counted in `lost`.
 */
export class EventStream<E> implements AsyncIterable<E>, Disposable {
  readonly #source: HostEvents;
  readonly #decode: RecordDecoder<E>;
  readonly #abort = new AbortController();
  #isClosed = false;

  /** @internal */
  constructor(source: HostEvents, decode: RecordDecoder<E>, signal?: AbortSignal) {
    this.#source = source;
    this.#decode = decode;
    if (signal?.aborted) this.#abort.abort();
    else signal?.addEventListener('abort', () => this.#abort.abort(), { once: true, signal: this.#abort.signal });
  }

  /** Records dropped so far because the buffer was full. */
  get lost(): bigint {
    return this.#source.lost;
  }

  /** True once ended. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Takes what is there now, without waiting. */
  take(limit: number = batchSize): E[] {
    const events: E[] = [];
    const decode = this.#decode;
    this.#drain((ring, offset, length) => {
      events.push(decode(ring, offset, length));
    }, limit);
    return events;
  }

  /**
   * Hands over what is there now, having waited at most `timeoutMs` for something; returns how many records there were.
   */
  async poll(listener: (event: E, cpu: number) => void, timeoutMs: number): Promise<number> {
    const decode = this.#decode;
    const sink: RecordSink = (ring, offset, length, cpu) => listener(decode(ring, offset, length), cpu);
    const count = this.#drain(sink, batchSize);
    if (count > 0 || timeoutMs === 0 || this.#isClosed) return count;
    await this.#source.wait(timeoutMs, this.#abort.signal);
    return this.#drain(sink, batchSize);
  }

  /** Each record as it comes, until the stream ends. */
  async *[Symbol.asyncIterator](): AsyncGenerator<E, void, undefined> {
    try {
      for (let last = 0; last < lastBatches; ) {
        // Asked before the last look at the buffer, so that what arrived before the end is still delivered.
        if (this.#abort.signal.aborted) last++;
        const events = this.take();
        yield* events;
        if (last > 0 && events.length < batchSize) return;
        if (events.length === 0) await this.#wait();
      }
    } finally {
      this.close();
    }
  }

  /** Calls `listener` for each record, synchronously as they are found, until the stream ends. For high rates. */
  async forEach(listener: (event: E, cpu: number) => void): Promise<void> {
    const decode = this.#decode;
    await this.forEachRecord((ring, offset, length, cpu) => listener(decode(ring, offset, length), cpu));
  }

  /** Calls `sink` for each record in bytes, which are valid only during the call. For the highest rates. */
  async forEachRecord(sink: RecordSink): Promise<void> {
    try {
      for (let last = 0; last < lastBatches; ) {
        if (this.#abort.signal.aborted) last++;
        const count = this.#drain(sink, batchSize);
        if (last > 0 && count < batchSize) return;
        if (count > 0) await yieldToEventLoop();
        else await this.#wait();
      }
    } finally {
      this.close();
    }
  }

  /** Ends the stream. Does nothing the second time. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#abort.abort();
    this.#source[Symbol.dispose]();
  }

  /** The same as {@link close}. */
  [Symbol.dispose](): void {
    this.close();
  }

  #drain(sink: RecordSink, limit: number): number {
    return this.#isClosed ? 0 : this.#source.drain(sink, limit);
  }

  async #wait(): Promise<void> {
    if (!this.#isClosed) await this.#source.wait(waitMs, this.#abort.signal);
  }
}

// A full buffer must not keep timers and signals from running.
function yieldToEventLoop(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
