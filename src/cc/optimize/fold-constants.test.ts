// What is known of the addresses of symbols.

import { expect, test } from 'vitest';
import { parseModule } from '../ir/parse.ts';
import { printFunction } from '../ir/print.ts';
import type { IrFunction } from '../ir/types.ts';
import { foldConstants } from './fold-constants.ts';

/** What a program of these instructions returns, with data `own` in the module. */
function returned(lines: string): string | undefined {
  const module = parseModule(`program f(ptr %arg0, i64 %arg1) -> i64 {\nentry.1:\n${lines}\n}\n`);
  module.privateData.set('own', new Uint8Array(8));
  const fn = module.functions.get('f') as IrFunction;
  foldConstants(fn, module);
  return /ret (.*)/.exec(printFunction(fn))?.[1];
}

const difference = (a: string, b: string): string =>
  `%2 = to-int i64 ${a}\n%3 = to-int i64 ${b}\n%4 = sub i64 %2, %3\nret i64 %4`;
const isNull = (address: string): string => `%2 = compare eq ptr ${address}, null\n%3 = zext i64 %2\nret i64 %3`;

test.each([
  ['a distance in one object', difference('@own+12', '@own+4'), 'i64 8'],
  ['a distance to before', difference('@own', '@own+4'), 'i64 -4'],
  ['a distance between objects', difference('@own', '@other'), 'i64 %4'],
  ['the address of data', isNull('@own+4'), 'i64 0'],
  ['the address of a function', isNull('@f'), 'i64 0'],
  ['the address of what may be missing', isNull('@other'), 'i64 %3'],
])('%s', (_, lines, expected) => {
  expect(returned(lines)).toBe(expected);
});
