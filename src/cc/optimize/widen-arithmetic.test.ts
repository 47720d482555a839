// Arithmetic in 64 bits instead of extensions behind it.

import { expect, test } from 'vitest';
import { removeDead } from './remove-dead.ts';
import { bodyAfter } from './testing.ts';
import { widenArithmetic } from './widen-arithmetic.ts';

const after = (lines: string): string => bodyAfter((fn) => widenArithmetic(fn) && removeDead(fn), `entry.1:\n${lines}`);

const two = (kind: string): string => `%2 = load i32 ${kind} [%arg0]\n%3 = load i32 ${kind} [%arg0 + 2]\n`;

test('a difference of narrow numbers', () => {
  const text = after(`${two('u16')}%4 = sub i32 %2, %3\n%5 = sext i64 %4\nret i64 %5`);
  expect(text).toMatch(/sub i64/);
  expect(text).not.toContain('sext');
});

test('loads with sign become loads of 64 bits, also where others want the low half', () => {
  const text = after(`${two('s8')}%4 = mul i32 %2, %3\n%5 = sext i64 %4\nstore w8 [%arg0 + 4], i32 %2\nret i64 %5`);
  expect(text.match(/load i64 s8/g)).toHaveLength(2);
  expect(text).toMatch(/store w8 .* i32 %\d+/);
  expect(text).toMatch(/mul i64/);
});

test('a negative constant keeps its sign', () => {
  expect(after('%2 = load i32 u8 [%arg0]\n%3 = mul i32 %2, -7\n%4 = sext i64 %3\nret i64 %4')).toMatch(
    /mul i64 %\d+, -7/,
  );
});

test.each([
  ['what may wrap', `${two('u32')}%4 = sub i32 %2, %3\n%5 = sext i64 %4\nret i64 %5`],
  [
    'what is compared',
    `${two('u16')}%4 = sub i32 %2, %3\n%6 = compare sgt i32 %4, 3\n%7 = zext i64 %6\n%5 = sext i64 %4\n%8 = add i64 %7, %5\nret i64 %8`,
  ],
  [
    'counts modulo 32',
    `%2 = load i32 s8 [%arg0]\n%3 = load i32 u8 [%arg0 + 1]\n%4 = ashr i32 %2, %3\n%5 = sext i64 %4\nret i64 %5`,
  ],
])('%s stays', (_, lines) => {
  expect(after(lines)).toMatch(/sext i64 %4/);
});
