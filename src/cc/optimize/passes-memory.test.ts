// Passes that merge computations and memory accesses: what they do, and what they must leave alone.

import { describe, expect, test } from 'vitest';
import { compileC } from '../compile.ts';

function irOf(body: string, before = ''): string {
  const text = `${before}
    extern int opaque(void *p);
    __attribute__((section("socket"), used)) int prog(void *ctx) { ${body} }
    char license[] __attribute__((section("license"))) = "GPL";`;
  return compileC(text, { verify: true, disabledWarnings: ['all'] }).ir;
}

const count = (text: string, pattern: RegExp): number => text.match(pattern)?.length ?? 0;
const helper = 'static long (*other)(void) = (void *)7;';

describe('merge-equal', () => {
  const globals = 'unsigned long a, b, c; volatile unsigned long v;';
  test('loads a global once', () =>
    expect(count(irOf('b = a + 1; c = a + 2; return 0;', globals), /load .*@a/g)).toBe(1));
  test('takes a stored value instead of loading it', () =>
    expect(count(irOf('a = v; b = a; return 0;', globals), /load .*@a/g)).toBe(0));
  test('loads again after a call', () => {
    expect(count(irOf('b = a; other(); c = a; return 0;', globals + helper), /load .*@a/g)).toBe(2);
  });
  test('loads again after a store through any pointer', () => {
    const ir = irOf('unsigned long *p = *(unsigned long **)ctx; b = a; *p = 5; c = a; return 0;', globals);
    expect(count(ir, /load .*@a/g)).toBe(2);
  });
  test('never merges volatile accesses', () => expect(count(irOf('return v + v;', globals), /load volatile/g)).toBe(2));
  test('computes an expression once', () => {
    expect(count(irOf('unsigned long x = v, y = v; b = x / y; c = x / y + 1; return 0;', globals), /udiv/g)).toBe(1);
  });
  test('does not carry memory past a place where ways meet', () => {
    expect(count(irOf('b = a; if (v) a = 7; c = a; return 0;', globals), /load .*@a/g)).toBe(2);
  });
});

describe('dead-stores', () => {
  const globals = 'unsigned long a, b;';
  test('drops what is overwritten', () => expect(count(irOf('a = 1; a = 2; return 0;', globals), /store/g)).toBe(1));
  test('keeps what a call may see', () =>
    expect(count(irOf('a = 1; other(); a = 2; return 0;', globals + helper), /store/g)).toBe(2));
  test('keeps what is only partly overwritten', () => {
    expect(count(irOf('a = 1; *(unsigned char *)&a = 2; return 0;', globals), /store/g)).toBe(2);
  });
});

describe('known-signs', () => {
  const table = 'unsigned long t[64]; volatile int n;';
  test('extends a counter below a bound without shifts', () => {
    expect(irOf('unsigned long s = 0; for (int i = 0; i < 64; i++) s += t[i]; return s;', table)).not.toContain('sext');
  });
  test('keeps the sign of a counter that starts below zero', () => {
    expect(
      irOf('unsigned long s = 0; for (int i = -3; i < 60; i++) s += t[i + 3] * i; return s >> 32;', table),
    ).toContain('sext');
  });
  test('keeps the sign of a counter that may pass the largest number', () => {
    expect(irOf('long s = 0; for (int i = 0; i != n; i += 3) s += i; return s >> 32;', table)).toContain('sext');
  });
});
