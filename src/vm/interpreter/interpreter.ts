// The reference engine: a table of handlers, one call per instruction. Simple, so that it can be believed.

import { InternalError } from '../../base/index.ts';
import type { EbpfRow } from '../../isa/index.ts';
import { control } from '../memory/layout.ts';
import { keyTable } from '../program/keys.ts';
import type { PreparedInstruction, PreparedProgram } from '../program/types.ts';
import type { BoundHelper, LoadedCode, Runtime } from '../runtime.ts';
import { aluHandlers } from './alu.ts';
import type { Budget, Handler } from './frame.ts';
import { FIRST_CONSTANT, Frame } from './frame.ts';
import { jumpHandlers } from './jumps.ts';
import { memoryHandlers } from './memory-access.ts';

const handlers: Readonly<Record<string, Handler>> = {
  ...aluHandlers,
  ...jumpHandlers,
  ...memoryHandlers,
  lddw: (f, i) => {
    (aluHandlers.mov64 as Handler)(f, i);
    return i + 2;
  },
};

const handlerByRow = keyTable(handlers);

/** The handler of a row. */
function handlerOf(row: EbpfRow): Handler {
  const handler = handlerByRow(row);
  if (!handler) throw new InternalError(`the interpreter has no handler for ${row.name}`);
  return handler;
}

const ARGUMENTS = control.arguments / 4;

/** A program loaded into the interpreter. */
class InterpretedProgram implements LoadedCode {
  readonly program: PreparedProgram;
  readonly helpers: (BoundHelper | undefined)[] = [];
  readonly #handlers: Handler[];
  readonly #frame: Frame;
  readonly #runtime: Runtime;
  readonly #budget: Budget;

  constructor(program: PreparedProgram, runtime: Runtime, options: InterpreterOptions) {
    this.program = program;
    this.#runtime = runtime;
    this.#budget = options.budget;
    const constants: bigint[] = [];
    const constantIndex = new Map<bigint, number>();
    const constant = (value: bigint): number => {
      let index = constantIndex.get(value);
      if (index === undefined) {
        index = constants.push(value) - 1;
        constantIndex.set(value, index);
      }
      return (FIRST_CONSTANT + index) * 2;
    };
    const sources = program.code.map((instruction) => (instruction ? sourceOf(instruction, constant) : 0));
    this.#frame = new Frame(this, runtime, options.budget, constants);
    this.#handlers = program.code.map((instruction) => (instruction ? handlerOf(instruction.row) : unreachable));
    if (options.trace) this.#handlers = this.#handlers.map((handler) => traced(handler, options.trace as Trace));
    for (const [slot, instruction] of program.code.entries()) {
      if (!instruction) continue;
      const isPacket = instruction.row.group === 'packet';
      this.#frame.d[slot] = instruction.dst * 2;
      this.#frame.s[slot] = sources[slot] as number;
      this.#frame.o[slot] = isPacket ? instruction.imm : instruction.offset;
      this.#frame.t[slot] = instruction.target;
    }
  }

  run(context: number, budget: number, second = 0, count = 1): number {
    const { memory, stackTop } = this.#runtime;
    for (let left = count; left > 0; left--) {
      this.#budget.left = budget;
      memory.i32[ARGUMENTS + 2] = context;
      for (let index = 3; index < 12; index++) memory.i32[ARGUMENTS + index] = 0;
      memory.i32[ARGUMENTS + 4] = second;
      this.#execute(0, stackTop);
    }
    memory.view.setBigInt64(control.budgetLeft, BigInt(this.#budget.left), true);
    return (memory.i32[ARGUMENTS] as number) >>> 0;
  }

  invoke(functionIndex: number, bottom: number): void {
    this.#execute(this.program.functions[functionIndex]?.start as number, bottom);
  }

  continue(bottom: number): void {
    this.#execute(0, bottom);
  }

  #execute(start: number, bottom: number): void {
    const frame = this.#frame;
    const { depth, bottom: previous } = frame;
    frame.begin(bottom);
    const { r } = frame;
    for (let index = 2; index < 12; index++) r[index] = this.#runtime.memory.i32[ARGUMENTS + index] as number;
    try {
      this.#loop(start);
    } catch (error) {
      frame.unwind(depth);
      frame.bottom = previous;
      if (error instanceof RangeError) frame.fault('bad-read', this.#slot);
      throw error;
    }
    this.#runtime.memory.i32[ARGUMENTS] = r[0] as number;
    this.#runtime.memory.i32[ARGUMENTS + 1] = r[1] as number;
    frame.finish(previous);
  }

  #slot = 0;

  #loop(start: number): void {
    const frame = this.#frame;
    const code = this.#handlers;
    const budget = this.#budget;
    let slot = start;
    let last = start;
    try {
      while (slot >= 0) {
        last = slot;
        if (budget.left-- <= 0) frame.fault('budget', slot);
        slot = (code[slot] as Handler)(frame, slot);
      }
    } finally {
      this.#slot = last;
    }
  }

  dispose(): void {
    this.#handlers.length = 0;
  }
}

const unreachable: Handler = () => {
  throw new InternalError('ran the second slot of a 64-bit immediate');
};

/** Told of every instruction before it runs. */
export type Trace = (program: PreparedProgram, slot: number, registers: BigUint64Array) => void;

/** What the interpreter takes. */
export interface InterpreterOptions {
  readonly budget: Budget;
  readonly trace?: Trace | undefined;
}

function traced(handler: Handler, trace: Trace): Handler {
  return (frame, slot) => {
    trace(frame.program, slot, frame.wide.subarray(0, 11));
    return handler(frame, slot);
  };
}

function sourceOf(instruction: PreparedInstruction, constant: (value: bigint) => number): number {
  const { row, imm, high } = instruction;
  switch (row.form) {
    case 'load-imm64':
      return constant(BigInt.asUintN(64, (BigInt(high) << 32n) | BigInt(imm >>> 0)));
    case 'dst-imm':
    case 'store-imm':
    case 'branch-imm':
      return constant(BigInt.asUintN(64, BigInt(imm)));
    default:
      return instruction.src * 2;
  }
}

/** Loads a program into the interpreter. */
export function interpret(program: PreparedProgram, runtime: Runtime, options: InterpreterOptions): LoadedCode {
  return new InterpretedProgram(program, runtime, options);
}
