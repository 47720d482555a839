// Jumps past branches whose outcome is known where they come from.

import { expect, test } from 'vitest';
import { bodyAfter } from './testing.ts';
import { threadJumps } from './thread-jumps.ts';

const after = (body: string): string => bodyAfter(threadJumps, body);

/** An error code of two kinds and a success; `test` is what the caller does with it. */
const inlined = (test: string): string => `entry.1:
  %2 = compare eq i64 %arg1, 1
  branch %2 ? bad.2 : good.3
bad.2:
  store w8 [%arg0], i32 1
  jump end.4
good.3:
  store w8 [%arg0], i32 2
  jump end.4
end.4:
  %5 = phi i32 bad.2: -1, good.3: 0
${test}`;

test('the result of an inlined function is not tested again', () => {
  const text = after(
    inlined(`  %6 = compare slt i32 %5, 0
  branch %6 ? failed.5 : went.6
failed.5:
  ret i64 7
went.6:
  ret i64 8`),
  );
  expect(text).not.toMatch(/slt|phi/);
  expect(text).toMatch(/i32 1\n {2}ret i64 7/);
  expect(text).toMatch(/i32 2\n {2}ret i64 8/);
});

test('a value used behind the branch is known there as well', () => {
  const text = after(
    inlined(`  %6 = compare slt i32 %5, 0
  branch %6 ? failed.5 : went.6
failed.5:
  %7 = sext i64 %5
  ret i64 %7
went.6:
  ret i64 8`),
  );
  expect(text).toMatch(/i32 1\n {2}ret i64 -1/);
});

test('one way of several is known', () => {
  const text = after(`entry.1:
  %2 = load i32 u8 [%arg0]
  %3 = compare eq i32 %2, 0
  branch %3 ? none.2 : end.4
none.2:
  store w8 [%arg0], i32 1
  jump end.4
end.4:
  %5 = phi i32 none.2: 5, entry.1: %2
  %6 = compare eq i32 %5, 5
  branch %6 ? five.5 : other.6
five.5:
  ret i64 1
other.6:
  %8 = zext i64 %5
  ret i64 %8`);
  expect(text).toMatch(/compare eq i32 %2, 5/);
  expect(text).toMatch(/store w8 \[%arg0\], i32 1\n {2}jump five/);
});

test('branches of loops stay', () => {
  const text = after(`entry.1:
  jump head.2
head.2:
  %2 = phi i64 entry.1: 0, body.3: %4
  %3 = compare ult i64 %2, %arg1
  branch %3 ? body.3 : out.4
body.3:
  store w8 [%arg0], i32 1
  %4 = add i64 %2, 1
  jump head.2
out.4:
  ret i64 0`);
  expect(text).toMatch(/head.2:\n {2}%2 = phi i64 entry.1: 0, body.3: %4/);
});

test('what is written before a branch is not repeated', () => {
  const text = after(
    inlined(`  store w8 [%arg0 + 1], i32 3
  %6 = compare slt i32 %5, 0
  branch %6 ? failed.5 : went.6
failed.5:
  ret i64 7
went.6:
  ret i64 8`),
  );
  expect(text).toMatch(/compare slt i32 %5, 0/);
});
