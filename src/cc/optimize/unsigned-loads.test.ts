// Which characters lose their sign.

import { expect, test } from 'vitest';
import { lineAfter } from './testing.ts';
import { useUnsignedLoads } from './unsigned-loads.ts';

const loads = '%2 = load i32 s8 [%arg0]\n%3 = load i32 s8 [%arg0 + 1]\n';
const result = '\n%5 = zext i64 %4\nret i64 %5';

test.each([
  ['two compared with each other', '%4 = compare eq i32 %2, %3'],
  ['one compared with a constant', '%4 = compare ne i32 %2, 47'],
])('%s', (_, lines) => expect(lineAfter(useUnsignedLoads, loads + lines + result)).not.toContain('s8'));

test('a negative constant is cut to the same width', () => {
  expect(lineAfter(useUnsignedLoads, `${loads}%4 = compare eq i32 %2, -1${result}`)).toContain(
    'compare eq i32 %2, 255',
  );
});

test.each([
  ['order counts', '%4 = compare slt i32 %2, %3'],
  ['one is used otherwise', '%4 = compare eq i32 %2, %3\n%6 = sext i64 %2\nstore w64 [%arg0], i64 %6'],
  ['the constant is no character', '%4 = compare eq i32 %2, 255'],
  ['the other is wider', '%6 = load i32 s16 [%arg0]\n%4 = compare eq i32 %2, %6'],
  ['the other is not loaded', '%6 = trunc i32 %arg1\n%4 = compare eq i32 %2, %6'],
])('stays signed where %s', (_, lines) => {
  expect(lineAfter(useUnsignedLoads, loads + lines + result)).toContain('%2 = load i32 s8');
});
