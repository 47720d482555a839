import { describe, expect, test } from 'vitest';
import { FormatError, UsageError } from '../base/index.ts';
import { sectionType } from './constants.ts';
import { parseElf } from './parse-elf.ts';
import { type ElfImage, writeElf } from './write-elf.ts';

const image: ElfImage = {
  sections: [
    {
      name: 'xdp',
      flags: 6,
      alignment: 8,
      data: Uint8Array.of(1, 2, 3),
      relocations: [{ offset: 0, type: 1, symbol: 0 }],
    },
    { name: '.bss', type: sectionType.nobits, size: 12, alignment: 4 },
  ],
  symbols: [
    { name: 'run', type: 'function', binding: 'global', section: 0, size: 3 },
    { name: 'größe', type: 'object', section: 1, value: 4, size: 8, visibility: 'hidden' },
    { name: 'weak', binding: 'weak' },
    { name: 'fixed', definition: 'absolute', value: 77 },
  ],
};

describe('writeElf', () => {
  test.each(['little', 'big'] as const)('gives what the reader reads, %s-endian', (endian) => {
    const elf = parseElf(writeElf({ ...image, endian }));
    expect(elf.header).toMatchObject({ endian, class: 64, type: 1, machine: 247 });
    expect(elf.section('xdp')?.data).toEqual(Uint8Array.of(1, 2, 3));
    expect(elf.section('.bss')).toMatchObject({ index: 2, size: 12, type: 8, alignment: 4 });
    expect([...elf.symbols].map(({ name, definition, section, value }) => [name, definition, section, value])).toEqual([
      ['', 'undefined', 0, 0],
      ['größe', 'section', 2, 4],
      ['fixed', 'absolute', 0, 77],
      ['run', 'section', 1, 0],
      ['weak', 'undefined', 0, 0],
    ]);
    expect(elf.symbols.find('größe')).toMatchObject({ visibility: 'hidden', binding: 'local' });
    const xdp = elf.section('xdp');
    expect(xdp && elf.relocations(xdp)).toEqual([{ offset: 0, type: 1, symbol: 3, addend: undefined }]);
  });

  test('gives the same bytes each time', () => {
    expect(writeElf(image)).toEqual(writeElf(image));
  });

  test('refuses what refers to nothing', () => {
    const [first] = image.sections;
    const relocations = [{ offset: 0, type: 1, symbol: 9 }];
    expect(() => writeElf({ sections: [{ name: 'x', ...first, relocations }], symbols: [] })).toThrow(UsageError);
    expect(() => writeElf({ sections: [], symbols: [{ name: 'x', section: 0 }] })).toThrow(UsageError);
  });
});

describe('hostile files', () => {
  test('many sections that share one endless name end soon', () => {
    const bytes = writeElf({ sections: [{ name: 'x', data: new Uint8Array(1 << 20).fill(0x61) }], symbols: [] });
    const view = new DataView(bytes.buffer);
    const headers = Number(view.getBigUint64(40, true));
    // The names are looked for in section 1.
    view.setUint16(62, 1, true);
    expect(() => parseElf(bytes)).toThrow(FormatError);
    expect(headers).toBeGreaterThan(1 << 20);
  });

  test('counts beyond the file are refused at once', () => {
    const bytes = writeElf(image);
    const view = new DataView(bytes.buffer);
    const headers = Number(view.getBigUint64(40, true));
    view.setUint16(60, 0, true);
    view.setBigUint64(headers + 32, 1n << 40n, true);
    expect(() => parseElf(bytes)).toThrow(FormatError);
  });

  test('an empty file, text and half a header are no ELF', () => {
    for (const bytes of [[], [0x7f, 0x45, 0x4c, 0x46], [0x23, 0x21], [...writeElf(image).subarray(0, 40)]])
      expect(() => parseElf(Uint8Array.from(bytes))).toThrow(FormatError);
  });
});
