// What moves before a loop, and what the verifier must not meet there.

import { expect, test } from 'vitest';
import { hoistInvariants } from './hoist-invariants.ts';
import { bodyAfter } from './testing.ts';

const loop = (inside: string, used: string): string => `
entry.1:
  %2 = load i64 u64 [%arg0]
  %20 = load i32 u16 [%arg0 + 8]
  jump loop.3
loop.3:
  %4 = phi i64 entry.1: 0, loop.3: %5
${inside}
  store w64 [%arg0], ${used}
  %5 = add i64 %4, 1
  %6 = compare ult i64 %5, 100
  branch %6 ? loop.3 : end.7
end.7:
  ret i64 0`;

/** Is the operation before the loop's label? */
function isHoisted(text: string, op: string): boolean {
  expect(text).toContain(` ${op} `);
  return text.indexOf(` ${op} `) < text.indexOf('loop.3:');
}

test.each([
  ['arithmetic', '  %8 = mul i64 %2, 3', 'i64 %8', 'mul', true],
  ['what depends on what moved', '  %8 = xor i64 %2, 3\n  %9 = mul i64 %8, %2', 'i64 %9', 'mul', true],
  ['an address with a bounded offset', '  %8 = zext i64 %20\n  %9 = ptradd ptr @table, %8', '%9', 'ptradd', true],
  ['an address with any offset', '  %9 = ptradd ptr @table, %2', '%9', 'ptradd', false],
  ['an address in a packet', '  %8 = zext i64 %20\n  %9 = ptradd ptr %arg0, %8', '%9', 'ptradd', false],
  ['a load', '  %9 = load i64 u8 [@table]', 'i64 %9', 'load i64 u8', false],
  ['what changes in every round', '  %9 = mul i64 %4, 3', 'i64 %9', 'mul', false],
  ['a comparison', '  %9 = compare eq i64 %2, 3', 'i32 %9', 'compare eq', false],
  ['a barrier', '  %9 = opaque i64 %2', 'i64 %9', 'opaque', false],
])('%s', (...[, inside, used, op, moves]) => {
  expect(isHoisted(bodyAfter(hoistInvariants, loop(inside, used)), op)).toBe(moves);
});

test('a loop entered by a branch gets a block before it', () => {
  const body = `
entry.1:
  %2 = load i64 u64 [%arg0]
  %3 = compare eq i64 %2, 0
  branch %3 ? end.7 : loop.4
loop.4:
  %5 = mul i64 %2, 3
  store w64 [%arg0], i64 %5
  %6 = load i32 u32 [%arg0]
  branch %6 ? loop.4 : end.7
end.7:
  ret i64 0`;
  const after = bodyAfter(hoistInvariants, body);
  expect(after).toMatch(/branch %3 \? end\.7 : (loop\.\d+)\n\1:\n {2}%5 = mul i64 %2, 3\n {2}jump loop\.4/);
});
