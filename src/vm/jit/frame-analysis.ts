// Which accesses go to the function's own stack frame at a known place: they need no check and no address arithmetic.

import type { FunctionRange, PreparedProgram } from '../program/types.ts';

/** What is known of a function's frame. */
export interface FrameAnalysis {
  /** Of loads and stores by slot: offset from r10, for those known to lie inside the frame. */
  readonly offsets: ReadonlyMap<number, number>;
  /** Lowest offset from r10 that the function or what it calls may touch in memory; 0 where it touches none. */
  readonly lowest: number;
}

/** Finds accesses through r10 itself. */
export function analyzeFrame(program: PreparedProgram, range: FunctionRange): FrameAnalysis {
  const offsets = new Map<number, number>();
  let lowest = 0;
  for (let slot = range.start; slot < range.end; slot++) {
    const instruction = program.code[slot];
    if (!instruction) continue;
    const { row, dst, src, offset } = instruction;
    const base = row.class === 'ldx' || row.operation === 'load-acquire' ? src : dst;
    const isAccess = row.class === 'ldx' || row.class === 'st' || row.class === 'stx';
    if (isAccess && base === 10 && offset >= -512 && offset + row.width / 8 <= 0) offsets.set(slot, offset);
    if (dst === 10 || src === 10) lowest = -512;
  }
  return { offsets, lowest };
}
