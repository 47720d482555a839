// Functions that keep far more values at once than registers and stack hold are refused before places are sought for them: that
// would take minutes.

import type { Diagnostics } from '../diagnostics.ts';
import { liveOut } from './liveness.ts';
import { isRematerializable, registersChanged, registersRead } from './machine.ts';
import { firstVirtual, type MachineFunction, type Register } from './types.ts';

/** Ten times what there is room for: copies of a value count twice here, and share a place later. */
const keptLimit = 750;

/** Registers whose value is no constant or address that can be made again. */
function keptRegisters(fn: MachineFunction): Set<Register> {
  const kept = new Set<Register>();
  for (const block of fn.blocks) {
    for (const instruction of block.instructions) {
      if (isRematerializable(instruction)) continue;
      for (const register of registersChanged(instruction)) if (register >= firstVirtual) kept.add(register);
    }
  }
  return kept;
}

/** Most values that are needed at once. */
function mostKept(fn: MachineFunction, kept: ReadonlySet<Register>): number {
  let most = 0;
  const out = liveOut(fn);
  for (const [i, { instructions }] of fn.blocks.entries()) {
    const live = new Set(out[i]?.filter((register) => kept.has(register)));
    for (const instruction of instructions.toReversed()) {
      most = Math.max(most, live.size);
      for (const register of registersChanged(instruction)) live.delete(register);
      for (const register of registersRead(instruction)) if (kept.has(register)) live.add(register);
    }
  }
  return most;
}

/** Refuses a function for which no stack would do. */
export function checkPressure(fn: MachineFunction, diagnostics: Diagnostics): void {
  if (fn.nextRegister - firstVirtual <= keptLimit) return;
  const kept = keptRegisters(fn);
  if (kept.size <= keptLimit) return;
  const most = mostKept(fn, kept);
  if (most <= keptLimit) return;
  diagnostics.error(
    'stack-too-large',
    `function '${fn.name}' needs ${most} values at once, for which there is no room in registers and stack`,
    fn.span,
    { hint: 'use values soon after they are computed, or keep them in a per-CPU array map with one entry' },
  );
  diagnostics.throwIfErrors();
}
