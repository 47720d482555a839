// What single instructions say about memory and the stack frame.

import type { FunctionRange, PreparedInstruction, PreparedProgram } from '../program/types.ts';

/** Register through which an instruction accesses memory; -1 where it does not. */
export function baseRegister({ row, dst, src }: PreparedInstruction): number {
  if (row.class === 'ldx' || row.operation === 'load-acquire') return src;
  return row.class === 'st' || row.class === 'stx' ? dst : -1;
}

/** Whether the function or what it calls may touch the function's frame. */
export function usesFrame(program: PreparedProgram, range: FunctionRange): boolean {
  for (let slot = range.start; slot < range.end; slot++) {
    const instruction = program.code[slot];
    if (instruction && (instruction.dst === 10 || instruction.src === 10)) return true;
  }
  return false;
}
