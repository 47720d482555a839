// Order of blocks: the test of a loop is repeated at the loop's end, so that each round makes one jump instead of two.

import type { MachineBlock, MachineFunction } from './types.ts';

/** Longer tests are not repeated. */
const longestTest = 8;

/** Ends with a branch and a jump: two ways out. */
function isTest({ instructions }: MachineBlock): boolean {
  return (
    instructions.length <= longestTest &&
    instructions.at(-2)?.op === 'branch' &&
    instructions.at(-1)?.op === 'jump' &&
    instructions.every(({ op }) => op !== 'asm-goto')
  );
}

/** Repeats tests of loops behind the block that jumps back to them. */
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
    repeatTest(fn, head, latch);
  }
}

/**
 * Puts a copy of a test behind the latch. Moving the test itself would do for the way back, but the verifier of Linux 6.1
 * refuses loops that are entered from above without a jump ("back-edge").
 */
function repeatTest({ blocks }: MachineFunction, head: MachineBlock, latchIndex: number): void {
  const latch = blocks[latchIndex] as MachineBlock;
  const copy: MachineBlock = {
    id: blocks.reduce((most, { id }) => Math.max(most, id), 0) + 1,
    instructions: head.instructions.map((instruction) => ({ ...instruction })),
    successors: [...head.successors],
    depth: head.depth,
  };
  const back = latch.instructions.at(-1);
  if (back) back.target = copy;
  latch.successors = latch.successors.map((block) => (block === head ? copy : block));
  blocks.splice(latchIndex + 1, 0, copy);
}
