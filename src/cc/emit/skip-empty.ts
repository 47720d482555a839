// Blocks of which nothing but a jump is left, once copies between registers have become none, are jumped over.

import type { MachineBlock, MachineFunction } from './types.ts';

/** Where a jump to `block` ends up. */
function destination(block: MachineBlock, limit: number): MachineBlock {
  let at = block;
  for (let steps = 0; steps < limit; steps++) {
    const [only] = at.instructions;
    if (at.instructions.length !== 1 || only?.op !== 'jump' || !only.target) break;
    at = only.target;
  }
  return at;
}

/** Leads jumps and branches past blocks that only jump on, and drops those. What assembly jumps to stays. */
export function skipEmptyBlocks(fn: MachineFunction): void {
  const kept = new Set(fn.blocks.flatMap(({ instructions }) => instructions.flatMap(({ labels }) => labels)));
  const map = new Map<MachineBlock, MachineBlock>();
  for (const block of fn.blocks.slice(1)) {
    const to = destination(block, fn.blocks.length);
    if (to !== block && !kept.has(block)) map.set(block, to);
  }
  if (map.size === 0) return;
  for (const block of fn.blocks) {
    for (const instruction of block.instructions)
      if (instruction.target) instruction.target = map.get(instruction.target) ?? instruction.target;
    block.successors = [...new Set(block.successors.map((successor) => map.get(successor) ?? successor))];
  }
  fn.blocks.splice(0, fn.blocks.length, ...fn.blocks.filter((block) => !map.has(block)));
}
