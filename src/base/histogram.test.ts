// Histograms in the layout of BCC's tables.

import { expect, it } from 'vitest';
import { linearLines, log2Lines } from './histogram.ts';

it('prints powers of two', () => {
  const counts = new Map([
    [1, 3n],
    [3, 40n],
    [4, 0n],
  ]);
  expect(log2Lines(counts, 'usecs')).toBe(
    [
      '     usecs               : count     distribution',
      `         0 -> 1          : 3        |${'***'.padEnd(40)}|`,
      `         2 -> 3          : 0        |${''.padEnd(40)}|`,
      `         4 -> 7          : 40       |${'*'.repeat(40)}|`,
    ].join('\n'),
  );
});

it('widens for large values', () => {
  expect(
    log2Lines(new Map([[40, 1n]]), 'nsecs')
      .split('\n')
      .at(-1),
  ).toBe(`        549755813888 -> 1099511627775        : 1        |${'*'.repeat(20)}|`);
});

it('prints plain slots', () => {
  const lines = linearLines(
    new Map([
      [0, 1n],
      [2, 2n],
    ]),
    'runqlen',
  ).split('\n');
  expect(lines[0]).toBe('     runqlen       : count     distribution');
  expect(lines[3]).toBe(`        2          : 2        |${'*'.repeat(40)}|`);
});

it('prints nothing of nothing', () => {
  expect(log2Lines(new Map(), 'x') + linearLines(new Map([[1, 0n]]), 'x')).toBe('');
});
