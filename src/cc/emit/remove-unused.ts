// Selection computes some values that in the end only stood in offsets and immediates: they go.

import { forEachUse } from './machine.ts';
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

/** Removes instructions whose result no instruction with an effect depends on. */
export function removeUnused(fn: MachineFunction): void {
  const definitions = new Map<Register, MachineInstruction[]>();
  const needed = new Set<Register>();
  const work: Register[] = [];
  const need = (register: Register): void => {
    if (register < firstVirtual || needed.has(register)) return;
    needed.add(register);
    work.push(register);
  };
  for (const block of fn.blocks) {
    for (const instruction of block.instructions) {
      if (!isRemovable(instruction)) forEachUse(instruction, need);
      else {
        const list = definitions.get(instruction.dst);
        if (list) list.push(instruction);
        else definitions.set(instruction.dst, [instruction]);
      }
    }
  }
  for (let register = work.pop(); register !== undefined; register = work.pop()) {
    for (const instruction of definitions.get(register) ?? []) forEachUse(instruction, need);
  }
  for (const block of fn.blocks) {
    block.instructions = block.instructions.filter(
      (instruction) => !isRemovable(instruction) || needed.has(instruction.dst),
    );
  }
}
