// Conditions on values, joined by and, or, not, in the order in which they are looked at.

import type { Value } from './values.ts';

/** Comparisons of a value with a constant, and with another value. */
export const EQ = 0;
export const GT = 1;
export const SET = 2;
export const EQ_VALUE = 3;
export const GT_VALUE = 4;
export const GE_VALUE = 5;
/** At least a constant: in unoptimised code only, where it is a comparison of its own. */
export const GE = 12;

/** One of the comparisons above. */
export type Comparison = number;

/** A condition. `assign` is always true and gives a slot its value; `chain` chases extension headers. */
export type Formula =
  | { readonly kind: 'constant'; readonly value: boolean }
  | { readonly kind: 'test'; readonly comparison: Comparison; readonly value: Value; readonly operand: number }
  /** True where the value is in the sorted list of ranges. */
  | { readonly kind: 'member'; readonly value: Value; readonly ranges: Ranges }
  | { readonly kind: 'and' | 'or'; readonly left: Formula; readonly right: Formula }
  | { readonly kind: 'not'; readonly operand: Formula }
  /** What holds depends on a condition. */
  | { readonly kind: 'choose'; readonly condition: Formula; readonly then: Formula; readonly otherwise: Formula }
  | { readonly kind: 'assign'; readonly slot: number; readonly value: Value }
  | { readonly kind: 'protochain'; readonly chain: Protochain }
  /** True where the words that begin with `value` are in one of the prefixes: for extended BPF, which looks them up in a map. */
  | { readonly kind: 'lookup'; readonly value: Value; readonly prefixes: readonly Prefix[] };

/** Sorted, disjoint, not adjacent: first and last of each range, one after the other. */
export type Ranges = readonly number[];

/** Words of an address and how many of their first bits count. */
export interface Prefix {
  readonly address: readonly number[];
  readonly bits: number;
}

/** Where a chain of extension headers starts and what is looked for in it. */
export interface Protochain {
  readonly version: 4 | 6;
  readonly protocol: number;
  /** Offset of the network header. */
  readonly offset: number;
}

export const TRUE: Formula = { kind: 'constant', value: true };
export const FALSE: Formula = { kind: 'constant', value: false };

export function and(left: Formula, right: Formula): Formula {
  return { kind: 'and', left, right };
}

export function or(left: Formula, right: Formula): Formula {
  return { kind: 'or', left, right };
}

export function not(operand: Formula): Formula {
  return { kind: 'not', operand };
}

export function choose(condition: Formula, then: Formula, otherwise: Formula): Formula {
  return { kind: 'choose', condition, then, otherwise };
}

export function test(comparison: Comparison, value: Value, operand: number): Formula {
  return { kind: 'test', comparison, value, operand };
}

/** Gives a slot its value on the way; always true. */
export function assign(slot: number, value: Value): Formula {
  return { kind: 'assign', slot, value };
}
