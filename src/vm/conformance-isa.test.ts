// RFC 9669 instruction by instruction: files in the conformance syntax for every operation, width and kind of operand, with
// corner values; what they must give is worked out here, from the RFC's definitions, in whole numbers.

import { describe, expect, test } from 'vitest';
import { runConformanceFile } from './conformance.ts';
import { engineChoices } from './differential/engines.ts';

const WORD = 64;
const u = (value: bigint, bits = WORD): bigint => BigInt.asUintN(bits, value);
const s = (value: bigint, bits = WORD): bigint => BigInt.asIntN(bits, value);

/** `bits` wide operands, unsigned; the result is cut to `bits`. */
type Meaning = (a: bigint, b: bigint, bits: number) => bigint;

const arithmetic: Readonly<Record<string, Meaning>> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => (b === 0n ? 0n : a / b),
  sdiv: (a, b, bits) => (b === 0n ? 0n : s(a, bits) / s(b, bits)),
  mod: (a, b) => (b === 0n ? a : a % b),
  smod: (a, b, bits) => (b === 0n ? a : s(a, bits) % s(b, bits)),
  or: (a, b) => a | b,
  and: (a, b) => a & b,
  xor: (a, b) => a ^ b,
  mov: (_, b) => b,
  lsh: (a, b, bits) => a << (b & BigInt(bits - 1)),
  rsh: (a, b, bits) => a >> (b & BigInt(bits - 1)),
  arsh: (a, b, bits) => s(a, bits) >> (b & BigInt(bits - 1)),
};

const conditions: Readonly<Record<string, (a: bigint, b: bigint, bits: number) => boolean>> = {
  jeq: (a, b) => a === b,
  jne: (a, b) => a !== b,
  jgt: (a, b) => a > b,
  jge: (a, b) => a >= b,
  jlt: (a, b) => a < b,
  jle: (a, b) => a <= b,
  jset: (a, b) => (a & b) !== 0n,
  jsgt: (a, b, bits) => s(a, bits) > s(b, bits),
  jsge: (a, b, bits) => s(a, bits) >= s(b, bits),
  jslt: (a, b, bits) => s(a, bits) < s(b, bits),
  jsle: (a, b, bits) => s(a, bits) <= s(b, bits),
};

const wide = [
  0n,
  1n,
  3n,
  0x7fff_ffffn,
  0x8000_0000n,
  0xffff_ffffn,
  0x1_0000_0000n,
  0x1122_3344_5566_7788n,
  0x7fff_ffff_ffff_ffffn,
  0x8000_0000_0000_0000n,
  0xffff_ffff_ffff_fff3n,
  0xffff_ffff_ffff_ffffn,
];
const immediates = [0n, 1n, 7n, 31n, 63n, 0x7fffffffn, -1n, -7n, -0x80000000n];

const hex = (value: bigint): string => `0x${u(value).toString(16)}`;
/** How an immediate may be written: decimal, negative, hexadecimal of 32 or of 64 bits. */
const spellings = (value: bigint): readonly string[] =>
  value < 0n
    ? [`${value}`, `-0x${(-value).toString(16)}`, `0x${u(value, 32).toString(16)}`, hex(value)]
    : [`${value}`, hex(value)];

/** Adds what is in r0 to the results before it, in r9, so that one file has many. */
const COLLECT = ['mul %r9, 31', 'add %r9, %r0'];
const collect = (results: readonly bigint[]): bigint => results.reduce((sum, one) => u(sum * 31n + one), 0n);

interface File {
  readonly name: string;
  readonly text: string;
}

/** A file of cases that each leave a result in r0. */
function fileOf(name: string, cases: readonly { lines: readonly string[]; result: bigint }[], memory = ''): File {
  const asm = ['mov %r9, 0', ...cases.flatMap(({ lines }) => [...lines, ...COLLECT]), 'mov %r0, %r9', 'exit'];
  const mem = memory === '' ? '' : `-- mem\n${memory}\n`;
  return {
    name,
    text: `-- asm\n${asm.join('\n')}\n${mem}-- result\n${hex(collect(cases.map(({ result }) => result)))}\n`,
  };
}

const widths = [
  ['', 64],
  ['32', 32],
] as const;

