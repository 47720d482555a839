// What wrong programs are told: code, place, hint.

import { describe, expect, it } from 'vitest';
import { SourceError } from '../base/index.ts';
import { type Btf, BtfBuilder, type BtfMember, encodeBtf, parseBtf } from '../btf/index.ts';
import { compileC } from './compile.ts';

function messages(text: string, btf?: Btf): string {
  try {
    compileC(text, { name: 't.c', btf });
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
    ['floating point', program('int x = ctx != 0; return x * 0.5;'), 'floating point is not supported'],
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
    ['struct without its semicolon', 'struct s { int a; }\nint f(void);', "expected ';' after struct"],
    [
      'forgotten semicolons',
      program('int a = 1\n a = nope\n return nothing'),
      "expected ';' at end of declaration",
      "expected ';' after expression",
      "'nope'",
      "expected ';' after return statement",
      "'nothing'",
    ],
    ['macro of BCC', 'BPF_HASH(a);\nBPF_HSH(b);', "did you mean 'BPF_HASH'?"],
    ['helper cut short', program('return bpf_get_current_pid();'), "did you mean 'bpf_get_current_pid_tgid'?"],
  ];
  it.each(rows)('%s', (_title, text, ...expected) => {
    const found = messages(text);
    for (const part of expected) expect(found).toContain(part);
  });

  it('stand in the order of the text, whatever phase found them', () => {
    const found = messages(
      `${program('return nope;')}\nint a = 1 int b;\n${program('return nothing;').replace(' f(', ' g(')}`,
    );
    const at = ["'nope'", "expected ';'", "'nothing'"].map((part) => found.indexOf(part));
    expect(at).toEqual([...at].sort((a, b) => a - b));
    expect(at).not.toContain(-1);
  });
});

/** A kernel of a few types. */
function kernel(): Btf {
  const builder = new BtfBuilder();
  const int = builder.add({ kind: 'int', name: 'int', size: 4, bits: 32, bitOffset: 0, encoding: 'signed' } as never);
  const member = (name: string, offset: number): BtfMember => ({ name, type: int, bitOffset: offset * 32, bitSize: 0 });
  const record = (name: string, ...names: string[]): void => {
    builder.add({ kind: 'struct', name, size: 4 * names.length, members: names.map(member) } as never);
  };
  record('task_struct', '__state', 'stats', 'pid', 'tgid', 'thread_pid');
  record('vm_area_struct', 'vm_start');
  record('trace_event_raw_block_rq_completion', 'sector');
  builder.add({ kind: 'typedef', name: 'pid_t', type: int });
  builder.add({
    kind: 'enum',
    name: 'color',
    size: 4,
    signed: false,
    values: [{ name: 'COLOR_GREEN', value: 1n }],
  } as never);
  return parseBtf(encodeBtf(builder));
}

describe('names of the kernel', () => {
  const rows: readonly (readonly [title: string, body: string, ...expected: string[]])[] = [
    ['a renamed member', 'struct task_struct *t = ctx; return t->state;', "did you mean '__state' (renamed in 5.14)?"],
    [
      'a renamed member misspelt',
      'struct task_struct *t = ctx; return t->stat;',
      "did you mean '__state' (renamed in 5.14)?",
    ],
    ['a member misspelt', 'struct task_struct *t = ctx; return t->pidd;', "did you mean 'pid'?"],
    [
      'a member that is gone',
      'struct vm_area_struct *t = ctx; return t->vm_next;',
      "'vm_next' is gone since Linux 6.1",
    ],
    ['a struct misspelt', 'struct task_strcut *t = ctx; return t->pid;', "did you mean 'struct task_struct'?"],
    [
      'a renamed struct',
      'struct trace_event_raw_block_rq_complete *t = ctx; return t->sector;',
      "did you mean 'struct trace_event_raw_block_rq_completion' (renamed in 5.18)?",
    ],
    ['a type misspelt', 'pidt p = 1; return p;', "unknown type name 'pidt'", "did you mean 'pid_t'?"],
    ['a tag without struct', 'task_struct *t = ctx; return t->pid;', "did you mean 'struct task_struct'?"],
    ['an enumerator misspelt', 'return COLOR_GREN;', "did you mean 'COLOR_GREEN'?"],
  ];
  const btf = kernel();
  it.each(rows)('%s', (_title, body, ...expected) => {
    const found = messages(program(body), btf);
    for (const part of expected) expect(found).toContain(part);
    // What was probably meant is gone on with: one fault, one message.
    expect(found.match(/error:/g)).toHaveLength(1);
  });
});

describe('warnings', () => {
  const warnings = (text: string, disabledWarnings: readonly string[] = []): string[] =>
    compileC(text, { name: 't.c', disabledWarnings }).diagnostics.map(({ code, span }) => `${code} ${span?.start}`);
  const body = (text: string): readonly [string, number] => [
    program(text.replace('@', '')),
    program(text).indexOf('@'),
  ];
  it.each([
    ['unused-variable', 'int @a; return 0;'],
    ['unused-label', '@lab: return 0;'],
    ['unused-value', 'int a = 1; @a; return 0;'],
    ['unused-comparison', 'int a = 1; @a == 2; return 0;'],
    ['uninitialized', 'int a; return @a;'],
    ['literal-conversion', 'return @1.5;'],
    ['uninitialized', 'int a; for (int i = 0; i < 3; i++) *(volatile int *)ctx = @a; return 0;'],
    ['uninitialized', 'int a; if (ctx) return 0; return 1 + @a;'],
  ])('%s: %s', (code, text) => {
    const [source, at] = body(text);
    expect(warnings(source)).toEqual([`${code} ${at}`]);
    expect(warnings(source, [code])).toEqual([]);
  });
  it('unused-function', () => {
    const text = `static int g(void) { return 1; }\nstatic __attribute__((unused)) int h(void) { return 1; }\n${program('return 0;')}`;
    expect(warnings(text)).toEqual(['unused-function 11']);
  });
  it.each([
    'int a; if (ctx) a = 1; return a;',
    'int a, *p = &a; *p = 1; return a;',
    'int a; for (int i = 0; i < 3; i++) { if (i) *(volatile int *)ctx = a; a = i; } return 0;',
    'int a; goto set; use: return a; set: a = 1; goto use;',
    'int a; asm volatile("%0 = 1" : "=r"(a)); return a;',
    'int a; (void)a; int b __attribute__((unused)); return ({ int c = 1; c; });',
    'int a; switch ((long)ctx) { case 1: a = 1; break; default: a = 2; } return a;',
    'int a; return ctx && (a = 1) ? a : 0;',
  ])('none for %s', (text) => expect(warnings(program(text))).toEqual([]));
});
