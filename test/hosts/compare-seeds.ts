// Runs the programs of seeds in all configurations of the machine, and in a kernel where it accepts them.

import { SyscallError, VerifierError } from '../../src/base/index.ts';
import type { Host } from '../../src/host/index.ts';
import type { Instruction } from '../../src/isa/index.ts';
import type { Outcome } from '../../src/vm/differential/engines.ts';
import { differenceOf, EngineBenches } from '../../src/vm/differential/engines.ts';
import { isForKernel, memoryOfSeed, programOfSeed } from '../../src/vm/differential/random-program.ts';
import { objectOf } from './random-object.ts';

const BUDGET = 1_000_000;
const key = new Uint8Array(4);
const packet = new Uint8Array(64);

/** What became of some seeds. */
export interface Comparison {
  /** Programs that ended, with the same result, memory and number of instructions in all configurations. */
  agreed: number;
  /** How many of them the kernel was asked about. */
  offered: number;
  /** How many of those it accepted; it gave the same result and memory. */
  accepted: number;
  /** What differed, with the seed. */
  readonly differences: string[];
}

function asText(returnValue: number, memory: Uint8Array): string {
  return `0x${returnValue.toString(16)}, memory ${Buffer.from(memory).toString('hex')}`;
}

/** What a kernel gives; undefined where it refuses the program. */
async function kernelOutcome(
  kernel: Host,
  code: readonly Instruction[],
  memory: Uint8Array,
): Promise<string | undefined> {
  try {
    using loaded = await kernel.load(objectOf(code));
    const map = loaded.maps.get('memory');
    map?.update(key, memory);
    const result = loaded.programs.get('random')?.run({ data: packet });
    return asText(result?.returnValue ?? 0, map?.lookup(key) ?? key);
  } catch (error) {
    if (error instanceof VerifierError || error instanceof SyscallError) return undefined;
    throw error;
  }
}

/** Compares the programs of seeds, one after the other. */
export class SeedComparer {
  readonly result: Comparison = { agreed: 0, offered: 0, accepted: 0, differences: [] };
  readonly #machines = new EngineBenches(BUDGET);
  readonly #kernel: Host | undefined;

  constructor(kernel: Host | undefined) {
    this.#kernel = kernel;
  }

  async compare(seed: number): Promise<void> {
    const code = programOfSeed(seed);
    const memory = memoryOfSeed(seed);
    const outcomes = this.#machines.run(code, memory);
    const [outcome] = outcomes as [Outcome];
    const difference = differenceOf(outcomes) ?? outcome.fault;
    if (difference === undefined) this.result.agreed++;
    else this.result.differences.push(`seed ${seed}: ${difference}`);
    if (this.#kernel && isForKernel(seed)) await this.#askKernel(this.#kernel, { seed, code, memory, outcome });
  }

  async #askKernel(
    kernel: Host,
    {
      seed,
      code,
      memory,
      outcome,
    }: { seed: number; code: readonly Instruction[]; memory: Uint8Array; outcome: Outcome },
  ): Promise<void> {
    this.result.offered++;
    const expected = await kernelOutcome(kernel, code, memory);
    if (expected === undefined) return;
    this.result.accepted++;
    const ours = asText(Number(BigInt.asUintN(32, outcome.result ?? 0n)), outcome.memory);
    if (ours !== expected) this.result.differences.push(`seed ${seed}: kernel ${expected}\nmachine ${ours}`);
  }
}
