// Conditions of jumps: of predicates, turned round, with sides exchanged.

import type { JumpCondition } from '../../isa/index.ts';
import type { Predicate } from '../ir/types.ts';
import type { IsaVersion } from './types.ts';

/** Condition of a jump by predicate. */
export const conditions: Readonly<Record<Predicate, JumpCondition>> = {
  eq: 'jeq',
  ne: 'jne',
  ult: 'jlt',
  ule: 'jle',
  ugt: 'jgt',
  uge: 'jge',
  slt: 'jslt',
  sle: 'jsle',
  sgt: 'jsgt',
  sge: 'jsge',
  set: 'jset',
};

const opposite: Readonly<Record<JumpCondition, JumpCondition | undefined>> = {
  jeq: 'jne',
  jne: 'jeq',
  jlt: 'jge',
  jge: 'jlt',
  jgt: 'jle',
  jle: 'jgt',
  jslt: 'jsge',
  jsge: 'jslt',
  jsgt: 'jsle',
  jsle: 'jsgt',
  jset: undefined,
};

/** The same comparison with its sides exchanged. */
export const mirrored: Readonly<Record<JumpCondition, JumpCondition>> = {
  jeq: 'jeq',
  jne: 'jne',
  jset: 'jset',
  jlt: 'jgt',
  jgt: 'jlt',
  jle: 'jge',
  jge: 'jle',
  jslt: 'jsgt',
  jsgt: 'jslt',
  jsle: 'jsge',
  jsge: 'jsle',
};

/** The opposite of a condition, if there is one. */
export function negate(condition: JumpCondition, version: IsaVersion): JumpCondition | undefined {
  const found = opposite[condition];
  const isLess = found !== undefined && ['jlt', 'jle', 'jslt', 'jsle'].includes(found);
  return version < 2 && isLess ? undefined : found;
}
