// Counters that count in steps of what they are multiplied by.

import { expect, test } from 'vitest';
import { removeDead } from './remove-dead.ts';
import { scaleCounters } from './scale-counters.ts';
import { bodyAfter } from './testing.ts';

const after = (body: string, bound = 'compare slt i32 %2, 9'): string =>
  bodyAfter(
    (fn) => scaleCounters(fn) && removeDead(fn),
    `entry.1:
  jump head.2
head.2:
  %2 = phi i32 entry.1: 0, body.3: %9
  %3 = ${bound}
  branch %3 ? body.3 : out.4
body.3:
${body}
  %9 = add i32 %2, 1
  jump head.2
out.4:
  ret i64 0`,
  );

const store = '  %6 = ptradd ptr %arg0, %5\n  store w64 [%6], i64 1\n';

test('the index of a table', () => {
  const text = after(`  %4 = zext i64 %2\n  %5 = shl i64 %4, 3\n${store}`);
  expect(text).toMatch(/phi i64 entry.1: 0, body.3: %(\d+).*compare slt i64 %\d+, 72.*%\1 = add i64 %\d+, 8/s);
  expect(text).not.toMatch(/shl|zext/);
});

test('a product of 32 bits', () => {
  const text = after(`  %4 = mul i32 %2, 12\n  %5 = zext i64 %4\n${store}`);
  expect(text).toMatch(/compare slt i32 %\d+, 108/);
  expect(text).not.toContain('mul');
});

test.each([
  ['used by itself too', `  %4 = zext i64 %2\n  %5 = shl i64 %4, 3\n${store}  store w32 [%arg0], i32 %2\n`],
  [
    'two factors',
    `  %4 = zext i64 %2\n  %5 = shl i64 %4, 3\n${store}  %7 = mul i64 %4, 3\n  store w64 [%arg0], i64 %7\n`,
  ],
  ['the next one multiplied', `  %10 = add i32 %2, 1\n  %4 = zext i64 %10\n  %5 = shl i64 %4, 3\n${store}`],
])('%s: stays', (_, body) => {
  expect(after(body)).toContain('compare slt i32 %2, 9');
});

test('a bound beyond what a scaled counter holds: stays', () => {
  const body = `  %4 = zext i64 %2\n  %5 = shl i64 %4, 15\n${store}`;
  expect(after(body, 'compare ult i32 %2, 65536')).toContain('compare ult i32 %2, 65536');
});
