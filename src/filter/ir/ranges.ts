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

// Results are built here and copied out, since an array that grows takes much more room than two numbers need.
const scratch: number[] = [];

/** The first `length` numbers of the scratch array. */
function taken(length: number): Ranges {
  if (length === 0) return EMPTY;
  const [a, b] = [scratch[0] as number, scratch[1] as number];
  if (length === 2) return [a, b];
  return length === 4 ? [a, b, scratch[2] as number, scratch[3] as number] : scratch.slice(0, length);
}

/** Numbers up to `last` that are not in `set`. */
export function complement(set: Ranges, last: number): Ranges {
  let length = 0;
  let next = 0;
  for (let i = 0; i < set.length; i += 2) {
    const first = set[i] as number;
    if (first > last) break;
    if (first > next) {
      scratch[length++] = next;
      scratch[length++] = first - 1;
    }
    next = (set[i + 1] as number) + 1;
  }
  if (next <= last) {
    scratch[length++] = next;
    scratch[length++] = last;
  }
  return taken(length);
}

export function intersect(a: Ranges, b: Ranges): Ranges {
  let length = 0;
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    const firstA = a[i] as number;
    const firstB = b[j] as number;
    const lastA = a[i + 1] as number;
    const lastB = b[j + 1] as number;
    const first = firstA > firstB ? firstA : firstB;
    const last = lastA < lastB ? lastA : lastB;
    if (first <= last) {
      scratch[length++] = first;
      scratch[length++] = last;
    }
    if (lastA <= lastB) i += 2;
    if (lastB <= lastA) j += 2;
  }
  return length === a.length && length <= b.length && isStart(a) ? a : taken(length);
}

/** Whether the scratch array begins with a set. */
function isStart(set: Ranges): boolean {
  for (let i = 0; i < set.length; i++) if (set[i] !== scratch[i]) return false;
  return true;
}

/** Sorts ranges given in any order and joins those that touch. */
export function normalize(pairs: readonly number[]): Ranges {
  return joined(isSorted(pairs) ? pairs : sorted(pairs));
}

function isSorted(pairs: readonly number[]): boolean {
  for (let i = 2; i < pairs.length; i += 2) if ((pairs[i] as number) < (pairs[i - 2] as number)) return false;
  return true;
}

function sorted(pairs: readonly number[]): number[] {
  const order: number[] = [];
  for (let i = 0; i < pairs.length; i += 2) order.push(i);
  order.sort((x, y) => (pairs[x] as number) - (pairs[y] as number));
  const result: number[] = [];
  for (const i of order) result.push(pairs[i] as number, pairs[i + 1] as number);
  return result;
}

/** Puts a range behind those in the scratch, or into the last one if they touch; their length then. */
function appended(length: number, first: number, last: number): number {
  if (length > 0 && first <= (scratch[length - 1] as number) + 1) {
    if (last > (scratch[length - 1] as number)) scratch[length - 1] = last;
    return length;
  }
  scratch[length] = first;
  scratch[length + 1] = last;
  return length + 2;
}

/** Joins sorted ranges that touch. */
function joined(pairs: readonly number[]): Ranges {
  let length = 0;
  for (let i = 0; i < pairs.length; i += 2) {
    const first = pairs[i] as number;
    const last = pairs[i + 1] as number;
    length = appended(length, first, last);
  }
  return taken(length);
}

/** The places of a table whose values are in a set. */
export function preimage(table: readonly number[], set: Ranges): Ranges {
  let length = 0;
  const isOne = isSingle(set);
  for (let x = 0; x < table.length; x++) {
    const isIn = isOne ? table[x] === set[0] : contains(set, table[x] as number);
    if (isIn) length = appended(length, x, x);
  }
  return taken(length);
}

/** The values of a table at the places of a set. */
export function image(table: readonly number[], set: Ranges): Ranges {
  if (isSingle(set)) return single(table[set[0] as number] as number);
  const pairs: number[] = [];
  let last = -1;
  for (let i = 0; i < set.length; i += 2) {
    for (let x = set[i] as number; x <= (set[i + 1] as number) && x < table.length; x++) {
      const value = table[x] as number;
      if (value !== last) pairs.push(value, value);
      last = value;
    }
  }
  return normalize(pairs);
}

export function union(a: Ranges, b: Ranges): Ranges {
  if (a.length === 0) return b;
  if (b.length === 0) return a;
  let length = 0;
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    const isA = j >= b.length || (i < a.length && (a[i] as number) <= (b[j] as number));
    const first = (isA ? a[i] : b[j]) as number;
    const last = (isA ? a[i + 1] : b[j + 1]) as number;
    if (isA) i += 2;
    else j += 2;
    length = appended(length, first, last);
  }
  return taken(length);
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
