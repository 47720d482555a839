// Gives virtual registers their machine registers, the rest a place on the stack.

import { InternalError } from '../../base/index.ts';
import { Coloring } from './color.ts';
import { dropDeadSpills } from './dead-spills.ts';
import { isCopy } from './machine.ts';
import { type Spilling, spill } from './spill.ts';
import { firstVirtual, type MachineFunction, type MachineInstruction, type Register } from './types.ts';

const ROUND_LIMIT = 40;

/** Rewrites the function to machine registers. */
export function allocateRegisters(fn: MachineFunction): void {
  const spilling: Spilling = { fn, temporaries: new Set(), pieces: new Map(), places: new Set() };
  for (let round = 0; ; round++) {
    if (round > ROUND_LIMIT) throw new InternalError(`register allocation of "${fn.name}" does not end`);
    const coloring = new Coloring(fn, spilling.temporaries);
    coloring.run();
    if (coloring.spilled.length === 0) {
      applyColors(fn, coloring);
      dropDeadSpills(fn, spilling.places);
      return;
    }
    spill(coloring, spilling);
  }
}

function applyColors(fn: MachineFunction, coloring: Coloring): void {
  const map = (register: Register): Register =>
    register < firstVirtual ? register : (coloring.color[register] as Register);
  for (const block of fn.blocks) {
    const kept: MachineInstruction[] = [];
    for (const instruction of block.instructions) {
      instruction.dst = map(instruction.dst);
      instruction.src = map(instruction.src);
      instruction.left = map(instruction.left);
      if (instruction.uses.length > 0) instruction.uses = instruction.uses.map(map);
      if (!isCopy(instruction) || instruction.dst !== instruction.src) kept.push(instruction);
    }
    block.instructions = kept;
  }
}