function aluFiles(): File[] {
  return Object.entries(arithmetic).flatMap(([name, meaning]) =>
    widths.flatMap(([suffix, bits]) => {
      const result = (a: bigint, b: bigint): bigint => u(meaning(u(a, bits), u(b, bits), bits), bits);
      const byRegister = wide.flatMap((a) =>
        wide.map((b) => ({
          lines: [`lddw %r0, ${hex(a)}`, `lddw %r1, ${hex(b)}`, `${name}${suffix} %r0, %r1`],
          result: result(a, b),
        })),
      );
      const byImmediate = wide.flatMap((a) =>
        immediates.flatMap((b) =>
          spellings(b).map((text) => ({
            lines: [`lddw %r0, ${hex(a)}`, `${name}${suffix} %r0, ${text}`],
            result: result(a, b),
          })),
        ),
      );
      const bySelf = wide.map((a) => ({
        lines: [`lddw %r0, ${hex(a)}`, `${name}${suffix} %r0, %r0`],
        result: result(a, a),
      }));
      return [
        fileOf(`${name}${suffix}, register`, byRegister),
        fileOf(`${name}${suffix}, immediate`, byImmediate),
        fileOf(`${name}${suffix}, itself`, bySelf),
      ];
    }),
  );
}

function swapped(value: bigint, bits: number): bigint {
  let result = 0n;
  for (let at = 0; at < bits; at += 8) result = (result << 8n) | ((value >> BigInt(at)) & 0xffn);
  return result;
}

function unaryFiles(): File[] {
  const swaps = ([16, 32, 64] as const).flatMap((bits): [string, (a: bigint) => bigint][] => [
    [`be${bits} %r0`, (a): bigint => swapped(a, bits)],
    [`le${bits} %r0`, (a): bigint => u(a, bits)],
    [`swap${bits} %r0`, (a): bigint => swapped(a, bits)],
    [`bswap${bits} %r0`, (a): bigint => swapped(a, bits)],
  ]);
  const moves = ([8, 16, 32] as const).flatMap((bits): [string, (a: bigint) => bigint][] => {
    const wideMove: [string, (a: bigint) => bigint] = [`movsx${bits}64 %r0, %r0`, (a): bigint => s(a, bits)];
    return bits === 32 ? [wideMove] : [wideMove, [`movsx${bits}32 %r0, %r0`, (a): bigint => u(s(a, bits), 32)]];
  });
  const negations: [string, (a: bigint) => bigint][] = [
    ['neg %r0', (a): bigint => -a],
    ['neg64 %r0', (a): bigint => -a],
    ['neg32 %r0', (a): bigint => u(-a, 32)],
  ];
  return [...swaps, ...moves, ...negations].map(([text, meaning]) =>
    fileOf(
      text,
      wide.map((a) => ({ lines: [`lddw %r0, ${hex(a)}`, text], result: u(meaning(a)) })),
    ),
  );
}

/** Jumps over an instruction by distance, by a label forwards, and by a label backwards. */
function branchFiles(): File[] {
  let labels = 0;
  const taken = (jump: string): string[] => {
    const label = `l${labels++}`;
    const ways = [
      ['mov %r0, 1', `${jump}, +1`, 'mov %r0, 2'],
      ['mov %r0, 1', `${jump}, ${label}`, 'mov %r0, 2', `${label}:`],
      [
        `ja ${label}_in`,
        `${label}:`,
        'mov %r0, 1',
        `ja ${label}_out`,
        `${label}_in:`,
        `${jump}, ${label}`,
        'mov %r0, 2',
        `${label}_out:`,
      ],
    ];
    return ways[labels % ways.length] as string[];
  };
  return Object.entries(conditions).flatMap(([name, meaning]) =>
    widths.flatMap(([suffix, bits]) => {
      const result = (a: bigint, b: bigint): bigint => (meaning(u(a, bits), u(b, bits), bits) ? 1n : 2n);
      const byRegister = wide.flatMap((a) =>
        wide.map((b) => ({
          lines: [`lddw %r1, ${hex(a)}`, `lddw %r2, ${hex(b)}`, ...taken(`${name}${suffix} %r1, %r2`)],
          result: result(a, b),
        })),
      );
      const byImmediate = wide.flatMap((a) =>
        immediates.map((b, index) => ({
          lines: [
            `lddw %r1, ${hex(a)}`,
            ...taken(`${name}${suffix} %r1, ${spellings(b)[index % spellings(b).length] as string}`),
          ],
          result: result(a, b),
        })),
      );
      return [fileOf(`${name}${suffix}, register`, byRegister), fileOf(`${name}${suffix}, immediate`, byImmediate)];
    }),
  );
}

