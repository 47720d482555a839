// Against readelf, nm and addr2line: offsets and names of programs made by gcc here.

import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compileExecutable } from '../../test/support/compile-c.ts';
import { BpfError, FormatError, SyscallError, UsageError } from '../base/index.ts';
import { parseElf } from '../elf/index.ts';
import { Executable, openExecutable } from './executable.ts';
import { findBinary } from './find-binary.ts';

const source = `
__attribute__((noinline)) int first_one(int a) { return a + 1; }
__attribute__((noinline)) int first_two(int a) { return a + 2; }
static __attribute__((noinline, used)) int hidden(int a) { return a + 3; }
__attribute__((weak)) int feeble(void) { return 4; }
int alias_of_one(int a) __attribute__((alias("first_one")));
int main(void) { return first_one(1) + first_two(2) + hidden(3) + feeble(); }
`;

const kinds = [
  ['position independent', []],
  ['at a fixed address', ['-no-pie']],
  ['static', ['-static']],
] as const;
let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'tsbpf-symbols-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

/** Addresses by name, as nm(1) says. */
function nm(path: string): Map<string, number> {
  const rows = execFileSync('nm', ['--defined-only', path], { encoding: 'utf8' }).matchAll(
    /^([0-9a-f]+) [tTwW] (\S+)$/gm,
  );
  return new Map([...rows].map(([, address, name]) => [name ?? '', Number.parseInt(address ?? '', 16)]));
}

const headers = new Map<string, string>();

/** File offset of an address, as the program headers say. */
function offsetOf(path: string, address: number): number {
  const text = headers.get(path) ?? execFileSync('readelf', ['-lW', path], { encoding: 'utf8' });
  headers.set(path, text);
  for (const [, offset, start, size] of text.matchAll(/LOAD +0x(\S+) 0x(\S+) 0x\S+ 0x(\S+)/g)) {
    const begin = Number.parseInt(start ?? '', 16);
    if (begin <= address && address < begin + Number.parseInt(size ?? '', 16)) {
      return address - begin + Number.parseInt(offset ?? '', 16);
    }
  }
  throw new Error(`no segment for ${address}`);
}

describe.each(kinds)('an executable, %s', (_kind, flags) => {
  let path: string;
  beforeAll(async () => {
    path = await compileExecutable(source, flags);
  });

  test('functions are found where they stand in the file', () => {
    const executable = openExecutable(path);
    const addresses = nm(path);
    for (const name of ['first_one', 'first_two', 'hidden', 'feeble', 'alias_of_one', 'main']) {
      expect(executable.findFunction(name).offset, name).toBe(offsetOf(path, addresses.get(name) ?? 0));
    }
  });

  test('patterns give each place once', () => {
    const executable = openExecutable(path);
    const names = executable.matchFunctions('*_one').map(({ name }) => name);
    expect(names.filter((name) => /^(first|alias_of)_one$/.test(name))).toHaveLength(1);
    expect(
      executable
        .matchFunctions('first_*')
        .map(({ name }) => name)
        .sort(),
    ).toEqual(names.includes('first_one') ? ['first_one', 'first_two'] : ['first_one', 'first_two']);
  });

  test('offsets are given names', () => {
    const executable = openExecutable(path);
    const offset = offsetOf(path, nm(path).get('hidden') ?? 0);
    expect(executable.resolveOffset(offset + 3)).toEqual({ name: 'hidden', offset: 3 });
    expect(executable.resolveOffset(2 ** 40)).toBeUndefined();
  });

  test('unknown functions are refused with a suggestion', () => {
    const executable = openExecutable(path);
    expect(() => executable.findFunction('first_tow')).toThrow(UsageError);
    expect(() => executable.findFunction('first_tow')).toThrow(
      expect.objectContaining({ hint: 'did you mean "first_two"?' }),
    );
    expect(() => executable.matchFunctions('nothing_*')).toThrow(UsageError);
  });

  test('a stripped program is helped by its debug file', () => {
    const stripped = join(directory, 'stripped');
    const debug = join(directory, 'stripped.debug');
    copyFileSync(path, stripped);
    execFileSync('objcopy', ['--only-keep-debug', stripped, debug]);
    execFileSync('strip', ['--strip-all', stripped]);
    expect(() => openExecutable(stripped).findFunction('hidden')).toThrow(
      expect.objectContaining({ hint: expect.stringContaining('stripped') }),
    );
    execFileSync('objcopy', [`--add-gnu-debuglink=${debug}`, stripped]);
    const helped = openExecutable(stripped);
    const offset = offsetOf(path, nm(path).get('hidden') ?? 0);
    expect(helped.findFunction('hidden').offset).toBe(offset);
    expect(helped.resolveOffset(offset + 1)).toEqual({ name: 'hidden', offset: 1 });
    rmSync(stripped);
    rmSync(debug);
  });
});

