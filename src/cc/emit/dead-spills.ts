// A spilled value is stored whenever it changes; what is stored over before anybody fetches it need not have been.

import type { FrameObject, MachineBlock, MachineFunction } from './types.ts';

function dropIn(block: MachineBlock, homes: ReadonlySet<FrameObject>): void {
  const overwritten = new Set<FrameObject>();
  const kept = [];
  for (const instruction of block.instructions.toReversed()) {
    const { op, frame } = instruction;
    const home = frame && homes.has(frame) ? frame : undefined;
    if (home && op === 'store' && overwritten.has(home)) continue;
    if (home && op === 'store') overwritten.add(home);
    else if (home) overwritten.delete(home);
    kept.push(instruction);
  }
  block.instructions = kept.reverse();
}

/** Drops stores to the homes of spilled values that are stored over in the same block. */
export function dropDeadSpills(fn: MachineFunction, homes: ReadonlySet<FrameObject>): void {
  if (homes.size > 0) for (const block of fn.blocks) dropIn(block, homes);
}
