// Which loops are unrolled, and that counts stay right.

import { expect, test } from 'vitest';
import { vm } from '../../vm/index.ts';
import { compileC } from '../compile.ts';

function compiled(body: string): { readonly ir: string; readonly value: () => number } {
  const text = `volatile int n = 5; volatile int seen;
    __attribute__((section("socket"), used)) int prog(void *ctx) { int s = 0; ${body} return s; }
    char license[] __attribute__((section("license"))) = "GPL";`;
  const { ir, object } = compileC(text, { verify: true, disabledWarnings: ['all'] });
  const value = (): number =>
    vm()
      .loadNow(object)
      .programs.get('prog')
      ?.run({ data: new Uint8Array(64) }).returnValue ?? -1;
  return { ir, value };
}

test.each([
  ['up', 'for (int i = 0; i < 4; i++) s = s * 10 + i + n;', 5678],
  ['down, unsigned', 'for (unsigned i = 3; i--;) s = s * 10 + i + n;', 765],
  ['tested at the end', 'int i = 0; do { s = s * 10 + i + n; } while (++i < 3);', 567],
  ['never', 'for (int i = 5; i < 5; i++) s += n; s += n;', 5],
  ['with a continue', 'for (int i = 0; i < 4; i++) { if (i + n == 7) continue; s = s * 10 + n + i; }', 568],
  ['in another', 'for (int i = 0; i < 2; i++) for (int j = 0; j < 2; j++) s = s * 10 + i * 2 + j + n;', 5678],
  ['narrow counter', 'for (unsigned char i = 254; i; i++) s = s * 10 + n;', 55],
])('counts %s', (_, body, value) => {
  const { ir, value: run } = compiled(body);
  expect(run()).toBe(value);
  // No phi needs a way back: nothing is repeated.
  expect(ir).not.toContain('loop.');
});

// Values that leave by several ways without a phi keep the loop as it is.
test.each([
  ['break', 'for (int i = 0; i < 4; i++) { if (i + n == 7) break; s = s * 10 + n + i; }', 56],
  ['return', 'for (int i = 0; i < 4; i++) { if (i + n == 7) return s + 1; s = s * 10 + n + i; } s = 0;', 57],
])('counts with a %s', (_, body, value) => expect(compiled(body).value()).toBe(value));

test.each([
  ['unknown count', 'for (int i = 0; i < n; i++) s += i;'],
  ['many rounds', 'for (int i = 0; i < 5000; i++) seen = i;'],
  ['asked not to', '_Pragma("nounroll") for (int i = 0; i < 3; i++) seen = i;'],
])('keeps a loop: %s', (_, body) => expect(compiled(body).ir).toMatch(/phi/));
