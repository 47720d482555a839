// Constant parts of indices become constant parts of addresses, where the verifier can follow.

import { expect, test } from 'vitest';
import { splitAddresses } from './split-addresses.ts';
import { lineAfter } from './testing.ts';

const element = (index: string, base = '@table'): string =>
  `%2 = load i32 u8 [%arg0]\n%3 = zext i64 %2\n${index}\n%8 = ptradd ptr ${base}, %7\n%9 = load i64 u64 [%8]\nret i64 %9`;

test.each([
  ['of 64 bits', '%6 = add i64 %3, 2\n%7 = shl i64 %6, 3', 16],
  ['extended from 32', '%5 = add i32 %2, 2\n%6 = zext i64 %5\n%7 = shl i64 %6, 3', 16],
  ['times a size', '%5 = add i32 %2, 3\n%6 = zext i64 %5\n%7 = mul i64 %6, 12', 36],
])('an index %s', (_, index, offset) => {
  expect(lineAfter(splitAddresses, element(index))).toMatch(
    new RegExp(`%(\\d+) = ptradd ptr @table, %\\d+\\n%8 = ptradd ptr %\\1, ${offset}\\n`),
  );
});

test.each([
  ['an index of any size', '%6 = add i64 %arg1, 2\n%7 = shl i64 %6, 3', '@table'],
  ['an index that may become negative', '%6 = add i64 %3, -2\n%7 = shl i64 %6, 3', '@table'],
  ['a packet', '%6 = add i64 %3, 2\n%7 = shl i64 %6, 3', '%arg0'],
  ['no constant', '%7 = add i64 %3, %3', '@table'],
])('not with %s', (_, index, base) => {
  expect(lineAfter(splitAddresses, element(index, base))).toContain(`%8 = ptradd ptr ${base}, %7`);
});
