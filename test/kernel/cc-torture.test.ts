// What the verifier accepts of the torture suite must give in the kernel what it gives natively.

import { expect, test } from 'vitest';
import { BpfError } from '../../src/base/index.ts';
import { kernelHost } from '../../src/kernel/index.ts';
import {
  compileSingle,
  compileTorture,
  expectedValues,
  runCases,
  runSingle,
  singleCases,
  tortureFiles,
} from '../cc/torture/torture.ts';
import { isOlderThanTables } from '../support/skip-unsupported.ts';

const expected = expectedValues();

/** What no verifier can follow, whoever compiled it. */
const refused: Readonly<Record<string, string>> = {
  div_mixed: 'indexes tables with a signed remainder',
  attributes: 'looks at the low bits of an address',
  pointer_types_conditional: 'dereferences what may be null',
  ptr_i8_index: 'indexes with a number that may be anything',
  ptr_index_swapped: 'indexes with a number that may be anything',
  ptr_u8_index: 'indexes with a number that may be anything',
  ptr_walk: 'ends a loop by comparing pointers into a map',
};

test.each(tortureFiles)('%s', async (name) => {
  const host = kernelHost();
  const compiled = compileTorture(name);
  const programs = compiled.programs.filter((program) => refused[program.name] === undefined);
  using object = await host.load({ ...compiled, programs });
  const values = runCases(object);
  expect(values.size).toBeGreaterThan(10);
  expect([...values]).toEqual([...values.keys()].map((key) => [key, expected.get(key)]));
});

/** Files of one case that no verifier can follow: they are refused, and that is checked. */
const refusedEverywhere: Readonly<Record<string, string>> = {
  'array-char-sum': 'loops until a byte of the stack is zero',
  'array-variable-index': 'indexes the stack with a number that may be anything',
  'flow-return-in-loop': 'loop without bound',
  'global-designated-init': 'indexes a table with a number that may be anything',
  'global-static-local': 'indexes a table with a signed remainder',
  'global-pointer-free-list': 'indexes a table with a number from memory',
  'loop-pointer-walk': 'ends a loop by comparing pointers to the stack',
};

/** What depends on the release. */
const refusedHere: Readonly<Record<string, string>> = isOlderThanTables
  ? {
      'array-string-functions': 'reads the stack in a loop whose bound the verifier of 6.1 loses',
      'asm-goto': 'may_goto came with Linux 6.9',
    }
  : { 'hash-crc': 'too many paths: a branch in each of 72 turns' };
const refusedSingles: Readonly<Record<string, string>> = { ...refusedEverywhere, ...refusedHere };

test.each(Object.keys(refusedSingles))('%s is refused', async (name) => {
  await expect(kernelHost().load(compileSingle(name).object)).rejects.toThrow(BpfError);
});

test.each(singleCases.filter((name) => refusedSingles[name] === undefined))('%s', async (name) => {
  const { object, expected: value } = compileSingle(name);
  using loaded = await kernelHost().load(object);
  expect(runSingle(loaded)).toBe(value);
});
