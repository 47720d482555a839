// Masks, extensions and comparisons that ranges make superfluous; and those that only look so.

import { describe, expect, test } from 'vitest';
import { bodyAfter, lineAfter } from './testing.ts';
import { useRanges } from './use-ranges.ts';

describe('a division by a power of two', () => {
  test.each([
    ['udiv i32 %2, 16', 'lshr i32 %2, 4'],
    ['urem i32 %2, 16', 'and i32 %2, 15'],
    ['udiv i32 %2, 12', 'udiv i32 %2, 12'],
  ])('%s is %s', (division, shown) => {
    expect(
      bodyAfter(
        useRanges,
        `entry.1:\n  %2 = load i32 u32 [%arg0]\n  %3 = ${division}\n  %4 = zext i64 %3\n  ret i64 %4`,
      ),
    ).toContain(shown);
  });

  test('of what a branch has found to be no less than 0', () => {
    const text = `entry.1:
  %2 = load i32 u32 [%arg0]
  %3 = compare slt i32 %2, 0
  branch %3 ? out.2 : in.3
out.2:
  ret i64 0
in.3:
  %4 = srem i32 %2, 10
  %5 = zext i64 %4
  ret i64 %5`;
    expect(bodyAfter(useRanges, text)).toContain('urem i32 %2, 10');
  });
});

describe('goes', () => {
  test.each([
    ['a mask of a byte', '%2 = load i32 u8 [%arg0]\n%3 = and i32 %2, 255\n%4 = zext i64 %3\nret i64 %4', 'and'],
    [
      'a sign extension of what is extended',
      '%2 = load i32 s8 [%arg0]\n%3 = sign-extend i32 8 %2\n%4 = zext i64 %3\nret i64 %4',
      'sign-extend',
    ],
    ['a sign that is known', '%2 = load i32 u16 [%arg0]\n%3 = sext i64 %2\nret i64 %3', 'sext'],
    [
      'a comparison that is decided',
      '%2 = load i32 u8 [%arg0]\n%3 = compare ult i32 %2, 256\n%4 = zext i64 %3\nret i64 %4',
      'compare',
    ],
    [
      'a signed division of natural numbers',
      '%2 = load i32 u8 [%arg0]\n%3 = sdiv i32 %2, 10\n%4 = zext i64 %3\nret i64 %4',
      'sdiv',
    ],
    [
      'a cut and extension of a small number',
      '%2 = load i64 u16 [%arg0]\n%3 = trunc i32 %2\n%4 = zext i64 %3\nret i64 %4',
      'zext',
    ],
    [
      'a sum of small numbers cut to more bits',
      '%2 = load i32 u8 [%arg0]\n%3 = add i32 %2, %2\n%4 = and i32 %3, 1023\n%5 = zext i64 %4\nret i64 %5',
      'and',
    ],
    ['what is shifted out', '%2 = load i32 u8 [%arg0]\n%3 = lshr i32 %2, 8\n%4 = zext i64 %3\nret i64 %4', 'lshr'],
  ])('%s', (_, lines, op) => {
    expect(lines).toContain(op);
    expect(lineAfter(useRanges, lines)).not.toContain(`${op} `);
  });
});

describe('stays', () => {
  test.each([
    ['a mask that cuts', '%2 = load i32 u16 [%arg0]\n%3 = and i32 %2, 255\n%4 = zext i64 %3\nret i64 %4', 'and'],
    [
      'a mask of a sum that wraps',
      '%2 = load i32 u32 [%arg0]\n%3 = add i32 %2, 1\n%4 = sext i64 %3\nret i64 %4',
      'sext',
    ],
    [
      'a 64-bit sum that may wrap',
      '%2 = lshr i64 %arg1, 1\n%3 = add i64 %2, 5\n%4 = compare sgt i64 %3, 0\n%5 = zext i64 %4\nret i64 %5',
      'compare',
    ],
    [
      'a division of what may be negative',
      '%2 = load i32 s8 [%arg0]\n%3 = sdiv i32 %2, 10\n%4 = sext i64 %3\nret i64 %4',
      'sdiv',
    ],
    [
      'a remainder by what may be zero',
      '%2 = load i32 u32 [%arg0]\n%3 = load i32 u8 [%arg0]\n%4 = urem i32 %2, %3\n%5 = sext i64 %4\nret i64 %5',
      'sext',
    ],
  ])('%s', (_, lines, op) => expect(lineAfter(useRanges, lines)).toContain(`${op} `));
});

const counter = (start: number, test: string, step: number): string => `
entry.1:
  jump loop.2
loop.2:
  %3 = phi i32 entry.1: ${start}, body.6: %8
  %4 = compare ${test}
  branch %4 ? body.6 : end.9
body.6:
  %7 = sext i64 %3
  store w64 [%arg0], i64 %7
  %8 = add i32 %3, ${step}
  jump loop.2
end.9:
  ret i64 0`;

test.each([
  ['up to a bound', counter(0, 'slt i32 %3, 64', 1), false],
  ['up to any signed number', counter(0, 'slt i32 %3, undef', 1), false],
  ['down to zero', counter(63, 'sge i32 %3, 0', -1), false],
  ['from below zero', counter(-3, 'slt i32 %3, 64', 1), true],
  ['in steps that may pass the largest number', counter(0, 'ne i32 %3, undef', 3), true],
  ['up to a bound it may jump over', counter(0, 'sle i32 %3, 2147483647', 1), true],
])('a counter %s', (_, body, isKept) => expect(bodyAfter(useRanges, body).includes('sext')).toBe(isKept));

test('a counter tested after its step', () => {
  const body = `
entry.1:
  jump loop.2
loop.2:
  %3 = phi i32 entry.1: 0, loop.2: %5
  %4 = sext i64 %3
  store w64 [%arg0], i64 %4
  %5 = add i32 %3, 1
  %6 = compare slt i32 %5, 9
  branch %6 ? loop.2 : end.9
end.9:
  ret i64 0`;
  expect(bodyAfter(useRanges, body)).not.toContain('sext');
});

const guarded = (inside: string): string => `
entry.1:
  %2 = load i32 u32 [%arg0]
  %3 = compare ult i32 %2, 16
  branch %3 ? then.4 : end.5
then.4:
${inside}
  jump end.5
end.5:
  ret i64 0`;

test('a sign tested by a branch is known behind it', () => {
  expect(bodyAfter(useRanges, guarded('  %6 = sext i64 %2\n  store w64 [%arg0], i64 %6'))).not.toContain('sext');
});

// The programmer writes such masks for the verifier.
test('a mask behind a test stays', () => {
  expect(bodyAfter(useRanges, guarded('  %6 = and i32 %2, 15\n  store w32 [%arg0], i32 %6'))).toContain('and i32');
});

test('a comparison behind a test stays', () => {
  const inside = '  %6 = compare ult i32 %2, 100\n  %7 = zext i64 %6\n  store w64 [%arg0], i64 %7';
  expect(bodyAfter(useRanges, guarded(inside))).toContain('compare ult i32 %2, 100');
});
