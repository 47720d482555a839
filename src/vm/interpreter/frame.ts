// The state that instruction handlers work on.

import type { VmFault } from '../errors.ts';
import { faultError } from '../fault.ts';
import { control, FRAME_SIZE, MAX_MAY_GOTO } from '../memory/layout.ts';
import type { MachineMemory } from '../memory/machine-memory.ts';
import type { PreparedProgram } from '../program/types.ts';
import type { LoadedCode, Runtime } from '../runtime.ts';

/** Registers r0 to r10, then the program's constants: so every operand is an index into one array. */
export const FIRST_CONSTANT = 16;

/** Runs one instruction and returns the slot of the next, or -1 at the end of the run. */
export type Handler = (frame: Frame, slot: number) => number;

/** Instructions left in this run; shared by all programs of a machine. */
export interface Budget {
  left: number;
}

const SAVED = 22;
/** Index of the argument block in 32-bit words. */
const ARGUMENTS = control.arguments / 4;

/**
 * Registers as pairs of 32-bit halves: register `n` is `r[2n]` (low) and `r[2n + 1]` (high). The operand arrays hold such
 * indices by slot.
 */
export class Frame {
  readonly r: Int32Array;
  /** The same registers as 64-bit values. */
  readonly wide: BigUint64Array;
  readonly d: Int32Array;
  readonly s: Int32Array;
  readonly o: Int32Array;
  readonly t: Int32Array;
  readonly program: PreparedProgram;
  readonly runtime: Runtime;
  readonly memory: MachineMemory;
  readonly checked: boolean;
  readonly budget: Budget;
  /** Bottom of the current stack frame. */
  bottom = 0;
  /** May-goto iterations left in the current frame. */
  mayGoto = 0;
  readonly #owner: LoadedCode;
  #saved: Int32Array = new Int32Array(SAVED * 8);
  #depth = 0;

  constructor(owner: LoadedCode, runtime: Runtime, budget: Budget, constants: readonly bigint[]) {
    const { program } = owner;
    const slots = program.code.length;
    this.#owner = owner;
    this.program = program;
    this.runtime = runtime;
    this.memory = runtime.memory;
    this.checked = runtime.mode === 'checked';
    this.budget = budget;
    const buffer = new ArrayBuffer((FIRST_CONSTANT + constants.length) * 8);
    this.r = new Int32Array(buffer);
    this.wide = new BigUint64Array(buffer);
    for (const [index, value] of constants.entries()) this.wide[FIRST_CONSTANT + index] = value;
    this.d = new Int32Array(slots);
    this.s = new Int32Array(slots);
    this.o = new Int32Array(slots);
    this.t = new Int32Array(slots);
  }

  /** Stops the run. */
  fault(fault: VmFault, slot: number, address?: bigint): never {
    const registers = [...this.wide.subarray(0, 11)];
    throw faultError(this.program, this.memory, {
      fault,
      slot,
      registers,
      ...(address === undefined ? {} : { address }),
    });
  }

  /** Address of a load of `size` bytes whose base register is `base`. */
  readAddress(slot: number, base: number, size: number): number {
    const low = ((this.r[base] as number) >>> 0) + (this.o[slot] as number);
    if (!this.checked) return low >>> 0;
    const high = (this.r[base + 1] as number) + Math.floor(low / 0x1_0000_0000);
    if (high !== 0 || !this.memory.canRead(low >>> 0, size)) this.fault('bad-read', slot, join(low, high));
    return low >>> 0;
  }

  /** Address of a store (or atomic operation) of `size` bytes whose base register is `base`. */
  writeAddress(slot: number, base: number, size: number): number {
    const low = ((this.r[base] as number) >>> 0) + (this.o[slot] as number);
    if (!this.checked) return low >>> 0;
    const high = (this.r[base + 1] as number) + Math.floor(low / 0x1_0000_0000);
    if (high !== 0 || !this.memory.canWrite(low >>> 0, size)) this.fault('bad-write', slot, join(low, high));
    return low >>> 0;
  }

  /** Enters a function whose frame is at `bottom`; the caller's registers are kept. */
  enter(returnSlot: number, bottom: number): void {
    const { r } = this;
    if ((this.#depth + 1) * SAVED > this.#saved.length) {
      const grown = new Int32Array(this.#saved.length * 2);
      grown.set(this.#saved);
      this.#saved = grown;
    }
    const at = this.#depth * SAVED;
    this.#saved[at] = returnSlot;
    this.#saved[at + 1] = this.mayGoto;
    for (let index = 2; index < 22; index++) this.#saved[at + index] = r[index] as number;
    this.#depth++;
    this.#clear();
    this.setBottom(bottom);
  }

  /** Leaves a function; returns the slot to go on with, or -1 when it was the outermost. */
  leave(): number {
    const { r } = this;
    const at = (this.#depth - 1) * SAVED;
    const returnSlot = this.#saved[at] as number;
    if (returnSlot < 0) return -1;
    this.#depth--;
    this.mayGoto = this.#saved[at + 1] as number;
    for (let index = 2; index < 22; index++) r[index] = this.#saved[at + index] as number;
    this.bottom = (r[20] as number) - FRAME_SIZE;
    return returnSlot;
  }

  /** Starts a run inside the present one (or the first): `leave` of that function then gives -1. */
  begin(bottom: number): void {
    this.enter(-1, bottom);
  }

  /** Undoes {@link begin}: all registers but r0 are as before. */
  finish(bottom: number): void {
    const { r } = this;
    this.#depth--;
    const at = this.#depth * SAVED;
    this.mayGoto = this.#saved[at + 1] as number;
    for (let index = 2; index < 22; index++) r[index] = this.#saved[at + index] as number;
    this.bottom = bottom;
  }

  get depth(): number {
    return this.#depth;
  }

  /** After an error: forget all calls down to `depth`. */
  unwind(depth: number): void {
    this.#depth = depth;
  }

  /** Calls something outside the program; true when a tail call replaced it. */
  callOut(slot: number): boolean {
    const { r } = this;
    const out = this.memory.i32;
    for (let index = 2; index < 12; index++) out[ARGUMENTS + index] = r[index] as number;
    const replaced = this.runtime.call(this.#owner, this.t[slot] as number, this.bottom);
    const back = this.memory.i32;
    r[0] = back[ARGUMENTS] as number;
    r[1] = back[ARGUMENTS + 1] as number;
    return replaced;
  }

  /** Runs a packet load whose arguments are set; true when it failed, which ends the program with 0. */
  callPacket(slot: number): boolean {
    const failed = this.runtime.call(this.#owner, this.t[slot] as number, this.bottom);
    this.r[0] = failed ? 0 : (this.memory.i32[ARGUMENTS] as number);
    this.r[1] = 0;
    return failed;
  }

  setBottom(bottom: number): void {
    this.bottom = bottom;
    this.r[20] = bottom + FRAME_SIZE;
    this.r[21] = 0;
    this.mayGoto = MAX_MAY_GOTO;
    if (this.checked) this.memory.u8.fill(0, bottom, bottom + FRAME_SIZE);
  }

  #clear(): void {
    const { r } = this;
    r[0] = 0;
    r[1] = 0;
    for (let index = 12; index < 20; index++) r[index] = 0;
  }
}

function join(low: number, high: number): bigint {
  return BigInt.asUintN(64, (BigInt(high) << 32n) | BigInt(low >>> 0));
}
