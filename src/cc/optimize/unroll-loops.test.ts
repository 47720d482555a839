// Which loops are unrolled, and that counts stay right.

import { expect, test } from 'vitest';
import { vm } from '../../vm/index.ts';
import { compileC } from '../compile.ts';
import { flowGraph } from '../ir/dominators.ts';
import { parseModule } from '../ir/parse.ts';
import type { IrFunction } from '../ir/types.ts';
import { findLoops } from './loops.ts';

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

function loopsIn(ir: string): number {
  const fn = parseModule(ir).functions.get('prog') as IrFunction;
  return findLoops(flowGraph(fn)).length;
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
  expect(loopsIn(ir)).toBe(0);
});

test.each([
  ['break', 'for (int i = 0; i < 4; i++) { if (i + n == 7) break; s = s * 10 + n + i; }', 56],
  ['return', 'for (int i = 0; i < 4; i++) { if (i + n == 7) return s + 1; s = s * 10 + n + i; } s = 0;', 57],
  ['value used behind', 'int i; for (i = 0; i < 4; i++) { if (i + n == 7) break; } s = i * 10 + n;', 25],
  ['several ways back', 'int i = 0; while (i < 4) { i++; if (i + n == 7) continue; s = s * 10 + i; }', 134],
  ['test in the middle', 'for (int i = 0;; i++) { s = s * 10 + n + i; if (i == 2) break; s++; }', 677],
  ['bound in a table', 'static const char t[] = "abc"; for (const char *p = t; *p; p++) s = s * 10 + *p - 92;', 567],
  ['barrier', 'for (int i = 0; i < 3; i++) { s = s * 10 + n; asm volatile("" ::: "memory"); }', 555],
])('counts with a %s', (_, body, value) => {
  const { ir, value: run } = compiled(body);
  expect(run()).toBe(value);
  expect(loopsIn(ir)).toBe(0);
});

test.each([
  ['unknown count', 'for (int i = 0; i < n; i++) s += i;'],
  ['many rounds', 'for (int i = 0; i < 5000; i++) seen = i;'],
  ['asked not to', '_Pragma("nounroll") for (int i = 0; i < 3; i++) seen = i;'],
])('keeps a loop: %s', (_, body) => expect(loopsIn(compiled(body).ir)).toBe(1));

test('a function does not grow without end', () => {
  const loop = 'for (int i = 0; i < 9; i++) { if (t[i] == s) break; s += t[i] * n; }\n';
  const { ir } = compiled(`static int t[9] = { 1 }; ${loop.repeat(150)}`);
  expect(loopsIn(ir)).toBeGreaterThan(0);
  expect(loopsIn(ir)).toBeLessThan(150);
});
