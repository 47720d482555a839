// Where tokens end, as C11 6.4 has it.

import { describe, expect, it } from 'vitest';
import { Diagnostics } from '../diagnostics.ts';
import { lex } from './lex.ts';

function tokens(text: string): [kind: string, text: string][] {
  return lex({ name: 'a.c', text }, new Diagnostics(new Set())).map((token) => [token.kind, token.text]);
}

const punctuators = (...texts: string[]): [string, string][] => [
  ...texts.map((text): [string, string] => ['punctuator', text]),
  ['end', ''],
];

describe('tokens', () => {
  it('are the longest punctuators there are', () => {
    expect(tokens('a+++b')).toEqual([
      ['identifier', 'a'],
      ['punctuator', '++'],
      ['punctuator', '+'],
      ['identifier', 'b'],
      ['end', ''],
    ]);
    expect(tokens('<<=>>=...->&&||##::')).toEqual(punctuators('<<=', '>>=', '...', '->', '&&', '||', '##', '::'));
    expect(tokens('..:=+-(-)')).toEqual(punctuators('.', '.', ':', '=', '+', '-', '(', '-', ')'));
    expect(tokens('<:%>%:%:')).toEqual(punctuators('[', '}', '##'));
  });

  it.each(['&', '&&', '<<', '>>=', '...', '%:', '->'])('end with the text: %s', (text) => {
    const [only, end] = lex({ name: 'a.c', text }, new Diagnostics(new Set()));
    expect(only).toMatchObject({ kind: 'punctuator', start: 0, end: text.length });
    expect(end).toMatchObject({ kind: 'end', start: text.length });
  });

  it.each(['0', '.5', '1.5e-3f', '0x1p+2', '0x1e+1', '1e+2e-3', '1..2', '12ULL', "1e+'", '0xffé'])(
    'are numbers by the letter of the standard: %s',
    (text) => {
      const number = text.replace("'", '');
      expect(tokens(text)[0]).toEqual(['number', number]);
    },
  );

  it('end numbers before a sign that belongs to no exponent', () => {
    expect(tokens('1+2')).toEqual([
      ['number', '1'],
      ['punctuator', '+'],
      ['number', '2'],
      ['end', ''],
    ]);
    expect(tokens('0xe +1')[0]).toEqual(['number', '0xe']);
  });

  it('are identifiers with $ and letters beyond ASCII, prefixes only before a quote', () => {
    expect(tokens('_a$1é😀 u8"x" uu"x"')).toEqual([
      ['identifier', '_a$1é😀'],
      ['string', 'u8"x"'],
      ['identifier', 'uu'],
      ['string', '"x"'],
      ['end', ''],
    ]);
  });
});
