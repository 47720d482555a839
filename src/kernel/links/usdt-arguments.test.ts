// Operands of USDT notes as compilers write them.

import { describe, expect, it } from 'vitest';
import { FormatError } from '../../base/index.ts';
import { encodeSpecification, parseUsdtArguments } from './usdt-arguments.ts';

describe('parseUsdtArguments', () => {
  it.each([
    ['', []],
    ['-4@$5', [{ sizeBytes: 4, signed: true, kind: 'constant', value: 5n }]],
    ['8@$-1', [{ sizeBytes: 8, signed: false, kind: 'constant', value: -1n }]],
    ['4@$0x10', [{ sizeBytes: 4, kind: 'constant', value: 16n }]],
    ['-4@%eax', [{ kind: 'register', register: 'eax' }]],
    ['8f@%rax', [{ sizeBytes: 8, kind: 'register', register: 'rax' }]],
    [
      '8@-1208(%rbp) 1@%dil',
      [
        { kind: 'memory', value: -1208n, register: 'rbp' },
        { sizeBytes: 1, register: 'dil' },
      ],
    ],
    ['8@(%rdi)', [{ kind: 'memory', value: 0n, register: 'rdi' }]],
    ['-2@4(%rax,%rcx,8)', [{ kind: 'indexed', value: 4n, register: 'rax', index: 'rcx', scale: 3 }]],
    ['8@(%rax,%rcx)', [{ kind: 'indexed', scale: 0 }]],
  ])('%s', (text, expected) => {
    expect(parseUsdtArguments(text, 'x64')).toMatchObject(expected);
  });

  it.each([
    [
      '-4@5 8@x0',
      [
        { kind: 'constant', value: 5n },
        { kind: 'register', register: 'x0' },
      ],
    ],
    [
      '8@[sp, 96] -4@[x20]',
      [
        { kind: 'memory', value: 96n, register: 'sp' },
        { kind: 'memory', register: 'x20' },
      ],
    ],
  ])('%s on arm64', (text, expected) => {
    expect(parseUsdtArguments(text, 'arm64')).toMatchObject(expected);
  });

  it.each(['4@foo+8(%rip)', '3@%eax', '%eax', '4@', '4@$'])('%s is not understood', (text) => {
    expect(() => parseUsdtArguments(text, 'x64')).toThrow(FormatError);
  });
});

describe('encodeSpecification', () => {
  /** Where `struct pt_regs` has them. */
  const offsets: Readonly<Record<string, number>> = {
    ...{
      r15: 0,
      r12d: 24,
      rbp: 32,
      bpl: 32,
      rbx: 40,
      bl: 40,
      r8b: 72,
      r9w: 64,
      rax: 80,
      al: 80,
      ax: 80,
      rcx: 88,
      cl: 88,
    },
    ...{ edx: 96, dl: 96, sil: 104, esi: 104, rdi: 112, dil: 112, rip: 128, rsp: 152, spl: 152 },
  };

  it.each(Object.entries(offsets))('register %s is at %i', (register, offset) => {
    const bytes = encodeSpecification(parseUsdtArguments(`-4@%${register}`, 'x64'), 7n, 'x64');
    const view = new DataView(bytes.buffer);
    expect([view.getUint32(8, true), view.getInt16(12, true), view.getUint8(14), view.getUint8(15)]).toEqual([
      1,
      offset,
      1,
      32,
    ]);
    expect([view.getBigUint64(192, true), view.getInt16(200, true)]).toEqual([7n, 1]);
  });

  it('refuses registers that are none, and too many arguments', () => {
    expect(() => encodeSpecification(parseUsdtArguments('4@%xmm0', 'x64'), 0n, 'x64')).toThrow(FormatError);
    const many = parseUsdtArguments(Array<string>(13).fill('4@$1').join(' '), 'x64');
    expect(() => encodeSpecification(many, 0n, 'x64')).toThrow(FormatError);
  });
});
