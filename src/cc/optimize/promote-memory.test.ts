// Stack objects become values: as wholes, in parts, across copies; and those that must stay.

import { describe, expect, test } from 'vitest';
import { promoteMemory } from './promote-memory.ts';
import { bodyAfter, lineAfter } from './testing.ts';

const object = (size: number): string => `%2 = alloca ${size} align 8 ; o\n`;

describe('becomes values', () => {
  test('a scalar', () => {
    const lines = `${object(8)}store w64 [%2], i64 %arg1\n%3 = load i64 u64 [%2]\nret i64 %3`;
    expect(lineAfter(promoteMemory, lines)).toBe('ret i64 %arg1');
  });

  test('a byte of a word', () => {
    const lines = `${object(8)}store w64 [%2], i64 %arg1\n%3 = load i64 u8 [%2 + 2]\nret i64 %3`;
    expect(lineAfter(promoteMemory, lines)).toMatch(
      /^%\d+ = lshr i64 %arg1, 16\n%\d+ = and i64 %\d+, 255\nret i64 %\d+$/,
    );
  });

  test('a word of which a part is written', () => {
    const lines = `${object(4)}store w32 [%2], i32 -1\n%3 = load i32 u32 [%arg0]\nstore w8 [%2 + 1], i32 %3\n%4 = load i64 u32 [%2]\nret i64 %4`;
    const after = lineAfter(promoteMemory, lines);
    expect(after).toMatch(/and i32 %3, 255\n%\d+ = shl i32 %\d+, 8\n%\d+ = and i32 -1, -65281\n%\d+ = or i32/);
    expect(after).not.toMatch(/alloca|store/);
  });

  test('the characters of a string written in words', () => {
    const lines = `${object(16)}store w64 [%2], i64 ${0x6766656463n}\n%3 = load i64 s8 [%2 + 1]\nret i64 %3`;
    expect(lineAfter(promoteMemory, lines)).toBe('ret i64 100');
  });

  test('objects copied one to the other and accessed differently', () => {
    const lines = `${object(16)}%3 = alloca 16 align 8 ; p
fill 16 align 8 %2, 0
store w32 [%2 + 4], i32 7
copy 16 align 8 %3, %2
%4 = load i64 u64 [%3]
%5 = load i64 u16 [%3 + 12]
%6 = add i64 %4, %5
ret i64 %6`;
    const after = lineAfter(promoteMemory, lines);
    expect(after).not.toMatch(/alloca|copy|fill|load|store/);
  });

  test('what is written on two ways', () => {
    const body = `entry.1:
  %2 = alloca 4 align 4 ; o
  store w32 [%2], i32 1
  %3 = compare eq i64 %arg1, 0
  branch %3 ? then.4 : end.5
then.4:
  store w16 [%2], i32 2
  jump end.5
end.5:
  %6 = load i64 u32 [%2]
  ret i64 %6`;
    const after = bodyAfter(promoteMemory, body);
    expect(after).toMatch(/phi i32/);
    expect(after).not.toMatch(/alloca|load|store/);
  });
});

describe('stays in memory', () => {
  test.each([
    ['what a call may see', 'call void helper 5 h(%2)\n%3 = load i64 u64 [%2]\nret i64 %3'],
    ['what is indexed by a variable', '%3 = ptradd ptr %2, %arg1\n%4 = load i64 u8 [%3]\nret i64 %4'],
    ['what is read outside of it', '%3 = load i64 u64 [%2 + 12]\nret i64 %3'],
    ['volatile accesses', '%3 = load volatile i64 u64 [%2]\nret i64 %3'],
    [
      'what overlaps in too large a part',
      'store w64 [%2], i64 %arg1\nstore w64 [%2 + 4], i64 %arg1\n%3 = load i64 u64 [%2]\nret i64 %3',
    ],
    ['an address stored', 'store w64 [%arg0], %2\n%3 = load i64 u64 [%2]\nret i64 %3'],
  ])('%s', (_, lines) => expect(lineAfter(promoteMemory, object(16) + lines)).toContain('alloca'));
});
