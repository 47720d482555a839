// Stores that are overwritten in the same block before anybody can look go.

import type { Block, Instruction, InstructionOf, IrFunction } from '../ir/types.ts';
import { killedBy, type Location, locationOf, MemoryScope, mayOverlap } from './memory-locations.ts';

/** May the instruction read, or keep others from relying on, a place that is about to be overwritten? */
function observes(instruction: Instruction, location: Location, scope: MemoryScope): boolean {
  if (instruction.op === 'load') {
    if (instruction.volatile || instruction.relocation !== undefined) return !scope.isPrivate(location.base);
    return mayOverlap(locationOf(instruction), location, scope) !== 'no';
  }
  if (instruction.op === 'store') return instruction.volatile && !scope.isPrivate(location.base);
  return killedBy(instruction, scope)?.(location) ?? false;
}

function covers(later: Location, earlier: Location): boolean {
  return (
    mayOverlap(later, earlier, undefined) === 'same' &&
    later.offset <= earlier.offset &&
    later.offset + later.width >= earlier.offset + earlier.width
  );
}

function deadIn(block: Block, scope: MemoryScope): Set<Instruction> {
  const dead = new Set<Instruction>();
  let overwritten: Location[] = [];
  for (let i = block.instructions.length - 1; i >= 0; i--) {
    const instruction = block.instructions[i] as Instruction;
    const isPlainStore = instruction.op === 'store' && !instruction.volatile && instruction.relocation === undefined;
    const location = isPlainStore ? locationOf(instruction as InstructionOf<'store'>) : undefined;
    if (location && overwritten.some((later) => covers(later, location))) {
      dead.add(instruction);
      continue;
    }
    if (overwritten.length > 0) overwritten = overwritten.filter((later) => !observes(instruction, later, scope));
    if (location) overwritten.push(location);
  }
  return dead;
}

/** Removes dead stores. */
export function removeDeadStores(fn: IrFunction): boolean {
  const scope = new MemoryScope(fn);
  let changed = false;
  for (const block of fn.blocks) {
    const dead = deadIn(block, scope);
    if (dead.size === 0) continue;
    block.instructions = block.instructions.filter((instruction) => !dead.has(instruction));
    changed = true;
  }
  return changed;
}
