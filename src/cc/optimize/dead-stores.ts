// Stores that are overwritten in the same block before anybody can look go.

import type { Block, Instruction, InstructionOf, IrFunction } from '../ir/types.ts';
import { killedBy, type Location, locationOf, MemoryScope, mayOverlap } from './memory-locations.ts';

/** May the instruction read, or keep others from relying on, a place that is about to be overwritten? */
function observes(instruction: Instruction, location: Location, scope: MemoryScope): boolean {
  if (instruction.op === 'load') {
    if (instruction.relocation !== undefined) return !scope.isPrivate(location.base);
    return mayOverlap(locationOf(instruction), location, scope) !== 'no';
  }
  if (instruction.op === 'store') return instruction.volatile && !scope.isPrivate(location.base);
  return killedBy(instruction, scope)?.(location) ?? false;
}

/** Is every byte of a place overwritten by one of the later stores? */
function isCovered({ base, offset, width }: Location, later: readonly Location[]): boolean {
  const end = offset + width;
  let at = offset;
  for (let moved = true; moved && at < end; ) {
    moved = false;
    for (const other of later) {
      const isOver = other.offset <= at && at < other.offset + other.width;
      if (!isOver || mayOverlap({ base, offset: at, width: 1 }, other, undefined) !== 'same') continue;
      at = other.offset + other.width;
      moved = true;
    }
  }
  return at >= end;
}

/** Of later stores so many are remembered, so that a block of thousands takes no longer a store than a small one. */
const MOST_REMEMBERED = 128;

function deadIn(block: Block, scope: MemoryScope): Set<Instruction> {
  const dead = new Set<Instruction>();
  let overwritten: Location[] = [];
  for (let i = block.instructions.length - 1; i >= 0; i--) {
    const instruction = block.instructions[i] as Instruction;
    const isPlainStore = instruction.op === 'store' && !instruction.volatile && instruction.relocation === undefined;
    const location = isPlainStore ? locationOf(instruction as InstructionOf<'store'>) : undefined;
    if (location && isCovered(location, overwritten)) {
      dead.add(instruction);
      continue;
    }
    if (overwritten.length > 0) overwritten = overwritten.filter((later) => !observes(instruction, later, scope));
    if (!location) continue;
    if (overwritten.length === MOST_REMEMBERED) overwritten.shift();
    overwritten.push(location);
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