describe('libraries', () => {
  test('libc by every name that people use', () => {
    const path = findBinary('libc.so.6');
    expect(findBinary('libc')).toBe(path);
    expect(findBinary('c')).toBe(path);
    expect(findBinary('libc', process.pid)).toMatch(/libc/);
    const expected = execFileSync('nm', ['-D', '--defined-only', path], { encoding: 'utf8' });
    const address = Number.parseInt(/^([0-9a-f]+) T malloc@/m.exec(expected)?.[1] ?? '', 16);
    expect(openExecutable(path).findFunction('malloc').offset).toBe(offsetOf(path, address));
  });

  test('symbols of several versions: the default one, or the one asked for', () => {
    const path = findBinary('libc.so.6');
    const symbols = execFileSync('nm', ['-D', '--defined-only', path], { encoding: 'utf8' });
    const offsetBy = (symbol: string): number => {
      const row = symbols.split('\n').find((line) => line.endsWith(` T ${symbol}`));
      return offsetOf(path, Number.parseInt(row ?? '', 16));
    };
    const executable = openExecutable(path);
    const versions = [...symbols.matchAll(/^[0-9a-f]+ T (\w+)(@+)(\S+)$/gm)];
    const severalTimes = versions.filter(([, name], _, all) => all.filter(([, other]) => other === name).length > 1);
    expect(severalTimes.length).toBeGreaterThan(10);
    for (const [, name = '', at, version = ''] of severalTimes) {
      if (at === '@@') expect(executable.findFunction(name).offset, name).toBe(offsetBy(`${name}@@${version}`));
      expect(executable.findFunction(`${name}@${version}`).offset, name).toBe(offsetBy(`${name}${at}${version}`));
    }
    expect(() => executable.findFunction('memcpy')).toThrow(/indirect function/);
  });

  test('programs by name', () => {
    expect(findBinary('bash')).toMatch(/\/bash$/);
    expect(() => findBinary('no-such-program-at-all')).toThrow(UsageError);
    expect(() => findBinary('')).toThrow(UsageError);
    expect(() => findBinary('/')).toThrow(UsageError);
  });

  test('what is no ELF file, or no file', () => {
    expect(() => openExecutable('/etc/passwd')).toThrow(FormatError);
    expect(() => openExecutable('/nowhere')).toThrow(SyscallError);
  });
});

test('a damaged executable gives a typed error, or what is left of its symbols', async () => {
  const whole = readFileSync(await compileExecutable(source, ['-no-pie']));
  const rounds = process.env.TSBPF_LONG ? 20_000 : 300;
  let state = 12345;
  const random = (limit: number): number => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  for (let round = 0; round < rounds; round++) {
    const bytes = new Uint8Array(whole.subarray(0, round % 3 === 0 ? random(whole.length) : whole.length));
    for (let flips = random(12); flips >= 0; flips--) {
      // Headers matter most: half of the damage goes to the first 1,000 bytes and to the section headers at the end.
      const place = [random(bytes.length), random(Math.min(1000, bytes.length)), bytes.length - 1 - random(2000)];
      bytes[place[flips % 3] ?? 0] = random(256);
    }
    const attempts = [
      (executable: Executable): unknown => executable.findFunction('hidden@V1'),
      (executable: Executable): unknown => executable.matchFunctions('first_*'),
      (executable: Executable): unknown => executable.resolveOffset(0x1139),
    ];
    for (const attempt of attempts) {
      try {
        attempt(new Executable('damaged', parseElf(bytes, 'damaged')));
      } catch (error) {
        if (!(error instanceof BpfError)) throw error;
      }
    }
  }
});
