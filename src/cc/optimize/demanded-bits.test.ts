// Operations on bits that nobody looks at.

import { expect, test } from 'vitest';
import { parseModule } from '../ir/parse.ts';
import { printFunction } from '../ir/print.ts';
import type { IrFunction } from '../ir/types.ts';
import { removeUndemanded } from './demanded-bits.ts';
import { bodyAfter, lineAfter } from './testing.ts';

test.each([
  [
    'a mask before a store of a byte',
    '%2 = load i32 u32 [%arg0]\n%3 = and i32 %2, 255\nstore w8 [%arg0], i32 %3\nret i64 0',
    'and',
  ],
  [
    'a sign extension before a narrower store',
    '%2 = load i32 u32 [%arg0]\n%3 = sign-extend i32 16 %2\nstore w8 [%arg0], i32 %3\nret i64 0',
    'sign-extend',
  ],
  [
    'a mask of a summand',
    '%2 = load i32 u32 [%arg0]\n%3 = and i32 %2, 65535\n%4 = add i32 %3, %2\nstore w16 [%arg0], i32 %4\nret i64 0',
    'and',
  ],
  [
    'high bits set before a mask',
    '%2 = load i32 u32 [%arg0]\n%3 = or i32 %2, 256\n%4 = and i32 %3, 255\n%5 = zext i64 %4\nret i64 %5',
    'or',
  ],
  [
    'a mask shifted to the top',
    '%2 = load i32 u32 [%arg0]\n%3 = and i32 %2, 255\n%4 = shl i32 %3, 24\n%5 = zext i64 %4\nret i64 %5',
    'and',
  ],
])('goes: %s', (_, lines, op) => {
  expect(lines).toContain(`${op} `);
  expect(lineAfter(removeUndemanded, lines)).not.toContain(`${op} `);
});

test('a sign extension whose sign nobody needs becomes one of zeros, which costs nothing', () => {
  const lines = `%2 = load i32 u32 [%arg0]
    %3 = sext i64 %2
    %4 = add i64 %3, %arg1
    store w32 [%arg0], i64 %4
    ret i64 0`;
  expect(lineAfter(removeUndemanded, lines)).toContain('= zext');
  expect(lineAfter(removeUndemanded, lines.replace('w32', 'w64'))).toContain('= sext');
});

test.each([
  [
    'a mask before a wider store',
    '%2 = load i32 u32 [%arg0]\n%3 = and i32 %2, 255\nstore w16 [%arg0], i32 %3\nret i64 0',
    'and',
  ],
  [
    'a mask of what is shifted down',
    '%2 = load i32 u32 [%arg0]\n%3 = and i32 %2, 255\n%4 = lshr i32 %3, 4\nstore w8 [%arg0], i32 %4\nret i64 0',
    'and',
  ],
  [
    'a mask of a divisor',
    '%2 = load i32 u32 [%arg0]\n%3 = and i32 %2, 255\n%4 = udiv i32 100, %3\nstore w8 [%arg0], i32 %4\nret i64 0',
    'and',
  ],
  [
    'a mask that is compared too',
    '%2 = load i32 u32 [%arg0]\n%3 = and i32 %2, 255\nstore w8 [%arg0], i32 %3\n%4 = compare eq i32 %3, 7\n%5 = zext i64 %4\nret i64 %5',
    'and',
  ],
  ['a mask of an address', '%2 = and i64 %arg1, 15\n%3 = ptradd ptr %arg0, %2\nstore w8 [%3], i32 0\nret i64 0', 'and'],
  [
    'a sign that is looked at',
    '%2 = load i32 u32 [%arg0]\n%3 = sign-extend i32 8 %2\nstore w16 [%arg0], i32 %3\nret i64 0',
    'sign-extend',
  ],
])('stays: %s', (_, lines, op) => expect(lineAfter(removeUndemanded, lines)).toContain(`${op} `));

test('what goes round a loop is followed', () => {
  const body = (width: number): string => `
entry.1:
  %2 = load i32 u32 [%arg0]
  jump loop.3
loop.3:
  %4 = phi i32 entry.1: %2, loop.3: %6
  %5 = and i32 %4, 65535
  %6 = add i32 %5, 1
  %7 = load i32 u32 [%arg0]
  branch %7 ? loop.3 : end.8
end.8:
  store w${width} [%arg0], i32 %6
  ret i64 0`;
  expect(bodyAfter(removeUndemanded, body(16))).not.toContain('and');
  expect(bodyAfter(removeUndemanded, body(32))).toContain('and');
});

test.each([
  ['looks at the low half only', 'static', '%3 = trunc i32 %arg0\n%4 = zext i64 %3\nret i64 %4', false],
  ['looks at all of it', 'static', 'ret i64 %arg0', true],
  ['may be replaced', 'global', '%3 = trunc i32 %arg0\n%4 = zext i64 %3\nret i64 %4', true],
])('an argument of a function that %s', (_, linkage, body, isExtended) => {
  const module = parseModule(`${linkage} callee(i64 %arg0) -> i64 {\nentry.1:\n${body}\n}

program f(i64 %arg0) -> i64 {
entry.1:
%3 = trunc i32 %arg0
%4 = zext i64 %3
%5 = call i64 function callee(i64 %4)
ret i64 %5
}
`);
  const fn = module.functions.get('f') as IrFunction;
  removeUndemanded(fn, module);
  expect(printFunction(fn).includes('callee(i64 %4)')).toBe(isExtended);
});
