// Constants and addresses: made once, outside of loops.

import { describe, expect, test } from 'vitest';
import { decode, disassembleLines } from '../../isa/index.ts';
import { compileC } from '../compile.ts';

/** The instructions of a program with the body given, one text each. */
function assembly(body: string, globals = ''): string[] {
  const text = `typedef unsigned long u64; ${globals}
    __attribute__((section("socket"), used)) int prog(struct { int n; } *ctx) { ${body} }
    char license[] __attribute__((section("license"))) = "GPL";`;
  const { object } = compileC(text, { disabledWarnings: ['all'], verify: true });
  return disassembleLines(decode(object.programs[0]?.code ?? new Uint8Array())).map(({ text: line }) => line);
}

const count = (lines: readonly string[], pattern: RegExp): number => lines.filter((line) => pattern.test(line)).length;

describe('shared values', () => {
  test('a large constant is made once, before the loop that uses it twice', () => {
    const lines = assembly(
      'u64 h = ctx->n; for (int i = 0; i < n; i++) { h = (h ^ i) * 0x100000001b3; h ^= h >> 7; h *= 0x100000001b3; } return h;',
      'volatile int n;',
    );
    const made = lines.findIndex((line) => /0x100000001b3/.test(line));
    const multiplied = lines.findIndex((line) => / \*= r/.test(line));
    const back = lines.findIndex((line) => /goto pc-/.test(line));
    const target = back + 1 + Number(/goto pc(-\d+)/.exec(lines[back] as string)?.[1]);
    expect(count(lines, /0x100000001b3/)).toBe(1);
    expect(made).toBeLessThan(multiplied);
    expect(made).toBeLessThan(target);
  });

  test('arguments of calls are made in place, not copied from a register that outlives the call', () => {
    const lines = assembly(
      'u64 a = get(&m, &key) != 0; return a + (get(&m, &key) != 0);',
      'static void *(*get)(void *, const void *) = (void *)1; int m __attribute__((section("maps"))); static int key;',
    );
    expect(count(lines, /^\(?.*r1 = r\d/)).toBe(0);
  });

  test('addresses on the stack at constant offsets need no addition of their own', () => {
    const lines = assembly(
      'struct { u64 a, b; } s = {}; fill(&s.b, 8, ctx); return s.a + s.b;',
      'static long (*fill)(void *, unsigned, const void *) = (void *)4;',
    );
    expect(count(lines, /r1 \+= -8$/)).toBe(1);
    expect(count(lines, /r1 \+=/)).toBe(1);
  });
});

describe('variables', () => {
  test('those of one section are reached from one address', () => {
    const lines = assembly('a++; b += a; c[1] += b; return d + a;', 'int a, b, c[2]; static int d;');
    expect(count(lines, /map\[/)).toBe(1);
  });

  test('variables of different sections are not', () => {
    const lines = assembly('return a + b;', 'volatile int a; volatile int b = 1;');
    expect(count(lines, /map\[/)).toBe(2);
  });
});
