// Histograms in BCC's layout: slots of powers of two, or of one each, a bar of stars for every slot.

const STARS = 40;

/** Counts by slot. */
export type SlotCounts = ReadonlyMap<number, bigint>;

function bar(count: number, largest: number, width: number): string {
  return '*'.repeat(largest === 0 ? 0 : Math.min(width, Math.floor((width * count) / largest))).padEnd(width);
}

function ordered(counts: SlotCounts): {
  readonly last: number;
  readonly largest: number;
  readonly at: (slot: number) => number;
} {
  const used = [...counts].filter(([, count]) => count > 0n);
  return {
    last: used.reduce((most, [slot]) => Math.max(most, slot), -1),
    largest: used.reduce((most, [, count]) => Math.max(most, Number(count)), 0),
    at: (slot) => Number(counts.get(slot) ?? 0n),
  };
}

/** How a histogram is printed. */
export interface LineOptions {
  /** Leaves out empty slots at the start. */
  readonly stripLeadingZero?: boolean;
}

function firstSlot(start: number, { last, at }: ReturnType<typeof ordered>, { stripLeadingZero }: LineOptions): number {
  let slot = start;
  while (stripLeadingZero && slot < last && at(slot) === 0) slot++;
  return slot;
}

/** Lower and upper bound (both included) of slot n: 2^n .. 2^(n+1)-1, and 0 .. 1 for the first. */
export function log2SlotRange(slot: number): readonly [low: bigint, high: bigint] {
  return slot === 0 ? [0n, 1n] : [1n << BigInt(slot), (1n << BigInt(slot + 1)) - 1n];
}

/**
 * Lines of a histogram whose slots are `bpf_log2l(value)`: slot n counts values from 2^(n-1) to 2^n - 1.
 *
 * @param label title of the values, as in `usecs`
 * @returns the empty string when nothing was counted
 */
export function log2Lines(counts: SlotCounts, label: string, options: LineOptions = {}): string {
  const slots = ordered(counts);
  const { last, largest, at } = slots;
  if (last < 0) return '';
  const isWide = last > 32;
  const width = isWide ? 20 : 10;
  const stars = isWide ? STARS / 2 : STARS;
  const lines = [`${' '.repeat(isWide ? 15 : 5)}${label.padEnd(isWide ? 29 : 19)} : count     distribution`];
  for (let slot = firstSlot(1, slots, options); slot <= last; slot++) {
    const [low, high] = log2SlotRange(slot - 1);
    const range = `${String(low).padStart(width)} -> ${String(high).padEnd(width)}`;
    lines.push(`${range} : ${String(at(slot)).padEnd(8)} |${bar(at(slot), largest, stars)}|`);
  }
  return lines.join('\n');
}

/** Lines of a histogram whose slots are the values themselves. */
export function linearLines(counts: SlotCounts, label: string, options: LineOptions = {}): string {
  const slots = ordered(counts);
  const { last, largest, at } = slots;
  if (last < 0) return '';
  const lines = [`     ${label.padEnd(13)} : count     distribution`];
  for (let slot = firstSlot(0, slots, options); slot <= last; slot++) {
    lines.push(`        ${String(slot).padEnd(10)} : ${String(at(slot)).padEnd(8)} |${bar(at(slot), largest, STARS)}|`);
  }
  return lines.join('\n');
}
