// The runner of conformance files, and corner cases of the instruction set, in both engines and both modes.

import { describe, expect, test } from 'vitest';
import type { ConformanceOptions } from './conformance.ts';
import { runConformanceFile } from './conformance.ts';
import { engineChoices } from './differential/engines.ts';

/** Assembly, memory as hexadecimal bytes, and r0 (RFC 9669; expected values worked out by hand). */
const cases: readonly (readonly [name: string, asm: string, result: string, mem?: string])[] = [
  [
    'memory and its length',
    'ldxw %r0, [%r1]\nlsh %r2, 32\nor %r0, %r2\nexit',
    '0x0000000844332211',
    '11 22 33 44 55 66 77 88',
  ],
  ['unsigned division by zero is zero', 'mov %r0, 7\nmov %r1, 0\ndiv %r0, %r1\nexit', '0'],
  ['signed division by zero is zero', 'mov %r0, -7\nmov %r1, 0\nsdiv %r0, %r1\nexit', '0'],
  [
    'modulo by zero keeps the dividend',
    'lddw %r0, 0x1122334455667788\nmov %r1, 0\nmod %r0, %r1\nexit',
    '0x1122334455667788',
  ],
  [
    '32-bit modulo by zero cuts the dividend',
    'lddw %r0, 0x1122334455667788\nmov %r1, 0\nmod32 %r0, %r1\nexit',
    '0x55667788',
  ],
  [
    'smallest divided by -1 (64)',
    'lddw %r0, 0x8000000000000000\nmov %r1, -1\nsdiv %r0, %r1\nexit',
    '0x8000000000000000',
  ],
  ['smallest divided by -1 (32)', 'mov32 %r0, 0x80000000\nmov %r1, -1\nsdiv32 %r0, %r1\nexit', '0x80000000'],
  ['smallest modulo -1', 'lddw %r0, 0x8000000000000000\nmov %r1, -1\nsmod %r0, %r1\nexit', '0'],
  ['signed modulo has the sign of the dividend', 'mov %r0, -13\nmov %r1, 3\nsmod %r0, %r1\nexit', '-1'],
  ['shift distances are taken modulo 64', 'mov %r0, 1\nmov %r1, 65\nlsh %r0, %r1\nexit', '2'],
  ['shift distances are taken modulo 32', 'mov %r0, -1\nmov %r1, 36\nrsh32 %r0, %r1\nexit', '0xfffffff'],
  ['arithmetic shift of 32 bits', 'mov32 %r0, 0x80000000\narsh32 %r0, 31\nexit', '0xffffffff'],
  ['32-bit results have no upper half', 'mov %r0, -1\nadd32 %r0, 1\nexit', '0'],
  ['immediates are extended by their sign', 'mov %r0, 0\nor %r0, -2\nexit', '-2'],
  [
    'product of 64 bits',
    'lddw %r0, 0x123456789abcdef1\nlddw %r1, 0xfedcba9876543211\nmul %r0, %r1\nexit',
    '0x347e9a0f6729e001',
  ],
  ['byte order to big', 'lddw %r0, 0x1122334455667788\nbe64 %r0\nexit', '0x8877665544332211'],
  ['byte order to big, 16 bits', 'lddw %r0, 0x1122334455667788\nbe16 %r0\nexit', '0x8877'],
  ['byte order to little cuts', 'lddw %r0, 0x1122334455667788\nle32 %r0\nexit', '0x55667788'],
  ['byte swap', 'lddw %r0, 0x1122334455667788\nswap32 %r0\nexit', '0x88776655'],
  ['move with sign extension', 'mov %r1, 0x80\nmovsx864 %r0, %r1\nexit', '-128'],
  ['move with sign extension to 32 bits', 'mov %r1, 0x8000\nmovsx1632 %r0, %r1\nexit', '0xffff8000'],
  ['load with sign extension', 'ldxsh %r0, [%r1+1]\nexit', '-257', '00 ff fe'],
  ['signed comparison', 'mov %r0, 0\nmov %r1, -1\njsgt %r1, 0, +1\nmov %r0, 1\nexit', '1'],
  [
    'comparison of lower halves only',
    'lddw %r1, 0xffffffff00000001\nmov %r0, 0\njeq32 %r1, 1, +1\nexit\nmov %r0, 1\nexit',
    '1',
  ],
  [
    'exchange',
    'stdw [%r10-8], 5\nmov %r0, 9\nlock xchg [%r10-8], %r0\nldxdw %r1, [%r10-8]\nlsh %r1, 8\nor %r0, %r1\nexit',
    '0x905',
  ],
  [
    'compare and exchange, equal',
    'stdw [%r10-8], 5\nmov %r0, 5\nmov %r1, 7\nlock cmpxchg [%r10-8], %r1\nldxdw %r0, [%r10-8]\nexit',
    '7',
  ],
  [
    '32-bit compare and exchange, different',
    'stdw [%r10-8], -1\nmov %r0, 5\nmov %r1, 7\nlock cmpxchg32 [%r10-8], %r1\nexit',
    '0xffffffff',
  ],
  [
    'fetch and add',
    'stdw [%r10-8], 40\nmov %r1, 2\nlock fetch_add [%r10-8], %r1\nldxdw %r0, [%r10-8]\nmul %r0, %r1\nexit',
    '1680',
  ],
  ['long jump', 'mov %r0, 1\nja32 end\nmov %r0, 2\nend:\nexit', '1'],
  [
    'local call keeps r6 to r9',
    'mov %r6, 3\ncall local f\nadd %r0, %r6\nexit\nf:\nmov %r6, 100\nmov %r0, 4\nexit',
    '7',
  ],
  [
    'frames do not overlap',
    'stdw [%r10-8], 1\ncall local f\nldxdw %r0, [%r10-8]\nexit\nf:\nstdw [%r10-8], 2\nmov %r0, 0\nexit',
    '1',
  ],
];

