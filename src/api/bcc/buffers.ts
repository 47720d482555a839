// The perf and ring buffers that a BCC program reads by polling.

import type { EventStream } from '../event-stream.ts';

/** Receives one record, decoded by the type that the text submits, and the CPU it came from (-1: unknown). */
export type EventCallback = (event: unknown, cpu: number) => void;

/** How {@link BccSession.openPerfBuffer} opens a buffer. */
export interface PerfBufferOptions {
  /** Pages for each CPU, a power of two. Default: 64. */
  readonly pageCnt?: number;
  /** Told how many records were lost since it was called last. */
  readonly lostCallback?: (lost: bigint) => void;
  /** Name of the records' type, where it is not what the text submits. */
  readonly type?: string;
}

interface OpenBuffer {
  readonly stream: EventStream<unknown>;
  readonly callback: EventCallback;
  readonly lostCallback: ((lost: bigint) => void) | undefined;
  lost: bigint;
}

/** With several buffers, how long one is waited for before the others are looked at. */
const roundMs = 100;

/** Buffers of one kind that are polled together. */
export class Buffers {
  readonly #open: OpenBuffer[] = [];

  add(stream: EventStream<unknown>, callback: EventCallback, lostCallback?: (lost: bigint) => void): void {
    this.#open.push({ stream, callback, lostCallback, lost: 0n });
  }

  /** Calls back for what is there, having waited for something at most `timeoutMs`; returns how many records there were. */
  async poll(timeoutMs: number): Promise<number> {
    const end = performance.now() + timeoutMs;
    for (;;) {
      const left = Math.max(0, Math.min(end - performance.now(), this.#open.length > 1 ? roundMs : timeoutMs));
      const counts = await Promise.all(this.#open.map((buffer) => this.#poll(buffer, left)));
      const count = counts.reduce((sum, one) => sum + one, 0);
      if (count > 0 || performance.now() >= end || this.#open.every(({ stream }) => stream.isClosed)) return count;
    }
  }

  async #poll(buffer: OpenBuffer, timeoutMs: number): Promise<number> {
    const count = await buffer.stream.poll(buffer.callback, timeoutMs);
    const { lost } = buffer.stream;
    if (lost > buffer.lost) buffer.lostCallback?.(lost - buffer.lost);
    buffer.lost = lost;
    return count;
  }
}
