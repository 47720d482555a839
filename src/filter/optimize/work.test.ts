// How much the optimiser does, counted rather than timed: a test of its speed that the machine's load cannot disturb.

import { readFileSync } from 'node:fs';
import { afterEach, expect, test, vi } from 'vitest';
import { compileClassic } from '../compile.ts';
import { JumpGraph } from '../ir/jumps.ts';
import { Values } from '../ir/values.ts';
import { Code } from '../select/code.ts';
import { Decisions } from './decisions.ts';

const expressions = readFileSync('bench/filter/expressions.txt', 'utf8').trim().split('\n');

afterEach(() => {
  vi.restoreAllMocks();
});

test.each([
  ['nodes made or found again', JumpGraph.prototype, 'node', 55],
  ['facts asked for by value', Decisions.prototype, 'rootOf', 115],
  ['blocks selected', Code.prototype, 'begin', 14],
  ['loads made or found again', Values.prototype, 'load', 19],
] as const)('%s for each expression, on average', (_, prototype, method, most) => {
  const spy = vi.spyOn(prototype as unknown as Record<string, () => unknown>, method);
  for (const expression of expressions) compileClassic(expression, { netmask: 0xffffff00 });
  const average = spy.mock.calls.length / expressions.length;
  expect(average).toBeLessThan(most);
  // A bound that is far off says nothing.
  expect(average).toBeGreaterThan(0.7 * most);
});
