// Every language feature compiled, run in the embedded machine, and held against the machine's own C compiler.

import { describe, expect, test } from 'vitest';
import { vm } from '../../src/vm/index.ts';
import {
  compileSingle,
  compileTorture,
  expectedValues,
  runCases,
  runSingle,
  singleCases,
  tortureFiles,
} from '../cc/torture/torture.ts';

const expected = expectedValues();

test('there are enough cases', () => {
  expect(expected.size).toBeGreaterThanOrEqual(550);
});

describe.each([3, 4, 1] as const)('ISA version %i', (isaVersion) => {
  // Older instruction sets differ in few templates; a part of the suite reaches them.
  const files =
    isaVersion === 3 ? tortureFiles : ['arithmetic', 'conversions', 'compare', 'division', 'bitfields', 'functions'];
  test.each(files)('%s', (name) => {
    const host = vm();
    const values = runCases(host.loadNow(compileTorture(name, { isaVersion })));
    expect(values.size).toBeGreaterThan(10);
    expect([...values]).toEqual([...values.keys()].map((key) => [key, expected.get(key)]));
    host[Symbol.dispose]();
  });
});

test.each(singleCases)('%s', async (name) => {
  for (const isaVersion of [1, 2, 3, 4] as const) {
    const { object, expected: value } = compileSingle(name, { isaVersion });
    using loaded = await vm().load(object);
    expect(runSingle(loaded), `ISA v${isaVersion}`).toBe(value);
  }
});
