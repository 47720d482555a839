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

/** The set of a key, or undefined. */
export function lookUp(facts: Facts | undefined, key: number): Ranges | undefined {
  for (let cell = facts; cell; cell = cell.rest) if (cell.key === key) return cell.set;
  return undefined;
}

export function learn(facts: Facts | undefined, key: number, set: Ranges): Facts {
  return { key, set, rest: facts, depth: facts ? facts.depth + 1 : 1 };
}

/** What holds whichever of the two ways was taken. */
export function join(a: Facts | undefined, b: Facts | undefined): Facts | undefined {
  let common: Facts | undefined = a;
  let other: Facts | undefined = b;
  while (common !== other) {
    const depthA = common?.depth ?? 0;
    const depthB = other?.depth ?? 0;
    if (depthA >= depthB) common = common?.rest;
    if (depthB >= depthA) other = other?.rest;
  }
  let result = common;
  const seen: number[] = [];
  for (let cell = a; cell && cell !== common; cell = cell.rest) {
    if (seen.includes(cell.key)) continue;
    seen.push(cell.key);
    const inB = lookUp(b, cell.key);
    if (!inB) continue;
    const set = sameRanges(cell.set, inB) ? inB : union(cell.set, inB);
    const before = lookUp(common, cell.key);
    if (!before || !sameRanges(before, set)) result = learn(result, cell.key, set);
  }
  return result;
}
