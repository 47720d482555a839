// memcmp as code: the bytes are put in order only where somebody asks for it.

import { expect, test } from 'vitest';
import { compileC } from '../compile.ts';

/** The IR of a program whose parameter points to two areas. */
function compiled(expression: string): string {
  const text = `struct pair { unsigned long a[2]; unsigned b; unsigned short c; };
__attribute__((section("socket"), used)) int prog(struct pair *p) { return ${expression}; }
char license[] __attribute__((section("license"))) = "GPL";`;
  return compileC(text, { verify: true, dialect: 'libbpf' }).ir;
}

test('for equality nothing is swapped', () => {
  const ir = compiled('__builtin_memcmp(&p[0], &p[1], 22) == 0 ? 1 : 2');
  expect(ir).not.toMatch(/bswap|ult/);
  expect(ir.match(/compare/g)).toHaveLength(4);
});

test('for the order only the words that differ are', () => {
  const ir = compiled('__builtin_memcmp(&p[0], &p[1], 16)');
  expect(ir.match(/bswap/g)).toHaveLength(2);
  expect(ir.match(/compare/g)).toHaveLength(3);
});
