import { describe, expect, it } from 'vitest';
import type { SectionRow } from './index.ts';
import {
  attachTypes,
  commands,
  contexts,
  elementFlags,
  isaVersions,
  mapFlags,
  mapTypes,
  programFlags,
  programTypes,
  sections,
} from './index.ts';

const release = /^\d+\.\d+$/;

describe.each(Object.entries({ attachTypes, commands, elementFlags, mapFlags, mapTypes, programFlags, programTypes }))(
  'table %s',
  (_name, rows) => {
    it('has unique values and names, and a release in every row', () => {
      expect(new Set(rows.map(({ value }) => value)).size).toBe(rows.length);
      expect(new Set(rows.map(({ name }) => name)).size).toBe(rows.length);
      expect(new Set(rows.map(({ kernelName }) => kernelName)).size).toBe(rows.length);
      for (const row of rows) expect(row.since, row.name).toMatch(release);
    });
  },
);

describe.each(Object.entries({ attachTypes, commands, programTypes, mapTypes }))('table %s', (_name, rows) => {
  it('has no gaps', () => {
    const first = rows[0]?.value ?? 0;
    expect(rows.map(({ value }) => value)).toEqual(rows.map((_row, index) => first + index));
  });
});

describe('flags', () => {
  it('are single bits', () => {
    for (const { value, name } of [...mapFlags, ...programFlags]) expect(value & (value - 1), name).toBe(0);
  });
});

describe('sections', () => {
  const rows: readonly SectionRow[] = sections;

  it('have unique names without the marks of libbpf', () => {
    expect(new Set(rows.map(({ name }) => name)).size).toBe(rows.length);
    for (const { name } of rows) expect(name).toMatch(/^[a-z0-9_./]+$/);
  });

  it('say what a target looks like exactly where one is allowed', () => {
    for (const row of rows) expect(row.target !== undefined, row.name).toBe(row.match === 'target');
  });

  it('can never both match one name', () => {
    for (const { name, match } of rows) {
      const others = rows.filter((other) => other.name !== name && other.name.startsWith(`${name}/`));
      if (match === 'target') expect(others, name).toEqual([]);
    }
  });

  it('cover every program type', () => {
    expect(new Set(rows.map(({ type }) => type))).toEqual(new Set(programTypes.map(({ name }) => name)));
  });
});

describe('contexts', () => {
  it('are one per program type, in order', () => {
    expect(contexts.map(({ programType }) => programType)).toEqual(programTypes.map(({ name }) => name));
  });
});

describe('ISA versions', () => {
  it('count from 1', () => {
    expect(isaVersions.map(({ version }) => version)).toEqual([1, 2, 3, 4]);
  });
});
