// What is known about values on the way to a place in the graph.

import type { Ranges } from '../ir/formula.ts';
import { sameRanges, union } from '../ir/ranges.ts';

/** Facts as a list that grows at its head: each says in which set the value of a key lies. */
export interface Facts {
  readonly key: number;
  readonly set: Ranges;
  readonly rest: Facts | undefined;
  readonly depth: number;
}

/** Every list ends in this. */
export const NOTHING: Facts = { key: -1, set: [], rest: undefined, depth: 0 };

/** The set of a key, or undefined. */
export function lookUp(facts: Facts, key: number): Ranges | undefined {
  for (let cell: Facts | undefined = facts; cell; cell = cell.rest) if (cell.key === key) return cell.set;
  return undefined;
}

export function learn(facts: Facts, key: number, set: Ranges): Facts {
  return { key, set, rest: facts, depth: facts.depth + 1 };
}

/** What holds whichever of the two ways was taken. */
export function join(a: Facts, b: Facts): Facts {
  let common = a;
  let other = b;
  while (common !== other) {
    const isDeeper = common.depth >= other.depth;
    if (other.depth >= common.depth) other = other.rest as Facts;
    if (isDeeper) common = common.rest as Facts;
  }
  let result = common;
  for (let cell = a; cell !== common; cell = cell.rest as Facts) {
    if (isHidden(a, cell)) continue;
    const inB = lookUp(b, cell.key);
    if (!inB) continue;
    const set = sameRanges(cell.set, inB) ? inB : union(cell.set, inB);
    const before = lookUp(common, cell.key);
    if (!before || !sameRanges(before, set)) result = learn(result, cell.key, set);
  }
  return result;
}

/** Whether a cell further up says more about the same key. */
function isHidden(facts: Facts, cell: Facts): boolean {
  for (let at = facts; at !== cell; at = at.rest as Facts) if (at.key === cell.key) return true;
  return false;
}
