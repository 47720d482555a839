// Tests that cannot end but one way.

import { expect, test } from 'vitest';
import { dropDecidedBranches } from './decided-branches.ts';
import { machine } from './machine.ts';
import type { MachineBlock, MachineFunction, MachineInstruction } from './types.ts';

function block(id: number, instructions: MachineInstruction[], ...successors: MachineBlock[]): MachineBlock {
  return { id, instructions, successors, depth: 0 };
}

/** Where a block with the test goes whose only predecessor is `before`. */
function waysOut(before: readonly MachineInstruction[], test: Partial<MachineInstruction>): readonly number[] {
  const [body, out] = [block(3, []), block(4, [])];
  const branch = machine('branch', { operation: 'jsge', left: 0, imm: 9, width: 32, target: out, ...test });
  const head = block(2, [branch, machine('jump', { target: body })], out, body);
  const entry = block(1, [...before, machine('jump', { target: head })], head);
  const fn: MachineFunction = {
    name: 'f',
    blocks: [entry, head, body, out],
    nextRegister: 16,
    frame: [],
    span: undefined,
  };
  dropDecidedBranches(fn);
  const ways = head.successors.map(({ id }) => id);
  expect(fn.blocks.map(({ id }) => id)).toEqual([1, 2, ...[...ways].sort()]);
  return ways;
}

const set = (imm: number, width: 32 | 64 = 32): MachineInstruction => machine('mov', { dst: 0, imm, width });

test.each([
  ['goes round', [set(0)], {}, [3]],
  ['leaves at once', [set(9)], {}, [4]],
  ['is signed', [set(-1)], {}, [3]],
  ['is unsigned', [set(-1)], { operation: 'jge' }, [4]],
  ['has 64 bits, of which 32 were set', [set(-1)], { width: 64 }, [4]],
  ['depends on what came later', [set(0), machine('alu', { dst: 0, operation: 'add', imm: 1 })], {}, [4, 3]],
  ['depends on a register', [set(0)], { src: 1 }, [4, 3]],
] as const)('a test that %s', (_, before, test, expected) => {
  expect(waysOut(before, test)).toEqual(expected);
});
