// Power-of-two histograms of programs that count slots from 0, printed as BCC prints them.

import { log2Lines } from '../base/index.ts';

/**
 * Lines of a power-of-two histogram in BCC's layout.
 *
 * @param slots counts; slot n counts the values 2^n .. 2^(n+1)-1, slot 0 also 0
 * @param unit title of the values, as in `usecs`
 * @returns the empty string when nothing was counted
 */
export function formatLog2Histogram(slots: readonly (number | bigint)[], unit: string): string {
  // BCC's slots, made by bpf_log2l, begin with 1.
  return log2Lines(new Map(slots.map((count, slot) => [slot + 1, BigInt(count)])), unit);
}
