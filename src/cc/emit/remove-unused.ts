// Selection computes some values that in the end only stood in offsets and immediates: they go.

import { registersRead } from './machine.ts';
import { firstVirtual, type MachineFunction, type MachineInstruction, type MachineOp, type Register } from './types.ts';

const pure: ReadonlySet<MachineOp> = new Set<MachineOp>([
  'mov',
  'lddw',
  'alu',
  'neg',
  'movsx',
  'swap',
  'load',
  'set',
  'frame',
]);

function isRemovable({ op, dst }: MachineInstruction): boolean {
  return pure.has(op) && dst >= firstVirtual;
}

/** Instructions that may be removed, by the register they change. */
function removableByResult({ blocks }: MachineFunction): Map<Register, MachineInstruction[]> {
  const found = new Map<Register, MachineInstruction[]>();
  for (const { instructions } of blocks) {
    for (const instruction of instructions) {
      if (!isRemovable(instruction)) continue;
      const list = found.get(instruction.dst);
      if (list) list.push(instruction);
      else found.set(instruction.dst, [instruction]);
    }
  }
  return found;
}

/** Removes instructions whose result no instruction with an effect depends on. */
export function removeUnused(fn: MachineFunction): void {
  const removable = removableByResult(fn);
  const needed = new Set<Register>();
  const need = (instruction: MachineInstruction): void => {
    for (const register of registersRead(instruction)) if (register >= firstVirtual) needed.add(register);
  };
  for (const { instructions } of fn.blocks)
    for (const instruction of instructions) if (!isRemovable(instruction)) need(instruction);
  // What is added is gone over as well.
  for (const register of needed) removable.get(register)?.forEach(need);
  for (const block of fn.blocks) {
    block.instructions = block.instructions.filter(
      (instruction) => !isRemovable(instruction) || needed.has(instruction.dst),
    );
  }
}
