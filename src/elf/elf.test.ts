// ELF files made by real tools, of either class and byte order; binutils' readelf is the oracle.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compile } from '../../test/support/compile-c.ts';
import { type ElfFile, type ElfSymbolTable, parseElf, writeElf } from './index.ts';

const source = `
struct key { int a; };
extern int outside(int);
__attribute__((weak)) int weak_one(int x) { return x + 1; }
static __attribute__((noinline)) int hidden(int x) { return x * 3; }
int table[5] = { 1, 2, 3 };
int zeroed[7];
int *pointer = &table[2];
__attribute__((section("other"))) int entry(int x) { return outside(x) + hidden(x) + weak_one(table[x]) + *pointer; }
`;

const directory = mkdtempSync(join(tmpdir(), 'tsbpf-elf-'));
afterAll(() => rmSync(directory, { recursive: true }));

function readelf(...args: string[]): string[] {
  try {
    return execFileSync('readelf', args, { encoding: 'utf8', maxBuffer: 1 << 28, stdio: 'pipe' }).split('\n');
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT')
      throw new Error('readelf is needed: apt-get install binutils', { cause: error });
    throw error;
  }
}

const typeWords: Record<string, string> = {
  NOTYPE: 'none',
  OBJECT: 'object',
  FUNC: 'function',
  SECTION: 'section',
  FILE: 'file',
  TLS: 'tls',
  IFUNC: 'ifunc',
  COMMON: 'common',
};

/** Rows of `readelf -sW`: index, value, size, type, binding, section, name. */
function symbolsByReadelf(file: string, table: string): unknown[][] {
  const rows: unknown[][] = [];
  let inside = false;
  for (const line of readelf('-sW', file)) {
    if (line.startsWith('Symbol table')) inside = line.includes(`'${table}'`);
    const match = /^\s*(\d+): ([0-9a-f]+)\s+(\w+)\s+(\w+)\s+(\w+)\s+\w+\s+(?:\[.*?\]\s+)?(\w+)(?: (.*?))?$/.exec(line);
    if (!inside || !match) continue;
    const [, index, value, size, type, binding, section, name = ''] = match;
    const number = Number(size);
    const plain = name.replace(/@.*/, '').trim();
    rows.push([
      Number(index),
      Number(`0x${value}`),
      number,
      typeWords[type ?? ''],
      binding?.toLowerCase(),
      section,
      plain,
    ]);
  }
  return rows;
}

const placeWords = { undefined: 'UND', absolute: 'ABS', common: 'COM' };

function symbolsByUs(elf: ElfFile, table: ElfSymbolTable): unknown[][] {
  return Array.from(table, ({ index, value, size, type, binding, definition, section, name }) => {
    const place = definition === 'section' ? `${section}` : placeWords[definition];
    // readelf shows a section symbol by its section's name.
    const shown = type === 'section' && name === '' ? (elf.sections[section]?.name ?? '') : name;
    return [index, value, size, type, binding, place, shown];
  });
}

describe.each([
  ['bpf', ['-target', 'bpf']],
  ['bpf, big-endian', ['-target', 'bpfeb']],
  ['mips, 32 bits, big-endian, REL', ['-target', 'mips-linux-gnu']],
  ['i386, 32 bits, REL', ['-target', 'i386-linux-gnu']],
  ['powerpc, 32 bits, big-endian, RELA', ['-target', 'powerpc-linux-gnu']],
  ['s390x, 64 bits, big-endian, RELA', ['-target', 's390x-linux-gnu']],
  ['x86-64, sections compressed', ['-target', 'x86_64-linux-gnu', '-gz=zlib']],
])('an object for %s', (name, flags) => {
  const file = join(directory, `${name.replace(/\W+/g, '-')}.o`);
  let elf: ElfFile;
  beforeAll(async () => {
    const bytes = await compile({ compiler: 'clang-16', source, flags: ['-O1', '-g', '-c', ...flags] });
    writeFileSync(file, bytes);
    elf = parseElf(bytes);
  });

  test('has the header and sections that readelf says', () => {
    const text = readelf('-hW', file).join('\n');
    expect(text).toContain(elf.header.class === 64 ? 'ELF64' : 'ELF32');
    expect(text).toContain(elf.header.endian === 'little' ? 'little endian' : 'big endian');
    const rows = readelf('-SW', file).flatMap((line) => {
      const match = /^\s*\[ *(\d+)\] (\S+)\s+\S+\s+[0-9a-f]+ ([0-9a-f]+) ([0-9a-f]+) /.exec(line);
      return match ? [[Number(match[1]), match[2], parseInt(match[3] ?? '', 16), parseInt(match[4] ?? '', 16)]] : [];
    });
    expect(rows.length).toBeGreaterThan(5);
    expect(elf.sections.slice(1).map(({ index, name: title, offset, size }) => [index, title, offset, size])).toEqual(
      rows,
    );
    expect(elf.section('.debug_info')?.compressed).toBe(flags.includes('-gz=zlib'));
  });

  test('has the symbols that readelf says', () => {
    expect(symbolsByUs(elf, elf.symbols)).toEqual(symbolsByReadelf(file, '.symtab'));
    expect(elf.symbols.find('entry')).toMatchObject({ type: 'function', binding: 'global', definition: 'section' });
    expect(elf.symbols.find('outside')).toMatchObject({ definition: 'undefined', section: 0 });
    expect(elf.symbols.find('weak_one')).toMatchObject({ binding: 'weak' });
    expect(elf.symbols.find('no such symbol')).toBeUndefined();
  });

  test('has the relocations that readelf says', () => {
    const rows = readelf('-rW', file).flatMap((line) => {
      const match = /^([0-9a-f]+) +([0-9a-f]+) +R_/.exec(line);
      return match ? [`${parseInt(match[1] ?? '', 16)} ${BigInt(`0x${match[2]}`)}`] : [];
    });
    const shift = elf.header.class === 64 ? 32n : 8n;
    const ours = elf.sections.flatMap((section) =>
      elf
        .relocations(section)
        .map(({ offset, type, symbol }) => `${offset} ${(BigInt(symbol) << shift) | BigInt(type)}`),
    );
    expect(ours.sort()).toEqual(rows.sort());
    expect(ours.length).toBeGreaterThan(3);
  });
});

