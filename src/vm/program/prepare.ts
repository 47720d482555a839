// Checks the form of a program as the kernel does before it looks at values (`check_subprogs`, `resolve_pseudo_ldimm64`;
// kernel/bpf/verifier.c, v6.18), and cuts it into functions.

import type { SourceLine } from '../../base/index.ts';
import type { LineInfo } from '../../btf/index.ts';
import type { EbpfRow, Instruction } from '../../isa/index.ts';
import { instructionProblem, rowOf, slotCount } from '../../isa/index.ts';
import { VmError } from '../errors.ts';
import { FUNCTION_BASE } from '../memory/layout.ts';
import type {
  CallTarget,
  FunctionRange,
  PreparedInstruction,
  PreparedProgram,
  PrepareOptions,
  Value64,
} from './types.ts';

/** Most slots a program may have (`BPF_COMPLEXITY_LIMIT_INSNS`). */
const MAX_SLOTS = 1_000_000;

/** Source line of a slot: the last line record at or before it. */
export function lineOf(lines: readonly LineInfo[], slot: number): SourceLine | undefined {
  let low = 0;
  let high = lines.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((lines[middle] as LineInfo).instruction <= slot) low = middle + 1;
    else high = middle;
  }
  return lines[low - 1];
}

class Preparer {
  readonly #instructions: readonly Instruction[];
  readonly #options: PrepareOptions;
  readonly #rows: (EbpfRow | undefined)[] = [];
  readonly #calls: CallTarget[] = [];
  readonly #callIndex = new Map<string, number>();
  readonly #starts = new Set<number>([0]);
  readonly #taken: number[] = [];
  readonly #handles = new Map<number, number>();

  constructor(instructions: readonly Instruction[], options: PrepareOptions) {
    this.#instructions = instructions;
    this.#options = options;
  }

  run(): PreparedProgram {
    const count = this.#instructions.length;
    if (count === 0) this.#fail(0, 'has no instructions');
    if (count > MAX_SLOTS) this.#fail(0, `has ${count} instructions, more than ${MAX_SLOTS}`);
    this.#checkForm();
    const functions = this.#cut();
    const functionAt = new Map(functions.map((range) => [range.start, range]));
    const code: (PreparedInstruction | undefined)[] = new Array(count);
    for (const range of functions) {
      for (let slot = range.start; slot < range.end; slot++) {
        const row = this.#rows[slot];
        if (row) code[slot] = this.#prepare(slot, { row, range, functionAt });
      }
      this.#checkEnd(range, code);
    }
    const { name, lines = [] } = this.#options;
    return { name, code, functions, calls: this.#calls, addressTaken: this.#taken, lines };
  }

  #fail(slot: number, problem: string): never {
    const { name, lines = [] } = this.#options;
    throw new VmError(problem, {
      fault: 'invalid-program',
      program: name,
      instruction: slot,
      source: lineOf(lines, slot),
    });
  }

  #checkForm(): void {
    for (let slot = 0; slot < this.#instructions.length; slot++) {
      const problem = instructionProblem(this.#instructions, slot);
      if (problem !== undefined) this.#fail(slot, problem);
      const instruction = this.#instructions[slot] as Instruction;
      const row = rowOf(instruction) as EbpfRow;
      this.#rows[slot] = row;
      if (row.operation === 'call-local') this.#starts.add(this.#functionStart(slot, instruction.imm));
      if (row.operation === 'lddw-function') this.#starts.add(this.#functionStart(slot, instruction.imm));
      if (slotCount(instruction) === 2) slot++;
    }
  }

