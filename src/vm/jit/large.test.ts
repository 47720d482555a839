// Programs that become larger than a function of WebAssembly may be run in the interpreter.

import { expect, test } from 'vitest';
import { assemble } from '../../isa/index.ts';
import { Machine } from '../machine.ts';
import { prepareProgram } from '../program/prepare.ts';
import { CompiledProgram } from './compile.ts';

const [count, exit] = assemble('lock *(u64 *)(r1 + 0) += r2\nexit') as [never, never];

test.each([
  { length: 1000, isCompiled: true },
  { length: 150_000, isCompiled: false },
])('$length atomic additions', ({ length, isCompiled }) => {
  const machine = new Machine({ engine: 'wasm' });
  const memory = machine.memory.allocate('counter', 8, 'write');
  const code = machine.load(prepareProgram([...new Array(length).fill(count), exit], { name: 'large' }));
  expect(code instanceof CompiledProgram).toBe(isCompiled);
  machine.execute(code, memory.start, 3);
  expect(machine.memory.u64(memory.start)).toBe(BigInt(3 * length));
});
