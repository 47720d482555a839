// Data that nothing writes.

import { expect, test } from 'vitest';
import { parseModule } from '../ir/parse.ts';
import { findConstants } from './find-constants.ts';

/** Does `table` count as constant in a program of these instructions? */
function isConstant(lines: string): boolean {
  const module = parseModule(`program f(ptr %arg0, i64 %arg1) -> i64 {\nentry.1:\n${lines}\n}\n`);
  module.privateData.set('table', new Uint8Array(8));
  return findConstants(module) && module.constants.has('table');
}

test.each([
  ['read', '%2 = load i64 u64 [@table]\nret i64 %2', true],
  ['read at an index', '%2 = ptradd ptr @table, %arg1\n%3 = load i64 u8 [%2 + 1]\nret i64 %3', true],
  ['copied from', 'copy 8 align 8 %arg0, @table\nret i64 0', true],
  ['compared', '%2 = compare eq ptr @table, %arg0\n%3 = zext i64 %2\nret i64 %3', true],
  ['written', 'store w8 [@table + 1], i32 0\nret i64 0', false],
  ['written at an index', '%2 = ptradd ptr @table, %arg1\nstore w8 [%2], i32 0\nret i64 0', false],
  ['copied to', 'copy 8 align 8 @table, %arg0\nret i64 0', false],
  ['given away', 'store w64 [%arg0], @table\nret i64 0', false],
  [
    'chosen among others',
    'jump next.2\nnext.2:\n%2 = phi ptr entry.1: @table\n%3 = load i64 u64 [%2]\nret i64 %3',
    false,
  ],
])('%s', (_, lines, expected) => {
  expect(isConstant(lines)).toBe(expected);
});
