// Tables of names: every constant is found by bisection, and nothing is read before it is needed.

import { describe, expect, it } from 'vitest';
import { ConstantTable, DeclarationNames, MacroNames } from './name-tables.ts';
import { declarations, macros } from './rows.ts';
import { uapiConstants, uapiHeaders } from './uapi-constants.generated.ts';

describe('constants in their text', () => {
  const table = new ConstantTable(uapiConstants);

  it('are all found', () => {
    const lines = uapiConstants.trim().split('\n');
    expect(lines.length).toBeGreaterThan(5000);
    for (const line of lines) {
      const [name = '', value = '', header = ''] = line.split(' ');
      expect(table.get(name)).toBe(`${name} ${value.startsWith('-') ? `(${value})` : value}`);
      expect(uapiHeaders[Number(header)]).toMatch(/\.h$/);
    }
    expect([...table.keys()]).toEqual(lines.map((line) => line.split(' ')[0]));
  });

  it.each(['', 'A', 'AF_INE', 'AF_INET_', 'ZZZ', '__NR_', 'zzz', 'EPERM\n'])('has no %j', (name) => {
    expect(table.get(name)).toBeUndefined();
  });

  it('are none in an empty table', () => {
    expect(new ConstantTable('\n').get('EPERM')).toBeUndefined();
    expect([...new ConstantTable('\n').keys()]).toEqual([]);
  });
});

describe('macros', () => {
  it('are read when the first name is looked up, and once', () => {
    let reads = 0;
    const text = (): string => {
      reads++;
      return 'ONE 1\n';
    };
    const table = new MacroNames(macros('a.h', text), macros('b.h', 'TWO 2\n'));
    expect(reads).toBe(0);
    expect(table.get('TWO')).toBe('TWO 2');
    expect(table.get('ONE')).toBe('ONE 1');
    expect(table.get('THREE')).toBeUndefined();
    expect(reads).toBe(1);
  });

  it('go on in lines that start with a blank', () => {
    const table = new MacroNames(macros('a.h', '\nSUM(a, b) ((a) +\n  (b))\nNONE\n\nLAST 3'));
    expect([...table.keys()].map((name) => table.get(name))).toEqual(['SUM(a, b) ((a) + (b))', 'NONE', 'LAST 3']);
  });

  it('have the text of the last row with their name', () => {
    expect(new MacroNames(macros('a.h', 'X 1\nX 2'), macros('b.h', 'X 3\nY 4')).get('X')).toBe('X 3');
  });
});

describe('declarations', () => {
  it('are found by each name of their heading', () => {
    const table = new DeclarationNames(declarations('a.h', '\nx, y:\n  enum { x = 1,\n\n    y };\nz: int z(void);\n'));
    expect([...table.keys()].map((name) => [name, table.get(name)])).toEqual([
      ['x', 'enum { x = 1,\n\n    y };'],
      ['y', 'enum { x = 1,\n\n    y };'],
      ['z', 'int z(void);'],
    ]);
  });
});
