// Runs programs in both engines and both modes, and compares what they do.

import { InternalError } from '../../base/index.ts';
import type { Instruction } from '../../isa/index.ts';
import { emptyMap } from '../../object/index.ts';
import { VmError } from '../errors.ts';
import { CompiledProgram } from '../jit/compile.ts';
import { Machine } from '../machine.ts';
import { control } from '../memory/layout.ts';
import { prepareProgram } from '../program/prepare.ts';
import type { PreparedProgram } from '../program/types.ts';
import type { VmEngine, VmMode } from '../runtime.ts';
import { VALUE_SIZE } from './random-program.ts';

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
export interface Outcome extends EngineChoice {
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

/** A machine that runs many programs one after the other, on the value of one map. */
class EngineBench {
  readonly choice: EngineChoice;
  readonly #machine: Machine;
  /** Address of the value. */
  readonly start: number;

  constructor(choice: EngineChoice, budget: number) {
    this.choice = choice;
    this.#machine = new Machine({ ...choice, budget });
    const map = this.#machine.createMap({
      ...emptyMap('memory of the test'),
      type: 'array',
      keySize: 4,
      valueSize: VALUE_SIZE,
      maxEntries: 1,
    });
    this.start = map.directAddress() as number;
  }

  run(program: PreparedProgram, memory: Uint8Array): Outcome {
    const { choice, start } = this;
    const machine = this.#machine;
    machine.memory.u8.set(memory, start);
    const code = machine.load(program, choice.engine);
    const compiled = code instanceof CompiledProgram;
    let result: bigint | undefined;
    let fault: string | undefined;
    try {
      machine.execute(code, start);
      result = machine.memory.u64(control.arguments);
    } catch (error) {
      if (!(error instanceof VmError)) throw error;
      fault = `${error.fault} at ${error.instruction}, ${error.address}`;
    }
    code.dispose();
    const instructions = fault === undefined ? machine.instructionsUsed : undefined;
    return { ...choice, compiled, result, fault, instructions, memory: machine.memory.copy(start, VALUE_SIZE) };
  }
}

/** One machine for each way to run. */
export class EngineBenches {
  readonly #benches: readonly EngineBench[];
  readonly #start: number;

  constructor(budget: number, choices: readonly EngineChoice[] = engineChoices) {
    this.#benches = choices.map((choice) => new EngineBench(choice, budget));
    this.#start = this.#benches[0]?.start ?? 0;
    if (this.#benches.some(({ start }) => start !== this.#start)) throw new InternalError('machines differ in layout');
  }

  /** Runs a program on memory whose address is in r1 and in every `lddw-map-value`. */
  run(code: readonly Instruction[], memory: Uint8Array): Outcome[] {
    const value = { low: this.#start, high: 0 };
    const program = prepareProgram(code, {
      name: 'test',
      resolve: (_, row) => (row.name === 'lddw' ? undefined : value),
    });
    return this.#benches.map((bench) => bench.run(program, memory));
  }
}

function isAlike(a: Outcome, b: Outcome): boolean {
  const sameEnd = a.result === b.result && a.fault === b.fault && a.instructions === b.instructions;
  return sameEnd && a.memory.every((byte, at) => byte === b.memory[at]);
}

function inWords({ engine, mode, result, fault, instructions, memory }: Outcome): string {
  const bytes = Array.from(memory, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return `${engine}, ${mode}: ${fault ?? `0x${result?.toString(16)} after ${instructions} instructions`}, memory ${bytes}`;
}

/** What is wrong: outcomes that differ, or no compiled code where there should be; undefined where all is well. */
export function differenceOf([reference, ...others]: readonly Outcome[]): string | undefined {
  if (!reference) return undefined;
  const wrong = others.find((other) => !isAlike(other, reference) || other.compiled !== (other.engine === 'wasm'));
  return wrong && `${inWords(reference)}\n${inWords(wrong)}`;
}
