// What wrong programs are told: code, place, hint.

import { describe, expect, it } from 'vitest';
import { SourceError } from '../base/index.ts';
import { compileC } from './compile.ts';

function messages(text: string): string {
  try {
    compileC(text, { name: 't.c' });
  } catch (error) {
    if (error instanceof SourceError) return error.message;
    throw error;
  }
  return 'compiled';
}

const program = (body: string): string => `__attribute__((section("socket"))) int f(void *ctx) { ${body} }`;

describe('errors', () => {
  const rows: readonly (readonly [title: string, text: string, ...expected: string[]])[] = [
    [
      'undeclared name',
      program('int total = 1; return totl;'),
      "t.c:1:77: error: use of undeclared identifier 'totl'",
      "did you mean 'total'?",
    ],
    ['missing semicolon', program('int a = 1\n return a;'), "expected ';' at end of declaration"],
    ['several in one run', program('x = 1; y = 2; return z;'), "'x'", "'y'", "'z'"],
    [
      'no such member',
      program('struct s { int alpha; } v; return v.alpah;'),
      "no member named 'alpah'",
      "did you mean 'alpha'?",
    ],
    ['arrow on a struct', program('struct s { int a; } v; return v->a;'), "did you mean to use '.'?"],
    ['dot on a pointer', program('struct s { int a; } *v = 0; return v.a;'), "did you mean to use '->'?"],
    ['macro notes', `#define BAD(x) ((x) + nope)\n${program('return BAD(1);')}`, "expanded from macro 'BAD'", "'nope'"],
    ['floating point', program('return 1.5;'), 'floating point is not supported'],
    [
      'variable length array',
      program('int n = 3; n++; int a[n]; return 0;'),
      'variable length arrays are not supported',
    ],
    ['constant assigned', program('const int a = 1; a = 2; return a;'), "cannot assign to variable 'a'"],
    [
      'too few arguments',
      `static int g(int a, int b) { return a + b; }\n${program('return g(1);')}`,
      'too few arguments to function call, expected 2, have 1',
    ],
    ['duplicate case', program('switch (1) { case 1: case 1: return 0; } return 1;'), "duplicate case value '1'"],
    ['break outside', program('break; return 0;'), "'break' statement not in loop or switch"],
    ['unknown label', program('goto nowhere; return 0;'), "use of undeclared label 'nowhere'"],
    ['redefinition', program('int a; int a; return 0;'), "redefinition of 'a'", 'previous definition is here'],
    [
      'stack too large',
      program('volatile char a[600]; a[0] = 1; a[ctx != 0] = 2; return a[599];'),
      'bytes of stack, BPF has 512',
      'per-CPU array map',
    ],
    [
      'indirect call',
      `int g(int a) { return a; }\n${program('int (*volatile p)(int) = g; return p(1);')}`,
      'BPF can only call functions known when compiling',
    ],
    ['missing header', '#include "nothing.h"\n', "'nothing.h' file not found"],
    ['unterminated conditional', '#if 1\nint a;\n', 'unterminated conditional directive'],
    ['unknown type', 'foo_t x;\n', "unknown type name 'foo_t'"],
    ['static assertion', '_Static_assert(sizeof(int) == 8, "no");\n', 'static assertion failed: no'],
    ['division in a preprocessor condition', '#if 1 / 0\n#endif\n', 'division by zero'],
    ['unbalanced brace', `${program('return 0;')}}`, 'extraneous closing brace'],
    ['character constant', program("return '';"), 'empty character constant'],
    ['goto computed', program('void *p = 0; goto *p;'), 'computed goto is not supported'],
  ];
  it.each(rows)('%s', (_title, text, ...expected) => {
    const found = messages(text);
    for (const part of expected) expect(found).toContain(part);
  });
});
