// Operations on choices of constants.

import { expect, test } from 'vitest';
import { foldChoices } from './fold-choices.ts';
import { bodyAfter } from './testing.ts';

const after = (lines: string): string =>
  bodyAfter(
    foldChoices,
    `entry.1:
  %2 = compare eq i64 %arg1, 1
  branch %2 ? one.2 : end.3
one.2:
  jump end.3
end.3:
${lines}`,
  );

const choice = '  %5 = phi i32 entry.1: 1, one.2: -3\n';

test('a product, then its extension', () => {
  const text = after(`${choice}  %6 = mul i32 %5, 10\n  %7 = sext i64 %6\n  ret i64 %7`);
  expect(text).toMatch(/end.3:\n {2}%\d+ = phi i64 entry.1: 10, one.2: -30\n {2}ret/);
});

test('a comparison', () => {
  const text = after(`${choice}  %6 = compare slt i32 %5, 0\n  %7 = zext i64 %6\n  ret i64 %7`);
  expect(text).toMatch(/phi i64 entry.1: 0, one.2: 1/);
});

test('two choices at once', () => {
  const text = after(
    `${choice}  %6 = phi i32 one.2: 7, entry.1: 8\n  %7 = sub i32 %5, %6\n  %8 = sext i64 %7\n  ret i64 %8`,
  );
  expect(text).toMatch(/phi i64 entry.1: -7, one.2: -10/);
});

test.each([
  [
    'used twice',
    `${choice}  %6 = mul i32 %5, 10\n  %7 = add i32 %6, %5\n  %8 = sext i64 %7\n  ret i64 %8`,
    'mul i32 %5',
  ],
  ['with what is no constant', `${choice}  %6 = sext i64 %5\n  %7 = mul i64 %6, %arg1\n  ret i64 %7`, 'mul i64 %'],
])('a choice %s stays', (_, lines, expected) => {
  expect(after(lines)).toContain(expected);
});
