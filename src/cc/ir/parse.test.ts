// What is printed can be read, and prints the same again.

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { compileC } from '../compile.ts';
import { parseFunction, parseModule } from './parse.ts';
import { printFunction, printModule } from './print.ts';
import { verifyModule } from './verify.ts';

const directory = new URL('../../../test/cc/torture/single/', import.meta.url).pathname;

describe('print and parse', () => {
  test('give the same text for programs of every kind', () => {
    const files = readdirSync(directory).filter((name, i) => i % 4 === 0 && name.endsWith('.c'));
    expect(files.length).toBeGreaterThan(50);
    for (const name of files) {
      const resolve = (path: string): { name: string; text: string } => ({ name: path, text: '#pragma once\n' });
      const { ir } = compileC(readFileSync(directory + name, 'utf8'), {
        name,
        resolve,
        verify: true,
        disabledWarnings: ['all'],
      });
      const module = parseModule(ir);
      verifyModule(module);
      expect(printModule(module)).toBe(ir);
    }
  });

  test('keep what torture has none of', () => {
    const text = `static inline-never f(ptr %arg0 ctx, i64 %arg1) -> i64 {
entry.1:
  %2 = alloca 16 align 8 ; some name
  store volatile w8 [%2 + 3], i32 -1
  %3 = load ptr u64 [%arg0 + 8 core#4]
  %4 = packet-load i32 w16 %arg0, i64 %arg1
  %5 = asm volatile i64 "$out = $0 + \\"x\\"" tied 0 memory clobbers 1 2 (i64 %arg1, i32 7, null)
  asm volatile void "" (ptr undef)
  %6 = atomic cmpxchg i64 w64 fetch [@data-4], i64 %5, i64 undef
  %7 = call ptr helper 1 bpf_map_lookup_elem(@map+8, %2)
  call void function stop(i64 -1, ptr 255) noreturn
  %8 = core i64 #3 12
  fill 16 align 8 %2, 0
  copy 16 align 8 %2, %7
  %9 = bswap 16 %4
  %10 = sign-extend i32 8 %9
  %11 = compare set i32 %10, 4
  jump loop.12
loop.12: unroll full
  %13 = phi i64 entry.1: 0, loop.12: %14
  %14 = add i64 %13, 1
  branch %11 ? loop.12 : end.15 unlikely
end.15: unroll 4
  ret i64 %13
}
`;
    expect(printFunction(parseFunction(text))).toBe(text);
  });

  test.each([
    'static f() -> void {\nentry.1:\n  frob i64 1\n}',
    'static f() -> void {\nentry.1:\n  %2 = add i64 1\n}',
    'static f() -> void {\nentry.1:\n  jump nowhere\n}',
  ])('refuse %s', (text) => expect(() => parseFunction(text)).toThrow(/IR text/));
});
