// Order of blocks: the test of a loop goes to the loop's end, so that each round makes one jump instead of two.

import type { MachineBlock, MachineFunction } from './types.ts';

/** Ends with a branch and a jump: two ways out. */
function isTest(block: MachineBlock): boolean {
  return block.instructions.at(-2)?.op === 'branch' && block.instructions.at(-1)?.op === 'jump';
}

/** Moves tests of loops behind the block that jumps back to them. */
export function layOutLoops(fn: MachineFunction): void {
  const { blocks } = fn;
  for (const head of [...blocks]) {
    const at = blocks.indexOf(head);
    if (at === 0 || !isTest(head)) continue;
    const latch = blocks.findLastIndex((block, i) => {
      const last = block.instructions.at(-1);
      return i > at && last?.op === 'jump' && last.target === head && block.instructions.at(-2)?.op !== 'branch';
    });
    // The body must follow its test, and the way out lie beyond the loop: else nothing is won.
    const next = blocks[at + 1];
    const leaves = head.successors.some((block) => blocks.indexOf(block) > latch || blocks.indexOf(block) < at);
    if (latch < 0 || !next || !head.successors.includes(next) || !leaves) continue;
    blocks.splice(at, 1);
    blocks.splice(latch, 0, head);
  }
}
