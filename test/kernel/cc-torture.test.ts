// What the verifier accepts of the torture suite must give in the kernel what it gives natively.

import { expect, test } from 'vitest';
import { kernelHost } from '../../src/kernel/index.ts';
import { compileTorture, expectedValues, runCases, tortureFiles } from '../cc/torture/torture.ts';

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
