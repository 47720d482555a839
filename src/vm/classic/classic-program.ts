// Classic programs as both of their engines take them: checked, each instruction with its row.

import type { ClassicInstruction, ClassicRow, ClassicRules } from '../../isa/index.ts';
import { classicProblem, classicRowOf } from '../../isa/index.ts';
import { VmError } from '../errors.ts';

/** Whose behaviour to follow where kernel and libpcap differ (shifts by 32 and more, special offsets). */
export interface ClassicOptions {
  /** Default: `linux`. */
  readonly rules?: ClassicRules;
}

/** An instruction with its row. */
export interface CheckedInstruction extends ClassicInstruction {
  readonly row: ClassicRow;
}

/** Bytes that loads access, by operation. */
export const loadSizes: Readonly<Record<string, number>> = { 'load-32': 4, 'load-16': 2, 'load-8': 1 };

/** @throws VmError `invalid-program` where the rules refuse the program. */
export function checkClassic(
  instructions: readonly ClassicInstruction[],
  { rules = 'linux' }: ClassicOptions,
): CheckedInstruction[] {
  const found = classicProblem(instructions, rules);
  if (found) {
    throw new VmError(found.problem, { fault: 'invalid-program', program: 'classic', instruction: found.index });
  }
  return instructions.map((instruction) => ({ ...instruction, row: classicRowOf(instruction.code) as ClassicRow }));
}

/** Whether an unconditional jump of libpcap's rules goes back; such a program may never end. */
export function jumpsBack(instructions: readonly CheckedInstruction[]): boolean {
  return instructions.some(({ row, k }) => row.operation === 'jump' && k > 0x7fff_ffff);
}
