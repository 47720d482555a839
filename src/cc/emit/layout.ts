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

/** The last block that jumps to each and does nothing else at its end. */
function latchesOf(blocks: readonly MachineBlock[]): Map<MachineBlock, MachineBlock> {
  const latches = new Map<MachineBlock, MachineBlock>();
  for (const block of blocks) {
    const last = block.instructions.at(-1);
    if (last?.op === 'jump' && last.target && block.instructions.at(-2)?.op !== 'branch')
      latches.set(last.target, block);
  }
  return latches;
}

/** Repeats tests of loops behind the block that jumps back to them. */
export function layOutLoops(fn: MachineFunction): void {
  const { blocks } = fn;
  const places = new Map(blocks.map((block, at) => [block, at]));
  const place = (block: MachineBlock): number => places.get(block) ?? -1;
  const latches = latchesOf(blocks);
  const tests = new Map<MachineBlock, MachineBlock>();
  let id = blocks.reduce((most, block) => Math.max(most, block.id), 0);
  for (const [head, at] of places) {
    const latch = latches.get(head);
    if (at === 0 || !latch || place(latch) <= at || !isTest(head)) continue;
    // The body must follow its test, and the way out lie beyond the loop: else nothing is won.
    const next = blocks[at + 1];
    const leaves = head.successors.some((block) => place(block) > place(latch) || place(block) < at);
    if (next && head.successors.includes(next) && leaves) tests.set(latch, repeatTest(head, latch, ++id));
  }
  if (tests.size === 0) return;
  const order = blocks.flatMap((block) => [block, ...(tests.has(block) ? [tests.get(block) as MachineBlock] : [])]);
  blocks.splice(0, blocks.length, ...order);
}

/**
 * The copy of a test that goes behind the latch. Moving the test itself would do for the way back, but the verifier of Linux 6.1
 * refuses loops that are entered from above without a jump ("back-edge").
 */
function repeatTest(head: MachineBlock, latch: MachineBlock, id: number): MachineBlock {
  const copy: MachineBlock = {
    id,
    instructions: head.instructions.map((instruction) => ({ ...instruction })),
    successors: [...head.successors],
    depth: head.depth,
  };
  const back = latch.instructions.at(-1);
  if (back) back.target = copy;
  latch.successors = latch.successors.map((block) => (block === head ? copy : block));
  return copy;
}
