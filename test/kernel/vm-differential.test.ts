// Random programs give the same result and the same memory in the kernel and in the embedded machine, both engines, both modes.

import { expect, test } from 'vitest';
import { kernelHost } from '../../src/kernel/index.ts';
import { SeedComparer } from '../hosts/compare-seeds.ts';
import { isOlderThanTables } from '../support/skip-unsupported.ts';

const count = 300;

// The programs use all of ISA v4, which 6.1 does not know.
test.skipIf(isOlderThanTables)(`${count} seeds`, async () => {
  const comparer = new SeedComparer(kernelHost());
  for (let seed = 1; seed <= count; seed++) await comparer.compare(seed);
  const { agreed, offered, accepted, differences } = comparer.result;
  expect(differences).toEqual([]);
  expect(agreed).toBe(count);
  expect(offered).toBe((count * 3) / 4);
  expect(accepted).toBeGreaterThan(offered * 0.9);
});
