// Runs one program in both engines and both modes, for tests that compare them.

import type { Instruction } from '../../isa/index.ts';
import { VmError } from '../errors.ts';
import { CompiledProgram } from '../jit/compile.ts';
import { Machine } from '../machine.ts';
import { prepareProgram } from '../program/prepare.ts';
import type { VmEngine, VmMode } from '../runtime.ts';

/** One way to run. */
export interface EngineChoice {
  readonly engine: VmEngine;
  readonly mode: VmMode;
}

/** All four ways. */
export const engineChoices: readonly EngineChoice[] = [
  { engine: 'interpreter', mode: 'checked' },
  { engine: 'wasm', mode: 'checked' },
  { engine: 'interpreter', mode: 'fast' },
  { engine: 'wasm', mode: 'fast' },
];

/** What a run gave; equal in all engines. */
export interface Outcome {
  /** r0, 64 bits; undefined where the run stopped. */
  readonly result: bigint | undefined;
  /** Why it stopped. */
  readonly fault: string | undefined;
  readonly instructions: bigint | undefined;
  /** The memory given to the program, afterwards. */
  readonly memory: Uint8Array;
  /** Whether compiled code ran. */
  readonly compiled: boolean;
}

/** What to run on. */
export interface EngineInput {
  readonly code: readonly Instruction[];
  /** Memory whose address is in r1 and in every `lddw-map-value`. */
  readonly memory: Uint8Array;
  readonly budget: number;
}

const mapOfMemory = {
  name: 'memory of the test',
  type: 'array',
  keySize: 4,
  maxEntries: 1,
  flags: 0,
  extra: 0n,
  numaNode: undefined,
  keyType: 0,
  valueType: 0,
  pinning: 'none',
  inner: undefined,
  initial: [],
  data: undefined,
} as const;

/** A machine that runs many programs one after the other, on the value of one map. */
export class EngineBench {
  readonly machine: Machine;
  readonly #choice: EngineChoice;

  constructor(choice: EngineChoice, budget: number) {
    this.#choice = choice;
    this.machine = new Machine({ ...choice, budget });
  }

  run({ code, memory }: EngineInput): Outcome {
    const { machine } = this;
    const map = machine.createMap({ ...mapOfMemory, valueSize: memory.length });
    const start = map.directAddress() as number;
    machine.memory.u8.set(memory, start);
    let compiled = false;
    try {
      const resolve = (): { low: number; high: number } => ({ low: start, high: 0 });
      const prepared = prepareProgram(code, {
        name: 'test',
        resolve: (_, row) => (row.name === 'lddw' ? undefined : resolve()),
      });
      const loaded = machine.load(prepared, this.#choice.engine);
      compiled = loaded instanceof CompiledProgram;
      machine.execute(loaded, start);
      const result = machine.memory.u64(0x100);
      const after = machine.memory.copy(start, memory.length);
      return { result, fault: undefined, instructions: machine.instructionsUsed, memory: after, compiled };
    } catch (error) {
      if (!(error instanceof VmError)) throw error;
      const after = machine.memory.copy(start, memory.length);
      const fault = `${error.fault} at ${error.instruction}, ${error.address}`;
      return { result: undefined, fault, instructions: undefined, memory: after, compiled };
    } finally {
      machine.removeMap(map);
    }
  }
}
