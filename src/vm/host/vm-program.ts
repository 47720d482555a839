// A program loaded into the machine.

import { UnsupportedError, UsageError, ValueError } from '../../base/index.ts';
import type { Btf } from '../../btf/index.ts';
import type { HostLink, HostProgram, ProgramStatistics, RunInput, RunResult } from '../../host/index.ts';
import type { AttachTarget, ProgramSpec } from '../../object/index.ts';
import type { ContextArea } from '../contexts/prepare-run.ts';
import { finishRun, prepareRun } from '../contexts/prepare-run.ts';
import type { RunState } from '../contexts/run-state.ts';
import { idleRun } from '../contexts/run-state.ts';
import { TAIL_CALL } from '../jit/flow-graph.ts';
import type { Machine } from '../machine.ts';
import type { LoadedCode } from '../runtime.ts';

/** Where attached programs are kept. */
export interface AttachmentRegistry {
  add(program: VmProgram, target: AttachTarget): HostLink;
}

/** The parts of a machine a program needs. */
export interface ProgramHome {
  readonly machine: Machine;
  readonly area: ContextArea;
  readonly attachments: AttachmentRegistry;
}

/** A run's result with everything the program did. */
export interface DetailedResult extends RunResult {
  readonly effects: RunState['effects'];
  /** What an iterator printed. */
  readonly output: Uint8Array;
}

/** State that a run starts with, besides context and packet. */
export type RunSettings = Partial<
  Pick<RunState, 'cookie' | 'functionAddress' | 'functionReturn' | 'sysctl' | 'arguments'>
>;

let nextId = 1;

function concatenated(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** How often to run: as in the kernel 32 bits, and 0 means once. */
function timesOf({ repeat = 1 }: RunInput): number {
  if (Number.isInteger(repeat) && repeat >= 0 && repeat <= 0xffff_ffff) return Math.max(1, repeat);
  throw new ValueError('repeat', `${repeat} is no number of runs`);
}

/** The CPU to run on; one that there is not is the last. */
function cpuOf({ cpu }: RunInput, cpuCount: number): number | undefined {
  if (cpu === undefined) return undefined;
  if (Number.isInteger(cpu) && cpu >= 0) return Math.min(cpu, cpuCount - 1);
  throw new ValueError('cpu', `${cpu} is no CPU`);
}

/** A program of a machine. */
export class VmProgram implements HostProgram {
  readonly spec: ProgramSpec;
  readonly code: LoadedCode;
  /** As `bpf_prog_info.id`. */
  readonly id = nextId++;
  readonly log = '';
  /** The object's types. */
  readonly types: Btf | undefined;
  readonly #home: ProgramHome;
  readonly #onDispose: () => void;
  #runs = 0n;
  #timeNs = 0;
  #disposed = false;

  constructor(
    spec: ProgramSpec,
    code: LoadedCode,
    home: ProgramHome,
    { types, onDispose }: { types: Btf | undefined; onDispose: () => void },
  ) {
    this.spec = spec;
    this.types = types;
    this.code = code;
    this.#home = home;
    this.#onDispose = onDispose;
  }

  attach(target: AttachTarget | undefined = this.spec.attach): HostLink {
    if (!target) {
      throw new UsageError(`program "${this.spec.name}": section "${this.spec.section}" does not say where to attach`, {
        hint: 'give a target',
      });
    }
    return this.#home.attachments.add(this, target);
  }

  run(input: RunInput = {}): RunResult {
    return this.runDetailed(input);
  }

  /** Like {@link run}, with what else the program did. */
  runDetailed(input: RunInput, settings: RunSettings = {}): DetailedResult {
    if (this.#disposed) throw new UsageError(`program "${this.spec.name}" is closed`);
    const { machine, area } = this.#home;
    const run: RunState = { ...idleRun(), ...settings, programType: this.spec.type };
    const outer = machine.run;
    const outerCpu = machine.cpu;
    machine.run = run;
    machine.cpu = cpuOf(input, machine.cpuCount) ?? outerCpu;
    try {
      prepareRun(area, run, input);
      if (settings.arguments) run.arguments = settings.arguments;
      const repeat = timesOf(input);
      const { returnValue, elapsedNs } = this.#repeat(run, repeat);
      const { data, context } = finishRun(area, run, input);
      this.#runs += BigInt(repeat);
      this.#timeNs += elapsedNs;
      return {
        returnValue,
        data,
        context,
        durationNs: elapsedNs / repeat,
        instructions: machine.instructionsUsed,
        effects: run.effects,
        output: concatenated(run.output),
      };
    } finally {
      machine.run = outer;
      machine.cpu = outerCpu;
    }
  }

  #repeat(run: RunState, repeat: number): { returnValue: number; elapsedNs: number } {
    const { machine } = this.#home;
    // Tail calls are counted per run, which only the machine can do.
    const atOnce = this.#hasTailCalls ? 1 : repeat;
    let returnValue = 0;
    const start = performance.now();
    for (let count = 0; count < repeat; count += atOnce) {
      run.tailCalls = 0;
      returnValue = machine.execute(this.code, run.context, 0, atOnce);
    }
    return { returnValue, elapsedNs: (performance.now() - start) * 1e6 };
  }

  get #hasTailCalls(): boolean {
    return this.code.program.calls.some(
      (target) => target.kind === 'register' || (target.kind === 'helper' && target.id === TAIL_CALL),
    );
  }

  statistics(): ProgramStatistics {
    return { runCount: this.#runs, runTimeNs: BigInt(Math.round(this.#timeNs)) };
  }

  pin(_path: string): void {
    throw new UnsupportedError('pinning in the embedded machine');
  }

  [Symbol.dispose](): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#onDispose();
    this.code.dispose();
  }
}
