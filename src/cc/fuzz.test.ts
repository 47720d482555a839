// Damaged programs: nothing but SourceError comes out, and soon. TSBPF_LONG=1 runs many more.

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { processorMs } from '../../test/support/processor-time.ts';
import { SourceError } from '../base/index.ts';
import { compileC } from './compile.ts';

const directory = new URL('../../test/cc/torture/single/', import.meta.url);
const socket = '__attribute__((section("socket"))) int';
const entry = '\n__attribute__((section("socket"), used)) int prog(void *ctx) { return test(); }\n';
const texts = readdirSync(directory)
  .filter((name) => name.endsWith('.c'))
  .map((name) => readFileSync(new URL(name, directory), 'utf8') + entry);
const rounds = process.env.TSBPF_LONG ? 50_000 : 1_200;
const limitMs = 60_000;

/** Small fast generator (xorshift), so that a case can be repeated from its seed. */
function generator(seed: number): (below: number) => number {
  let state = seed * 2654435761 + 1 || 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

const pieces =
  '( ) { } [ ] ; , * & + - / % << >> < > = == ! ~ ? : . -> ... # ## \\ " \' 0 1 0x7fffffff 18446744073709551615 int char struct union enum if else for while do switch case default return goto sizeof typedef static const volatile unsigned long x y a b test __int128 #define #if #endif #include'.split(
    ' ',
  );

function damage(text: string, random: (below: number) => number): string {
  let result = text;
  for (let n = random(4) + 1; n > 0; n--) {
    const at = random(result.length);
    const length = random(12);
    const other = texts[random(texts.length)] as string;
    const from = random(other.length);
    const actions = [
      (): string => result.slice(0, at) + result.slice(at + length),
      (): string => `${result.slice(0, at)} ${pieces[random(pieces.length)]} ${result.slice(at)}`,
      (): string => result.slice(0, at) + other.slice(from, from + random(60)) + result.slice(at),
      (): string => result.slice(0, at) + String.fromCharCode(random(256)) + result.slice(at + 1),
      (): string => result.slice(0, at) + result.slice(random(result.length)),
    ];
    result = (actions[random(actions.length)] as () => string)();
  }
  return result;
}

function attempt(text: string): void {
  const tookMs = processorMs(() => {
    try {
      compileC(text, { name: 'fuzz.c', disabledWarnings: ['all'] });
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
    }
  });
  expect(tookMs).toBeLessThan(limitMs);
}

describe('fuzz', () => {
  it('survives damaged programs', { timeout: 3_600_000 }, () => {
    for (let seed = 1; seed <= rounds; seed++) {
      const random = generator(seed);
      const text = damage(texts[random(texts.length)] as string, random);
      try {
        attempt(text);
      } catch (error) {
        throw new Error(`seed ${seed}:\n${text}`, { cause: error });
      }
    }
  });

  it.each<readonly [string, string]>([
    [
      'macro bomb',
      `#define A0 x x x x x x x x\n${Array.from({ length: 12 }, (_, i) => `#define A${i + 1} A${i} A${i} A${i} A${i} A${i} A${i} A${i} A${i}`).join('\n')}\nint y = A12;`,
    ],
    ['macro bomb of arguments', `#define D(x) x x\nint y = ${'D('.repeat(40)}1${')'.repeat(40)};`],
    ['bomb of quotes', `#define S(x) #x\n#define X(x) S(x)\nchar s[] = ${'X('.repeat(30)}"a"${')'.repeat(30)};`],
    ['text full of line directives', `${'#line 5 "x"\n'.repeat(50_000)}int x = ;`],
    ['nested macro calls', `#define f(x) x\nint y = ${'f('.repeat(5000)}1${')'.repeat(5000)};`],
    ['deep parentheses', `int y = ${'('.repeat(100_000)}1${')'.repeat(100_000)};`],
    ['deep blocks', `int f(void) ${'{'.repeat(50_000)}`],
    ['deep initialiser', `int y[] = ${'{'.repeat(50_000)}1${'}'.repeat(50_000)};`],
    ['long sum', `int y = 1${' + 1'.repeat(100_000)};`],
    ['long else-if', `int f(int a) { ${'if (a) return 1; else '.repeat(20_000)} return 0; }`],
    ['many pointers', `int ${'*'.repeat(100_000)}p;`],
    ['many unary', `int y = ${'- '.repeat(100_000)}1;`],
    ['token of a megabyte', `int ${'a'.repeat(1 << 20)} = ${'9'.repeat(1 << 20)};`],
    ['string of a megabyte', `char s[] = "${'x'.repeat(1 << 20)}";`],
    ['huge array', 'char a[0x7fffffff]; __attribute__((section("socket"))) int f(void *c) { return a[5]; }'],
    ['huge local', `struct s { char a[1 << 28]; }; ${socket} f(struct s *c) { struct s x = *c; return x.a[1]; }`],
    ['large local', `struct s { char a[1 << 14]; }; ${socket} f(struct s *c) { struct s x = *c; return x.a[1]; }`],
    [
      'thousand messages',
      `#include <bpf/bpf_helpers.h>\n${socket} f(void *c) { ${'bpf_printk("a%d", 1);'.repeat(1000)} return 0; }`,
    ],
    [
      'tree of calls',
      `static int c0(int x) { return x * 3; }\n${Array.from({ length: 20 }, (_, i) => `static int c${i + 1}(int x) { return c${i}(x) + c${i}(x + 1) * c${i}(x ^ 5); }`).join('\n')}\n${socket} f(int *p) { return c20(p[0]); }`,
    ],
    [
      'switch of 20,000 cases',
      `${socket} f(int *p) { switch (p[0]) { ${Array.from({ length: 20_000 }, (_, i) => `case ${i * 3}: return ${i * 7};`).join('\n')} } return 0; }`,
    ],
    [
      'function of 3,000 values at once',
      `${socket} f(int *p) { ${Array.from({ length: 3000 }, (_, i) => `int v${i} = p[0] * ${i};`).join(' ')} return ${Array.from({ length: 3000 }, (_, i) => `v${i}`).join(' ^ ')}; }`,
    ],
    [
      'struct of 50,000 bit-fields',
      `struct s { ${Array.from({ length: 50_000 }, (_, i) => `unsigned b${i}:${(i % 31) + 1};`).join('\n')} } v; ${socket} f(int *p) { return v.b0; }`,
    ],
    ['huge shift', 'int y = 1 << 0x7fffffff; long z = 1L << -1;'],
    ['unterminated comment', '/* '.repeat(1000)],
    ['NUL bytes', '\0'.repeat(1000)],
    ['recursive struct', 'struct s { struct s a; } x;'],
    ['recursive function', '__attribute__((section("socket"))) int f(void *c) { return f(c); }'],
    [
      'static recursion',
      'static int g(int a) { return a ? g(a - 1) : 0; } __attribute__((section("socket"))) int f(void *c) { return g(5); }',
    ],
  ])('survives a %s', (_title, text) => attempt(text));

  it('survives an include loop', () => {
    const resolve = (): { name: string; text: string } => ({ name: 'loop.h', text: '#include "loop.h"\n' });
    expect(() => compileC('#include "loop.h"\n', { resolve })).toThrow(SourceError);
  });
});
