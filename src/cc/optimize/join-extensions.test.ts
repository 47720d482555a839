// Sign extensions one after the other.

import { expect, test } from 'vitest';
import { joinExtensions } from './join-extensions.ts';
import { removeDead } from './remove-dead.ts';
import { lineAfter } from './testing.ts';

test.each([
  ['%3 = sign-extend i32 16 %2', /shl i64 %\d+, 48\n.* = ashr i64 %\d+, 48/],
  ['%9 = shl i32 %2, 24\n%3 = ashr i32 %9, 27', /shl i64 %\d+, 56\n.* = ashr i64 %\d+, 59/],
])('%s', (extension, expected) => {
  const text = lineAfter((fn) => {
    joinExtensions(fn);
    return removeDead(fn);
  }, `%2 = load i32 u32 [%arg0]\n${extension}\n%4 = sext i64 %3\nret i64 %4`);
  expect(text).toMatch(expected);
  expect(text).not.toContain('sext');
  expect(text).not.toMatch(/i32 %2/);
});
