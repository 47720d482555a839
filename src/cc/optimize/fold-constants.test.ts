// What is known of addresses of symbols, of sums, of numbers with their bytes swapped; sums joined.

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

const isEqual = (lines: string, type: string, a: string, b: string): string =>
  `${lines}\n%8 = compare eq ${type} ${a}, ${b}\n%9 = zext i64 %8\nret i64 %9`;

test.each([
  ['a sum and what is added to', isEqual('%2 = add i64 %arg1, 5', 'i64', '%2', '%arg1')],
  ['a difference', isEqual('%2 = sub i64 %arg1, 5', 'i64', '%arg1', '%2')],
])('%s are never equal', (_, lines) => {
  expect(returned(lines)).toBe('i64 0');
});

/** The comparison that is left. */
function comparison(lines: string): string | undefined {
  const fn = parseModule(`program f(ptr %arg0, i64 %arg1) -> i64 {\nentry.1:\n${lines}\n}\n`);
  foldConstants(fn.functions.get('f') as IrFunction, fn);
  return /compare (.*)/.exec(printFunction(fn.functions.get('f') as IrFunction))?.[1];
}

const port = '%2 = load i32 u16 [%arg0]\n%3 = bswap 16 %2';
const words = '%2 = load i32 u32 [%arg0]\n%3 = bswap 32 %2\n%4 = load i32 u32 [%arg0 + 4]\n%5 = bswap 32 %4';
test.each([
  ['a port and a number', isEqual(port, 'i32', '%3', '80'), 'eq i32 %2, 20480'],
  ['a port and a number it cannot be', isEqual(port, 'i32', '%3', '65536'), 'eq i32 %3, 65536'],
  ['two words', isEqual(words, 'i32', '%3', '%5'), 'eq i32 %2, %4'],
  ['two words extended', isEqual(`${words}\n%6 = zext i64 %3\n%7 = zext i64 %5`, 'i64', '%6', '%7'), 'eq i32 %2, %4'],
  [
    'a half with more above',
    isEqual('%2 = load i32 u32 [%arg0]\n%3 = bswap 16 %2', 'i32', '%3', '80'),
    'eq i32 %3, 80',
  ],
])('%s are compared as they are in memory', (_, lines, expected) => {
  expect(comparison(lines)).toBe(expected);
});

test.each([
  ['add i64 %arg1, 5', 'sub i64 %2, 3', 'sub i64 %arg1, -2'],
  ['sub i64 %arg1, 5', 'add i64 %2, 3', 'add i64 %arg1, -2'],
  ['sub i64 %arg1, 5', 'sub i64 %2, 3', 'sub i64 %arg1, 8'],
  ['add i64 %arg1, 5', 'sub i64 %2, 7', 'sub i64 %arg1, 2'],
])('%s, %s', (first, second, expected) => {
  const module = parseModule(
    `program f(ptr %arg0, i64 %arg1) -> i64 {\nentry.1:\n%2 = ${first}\n%3 = ${second}\nret i64 %3\n}\n`,
  );
  const fn = module.functions.get('f') as IrFunction;
  foldConstants(fn, module);
  expect(printFunction(fn)).toContain(`%3 = ${expected}`);
});
