// Sleeps until there is a record to read: in epoll while the buffer is empty, by a timer while a record is being written.

import { setTimeout as sleep } from 'node:timers/promises';
import type { WaitSet } from '../../sys/index.ts';

/** What can be read at this moment; `busy`: the next record is not finished yet. */
export type BufferState = 'ready' | 'busy' | 'empty' | 'closed';

const busyPauseMs = 1;
const longestTimerMs = 0x7fffffff;

/** True as soon as `state` gives `ready`; false after the time-out, an abort, or when closed. */
export async function waitForRecords(
  set: WaitSet,
  state: () => BufferState,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const end = performance.now() + timeoutMs;
  for (;;) {
    const now = state();
    if (now === 'ready') return true;
    const left = Math.min(end - performance.now(), longestTimerMs);
    if (now === 'closed' || left <= 0 || signal?.aborted) return false;
    // epoll would report a busy record as readable again and again.
    if (now === 'busy') await sleep(Math.min(busyPauseMs, left));
    else await set.wait(timeoutMs === Number.POSITIVE_INFINITY ? timeoutMs : left, signal);
  }
}