/** Programs that must fail in checked mode. */
const errors: readonly (readonly [name: string, asm: string])[] = [
  ['read through null', 'mov %r1, 0\nldxb %r0, [%r1]\nexit'],
  ['read past the memory', 'ldxdw %r0, [%r1+1]\nexit'],
  ['write past the stack', 'stdw [%r10], 1\nmov %r0, 0\nexit'],
  ['write below the stack', 'stdw [%r10-520], 1\nmov %r0, 0\nexit'],
  ['endless loop', 'top:\nja top\nexit'],
  ['endless recursion', 'call local f\nexit\nf:\ncall local f\nexit'],
  ['jump outside', 'ja +5\nexit'],
  ['falls off the end', 'mov %r0, 1'],
  ['no such helper', 'call 9999\nexit'],
];

function file(asm: string, rest: string): string {
  return `-- asm\n${asm}\n${rest}`;
}

describe.each(engineChoices)('$engine, $mode', (options: ConformanceOptions) => {
  test.each(cases.map(([name, asm, result, mem]) => ({ name, asm, result, mem })))('$name', ({ asm, result, mem }) => {
    const text = file(asm, `${mem === undefined ? '' : `-- mem\n${mem}\n`}-- result\n${result}\n`);
    expect(runConformanceFile(text, options)).toEqual({ ok: true, why: '' });
  });

  test.each(options.mode === 'checked' ? errors : errors.slice(4))('fails: %s', (_, asm) => {
    const memory = '-- mem\n01 02 03 04 05 06 07 08\n';
    expect(runConformanceFile(file(asm, `${memory}-- error\nsome text\n`), options)).toEqual({ ok: true, why: '' });
    expect(runConformanceFile(file(asm, `${memory}-- result\n0x1\n`), options).ok).toBe(false);
  });

  test('maps by name and helpers by name', () => {
    const asm = [
      'stw [%r10-4], 1',
      'stdw [%r10-16], 77',
      'lddw %r1, map_by_fd(numbers)',
      'mov %r2, %r10',
      'add %r2, -4',
      'mov %r3, %r10',
      'add %r3, -16',
      'mov %r4, 0',
      'call bpf_map_update_elem',
      'lddw %r1, map_by_fd(numbers)',
      'mov %r2, %r10',
      'add %r2, -4',
      'call bpf_map_lookup_elem',
      'ldxdw %r0, [%r0]',
      'exit',
    ].join('\n');
    const text = `-- map\n# name type key value entries\nnumbers 2 4 8 3\n${file(asm, '-- result\n77\n')}`;
    expect(runConformanceFile(text, options)).toEqual({ ok: true, why: '' });
  });
});

test('raw instructions, wrong results and files without expectation', () => {
  const raw = '-- raw\n0x00000007000000b7\n0x0000000000000095\n';
  expect(runConformanceFile(`${raw}-- result\n0x7\n`)).toEqual({ ok: true, why: '' });
  expect(runConformanceFile(`${raw}-- result\n0x8\n`)).toEqual({ ok: false, why: 'expected 0x8, got 0x7' });
  expect(runConformanceFile(`${raw}-- error\n`).ok).toBe(false);
  expect(runConformanceFile(raw).ok).toBe(false);
  expect(runConformanceFile('-- asm\nnonsense\n-- result\n0x1').ok).toBe(false);
});
