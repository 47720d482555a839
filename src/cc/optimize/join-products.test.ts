// Chains of products and sums.

import { expect, test } from 'vitest';
import { joinProducts } from './join-products.ts';
import { removeDead } from './remove-dead.ts';
import { bodyAfter } from './testing.ts';

const after = (body: string): string => bodyAfter((fn) => joinProducts(fn) && removeDead(fn), body);

/** `rounds` times `* 10 + 1`, from `%arg1` on; the last is `%last`. */
function chain(rounds: number): string {
  const lines: string[] = [];
  for (let i = 0; i < rounds; i++) {
    const from = i === 0 ? '%arg1' : `%${100 + 2 * i - 1}`;
    lines.push(`%${100 + 2 * i} = mul i64 ${from}, 10`, `%${101 + 2 * i} = add i64 %${100 + 2 * i}, 1`);
  }
  return lines.join('\n');
}

test('a long chain', () => {
  expect(after(`entry.1:\n${chain(3)}\nret i64 %105`)).toMatch(/mul i64 %arg1, 1000\n.*add i64 %\d+, 111\n {2}ret/);
});

test('a short chain stays', () => {
  expect(after(`entry.1:\n${chain(2)}\nret i64 %103`)).toMatch(/mul i64 %101, 10/);
});

test('a short chain in a loop', () => {
  const text = after(`entry.1:
  jump loop.2
loop.2:
  %9 = phi i64 entry.1: 0, loop.2: %103
  ${chain(2).replace('%arg1', '%9')}
  %8 = compare ult i64 %103, %arg1
  branch %8 ? loop.2 : out.3
out.3:
  ret i64 0`);
  expect(text).toMatch(/mul i64 %9, 100\n.*add i64 %\d+, 11\n/);
});

test('what is used in between stays', () => {
  const text = after(`entry.1:\n${chain(3)}\nstore w64 [%arg0], i64 %103\nret i64 %105`);
  expect(text).toMatch(/mul i64 %103, 10/);
});
