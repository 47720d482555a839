// Streams of records from maps to their readers.

import type { HostEvents, RecordSink } from '../../host/index.ts';

/** One record on its way. */
export interface PendingRecord {
  readonly bytes: Uint8Array;
  readonly cpu: number;
}

/** Readers waiting for records; shared by ring buffers and perf buffers. */
export class Waiters {
  readonly #waiting = new Set<() => void>();

  /** Wakes everybody up. */
  wake(): void {
    for (const resolve of [...this.#waiting]) resolve();
  }

  /** Resolves to `ready()` after a wake-up, the time-out or an abort. */
  wait(ready: () => boolean, timeoutMs: number, signal?: AbortSignal): Promise<boolean> {
    if (ready()) return Promise.resolve(true);
    if (signal?.aborted || timeoutMs === 0) return Promise.resolve(false);
    return new Promise((resolve) => {
      const finish = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', finish);
        this.#waiting.delete(finish);
        resolve(ready());
      };
      // Negative: without end, as poll(2) has it; timers cannot be longer than 2^31 - 1 ms.
      const delay = timeoutMs < 0 || timeoutMs > 0x7fff_ffff ? 0x7fff_ffff : timeoutMs;
      const timer = setTimeout(finish, delay);
      signal?.addEventListener('abort', finish);
      this.#waiting.add(finish);
    });
  }
}

/** A queue of records that one reader drains. */
export class RecordQueue implements HostEvents {
  #records: PendingRecord[] = [];
  #bytes = 0;
  #lost = 0n;
  #closed = false;
  readonly #capacity: number;
  readonly #waiters = new Waiters();
  readonly #onClose: () => void;

  constructor(capacityBytes: number, onClose: () => void) {
    this.#capacity = capacityBytes;
    this.#onClose = onClose;
  }

  get lost(): bigint {
    return this.#lost;
  }

  /** Adds a record unless the buffer is full; then it counts as lost. */
  add(record: PendingRecord): boolean {
    if (this.#bytes + record.bytes.length + 8 > this.#capacity) {
      this.#lost++;
      return false;
    }
    this.#bytes += record.bytes.length + 8;
    this.#records.push(record);
    this.#waiters.wake();
    return true;
  }

  drain(sink: RecordSink, limit = Number.POSITIVE_INFINITY): number {
    const records = this.#records.slice(0, Math.min(limit, this.#records.length));
    this.#records = this.#records.slice(records.length);
    for (const { bytes, cpu } of records) {
      this.#bytes -= bytes.length + 8;
      sink(bytes, 0, bytes.length, cpu);
    }
    return records.length;
  }

  wait(timeoutMs: number, signal?: AbortSignal): Promise<boolean> {
    return this.#waiters.wait(() => !this.#closed && this.#records.length > 0, timeoutMs, signal);
  }

  [Symbol.dispose](): void {
    this.#closed = true;
    this.#records = [];
    this.#waiters.wake();
    this.#onClose();
  }
}
