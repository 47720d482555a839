// Listings of whole programs.

import type { FormatOptions } from './format.ts';
import { formatInstruction } from './format.ts';
import { slotCount } from './lookup.ts';
import type { Instruction } from './types.ts';

/** One line of a listing. */
export interface DisassembledLine {
  /** Slot of the instruction; 64-bit loads skip the next. */
  readonly slot: number;
  /** Text without the slot number. */
  readonly text: string;
}

/** The instructions of a program as text, one entry per instruction. */
export function disassembleLines(
  instructions: readonly Instruction[],
  options: FormatOptions = {},
): DisassembledLine[] {
  const lines: DisassembledLine[] = [];
  for (let slot = 0; slot < instructions.length; ) {
    lines.push({ slot, text: formatInstruction(instructions, slot, options) });
    const instruction = instructions[slot];
    slot += instruction ? slotCount(instruction) : 1;
  }
  return lines;
}

/**
 * A whole program as text, one line per instruction: `   0: (b7) r0 = 0` as bpftool prints it, or
 * `       0:\tr0 = 0x0` as llvm-objdump does.
 */
export function disassemble(instructions: readonly Instruction[], options: FormatOptions = {}): string {
  const isLlvm = options.style === 'llvm';
  return disassembleLines(instructions, options)
    .map(({ slot, text }) => (isLlvm ? `${`${slot}`.padStart(8)}:\t${text}\n` : `${`${slot}`.padStart(4)}: ${text}\n`))
    .join('');
}
