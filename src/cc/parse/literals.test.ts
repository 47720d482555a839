// Values of literals by their spelling (C11 6.4.4, 6.4.5).

import { describe, expect, it } from 'vitest';
import { parseCharacter, parseInteger, parseString } from './literals.ts';

describe('strings', () => {
  it.each<[text: string, unit: 1 | 2 | 4, bytes: number[]]>([
    ['""', 1, []],
    ['"ab"', 1, [97, 98]],
    ['u8"é€😀"', 1, [0xc3, 0xa9, 0xe2, 0x82, 0xac, 0xf0, 0x9f, 0x98, 0x80]],
    [String.raw`"é\n\x41\101\u00e9"`, 1, [0xc3, 0xa9, 10, 65, 65, 0xc3, 0xa9]],
    [String.raw`"'\"'"`, 1, [39, 34, 39]],
    ['u"é😀"', 2, [0xe9, 0, 0x3d, 0xd8, 0, 0xde]],
    ['L"é"', 4, [0xe9, 0, 0, 0]],
  ])('%s in units of %i bytes', (text, unit, bytes) => {
    expect([...parseString(text, unit)]).toEqual(bytes);
  });
});

describe('characters', () => {
  it.each<[text: string, value: number | undefined]>([
    ["'a'", 97],
    [`'"'`, 34],
    [String.raw`'\''`, 39],
    [String.raw`'\xff'`, -1],
    ["'ab'", 0x6162],
    ["L'é'", 0xe9],
    ["''", undefined],
  ])('%s', (text, value) => {
    expect(parseCharacter(text)).toBe(value);
  });
});

describe('integers', () => {
  it.each([
    { text: '0', value: 0n, unsigned: false, long: 0, decimal: false },
    { text: '10', value: 10n, unsigned: false, long: 0, decimal: true },
    { text: '017', value: 15n, unsigned: false, long: 0, decimal: false },
    { text: '0x1fULL', value: 31n, unsigned: true, long: 2, decimal: false },
    { text: '0b101l', value: 5n, unsigned: false, long: 1, decimal: false },
    { text: '18446744073709551615UL', value: (1n << 64n) - 1n, unsigned: true, long: 1, decimal: true },
  ])('$text', ({ text, ...literal }) => {
    expect(parseInteger(text)).toEqual({ kind: 'integer', ...literal });
  });

  it.each(['08', '1lL', '1LlU', '1ulu', '18446744073709551616', '0x', '12abc'])('refuses %s', (text) => {
    expect(parseInteger(text).kind).toBe('invalid');
  });
});
