// Random C programs must compute the same in the embedded machine as natively. TSBPF_LONG=1 tries thousands.

import { expect, test } from 'vitest';
import { compareCsmith, compareGenerated } from '../cc/differential/differential.ts';

const isLong = process.env.TSBPF_LONG === '1';
const batch = 20;
/** Stacks of more than 512 bytes are the only reason to refuse a program. */
const tooLarge = 'refused: stack-too-large';
const timeoutMs = 4 * 3_600_000;

test('programs of our generator', { timeout: timeoutMs }, () => {
  const last = isLong ? 10_000 : 60;
  for (let seed = 1; seed < last; seed += batch) {
    const results = compareGenerated(seed, batch);
    const compiled = results.filter(({ ours }) => ours !== tooLarge);
    expect(compiled.length).toBeGreaterThan(results.length * 0.8);
    expect(compiled.map(({ name, ours }) => ({ name, value: ours }))).toEqual(
      compiled.map(({ name, native }) => ({ name, value: native })),
    );
  }
});

test("csmith's programs", { timeout: timeoutMs }, () => {
  const seeds = isLong
    ? Array.from({ length: 5000 }, (_, i) => i)
    : [3, 4, 7, 14, 254, 1012, 1013, 1016, 1020, 1021, 9026];
  const results = seeds.flatMap((seed) => compareCsmith(seed) ?? []);
  expect(results.length).toBeGreaterThan(seeds.length * 0.8);
  const compiled = results.filter(({ ours }) => ours !== tooLarge);
  expect(compiled.length).toBeGreaterThan(results.length * 0.7);
  expect(compiled.map(({ name, ours }) => ({ name, value: ours }))).toEqual(
    compiled.map(({ name, native }) => ({ name, value: native })),
  );
});