describe('libc and this process', () => {
  const libc = ['/lib/x86_64-linux-gnu/libc.so.6', '/lib/aarch64-linux-gnu/libc.so.6', '/usr/lib64/libc.so.6'];
  const path = libc.find((candidate) => {
    try {
      return readFileSync(candidate).length > 0;
    } catch {
      return false;
    }
  });

  test('symbols, build id and addresses as readelf says', () => {
    if (path === undefined) throw new Error(`no libc at ${libc.join(', ')}`);
    const elf = parseElf(readFileSync(path), path);
    expect(symbolsByUs(elf, elf.dynamicSymbols)).toEqual(symbolsByReadelf(path, '.dynsym'));
    expect(readelf('-nW', path).join('\n')).toContain(`Build ID: ${elf.buildId()}`);
    const malloc = elf.dynamicSymbols.find('malloc');
    if (!malloc) throw new Error('libc has no malloc');
    expect(elf.dynamicSymbols.resolve(malloc.value + 1)?.value).toBe(malloc.value);
    const offset = elf.fileOffset(malloc.value);
    const text = elf.sections[malloc.section];
    expect(offset).toBe(malloc.value - (text?.address ?? 0) + (text?.offset ?? 0));
    expect(elf.address(offset ?? 0)).toBe(malloc.value);
    expect(elf.fileOffset(0xffff_ffff_ffff)).toBeUndefined();
  });

  test('resolves addresses as a search of all does', () => {
    const elf = parseElf(readFileSync(path ?? ''));
    const functions = [...elf.dynamicSymbols].filter(
      ({ type, definition }) => ['function', 'object', 'ifunc'].includes(type) && definition !== 'undefined',
    );
    const covers =
      (at: number) =>
      (symbol: { value: number; size: number }): boolean =>
        symbol.value <= at && at < symbol.value + Math.max(1, symbol.size);
    for (const { value, size } of functions.filter((_, index) => index % 17 === 0)) {
      const at = value + Math.floor(size / 2);
      const start = Math.max(...functions.filter(covers(at)).map((symbol) => symbol.value));
      expect(elf.dynamicSymbols.resolve(at)?.value).toBe(start);
    }
    expect(elf.dynamicSymbols.resolve(1)).toBeUndefined();
  });
});

test('notes of probes, and the name of the file with the symbols', async () => {
  const assembly = `
    asm(".pushsection .note.stapsdt,\\"\\",@note\\n.balign 4\\n.4byte 8, 12, 3\\n.asciz \\"stapsdt\\"\\n"
        ".8byte 0x1122334455667788\\n.asciz \\"a:b\\"\\n.popsection\\n"
        ".pushsection .gnu_debuglink,\\"\\",@progbits\\n.asciz \\"x.debug\\"\\n.balign 4\\n.4byte 0x12345678\\n.popsection");
    int x;`;
  const elf = parseElf(await compile({ compiler: 'clang-16', source: assembly, flags: ['-c'] }));
  const [note] = elf.notes().filter(({ owner }) => owner === 'stapsdt');
  expect(note).toMatchObject({ section: '.note.stapsdt', type: 3 });
  expect([...(note?.description ?? [])]).toEqual([0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11, 0x61, 0x3a, 0x62, 0]);
  expect(elf.debugLink()).toEqual({ file: 'x.debug', crc: 0x12345678 });
  expect(elf.buildId()).toBeUndefined();
});

test('more sections than 16 bits count', async () => {
  const many = Array.from(
    { length: 66_000 },
    (_, i) => `asm(".section s${i},\\"a\\"\\n.globl v${i}\\nv${i}: .byte 1");`,
  );
  const bytes = await compile({ compiler: 'clang-16', source: many.join('\n'), flags: ['-c'] });
  const elf = parseElf(bytes);
  expect(elf.sections.length).toBeGreaterThan(66_000);
  const last = elf.symbols.find('v65999');
  expect(elf.sections[last?.section ?? 0]?.name).toBe('s65999');
});

test('readelf accepts what the writer writes', () => {
  const file = join(directory, 'written.o');
  writeFileSync(
    file,
    writeElf({
      sections: [
        {
          name: 'xdp',
          flags: 6,
          alignment: 8,
          data: new Uint8Array(32),
          relocations: [{ offset: 8, type: 1, symbol: 1 }],
        },
        { name: '.bss', type: 8, flags: 3, alignment: 4, size: 12 },
      ],
      symbols: [
        { name: 'run', type: 'function', binding: 'global', section: 0, size: 32 },
        { name: 'counter', type: 'object', section: 1, size: 12 },
        { name: 'outside' },
      ],
    }),
  );
  const elf = parseElf(readFileSync(file));
  expect(symbolsByUs(elf, elf.symbols)).toEqual(symbolsByReadelf(file, '.symtab'));
  expect(readelf('-rW', file).join('\n')).toMatch(/0000000000000008 +0000000100000001 R_BPF_INSN_64 .* counter/);
  expect(readelf('-aW', file).join('\n')).not.toMatch(/[Ww]arning|[Ee]rror/);
});
