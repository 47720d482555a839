// Equal computations merged, memory carried forward: over blocks, around loops, in parts.

import { describe, expect, test } from 'vitest';
import { mergeEqual } from './merge-equal.ts';
import { bodyAfter, lineAfter } from './testing.ts';

const count = (text: string, part: string): number => text.split(part).length - 1;

test('merges equal computations of a dominating block', () => {
  const body = `entry.1:
  %2 = mul i64 %arg1, 3
  %3 = compare eq i64 %2, 0
  branch %3 ? then.4 : end.5
then.4:
  %6 = mul i64 %arg1, 3
  store w64 [%arg0], i64 %6
  jump end.5
end.5:
  ret i64 %2`;
  expect(count(bodyAfter(mergeEqual, body), 'mul')).toBe(1);
});

/** A value loaded before two ways part, what one of them does, and loaded again where they meet. */
const diamond = (inside: string): string => `entry.1:
  %2 = load i64 u64 [@data]
  %3 = compare eq i64 %2, 0
  branch %3 ? then.4 : end.5
then.4:
${inside}
  jump end.5
end.5:
  %7 = load i64 u64 [@data]
  ret i64 %7`;

/** A value loaded before a loop and in it. */
const loop = (inside: string): string => `entry.1:
  %2 = load i64 u64 [@data]
  jump loop.3
loop.3:
  %4 = phi i64 entry.1: 0, loop.3: %5
  %6 = load i64 u64 [@data]
${inside}
  %5 = add i64 %4, %6
  %7 = compare ult i64 %5, 100
  branch %7 ? loop.3 : end.8
end.8:
  ret i64 %5`;

describe.each([
  ['where ways meet', diamond],
  ['in a loop', loop],
])('loads once %s', (_, shape) => {
  test.each([
    ['nothing', '', 1],
    ['a store elsewhere', '  store w64 [@other], i64 1', 1],
    ['a store beside it', '  store w64 [@data + 8], i64 1', 1],
    ['a store over a part', '  store w8 [@data + 7], i32 1', 2],
    ['a store through a pointer', '  store w64 [%arg0], i64 1', 2],
    ['a call', '  call void helper 5 h()', 2],
    ['a barrier for memory', '  asm volatile void "" memory ()', 2],
  ])('over %s', (...[, inside, loads]) => expect(count(bodyAfter(mergeEqual, shape(inside)), '[@data]')).toBe(loads));
});

describe('takes a part of what was stored', () => {
  test.each([
    ['unsigned', 'u8', 'and i32 %2, 255'],
    ['signed', 's8', 'sign-extend i32 8 %2'],
  ])('%s', (...[, how, made]) => {
    const lines = `%2 = load i32 u32 [%arg0]\nstore w8 [@data], i32 %2\n%3 = load i32 ${how} [@data]\n%4 = zext i64 %3\nret i64 %4`;
    expect(lineAfter(mergeEqual, lines)).toContain(made);
  });

  test.each([
    ['u8', 254],
    ['s8', -2],
  ])('%s of a constant', (how, value) => {
    const lines = `store w8 [@data], i32 510\n%3 = load i32 ${how} [@data]\n%4 = zext i64 %3\nret i64 %4`;
    expect(lineAfter(mergeEqual, lines)).toContain(`zext i64 ${value}`);
  });

  test('not of another width', () => {
    const lines = 'store w8 [@data], i32 1\n%3 = load i32 u16 [@data]\n%4 = zext i64 %3\nret i64 %4';
    expect(lineAfter(mergeEqual, lines)).toContain('load i32 u16');
  });
});

/** How many extensions of a number are left, `test` standing between the two. */
function extensionsAfter(test: string): number {
  const body = bodyAfter(
    mergeEqual,
    `entry.1:
  %2 = trunc i32 %arg1
  %3 = zext i64 %2
  store w64 [%arg0], i64 %3
  ${test}
  branch %4 ? then.5 : end.6
then.5:
  %7 = zext i64 %2
  ret i64 %7
end.6:
  ret i64 0`,
  );
  return body.match(/= zext/g)?.length ?? 0;
}

test('extends again what was compared in between, for what was extended before does not learn from it', () => {
  expect(extensionsAfter('%4 = load i32 u32 [%arg0 + 8]')).toBe(1);
  expect(extensionsAfter('%4 = compare ult i32 %2, 10')).toBe(2);
});

test('extends once what is compared before, though in several blocks', () => {
  const body = bodyAfter(
    mergeEqual,
    `entry.1:
  %2 = trunc i32 %arg1
  %3 = compare ult i32 %2, 10
  branch %3 ? then.4 : end.7
then.4:
  %5 = zext i64 %2
  store w64 [%arg0], i64 %5
  jump next.6
next.6:
  %8 = zext i64 %2
  ret i64 %8
end.7:
  ret i64 0`,
  );
  expect(body.match(/= zext/g)?.length).toBe(1);
});
