import { describe, expect, it } from 'vitest';
import type { HelperRow } from './index.ts';
import { helperGroups, helperPrototypes, helperRestrictions, helpers, programHelpers, programTypes } from './index.ts';

const rows: readonly HelperRow[] = helpers;

/** Number of parameters of a C prototype; undefined for `...`. */
function parameterCount(prototype: string): number | undefined {
  const list = prototype.slice(prototype.indexOf('(') + 1, -1);
  if (list.endsWith('...')) return undefined;
  return list === 'void' ? 0 : list.split(',').length;
}

describe('helpers', () => {
  it('are numbered from 1 without gaps, with unique names', () => {
    expect(rows.map(({ id }) => id)).toEqual(rows.map((_row, index) => index + 1));
    expect(new Set(rows.map(({ name }) => name)).size).toBe(rows.length);
    expect(rows).toHaveLength(211);
  });

  it('have C prototypes of the same name and number of arguments', () => {
    expect(helperPrototypes.map(({ id }) => id)).toEqual(rows.map(({ id }) => id));
    for (const [index, { prototype }] of helperPrototypes.entries()) {
      const row = rows[index];
      expect(prototype).toContain(`bpf_${row?.name}(`);
      const count = parameterCount(prototype);
      if (count !== undefined) expect(row?.arguments.length, row?.name).toBe(count);
    }
  });

  it('pair memory with sizes', () => {
    for (const { name, arguments: kinds } of rows) {
      const sizes = kinds.filter((kind) => kind === 'size' || kind === 'size-or-zero').length;
      const memories = kinds.filter((kind) => /^(writable-|uninit-)?memory(-or-null)?$/.test(kind)).length;
      expect(memories, name).toBe(sizes);
      for (const [at, kind] of kinds.entries()) {
        const isSize = kind === 'size' || kind === 'size-or-zero';
        if (isSize) expect(kinds[at - 1], name).toMatch(/memory/);
      }
    }
  });

  it('are reachable: every one is offered to some program type', () => {
    const offered = new Set<string>();
    for (const { name } of programTypes) {
      const { groups, helpers: own } = programHelpers[name];
      for (const helper of own) offered.add(helper);
      for (const group of groups) for (const helper of helperGroups[group]) offered.add(helper);
    }
    expect(rows.map(({ name }) => name).filter((name) => !offered.has(name))).toEqual([]);
  });

  it('are listed once per program type', () => {
    for (const { name } of programTypes) {
      const { groups, helpers: own } = programHelpers[name];
      const all: string[] = [...own, ...groups.flatMap((group) => [...helperGroups[group]])];
      expect(new Set(all).size, name).toBe(all.length);
    }
  });

  it('are restricted only where they are offered', () => {
    for (const { programType, helpers: restricted } of helperRestrictions) {
      const { groups, helpers: own } = programHelpers[programType];
      const all: string[] = [...own, ...groups.flatMap((group) => [...helperGroups[group]])];
      for (const helper of restricted) expect(all, programType).toContain(helper);
    }
  });
});
