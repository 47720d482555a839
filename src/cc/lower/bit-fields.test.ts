// Bit-fields and packed structs: neighbours share a word, unaligned members become values like others.

import { describe, expect, test } from 'vitest';
import { decode, disassembleLines } from '../../isa/index.ts';
import { vm } from '../../vm/index.ts';
import { compileC } from '../compile.ts';

function compile(text: string): { readonly lines: string[]; readonly result: number } {
  const { object } = compileC(
    `typedef unsigned char u8; typedef unsigned short u16; typedef unsigned int u32; typedef unsigned long u64;
    ${text} char license[] __attribute__((section("license"))) = "GPL";`,
    { disabledWarnings: ['all'], verify: true },
  );
  using host = vm();
  const loaded = host.loadNow(object);
  const result = loaded.programs.get('prog')?.run({ data: new Uint8Array(64) }).returnValue ?? Number.NaN;
  const lines = disassembleLines(decode(object.programs[0]?.code ?? new Uint8Array())).map(({ text: line }) => line);
  return { lines, result };
}

const program = (body: string): string => `__attribute__((section("socket"), used)) int prog(void *ctx) { ${body} }`;
const count = (lines: readonly string[], pattern: RegExp): number => lines.filter((line) => pattern.test(line)).length;

describe('bit-fields', () => {
  test('constants stored to neighbours on the stack become one constant', () => {
    const { lines, result } = compile(
      program(
        'struct { u32 a : 3, b : 5, c : 1, d : 23; } s; s.a = 5; s.b = 9; s.c = 1; s.d = 77; return s.a + s.b * s.c + s.d;',
      ),
    );
    expect(result).toBe(5 + 9 + 77);
    expect(lines).toHaveLength(2);
  });

  test('neighbours in memory are read once', () => {
    const { lines, result } = compile(`struct { u32 a : 3, b : 5, c : 24; } s = { 6, 17, 1000 };
      ${program('return s.a + s.b + s.c;')}`);
    expect(result).toBe(6 + 17 + 1000);
    expect(count(lines, /= \*\(u32 \*\)/)).toBe(1);
    expect(count(lines, /= \*\(/)).toBe(1);
  });

  test('a field of whole bytes in memory is written alone, without reading', () => {
    const { lines, result } = compile(`struct { u32 a : 8, b : 8, c : 16; } s = { 1, 2, 3 };
      ${program('s.b = 200; return s.a + s.c;')}`);
    expect(result).toBe(4);
    expect(count(lines, /\*\(u8 \*\)\(r\d \+\d+\) = /)).toBe(1);
  });

  test('other members between bit-fields are never written', () => {
    const { lines, result } = compile(`struct s { u32 a : 4; u8 other; u32 b : 6; } s = { 1, 2, 3 };
      ${program('struct s *p = &s; p->a = 7; p->b = 9; return p->a + p->other + p->b;')}`);
    expect(result).toBe(7 + 2 + 9);
    expect(count(lines, /\*\(u(32|64) \*\)\(r\d \+\d+\) = /)).toBe(0);
    expect(count(lines, /\*\(u16 \*\)\(r\d \+0\) = /)).toBe(0);
  });
});

describe('packed structs', () => {
  test('members on the stack become values', () => {
    const { lines, result } = compile(
      program(
        'struct __attribute__((packed)) { u8 a; u32 b; u16 c; u64 d; } s = { 1, 0xdeadbeef, 3, 4 }; s.b++; return s.b + s.c + s.d;',
      ),
    );
    expect(result).toBe((0xdeadbeef + 1 + 3 + 4) >>> 0);
    expect(lines).toHaveLength(2);
  });

  test('bit-fields across the borders of words become values on the stack', () => {
    const fields = 'struct __attribute__((packed)) s { u32 a : 7; u32 b : 30; u64 c : 51; signed char d : 3; }';
    const { lines, result } = compile(
      `${fields}; ${program('struct s s = {}; s.c = 0x5ffffffffff1; s.b = 0x2abcdef0; s.d = -2; s.a = 99; return s.a + (s.b >> 4) + (s.c >> 20) + s.d;')}`,
    );
    expect(result).toBe(99 + (0x2abcdef0 >> 4) + Number(0x5ffffffffff1n >> 20n) - 2);
    expect(lines).toHaveLength(2);
  });

  test('members in memory are read and written in pieces the machine allows', () => {
    const { lines, result } =
      compile(`struct __attribute__((packed)) { u8 a; short b; u64 c; } s = { 1, -2, 0x1122334455667788 };
      ${program('s.c += s.b; return s.c;')}`);
    expect(result).toBe(0x55667786);
    expect(count(lines, /\*\(u(16|32|64) \*\)/)).toBe(0);
  });
});
