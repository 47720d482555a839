// Power-of-two histograms, printed as BCC prints them.

const wideFrom = 32;
const maxStars = 40;

function stars(count: number, largest: number, width: number): string {
  // Partial stars are dropped, as BCC does.
  return '*'.repeat(Math.min(width, Math.floor((width * count) / largest)));
}

/** Lower and upper bound (both included) of slot n: 2^n .. 2^(n+1)-1, and 0 .. 1 for the first. */
export function log2SlotRange(slot: number): readonly [low: bigint, high: bigint] {
  return slot === 0 ? [0n, 1n] : [1n << BigInt(slot), (1n << BigInt(slot + 1)) - 1n];
}

/**
 * Lines of a power-of-two histogram in BCC's layout.
 *
 * @param slots counts; slot n counts the values 2^n .. 2^(n+1)-1, slot 0 also 0
 * @param unit title of the values, as in `usecs`
 * @returns the empty string when nothing was counted
 */
export function formatLog2Histogram(slots: readonly (number | bigint)[], unit: string): string {
  const counts = slots.map(Number);
  const last = counts.findLastIndex((count) => count > 0);
  if (last < 0) return '';
  const isWide = last >= wideFrom;
  const width = isWide ? 20 : 10;
  const starWidth = isWide ? maxStars / 2 : maxStars;
  const largest = Math.max(...counts);
  const header = isWide ? `${' '.repeat(15)}${unit.padEnd(29)}` : `${' '.repeat(5)}${unit.padEnd(19)}`;
  const lines = [`${header} : count     distribution`];
  for (let slot = 0; slot <= last; slot++) {
    const [low, high] = log2SlotRange(slot);
    const count = counts[slot] ?? 0;
    const range = `${String(low).padStart(width)} -> ${String(high).padEnd(width)}`;
    lines.push(`${range} : ${String(count).padEnd(8)} |${stars(count, largest, starWidth).padEnd(starWidth)}|`);
  }
  return lines.join('\n');
}
