// Gives virtual registers their machine registers, the rest a place on the stack.

import { InternalError } from '../../base/index.ts';
import { Coloring } from './color.ts';
import { forEachDefinition, forEachUse, isCopy, isRematerializable, machine, replaceUse } from './machine.ts';
import {
  type FrameObject,
  firstVirtual,
  type MachineBlock,
  type MachineFunction,
  type MachineInstruction,
  type Register,
} from './types.ts';

const ROUND_LIMIT = 40;

/** Rewrites the function to machine registers. */
export function allocateRegisters(fn: MachineFunction): void {
  const temporaries = new Set<Register>();
  for (let round = 0; ; round++) {
    if (round > ROUND_LIMIT) throw new InternalError(`register allocation of "${fn.name}" does not end`);
    const coloring = new Coloring(fn, temporaries);
    coloring.run();
    if (coloring.spilled.length === 0) {
      applyColors(fn, coloring);
      return;
    }
    spill(fn, coloring, temporaries);
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
      instruction.uses = instruction.uses.map(map);
      if (!isCopy(instruction) || instruction.dst !== instruction.src) kept.push(instruction);
    }
    block.instructions = kept;
  }
}

interface Spills {
  readonly fn: MachineFunction;
  readonly homes: Map<Register, FrameObject>;
  readonly recipes: Map<Register, MachineInstruction>;
  readonly temporaries: Set<Register>;
}

/** The one instruction that defines each register, where there is only one and it can be repeated. */
function recipes(fn: MachineFunction, registers: ReadonlySet<Register>): Map<Register, MachineInstruction> {
  const found = new Map<Register, MachineInstruction | undefined>();
  for (const block of fn.blocks) {
    for (const instruction of block.instructions) {
      forEachDefinition(instruction, (register) => {
        if (!registers.has(register)) return;
        found.set(register, found.has(register) || !isRematerializable(instruction) ? undefined : instruction);
      });
    }
  }
  const result = new Map<Register, MachineInstruction>();
  for (const [register, instruction] of found) if (instruction) result.set(register, instruction);
  return result;
}

function spill(fn: MachineFunction, coloring: Coloring, temporaries: Set<Register>): void {
  // What was coalesced into a spilled register shares its home.
  const spilled = new Set<Register>();
  const roots = new Set(coloring.spilled);
  const rootOf = new Map<Register, Register>();
  for (let register = firstVirtual; register < fn.nextRegister; register++) {
    const root = coloring.aliasOf(register);
    if (!roots.has(root)) continue;
    spilled.add(register);
    rootOf.set(register, root);
  }
  const homes = new Map<Register, FrameObject>();
  const byRoot = new Map<Register, FrameObject>();
  const known = recipes(fn, spilled);
  for (const [register, root] of rootOf) {
    if (known.has(register)) continue;
    let home = byRoot.get(root);
    if (!home) {
      home = { size: 8, align: 8, name: 'spill', offset: 0 };
      byRoot.set(root, home);
      fn.frame.push(home);
    }
    homes.set(register, home);
  }
  const spills: Spills = { fn, homes, recipes: known, temporaries };
  for (const block of fn.blocks) rewriteBlock(block, spills);
}

function rewriteBlock(block: MachineBlock, spills: Spills): void {
  const out: MachineInstruction[] = [];
  for (const instruction of block.instructions) {
    if (isSpillCopy(instruction, spills)) continue;
    rewriteInstruction(instruction, spills, out);
  }
  block.instructions = out;
}

/** A copy between two registers with one home says nothing any more; a repeatable definition is repeated at the uses. */
function isSpillCopy(instruction: MachineInstruction, { homes, recipes: known }: Spills): boolean {
  if (known.get(instruction.dst) === instruction) return true;
  if (!isCopy(instruction)) return false;
  const [a, b] = [homes.get(instruction.dst), homes.get(instruction.src)];
  return a !== undefined && a === b;
}

function rewriteInstruction(instruction: MachineInstruction, spills: Spills, out: MachineInstruction[]): void {
  const { fn, homes, recipes: known, temporaries } = spills;
  const { span } = instruction;
  const loaded = new Map<Register, Register>();
  const fresh = (): Register => {
    const register = fn.nextRegister++;
    temporaries.add(register);
    return register;
  };
  forEachUse(instruction, (register) => {
    const home = homes.get(register);
    const recipe = known.get(register);
    if ((!home && !recipe) || loaded.has(register)) return;
    const temporary = fresh();
    loaded.set(register, temporary);
    if (recipe) out.push({ ...recipe, uses: [...recipe.uses], dst: temporary, span });
    else out.push(machine('load', { dst: temporary, frame: home, width: 64, span }));
  });
  for (const [from, to] of loaded) replaceUse(instruction, from, to);
  const home = homes.get(instruction.dst);
  if (home) {
    const temporary = loaded.get(instruction.dst) ?? fresh();
    instruction.dst = temporary;
    out.push(instruction, machine('store', { frame: home, src: temporary, width: 64, span }));
  } else {
    if (loaded.has(instruction.dst)) instruction.dst = loaded.get(instruction.dst) as Register;
    out.push(instruction);
  }
}
