// Sets of numbers as prefixes, as maps take them.

import type { Prefix, Ranges } from './formula.ts';

/** Sets of up to so many ranges are tested in code even where there are maps. */
export const MOST_IN_CODE = 32;

/** The fewest prefixes of 32 bits that a set is made of. */
export function prefixesOf(set: Ranges): Prefix[] {
  const prefixes: Prefix[] = [];
  for (let i = 0; i < set.length; i += 2) {
    const last = set[i + 1] as number;
    for (let first = set[i] as number; first <= last; ) {
      let size = lowestBit(first);
      while (size > last - first + 1) size /= 2;
      prefixes.push({ address: [first], bits: 32 - Math.log2(size) });
      first += size;
    }
  }
  return prefixes;
}

/** How large a prefix may be that begins with a number. */
function lowestBit(number: number): number {
  return number === 0 ? 2 ** 32 : (number & -number) >>> 0;
}