  #functionStart(slot: number, distance: number): number {
    const start = slot + 1 + distance;
    const inside = start >= 0 && start < this.#instructions.length;
    if (!inside) this.#fail(slot, `calls slot ${start}, outside the program`);
    return start;
  }

  #cut(): FunctionRange[] {
    const starts = [...this.#starts].sort((a, b) => a - b);
    return starts.map((start, index) => {
      if (!this.#rows[start]) this.#fail(start, 'is called in the middle of a 64-bit immediate load');
      const name = this.#options.functionNames?.get(start) ?? (index === 0 ? this.#options.name : `function_${start}`);
      return { index, name, start, end: starts[index + 1] ?? this.#instructions.length };
    });
  }

  #checkEnd(range: FunctionRange, code: readonly (PreparedInstruction | undefined)[]): void {
    let last = range.end - 1;
    if (!code[last]) last--;
    const operation = code[last]?.row.operation;
    if (operation !== 'exit' && operation !== 'jump') this.#fail(last, 'execution runs off the end of the function');
  }

  #prepare(
    slot: number,
    at: { row: EbpfRow; range: FunctionRange; functionAt: ReadonlyMap<number, FunctionRange> },
  ): PreparedInstruction {
    const { row } = at;
    const { dst, src, offset, imm } = this.#instructions[slot] as Instruction;
    if ((dst === 10 && writesDestination(row)) || (src === 10 && fetches(row)))
      this.#fail(slot, 'writes the frame pointer r10, which is read only');
    let value: Value64 = { low: imm, high: 0 };
    if (row.form === 'load-imm64') value = this.#immediate(slot, row, at.functionAt);
    const target = this.#target(slot, at);
    return { row, dst, src, offset, imm: value.low, high: value.high, target };
  }

  #target(
    slot: number,
    at: { row: EbpfRow; range: FunctionRange; functionAt: ReadonlyMap<number, FunctionRange> },
  ): number {
    const { row, range } = at;
    const { imm, offset } = this.#instructions[slot] as Instruction;
    switch (row.form) {
      case 'jump':
      case 'branch-imm':
      case 'branch-src':
        return this.#jumpTarget(slot, offset, range);
      case 'jump-long':
        return this.#jumpTarget(slot, imm, range);
      case 'packet-absolute':
      case 'packet-indirect':
        return this.#call('packet', { kind: 'packet' });
      case 'call':
        if (row.operation === 'call-local') return (at.functionAt.get(slot + 1 + imm) as FunctionRange).index;
        return this.#call(`helper ${imm}`, { kind: 'helper', id: imm });
      case 'call-register':
        return this.#call('register', { kind: 'register' });
      case 'call-offset':
        return this.#kfunc(slot);
      default:
        return -1;
    }
  }

  #kfunc(slot: number): number {
    const name = this.#options.kfuncs?.get(slot);
    if (name === undefined) this.#fail(slot, 'calls a kernel function that has no name');
    return this.#call(`kfunc ${name}`, { kind: 'kfunc', name });
  }

  #call(key: string, target: CallTarget): number {
    let index = this.#callIndex.get(key);
    if (index === undefined) {
      index = this.#calls.push(target) - 1;
      this.#callIndex.set(key, index);
    }
    return index;
  }

  #jumpTarget(slot: number, distance: number, range: FunctionRange): number {
    const target = slot + 1 + distance;
    if (target < range.start || target >= range.end) this.#fail(slot, `jumps to slot ${target}, outside its function`);
    if (!this.#rows[target])
      this.#fail(slot, `jumps into the middle of the 64-bit immediate load at slot ${target - 1}`);
    return target;
  }

  #immediate(slot: number, row: EbpfRow, functionAt: ReadonlyMap<number, FunctionRange>): Value64 {
    const { imm } = this.#instructions[slot] as Instruction;
    const value = { low: imm, high: (this.#instructions[slot + 1] as Instruction).imm };
    if (row.operation === 'lddw-function') {
      const { index } = functionAt.get(slot + 1 + imm) as FunctionRange;
      return { low: this.#handle(index) | 0, high: 0 };
    }
    const resolved = this.#options.resolve?.(slot, row, value) ?? (row.operation === 'lddw' ? value : undefined);
    if (!resolved) this.#fail(slot, `${row.name} refers to nothing the machine has`);
    return resolved;
  }

  #handle(index: number): number {
    let handle = this.#handles.get(index);
    if (handle === undefined) {
      handle = this.#options.functionHandle?.(index) ?? FUNCTION_BASE + index;
      this.#handles.set(index, handle);
      this.#taken.push(index);
    }
    return handle;
  }
}

const keepsDestination: ReadonlySet<string> = new Set([
  'store-imm',
  'store-src',
  'branch-imm',
  'branch-src',
  'call-register',
]);

/** Whether the instruction changes the register in its `dst` field. */
export function writesDestination(row: EbpfRow): boolean {
  if (row.class === 'ldx' || row.form === 'load-imm64' || row.operation === 'load-acquire') return true;
  return (row.class === 'alu' || row.class === 'alu64') && !keepsDestination.has(row.form);
}

/** Whether the instruction leaves an old value in the register in its `src` field. */
function fetches({ operation }: EbpfRow): boolean {
  return operation.startsWith('atomic-fetch') || operation === 'atomic-xchg';
}

/**
 * Makes a program ready to run.
 * @throws VmError `invalid-program` with the slot concerned.
 */
export function prepareProgram(instructions: readonly Instruction[], options: PrepareOptions): PreparedProgram {
  return new Preparer(instructions, options).run();
}
