// Both engines in both modes give the same results, registers and memory.

import { describe, expect, test } from 'vitest';
import type { Outcome } from './engines.ts';
import { EngineBench, engineChoices } from './engines.ts';
import { Random } from './random.ts';
import { randomProgram, VALUE_SIZE } from './random-program.ts';
import { wildProgram } from './wild-program.ts';

const isLong = process.env.TSBPF_LONG !== undefined;
const BUDGET = 1_000_000;

function inputMemory(seed: number): Uint8Array {
  const random = new Random(seed ^ 0x5eed);
  return Uint8Array.from({ length: VALUE_SIZE }, () => random.u32());
}

function visible({ result, fault, instructions, memory }: Outcome): string {
  return `${result} ${fault} ${instructions} ${Buffer.from(memory).toString('hex')}`;
}

const benches = engineChoices.map((choice) => new EngineBench(choice, BUDGET));

function compare(code: ReturnType<typeof randomProgram>, seed: number): Outcome {
  const outcomes = benches.map((bench) => bench.run({ code, memory: inputMemory(seed), budget: BUDGET }));
  const [reference, ...others] = outcomes as [Outcome, ...Outcome[]];
  for (const outcome of others) expect(visible(outcome), `seed ${seed}`).toBe(visible(reference));
  expect(outcomes.map(({ compiled }) => compiled)).toEqual([false, true, false, true]);
  return reference;
}

/** Says how far a long run is, and lets the message out. */
async function tell(message: string): Promise<void> {
  if (isLong) console.log(message);
  await new Promise(setImmediate);
}

describe('random programs', () => {
  const first = Number(process.env.TSBPF_SEED ?? 1);
  const count = Number(process.env.TSBPF_COUNT ?? (isLong ? 1_000_000 : 600));
  test(`seeds ${first} to ${first + count - 1} agree`, { timeout: isLong ? 24 * 3600_000 : 60_000 }, async () => {
    let finished = 0;
    for (let seed = first; seed < first + count; seed++) {
      const outcome = compare(randomProgram(seed, { forKernel: seed % 2 === 0, length: 20 + (seed % 120) }), seed);
      if (outcome.result !== undefined) finished++;
      if (finished % 10_000 === 0) await tell(`seeds ${first} to ${seed} agree`);
    }
    expect(finished).toBe(count);
  });
});

describe('programs that go astray', () => {
  const count = isLong ? 50_000 : 300;
  const isChecked = [true, true, false, false];
  test(`${count} seeds stop at the same place in checked mode`, { timeout: isLong ? 24 * 3600_000 : 60_000 }, () => {
    let stopped = 0;
    for (let seed = 1; seed <= count; seed++) {
      const code = randomProgram(seed, { forKernel: false, length: 20 + (seed % 120), strays: true });
      const [interpreted, compiled] = benches
        .filter((_, index) => isChecked[index])
        .map((bench) => bench.run({ code, memory: inputMemory(seed), budget: BUDGET })) as [Outcome, Outcome];
      expect(visible(compiled), `seed ${seed}`).toBe(visible(interpreted));
      if (interpreted.fault?.startsWith('bad-')) stopped++;
    }
    expect(stopped).toBeGreaterThan(count / 5);
  });
});

describe('programs that jump anywhere', () => {
  const count = isLong ? 50_000 : 300;
  test(`${count} seeds agree`, { timeout: isLong ? 24 * 3600_000 : 60_000 }, () => {
    for (let seed = 1; seed <= count; seed++) {
      const outcome = compare(wildProgram(seed, 2 + (seed % 14)), seed);
      expect(outcome.fault).toBeUndefined();
    }
  });
});
