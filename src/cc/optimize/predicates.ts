// Relations of comparisons: their opposites, and what they are with the sides exchanged.

import type { Predicate } from '../ir/types.ts';

/** The relation that holds where this one does not. */
export const negated: Readonly<Partial<Record<Predicate, Predicate>>> = {
  eq: 'ne',
  ne: 'eq',
  ult: 'uge',
  uge: 'ult',
  ugt: 'ule',
  ule: 'ugt',
  slt: 'sge',
  sge: 'slt',
  sgt: 'sle',
  sle: 'sgt',
};

/** The relation with left and right exchanged. */
export const swapped: Readonly<Record<Predicate, Predicate>> = {
  eq: 'eq',
  ne: 'ne',
  ult: 'ugt',
  ugt: 'ult',
  ule: 'uge',
  uge: 'ule',
  slt: 'sgt',
  sgt: 'slt',
  sle: 'sge',
  sge: 'sle',
  set: 'set',
};
