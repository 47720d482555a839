// The state of compiling one function: locals, addresses, faults. What instructions become is in the emit-*.ts files.

import type { MapStore } from '../maps/map-store.ts';
import { control, FAULT_KIND_SHIFT, FRAME_SIZE, faultKinds } from '../memory/layout.ts';
import type { FunctionRange, PreparedInstruction, PreparedProgram } from '../program/types.ts';
import { op, valueType, WasmCode } from '../wasm/code.ts';
import type { FunctionType, LocalRun } from '../wasm/module.ts';
import type { ExtentSource, PlacedAccess } from './access-groups.ts';
import { KEPT_LOCALS } from './find-idioms.ts';

/** Indices of what every compiled module imports or defines. */
export interface ModuleLinks {
  /** Imported function `(call index, frame) -> replaced`. */
  readonly callOut: number;
  /** Compiled functions, by function index, and the registers they take. */
  readonly functions: readonly number[];
  readonly parameters: readonly (readonly number[])[];
  readonly limit: number;
  readonly readable: number;
  readonly writable: number;
  readonly budget: number;
  readonly stackBottom: number;
  /** Compiled look-ups of hash maps. */
  readonly lookups: ReadonlyMap<MapStore, number>;
  /** Maps whose look-ups are compiled in, by slot of the call. */
  readonly inlined: ReadonlyMap<number, MapStore>;
  readonly extents: ExtentSource;
  /** Check and trap at bad accesses. */
  readonly checked: boolean;
  /** Count instructions against the budget. */
  readonly counted: boolean;
}

const { i32, i64 } = valueType;

/**
 * Of a compiled function: the bottom of its frame, the budget and the registers it reads; the result and what is left. The program's
 * own function is also told how often to run.
 */
export function functionType(registers: readonly number[], index: number): FunctionType {
  const count = index === 0 ? [i32] : [];
  return { parameters: [i32, i64, ...registers.map(() => i64), ...count], results: [i64, i64] };
}

/** Locals that are not registers. */
export const local = {
  bottom: 0,
  budget: 1,
  /** r0 to r9, those that are parameters first. */
  registers: 2,
  address: 12,
  wide: 13,
  /** Values from before an instruction that a later one needs; see find-idioms.ts. */
  kept: 14,
  place: 14 + KEPT_LOCALS,
  label: 15 + KEPT_LOCALS,
  mayGoto: 16 + KEPT_LOCALS,
  narrow: 17 + KEPT_LOCALS,
  /** By base register: whether the checks of its group of accesses are done. */
  covered: 18 + KEPT_LOCALS,
} as const;
const LOCAL_COUNT = local.covered + 11;

export type FaultKind = (typeof faultKinds)[number];

/** Emits the code of one function. */
export class FunctionEmitter {
  readonly code = new WasmCode(4096);
  readonly program: PreparedProgram;
  readonly links: ModuleLinks;
  /** First slot of the function. */
  readonly start: number;
  /** By slot counted from the first. */
  readonly accesses: readonly (PlacedAccess | undefined)[];
  /** Constructs open around the code, inside the block whose end is the fault handler. */
  depth = 0;

  /** Local of each of r0 to r9. */
  readonly #registers: readonly number[];
  readonly #parameterCount: number;
  /** Whether the code is the body of a loop, whose block takes the result. */
  readonly #isRepeated: boolean;

  constructor(
    program: PreparedProgram,
    links: ModuleLinks,
    range: FunctionRange,
    accesses: readonly (PlacedAccess | undefined)[],
  ) {
    this.program = program;
    this.links = links;
    this.start = range.start;
    this.accesses = accesses;
    this.#isRepeated = range.index === 0;
    const parameters = this.#isRepeated ? [] : (links.parameters[range.index] as readonly number[]);
    const others = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].filter((register) => !parameters.includes(register));
    const order = [...parameters, ...others];
    this.#registers = Array.from({ length: 10 }, (_, register) => local.registers + order.indexOf(register));
    this.#parameterCount = local.registers + parameters.length;
  }

  /** The declarations of all locals beyond the parameters. */
  locals(): LocalRun[] {
    const own = this.#isRepeated
      ? [
          { count: 1, type: i32 },
          { count: 1, type: i64 },
        ]
      : [];
    return [
      ...own,
      { count: local.place - this.#parameterCount, type: i64 },
      { count: LOCAL_COUNT - local.place, type: i32 },
    ];
  }

  /** Pushes a register. */
  get(register: number): void {
    if (register === 10) this.code.get(local.bottom).i32(FRAME_SIZE).ops(op.i32Add, op.i64ExtendI32U);
    else this.code.get(this.#registers[register] as number);
  }

  /** Pops into a register. */
  set(register: number): void {
    this.code.set(this.#registers[register] as number);
  }

  /** Pushes the low 32 bits of a register. */
  getNarrow(register: number): void {
    this.get(register);
    this.code.byte(op.i32WrapI64);
  }

  /** Pushes the second operand: register, or immediate extended by its sign. */
  source(instruction: PreparedInstruction): void {
    if (takesImmediate(instruction)) this.code.i64(instruction.imm);
    else this.get(instruction.src);
  }

  /** Pushes the low 32 bits of the second operand. */
  sourceNarrow(instruction: PreparedInstruction): void {
    if (takesImmediate(instruction)) this.code.i32(instruction.imm);
    else this.getNarrow(instruction.src);
  }

  /** Pops a condition: where true, the function ends with a fault. The place is set on that way only, to stay out of loops. */
  faultIf(kind: FaultKind, slot: number): void {
    const place = (faultKinds.indexOf(kind) << FAULT_KIND_SHIFT) | slot;
    this.code
      .if()
      .i32(place)
      .set(local.place)
      .br(this.depth + 1)
      .end();
  }

  /** Hands the budget over before code outside the function runs. */
  saveBudget(): void {
    if (this.links.counted) this.code.get(local.budget).globalSet(this.links.budget);
  }

  /** Takes the budget back. */
  loadBudget(): void {
    if (this.links.counted) this.code.globalGet(this.links.budget).set(local.budget);
  }

  /** Returns what is on the stack. */
  return(): void {
    if (this.#isRepeated) this.code.br(this.depth + 1);
    else this.code.get(local.budget).byte(op.return);
  }

  /** Pops a condition: where true, returns what `push` pushes. */
  returnIf(push: () => void): void {
    this.code.if();
    this.depth++;
    push();
    this.return();
    this.depth--;
    this.code.end();
  }

  /** What follows the fault block: registers into the control area, then a trap. */
  faultHandler(): void {
    const { code } = this;
    for (let register = 0; register <= 10; register++) {
      code.i32(0);
      this.get(register);
      code.memory(op.i64Store, control.registers + 8 * register);
    }
    code.i32(0).get(local.address).memory(op.i64Store, control.faultAddress);
    code.i32(0).get(local.place).memory(op.i32Store, control.faultPlace);
    this.saveBudget();
    code.byte(op.unreachable);
  }
}

function takesImmediate({ row }: PreparedInstruction): boolean {
  return row.form === 'dst-imm' || row.form === 'store-imm' || row.form === 'branch-imm';
}

/** Emits one instruction. */
export type Emitter = (emitter: FunctionEmitter, instruction: PreparedInstruction, slot: number) => void;
