// Repeated runs: a loop inside the program's function, each time with fresh registers and the whole budget.

import { afterEach, expect, test, vi } from 'vitest';
import { assemble } from '../../isa/index.ts';
import { Machine } from '../machine.ts';
import { prepareProgram } from '../program/prepare.ts';
import type { LoadedCode } from '../runtime.ts';

function loadOn(machine: Machine, ...lines: readonly string[]): LoadedCode {
  return machine.load(prepareProgram(assemble(lines.join('\n')), { name: 'repeated' }));
}

afterEach(() => {
  vi.restoreAllMocks();
});

test.each(['wasm', 'interpreter'] as const)(
  '%s: every run starts with the arguments and the whole budget',
  (engine) => {
    const machine = new Machine({ engine, budget: 30 });
    const code = loadOn(
      machine,
      'r3 = 5',
      'r0 = 0',
      'l: r0 += r1',
      'r0 += r2',
      'r1 += 1',
      'r3 -= 1',
      'if r3 > 0 goto l',
      'exit',
    );
    expect(machine.execute(code, 10, 1000, 50)).toBe(10 + 11 + 12 + 13 + 14 + 5 * 1000);
    expect(machine.instructionsUsed).toBe(28n);
    const tight = new Machine({ engine, budget: 27 });
    const again = loadOn(
      tight,
      'r3 = 5',
      'l: r3 -= 1',
      'if r3 > 0 goto l',
      'if r1 == 0 goto e',
      'r3 = 100',
      'goto l',
      'e: r0 = 7',
      'exit',
    );
    expect(tight.execute(again, 0, 0, 50)).toBe(7);
    expect(() => tight.execute(again, 1, 0, 50)).toThrow('budget');
  },
);

test('registers that a program never set are zero in every run', () => {
  const machine = new Machine({ engine: 'wasm' });
  expect(machine.execute(loadOn(machine, 'r6 += 1', 'r9 += r6', 'r0 = r9', 'exit'), 0, 0, 100)).toBe(1);
});

test.each(['wasm', 'interpreter'] as const)('%s: a program may call itself', (engine) => {
  const machine = new Machine({ engine });
  const code = loadOn(
    machine,
    'r0 = r1',
    'if r1 == 0 goto e',
    'r6 = r1',
    'r1 -= 1',
    'call pc-5',
    'r0 += r6',
    'e: exit',
  );
  expect(machine.execute(code, 6, 0, 20)).toBe(21);
});

test('repeated runs stay inside as long as they are quick, and come out for better code where they are slow', () => {
  const machine = new Machine({ engine: 'wasm' });
  const code = loadOn(machine, 'r0 = 1', 'exit');
  const clock = vi.spyOn(performance, 'now').mockReturnValue(0);
  machine.execute(code, 0, 0, 1000);
  expect(clock.mock.calls.length).toBe(20);
  clock.mockClear();
  let now = 0;
  clock.mockImplementation(() => now++);
  machine.execute(code, 0, 0, 1000);
  expect(clock.mock.calls.length).toBe(2000);
});
