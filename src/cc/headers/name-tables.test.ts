// Tables of names: every constant is found by bisection, and nothing is read before it is needed.

import { describe, expect, it } from 'vitest';
import { ConstantTable, NameTable } from './name-tables.ts';
import { declarations, macros, type NameRow } from './rows.ts';
import { uapiConstants, uapiHeaders } from './uapi-constants.generated.ts';

describe('constants in their text', () => {
  const table = new ConstantTable(uapiConstants, uapiHeaders);

  it('are all found, with value and header', () => {
    const lines = uapiConstants.trim().split('\n');
    expect(lines.length).toBeGreaterThan(5000);
    for (const line of lines) {
      const [name = '', value = '', header = ''] = line.split(' ');
      const text = `${name} ${value.startsWith('-') ? `(${value})` : value}`;
      expect(table.get(name)).toEqual({ name, text, source: uapiHeaders[Number(header)] });
    }
    expect([...table.keys()]).toEqual(lines.map((line) => line.split(' ')[0]));
  });

  it.each(['', 'A', 'AF_INE', 'AF_INET_', 'ZZZ', '__NR_', 'zzz', 'EPERM\n'])('has no %j', (name) => {
    expect(table.get(name)).toBeUndefined();
  });

  it('are none in an empty table', () => {
    expect(new ConstantTable('\n', []).get('EPERM')).toBeUndefined();
    expect([...new ConstantTable('\n', []).keys()]).toEqual([]);
  });
});

describe('rows out of text', () => {
  it('are read when the first name is looked up, and once', () => {
    let reads = 0;
    const part = {
      *[Symbol.iterator](): Generator<NameRow> {
        reads++;
        yield* macros('a.h', 'ONE 1\n');
      },
    };
    const table = new NameTable(part, macros('b.h', 'TWO 2\n'));
    expect(reads).toBe(0);
    expect(table.get('TWO')?.source).toBe('b.h');
    expect(table.get('ONE')?.text).toBe('ONE 1');
    expect(reads).toBe(1);
  });

  it('join lines that start with a blank', () => {
    const rows = [...macros('a.h', '\nSUM(a, b) ((a) +\n  (b))\nNONE\n\nLAST 3')];
    expect(rows.map(({ name, text }) => [name, text])).toEqual([
      ['SUM', 'SUM(a, b) ((a) + (b))'],
      ['NONE', 'NONE'],
      ['LAST', 'LAST 3'],
    ]);
  });

  it('give each name of a heading the same text', () => {
    const rows = [...declarations('a.h', '\nx, y:\n  enum { x = 1,\n\n    y };\nz: int z(void);\n')];
    expect(rows.map(({ name, text }) => [name, text])).toEqual([
      ['x', 'enum { x = 1,\n\n    y };'],
      ['y', 'enum { x = 1,\n\n    y };'],
      ['z', 'int z(void);'],
    ]);
  });
});
