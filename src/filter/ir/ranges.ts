// Sets of unsigned 32-bit numbers as sorted lists of ranges: first and last of each, one after the other.

import type { Ranges } from './formula.ts';

export const LARGEST = 0xffffffff;

/** All numbers up to `last`. */
export function upTo(last: number): Ranges {
  return [0, last];
}

export function single(k: number): Ranges {
  return [k, k];
}

export const EMPTY: Ranges = [];

export function isSingle(set: Ranges): boolean {
  return set.length === 2 && set[0] === set[1];
}

export function sameRanges(a: Ranges, b: Ranges): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

export function contains(set: Ranges, k: number): boolean {
  let low = 0;
  let high = set.length / 2;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (k < (set[2 * middle] as number)) high = middle;
    else if (k > (set[2 * middle + 1] as number)) low = middle + 1;
    else return true;
  }
  return false;
}

/** Numbers up to `last` that are not in `set`. */
export function complement(set: Ranges, last: number): Ranges {
  const result: number[] = [];
  let next = 0;
  for (let i = 0; i < set.length; i += 2) {
    const first = set[i] as number;
    if (first > last) break;
    if (first > next) result.push(next, first - 1);
    next = (set[i + 1] as number) + 1;
  }
  if (next <= last) result.push(next, last);
  return result;
}

export function intersect(a: Ranges, b: Ranges): Ranges {
  if (a.length === 2 && b.length === 2) {
    const first = Math.max(a[0] as number, b[0] as number);
    const last = Math.min(a[1] as number, b[1] as number);
    return first <= last ? [first, last] : EMPTY;
  }
  const result: number[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    const first = Math.max(a[i] as number, b[j] as number);
    const lastA = a[i + 1] as number;
    const lastB = b[j + 1] as number;
    const last = Math.min(lastA, lastB);
    if (first <= last) result.push(first, last);
    if (lastA <= lastB) i += 2;
    if (lastB <= lastA) j += 2;
  }
  return result;
}

/** Sorts ranges given in any order and joins those that touch. */
export function normalize(pairs: number[]): Ranges {
  const order: number[] = [];
  for (let i = 0; i < pairs.length; i += 2) order.push(i);
  order.sort((x, y) => (pairs[x] as number) - (pairs[y] as number));
  const result: number[] = [];
  for (const i of order) {
    const first = pairs[i] as number;
    const last = pairs[i + 1] as number;
    const end = result.length - 1;
    if (end > 0 && first <= (result[end] as number) + 1) {
      if (last > (result[end] as number)) result[end] = last;
    } else result.push(first, last);
  }
  return result;
}

export function union(a: Ranges, b: Ranges): Ranges {
  if (a.length === 0) return b;
  if (b.length === 0) return a;
  return normalize([...a, ...b]);
}

/** Whether every number of `a` is in `b`. */
export function isSubset(a: Ranges, b: Ranges): boolean {
  let j = 0;
  for (let i = 0; i < a.length; i += 2) {
    while (j < b.length && (b[j + 1] as number) < (a[i] as number)) j += 2;
    if (j >= b.length || (b[j] as number) > (a[i] as number) || (b[j + 1] as number) < (a[i + 1] as number))
      return false;
  }
  return true;
}
export function areDisjoint(a: Ranges, b: Ranges): boolean {
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    if ((a[i + 1] as number) < (b[j] as number)) i += 2;
    else if ((b[j + 1] as number) < (a[i] as number)) j += 2;
    else return false;
  }
  return true;
}

/** How many numbers. */
export function count(set: Ranges): number {
  let total = 0;
  for (let i = 0; i < set.length; i += 2) total += (set[i + 1] as number) - (set[i] as number) + 1;
  return total;
}