const memory = 'f8 f7 f6 f5 f4 f3 f2 f1 01 02 03 04 05 06 07 08';
const bytes = memory.split(' ').map((byte) => BigInt(`0x${byte}`));
const atMemory = (at: number, size: number): bigint =>
  bytes.slice(at, at + size).reduceRight((value, byte) => (value << 8n) | byte, 0n);
const sizes = { b: 1, h: 2, w: 4, dw: 8 } as const;

function memoryFiles(): File[] {
  return Object.entries(sizes).flatMap(([letter, size]) => {
    const places = [0, 1, 5, 8];
    const loads = places.map((at) => ({
      lines: [`ldx${letter} %r0, [%r1${at === 0 ? '' : `+${at}`}]`],
      result: atMemory(at, size),
    }));
    const backwards = places.map((at) => ({
      lines: ['mov %r3, %r1', 'add %r3, 16', `ldx${letter} %r0, [%r3-${16 - at}]`],
      result: atMemory(at, size),
    }));
    const signed =
      size === 8
        ? []
        : places.map((at) => ({
            lines: [`ldxs${letter} %r0, [%r1+${at}]`],
            result: u(s(atMemory(at, size), size * 8)),
          }));
    const clear = 'stdw [%r10-16], -1';
    const stored = (value: bigint): bigint => u((-1n << BigInt(size * 8)) | u(value, size * 8));
    const stores = [0x11n, -2n, 0x7fffffffn].flatMap((value) => [
      { lines: [clear, `st${letter} [%r10-16], ${value}`, 'ldxdw %r0, [%r10-16]'], result: stored(value) },
      {
        lines: [clear, `mov %r4, ${value}`, `stx${letter} [%r10-16], %r4`, 'ldxdw %r0, [%r10-16]'],
        result: stored(value),
      },
    ]);
    return [
      fileOf(`ldx${letter}`, [...loads, ...backwards, ...signed], memory),
      fileOf(`st${letter}, stx${letter}`, stores),
    ];
  });
}

function atomicFiles(): File[] {
  const operations: Readonly<Record<string, (old: bigint, b: bigint) => bigint>> = {
    add: (old, b) => old + b,
    or: (old, b) => old | b,
    and: (old, b) => old & b,
    xor: (old, b) => old ^ b,
  };
  return widths.flatMap(([suffix, bits]) => {
    const load = bits === 64 ? 'ldxdw' : 'ldxw';
    const start = (a: bigint, b: bigint): string[] => [
      `lddw %r3, ${hex(a)}`,
      'stxdw [%r10-8], %r3',
      `lddw %r1, ${hex(b)}`,
    ];
    const pairs = wide.flatMap((a) => wide.map((b) => [a, b] as const));
    const plain = Object.entries(operations).flatMap(([name, meaning]) => [
      fileOf(
        `lock ${name}${suffix}`,
        pairs.map(([a, b]) => ({
          lines: [...start(a, b), `lock ${name}${suffix} [%r10-8], %r1`, `${load} %r0, [%r10-8]`, 'xor %r0, %r1'],
          result: u(meaning(u(a, bits), u(b, bits)), bits) ^ b,
        })),
      ),
      fileOf(
        `lock fetch_${name}${suffix}`,
        pairs.map(([a, b]) => ({
          lines: [...start(a, b), `lock fetch_${name}${suffix} [%r10-8], %r1`, `${load} %r0, [%r10-8]`, 'sub %r0, %r1'],
          result: u(u(meaning(u(a, bits), u(b, bits)), bits) - u(a, bits)),
        })),
      ),
    ]);
    const exchange = pairs.map(([a, b]) => ({
      lines: [...start(a, b), `lock xchg${suffix} [%r10-8], %r1`, `${load} %r0, [%r10-8]`, 'sub %r0, %r1'],
      result: u(u(b, bits) - u(a, bits)),
    }));
    const compared = pairs.map(([a, b]) => ({
      lines: [
        ...start(a, 0x55n),
        `lddw %r0, ${hex(b)}`,
        `lock cmpxchg${suffix} [%r10-8], %r1`,
        `${load} %r2, [%r10-8]`,
        'sub %r0, %r2',
      ],
      result: u(u(a, bits) - (u(a, bits) === u(b, bits) ? 0x55n : u(a, bits))),
    }));
    return [...plain, fileOf(`lock xchg${suffix}`, exchange), fileOf(`lock cmpxchg${suffix}`, compared)];
  });
}

