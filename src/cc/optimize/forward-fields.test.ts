// Bits taken from words that were put together of parts.

import { expect, test } from 'vitest';
import { forwardFields } from './forward-fields.ts';
import { removeDead } from './remove-dead.ts';
import { lineAfter } from './testing.ts';

const after = (lines: string): string =>
  lineAfter((fn) => {
    const changed = forwardFields(fn);
    removeDead(fn);
    return changed;
  }, lines);

test('a mask of an or takes the part that has those bits', () => {
  const text = after(`%2 = load i32 u32 [%arg0]
    %3 = and i32 %2, 4294967288
    %4 = load i32 u8 [%arg0 + 4]
    %5 = and i32 %4, 7
    %6 = or i32 %3, %5
    %7 = and i32 %6, 7
    %8 = zext i64 %7
    ret i64 %8`);
  expect(text).not.toContain('or ');
  expect(text).not.toContain('u32');
});

test('a field stored and read again is the value stored', () => {
  const text = after(`%2 = load i32 u32 [%arg0]
    %3 = and i32 %2, 4294967047
    %4 = load i32 u8 [%arg0 + 4]
    %5 = shl i32 %4, 3
    %6 = and i32 %5, 248
    %7 = or i32 %3, %6
    %8 = lshr i32 %7, 3
    %9 = and i32 %8, 31
    %10 = zext i64 %9
    ret i64 %10`);
  expect(text.split('\n')).toHaveLength(4);
  expect(text).toMatch(/and i32 %4, 31/);
});

test('a signed field is extended from where it came from', () => {
  const text = after(`%2 = load i32 u32 [%arg0]
    %3 = and i32 %2, 4294967047
    %4 = load i32 u32 [%arg0 + 4]
    %5 = ashr i32 %4, 1
    %6 = shl i32 %5, 3
    %7 = and i32 %6, 248
    %8 = or i32 %3, %7
    %9 = shl i32 %8, 24
    %10 = ashr i32 %9, 27
    %11 = zext i64 %10
    ret i64 %11`);
  expect(text).not.toContain('or ');
  expect(text).toMatch(/= ashr i32 %\d+, 27/);
});

test('bits that both parts have, or that the mask cuts, stay', () => {
  const lines = `%2 = load i32 u32 [%arg0]
%3 = load i32 u8 [%arg0 + 4]
%4 = or i32 %2, %3
%5 = and i32 %4, 255
%6 = zext i64 %5
ret i64 %6`;
  expect(after(lines)).toBe(lines);
});

test.each([
  ['shifted out', '%2 = load i32 u8 [%arg0]\n%3 = shl i32 %2, 10\n%4 = and i32 %3, 255\n%5 = zext i64 %4'],
  ['never there', '%2 = load i32 u8 [%arg0]\n%4 = lshr i32 %2, 8\n%5 = zext i64 %4'],
  ['of another field', '%2 = load i32 u8 [%arg0]\n%3 = shl i32 %2, 16\n%4 = sign-extend i32 16 %3\n%5 = sext i64 %4'],
])('bits that were %s are zero', (_, lines) => {
  expect(after(`${lines}\nret i64 %5`)).not.toContain('load');
});
