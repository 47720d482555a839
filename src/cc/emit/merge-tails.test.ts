// Ends of functions that are alike.

import { expect, test } from 'vitest';
import { machine } from './machine.ts';
import { mergeTails } from './merge-tails.ts';
import type { MachineBlock, MachineInstruction } from './types.ts';

const set = (imm: number): MachineInstruction => machine('mov', { dst: 0, imm });
const exit = (): MachineInstruction => machine('exit', { uses: [0] });
const jump = (target: MachineBlock): MachineInstruction => machine('jump', { target });
const branch = (target: MachineBlock): MachineInstruction =>
  machine('branch', { operation: 'jeq', left: 1, width: 64, target });

function block(id: number, ...instructions: MachineInstruction[]): MachineBlock {
  return { id, instructions, successors: [], depth: 0 };
}

/** Blocks with the instructions left, jumps as `op target`. */
function merged(...blocks: MachineBlock[]): string[] {
  mergeTails({ name: 'f', blocks, nextRegister: 16, frame: [], span: undefined });
  return blocks.map(({ id, instructions }) =>
    [`${id}:`, ...instructions.map(({ op, imm, target }) => `${op}${target ? ` ${target.id}` : ''}${imm || ''}`)].join(
      ' ',
    ),
  );
}

test('a block like the end of another', () => {
  const last = block(4, set(0), exit());
  const body = block(3, machine('call', { call: { kind: 'helper', id: 5, name: 'h' } }), set(0), exit());
  expect(merged(block(1, branch(last), jump(body)), body, last)).toEqual([
    '1: branch 5 jump 3',
    '3: call jump 5',
    '5: mov exit',
  ]);
});

test('where the branch before can be turned round nothing falls into the block', () => {
  const [early, late] = [block(2, set(0), exit()), block(4, set(0), exit())];
  const body = block(3, machine('load', { dst: 1, src: 1 }), branch(late), jump(block(9)));
  expect(merged(block(1, branch(body), jump(early)), early, body, late)).toEqual([
    '1: branch 3 jump 4',
    '3: load branch 4 jump 9',
    '4: mov exit',
  ]);
});

test('what is fallen into stays', () => {
  const [first, second] = [block(2, set(0), exit()), block(3, set(0), exit())];
  expect(merged(block(1, set(3), jump(first)), first, second)).toEqual(['1: mov3 jump 2', '2: mov exit']);
});

test('another result stays', () => {
  const [first, second] = [block(2, set(0), exit()), block(3, set(1), exit())];
  expect(merged(block(1, branch(second), jump(first)), first, second)).toHaveLength(3);
});
