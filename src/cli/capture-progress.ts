// How far going through a capture file is: one line on standard error, written over and over.

import type { FilterProgress } from '../api/index.ts';

const leastMsBetween = 200;

/** Text of the line. `elapsedMs` is the time since the start. */
export function progressText({ bytes, totalBytes, packets }: FilterProgress, elapsedMs: number): string {
  const share = totalBytes ? `${Math.floor((100 * bytes) / totalBytes)} %, ` : '';
  const rate = Math.round(bytes / Math.max(1, elapsedMs) / 1000);
  return `${share}${packets.toLocaleString('en')} packets, ${rate} MB/s`;
}

/** The line, if standard error is a terminal; disposing it clears it. */
export class ProgressLine implements Disposable {
  readonly #start = performance.now();
  #shownAt = this.#start;
  #isShown = false;

  show(progress: FilterProgress): void {
    const now = performance.now();
    if (now - this.#shownAt < leastMsBetween) return;
    this.#shownAt = now;
    // Not before: the stream takes longer to make than most files to filter.
    if (!process.stderr.isTTY) return;
    this.#isShown = true;
    process.stderr.write(`\r\x1b[K${progressText(progress, now - this.#start)}`);
  }

  [Symbol.dispose](): void {
    if (this.#isShown) process.stderr.write('\r\x1b[K');
  }
}
