import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { processorMs } from '../../test/support/processor-time.ts';
import { globMatcher, isGlob } from './glob.ts';

/** The definition itself, without regular expressions. */
function matches(pattern: string, name: string): boolean {
  if (pattern === '') return name === '';
  if (pattern[0] === '*') return matches(pattern.slice(1), name) || (name !== '' && matches(pattern, name.slice(1)));
  return name !== '' && (pattern[0] === '?' || pattern[0] === name[0]) && matches(pattern.slice(1), name.slice(1));
}

describe('globMatcher', () => {
  test('agrees with the definition', () => {
    const letters = fc.constantFrom('a', 'b', '.', '$', '+', '\\');
    const pattern = fc.array(fc.oneof(letters, fc.constantFrom('*', '?')), { maxLength: 8 }).map((all) => all.join(''));
    const name = fc.array(letters, { maxLength: 10 }).map((all) => all.join(''));
    fc.assert(
      fc.property(pattern, name, (one, other) => {
        expect(globMatcher(one)(other)).toBe(matches(one, other));
      }),
      { seed: 3, numRuns: 3000 },
    );
  });

  test.each([
    ['vfs_*', 'vfs_read', true],
    ['vfs_*', 'ksys_read', false],
    ['tcp_v[46]_connect', 'tcp_v6_connect', true],
    ['tcp_v[46]_connect', 'tcp_v5_connect', false],
    ['[!a-m]*', 'zoo', true],
    ['[!a-m]*', 'bar', false],
    ['[]]', ']', true],
    ['a[b', 'a[b', true],
    ['', '', true],
    ['', 'x', false],
  ])('%s and %s: %s', (pattern, name, expected) => {
    expect(globMatcher(pattern)(name)).toBe(expected);
  });

  test('many stars do not take long', () => {
    const matchAll = (): void => {
      expect(globMatcher('*a*a*a*a*a*a*b')('a'.repeat(6000))).toBe(false);
      expect(globMatcher(`${'*'.repeat(200)}b`)('a'.repeat(5000))).toBe(false);
    };
    expect(processorMs(matchAll)).toBeLessThan(3000);
  });

  test('knows what a pattern is', () => {
    expect(['vfs_read', 'a*', 'b?', '[c]'].map(isGlob)).toEqual([false, true, true, true]);
  });
});
