// Stores of spilled values that nobody fetches.

import { expect, test } from 'vitest';
import { dropDeadSpills } from './dead-spills.ts';
import { machine } from './machine.ts';
import type { FrameObject, MachineFunction, MachineInstruction } from './types.ts';

const [home, other] = ['spill', 'x'].map((name): FrameObject => ({ size: 8, align: 8, name, offset: 0 })) as [
  FrameObject,
  FrameObject,
];
const store = (frame = home): MachineInstruction => machine('store', { frame, src: 1, width: 64 });
const load = (frame = home): MachineInstruction => machine('load', { frame, dst: 1, width: 64 });

/** Which instructions of a block are left. */
function left(...instructions: MachineInstruction[]): number[] {
  const block = { id: 1, instructions, successors: [], depth: 0 };
  const fn: MachineFunction = { name: 'f', blocks: [block], nextRegister: 16, frame: [home, other], span: undefined };
  dropDeadSpills(fn, new Set([home]));
  return block.instructions.map((instruction) => instructions.indexOf(instruction));
}

test('the first of two goes', () => expect(left(store(), machine('call', {}), store())).toEqual([1, 2]));
test('what is fetched between stays', () => expect(left(store(), load(), store())).toEqual([0, 1, 2]));
test("the program's own objects stay", () => expect(left(store(other), store(other))).toEqual([0, 1]));
