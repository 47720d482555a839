// Both engines in both modes give the same results, registers and memory.

import { describe, expect, test } from 'vitest';
import type { Instruction } from '../../isa/index.ts';
import type { Outcome } from './engines.ts';
import { differenceOf, EngineBenches, engineChoices } from './engines.ts';
import { memoryOfSeed, programOfSeed, randomProgram } from './random-program.ts';
import { wildProgram } from './wild-program.ts';

const isLong = process.env.TSBPF_LONG !== undefined;
const BUDGET = 1_000_000;

/** All must agree. Returns the interpreter's outcome. */
function compare(benches: EngineBenches, code: readonly Instruction[], seed: number): Outcome {
  const outcomes = benches.run(code, memoryOfSeed(seed));
  const difference = differenceOf(outcomes);
  if (difference !== undefined) expect.fail(`seed ${seed}: ${difference}`);
  return outcomes[0] as Outcome;
}

const everywhere = new EngineBenches(BUDGET);

describe('random programs', () => {
  test('600 seeds agree', () => {
    for (let seed = 1; seed <= 600; seed++)
      expect(compare(everywhere, programOfSeed(seed), seed).fault).toBeUndefined();
  });

  test('a difference is found, and so is an interpreter in place of the compiler', () => {
    const [interpreted, compiled] = everywhere.run(programOfSeed(1), memoryOfSeed(1)) as [Outcome, Outcome];
    expect(differenceOf([interpreted, compiled])).toBeUndefined();
    const spoiled = compiled.memory.slice();
    spoiled[200] = (spoiled[200] as number) ^ 1;
    expect(differenceOf([interpreted, { ...compiled, memory: spoiled }])).toContain('wasm, checked');
    expect(differenceOf([interpreted, { ...compiled, instructions: 3n }])).toContain('after 3 instructions');
    expect(differenceOf([interpreted, { ...compiled, compiled: false }])).toBeDefined();
  });
});

describe('programs that go astray', () => {
  const count = isLong ? 50_000 : 300;
  const checked = new EngineBenches(
    BUDGET,
    engineChoices.filter(({ mode }) => mode === 'checked'),
  );
  test(`${count} seeds stop at the same place in checked mode`, { timeout: 24 * 3600_000 }, () => {
    let stopped = 0;
    for (let seed = 1; seed <= count; seed++) {
      const code = randomProgram(seed, { forKernel: false, length: 20 + (seed % 120), strays: true });
      const interpreted = compare(checked, code, seed);
      if (interpreted.fault?.startsWith('bad-')) stopped++;
    }
    expect(stopped).toBeGreaterThan(count / 5);
  });
});

describe('programs that jump anywhere', () => {
  const count = isLong ? 50_000 : 300;
  test(`${count} seeds agree`, { timeout: 24 * 3600_000 }, () => {
    for (let seed = 1; seed <= count; seed++) {
      const outcome = compare(everywhere, wildProgram(seed, 2 + (seed % 14)), seed);
      expect(outcome.fault).toBeUndefined();
    }
  });
});