const files = [...aluFiles(), ...unaryFiles(), ...branchFiles(), ...memoryFiles(), ...atomicFiles()];

/** Whole programs: calls, labels named like instructions, numbers and comments as people write them. */
const programs: readonly (readonly [name: string, asm: string, result: string])[] = [
  ['a label named exit', 'mov %r0, 1\njeq %r0, 1, exit\nmov %r0, 2\nexit:\nexit', '1'],
  ['labels and instructions on one line', 'start: mov %r0, 1\nja end\nmid: mov %r0, 2\nend: exit', '1'],
  ['comments of three kinds', 'mov %r0, 1 # one\nadd %r0, 2 ; two\n// three\nadd %r0, 4 // four\nexit', '7'],
  [
    'registers without signs, blanks and capitals',
    '  MOV   r0 ,  0X10\n\tadd %r0,%r0\nldxb %r1, [ %r10 - 1 ]\nexit',
    '32',
  ],
  [
    'ja by distance, by label, long',
    'ja +1\nexit\nja32 l\nexit\nl: ja32 +1\nexit\ngotol m\nexit\nm: mov %r0, 5\nexit',
    '5',
  ],
  [
    'a call of a label, and one that is named local',
    'mov %r1, 4\ncall local f\nmov %r1, %r0\ncall g\nexit\nf: mov %r0, %r1\nexit\ng: mov %r0, %r1\nadd %r0, 1\nexit',
    '5',
  ],
  [
    'calls eight deep',
    'call local a\nexit\na: call local b\nexit\nb: call local c\nexit\nc: call local d\nexit\nd: call local e\nexit\ne: call local f\nexit\nf: call local g\nexit\ng: mov %r0, 8\nexit',
    '8',
  ],
  ['callx of a helper', 'mov %r6, 5\ncallx %r6\njeq %r0, 0, +1\nmov %r0, 1\nexit', '1'],
  [
    'lddw in decimal, negative and with all bits',
    'lddw %r0, 1234605616436508552\nlddw %r1, -1234605616436508552\nadd %r0, %r1\nlddw %r2, 0xffffffffffffffff\nsub %r0, %r2\nexit',
    '1',
  ],
];

describe.each(engineChoices.filter(({ mode }) => mode === 'checked'))('$engine', (options) => {
  test.each(files)('$name', ({ text }) => {
    expect(runConformanceFile(text, options)).toEqual({ ok: true, why: '' });
  });

  test.each(programs)('%s', (_, asm, result) => {
    expect(runConformanceFile(`-- asm\n${asm}\n-- result\n${result}\n`, options)).toEqual({ ok: true, why: '' });
  });
});

test('memory may be written in several ways', () => {
  for (const written of ['01 02 0a', '0x01, 0x02, 0x0a', '01020a', '01 # one\n02\n0A'])
    expect(
      runConformanceFile(`-- asm\nldxb %r0, [%r1+2]\nadd %r0, %r2\nexit\n-- mem\n${written}\n-- result\n13\n`).ok,
    ).toBe(true);
});

test('memory that is no hexadecimal is told', () => {
  const file = '-- asm\nmov %r0, 0\nexit\n-- mem\n01 zz\n-- result\n0\n';
  expect(runConformanceFile(file)).toEqual({ ok: false, why: '"zz" is no byte in hexadecimal' });
});

test('a wrong result is found', () => {
  const [file] = files as [File];
  expect(runConformanceFile(file.text.replace(/0x\w+\n$/, '0x1\n')).ok).toBe(false);
});
