import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { compileClassic } from '../compile.ts';
import { JumpGraph } from './jumps.ts';
import { ADD, Values } from './values.ts';

const expressions = [
  ...readFileSync('bench/filter/expressions.txt', 'utf8').trim().split('\n'),
  // Constants here have the numbers of values that were there before.
  'udp port 8080 or icmp6 or tcp src or dst portrange 1024-65535 or ip proto 47',
];

test('a filter is the same whatever was compiled before it', () => {
  const compile = (expression: string): unknown => compileClassic(expression, { netmask: 0xffffff00 }).instructions;
  const forwards = expressions.map(compile);
  const backwards = [...expressions].reverse().map(compile).reverse();
  expect(backwards).toEqual(forwards);
});

test('storage given back is used again, and knows nothing of what was in it', () => {
  const first = new Values(true);
  const { kinds } = first;
  const old = first.constant(7);
  first.release();
  const second = new Values(true);
  expect(second.kinds).toBe(kinds);
  expect(second.size).toBe(0);
  expect(second.length()).toBe(old);
  expect(second.constant(7)).toBe(old + 1);
  second.release();
});

test('rows are found again when there is more room for them', () => {
  const values = new Values(true);
  const loads = Array.from({ length: 1000 }, (_, i) => values.binary(ADD, values.load(4, -1, i), values.length()));
  const graph = new JumpGraph(values, true);
  const nodes = loads.map((load, i) => graph.node(3, load, 0xffffffff - i, 0, 1));
  expect(loads.map((_, i) => values.binary(ADD, values.load(4, -1, i), values.length()))).toEqual(loads);
  expect(loads.map((load, i) => graph.node(3, load, 0xffffffff - i, 0, 1))).toEqual(nodes);
  expect(new Set(nodes).size).toBe(1000);
});
