import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { BpfError } from '../base/index.ts';
import { parseLibraryCache } from './library-cache.ts';

test('lists what ldconfig lists', () => {
  const libraries = parseLibraryCache(readFileSync('/etc/ld.so.cache'));
  const printed = execFileSync('/sbin/ldconfig', ['-p'], { encoding: 'utf8' });
  const rows = [...printed.matchAll(/^\t(\S+) \(libc6,([^)]*)\) => (\S+)$/gm)];
  const mark = { x64: 'x86-64', arm64: 'AArch64' }[process.arch as 'x64' | 'arm64'];
  const expected = rows.filter(([, , flags]) => flags?.includes(mark)).map(([, name, , path]) => `${name} ${path}`);
  expect(expected.length).toBeGreaterThan(10);
  expect(libraries.map(({ name, path }) => `${name} ${path}`)).toEqual(expected);
});

test('a damaged cache gives a typed error or nothing', () => {
  const whole = readFileSync('/etc/ld.so.cache');
  expect(() => parseLibraryCache(new Uint8Array(10))).toThrow(BpfError);
  for (let length = 0; length < whole.length; length += 997) {
    try {
      parseLibraryCache(whole.subarray(0, length));
    } catch (error) {
      expect(error).toBeInstanceOf(BpfError);
    }
  }
});
