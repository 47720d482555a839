// The state of compiling one function: locals, addresses, faults. What instructions become is in the emit-*.ts files.

import type { MapStore } from '../maps/map-store.ts';
import { control, FAULT_KIND_SHIFT, FRAME_SIZE, faultKinds } from '../memory/layout.ts';
import type { PreparedInstruction, PreparedProgram } from '../program/types.ts';
import { op, valueType, WasmCode } from '../wasm/code.ts';
import type { LocalRun } from '../wasm/module.ts';
import type { FrameAnalysis } from './frame-analysis.ts';

/** Indices of what every compiled module imports or defines. */
export interface ModuleLinks {
  /** Imported function `(call index, frame) -> replaced`. */
  readonly callOut: number;
  /** Compiled functions, by function index. */
  readonly functions: readonly number[];
  readonly limit: number;
  readonly readable: number;
  readonly writable: number;
  readonly budget: number;
  readonly stackBottom: number;
  /** Compiled look-ups of hash maps. */
  readonly lookups: ReadonlyMap<MapStore, number>;
  /** Maps whose look-ups are compiled in, by slot of the call. */
  readonly inlined: ReadonlyMap<number, MapStore>;
  /** Check and trap at bad accesses. */
  readonly checked: boolean;
  /** Count instructions against the budget. */
  readonly counted: boolean;
}

/** Parameters of compiled functions: r1 to r5 and the bottom of the frame. */
export const functionType = {
  parameters: [valueType.i64, valueType.i64, valueType.i64, valueType.i64, valueType.i64, valueType.i32],
  results: [valueType.i64],
} as const;

/** Local of each register r0 to r9: parameters first. */
const registerLocals = [6, 0, 1, 2, 3, 4, 7, 8, 9, 10] as const;

/** Locals that are not registers. */
export const local = {
  bottom: 5,
  budget: 11,
  address: 12,
  wide: 13,
  place: 14,
  label: 15,
  mayGoto: 16,
  narrow: 17,
} as const;
const LOCAL_COUNT = 18;

export type FaultKind = (typeof faultKinds)[number];

/** Emits the code of one function. */
export class FunctionEmitter {
  readonly code = new WasmCode(4096);
  readonly program: PreparedProgram;
  readonly links: ModuleLinks;
  readonly frame: FrameAnalysis;
  /** Constructs open around the code, inside the block whose end is the fault handler. */
  depth = 0;

  constructor(program: PreparedProgram, links: ModuleLinks, frame: FrameAnalysis) {
    this.program = program;
    this.links = links;
    this.frame = frame;
  }

  /** The declarations of all locals beyond the parameters. */
  locals(): LocalRun[] {
    return [
      { count: local.place - 6, type: valueType.i64 },
      { count: LOCAL_COUNT - local.place, type: valueType.i32 },
    ];
  }

  /** Pushes a register. */
  get(register: number): void {
    if (register === 10) this.code.get(local.bottom).i32(FRAME_SIZE).ops(op.i32Add, op.i64ExtendI32U);
    else this.code.get(registerLocals[register] as number);
  }

  /** Pops into a register. */
  set(register: number): void {
    this.code.set(registerLocals[register] as number);
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

  /**
   * Pushes the 32-bit address for an access of `bytes` bytes through `base`, checked where that is asked for; returns the
   * constant offset to go into the instruction.
   */
  address(slot: number, access: { base: number; offset: number; bytes: number; write: boolean }): number {
    const known = this.frame.offsets.get(slot);
    if (known !== undefined) {
      this.code.get(local.bottom);
      return FRAME_SIZE + known;
    }
    this.get(access.base);
    if (this.links.checked) {
      this.#checkedAddress(slot, access);
      return 0;
    }
    this.code.byte(op.i32WrapI64);
    if (access.offset >= 0) return access.offset;
    this.code.i32(access.offset).byte(op.i32Add);
    return 0;
  }

  /** Pushes the address of a key (r2) of any size, checked where that is asked for; returns a constant to add. */
  keyAddress(slot: number, bytes: number): number {
    const access = { base: 2, offset: 0, bytes: Math.min(bytes, 8), write: false };
    if (!this.links.checked || bytes <= 8) return this.address(slot, access);
    for (let offset = 0; offset < bytes; offset += 8) {
      this.address(slot, { ...access, offset, bytes: Math.min(8, bytes - offset) });
      this.code.byte(op.drop);
    }
    this.getNarrow(2);
    return 0;
  }

  #checkedAddress(slot: number, access: { offset: number; bytes: number; write: boolean }): void {
    const { code, links } = this;
    const kind = access.write ? 'bad-write' : 'bad-read';
    if (access.offset !== 0) code.i64(access.offset).byte(op.i64Add);
    code.tee(local.address).globalGet(links.limit).byte(op.i64GeU);
    this.faultIf(kind, slot);
    code.get(local.address).byte(op.i32WrapI64).tee(local.narrow).i32(3).byte(op.i32ShrU);
    code.globalGet(access.write ? links.writable : links.readable).byte(op.i32Add);
    const mask = (1 << access.bytes) - 1;
    code.memory(access.bytes === 1 ? op.i32Load8U : op.i32Load16U, 0);
    code.get(local.narrow).i32(7).ops(op.i32And, op.i32ShrU).i32(mask).byte(op.i32And);
    if (access.bytes === 1) code.byte(op.i32Eqz);
    else code.i32(mask).byte(op.i32Ne);
    this.faultIf(kind, slot);
    code.get(local.narrow);
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
    this.saveBudget();
    this.code.byte(op.return);
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
