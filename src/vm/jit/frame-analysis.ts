// Which accesses go to the function's own stack frame at a known place: they need no check and no address arithmetic.

import { FRAME_SIZE } from '../memory/layout.ts';
import type { FunctionRange, PreparedInstruction, PreparedProgram } from '../program/types.ts';

/** Register through which an instruction accesses memory; -1 where it does not. */
export function baseRegister({ row, dst, src }: PreparedInstruction): number {
  if (row.class === 'ldx' || row.operation === 'load-acquire') return src;
  return row.class === 'st' || row.class === 'stx' ? dst : -1;
}

/** Whether an instruction accesses the frame through r10 itself, inside its bounds. */
export function isFrameAccess(instruction: PreparedInstruction): boolean {
  if (baseRegister(instruction) !== 10) return false;
  const { offset, row } = instruction;
  return offset >= -FRAME_SIZE && offset + row.width / 8 <= 0;
}

/** Whether the function or what it calls may touch the function's frame. */
export function usesFrame(program: PreparedProgram, range: FunctionRange): boolean {
  for (let slot = range.start; slot < range.end; slot++) {
    const instruction = program.code[slot];
    if (instruction && (instruction.dst === 10 || instruction.src === 10)) return true;
  }
  return false;
}
