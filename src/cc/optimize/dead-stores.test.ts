// Stores that nobody can see, and those that somebody may.

import { expect, test } from 'vitest';
import { removeDeadStores } from './dead-stores.ts';
import { lineAfter } from './testing.ts';

const stores = (lines: string): number => lineAfter(removeDeadStores, `${lines}\nret i64 0`).split('store').length - 1;

test.each([
  ['one over the other', 'store w64 [@d], i64 1\nstore w64 [@d], i64 2', 1],
  ['two over one', 'store w64 [@d], i64 0\nstore w32 [@d], i32 1\nstore w32 [@d + 4], i32 2', 2],
  [
    'four over one, in any order',
    'store w32 [@d], i32 0\nstore w8 [@d + 2], i32 1\nstore w8 [@d], i32 1\nstore w8 [@d + 3], i32 1\nstore w8 [@d + 1], i32 1',
    4,
  ],
  ['a byte missing', 'store w32 [@d], i32 0\nstore w16 [@d], i32 1\nstore w8 [@d + 3], i32 1', 3],
  ['in another object', 'store w32 [@d], i32 0\nstore w32 [@e], i32 1', 2],
  [
    'a load between',
    'store w32 [@d], i32 0\n%2 = load i64 u8 [@d + 1]\nstore w16 [@d], i32 1\nstore w16 [@d + 2], i32 1',
    3,
  ],
  [
    'a call between',
    'store w32 [@d], i32 0\nstore w16 [@d], i32 1\ncall void helper 5 h()\nstore w16 [@d + 2], i32 1',
    3,
  ],
  [
    'a volatile load of another object between',
    'store w32 [@d], i32 0\n%2 = load volatile i64 u8 [@e]\nstore w32 [@d], i32 1',
    1,
  ],
  ['volatile', 'store volatile w32 [@d], i32 0\nstore w32 [@d], i32 1', 2],
])('%s', (_, lines, left) => expect(stores(lines)).toBe(left));
