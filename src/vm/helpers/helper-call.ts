// One call of a helper: its arguments, and checked access to what they point to.

import { decodeUtf8, UnsupportedError } from '../../base/index.ts';
import type { VmFault } from '../errors.ts';
import { VmError } from '../errors.ts';
import type { MapStore } from '../maps/map-store.ts';
import { control, FRAME_STRIDE } from '../memory/layout.ts';
import type { MachineMemory } from '../memory/machine-memory.ts';
import type { LoadedCode } from '../runtime.ts';
import type { HelperMachine } from './helper-machine.ts';

const ARGUMENTS = control.arguments / 4;
const TWO32 = 0x1_0000_0000;

/** What a helper returns: a safe integer or 64 bits; undefined for `void` (r0 becomes 0). */
export type HelperResult = number | bigint | undefined;

/** A helper. Arguments must be read before anything that may call back into a program. */
export type Helper = (call: HelperCall) => HelperResult;

/** The arguments r1 to r5 of one call. */
export class HelperCall {
  readonly machine: HelperMachine;
  readonly code: LoadedCode;
  /** Bottom of the caller's frame. */
  frame = 0;
  /** Name of the helper, for messages. */
  readonly name: string;

  constructor(machine: HelperMachine, code: LoadedCode, name: string) {
    this.machine = machine;
    this.code = code;
    this.name = name;
  }

  get memory(): MachineMemory {
    return this.machine.memory;
  }

  /** Low 32 bits of argument `n` (1 to 5), signed. */
  i32(n: number): number {
    return this.memory.i32[ARGUMENTS + 2 * n] as number;
  }

  /** Low 32 bits of argument `n`, unsigned. */
  u32(n: number): number {
    return this.i32(n) >>> 0;
  }

  u64(n: number): bigint {
    return this.memory.view.getBigUint64(control.arguments + 8 * n, true);
  }

  i64(n: number): bigint {
    return this.memory.view.getBigInt64(control.arguments + 8 * n, true);
  }

  /** Argument `n` as a double: exact below 2^53, and never below 2^53 where the argument is not. */
  number(n: number): number {
    const high = (this.memory.i32[ARGUMENTS + 2 * n + 1] as number) >>> 0;
    return high * TWO32 + this.u32(n);
  }

  /** Stops the program. */
  fail(problem: string, fault: VmFault = 'bad-argument', address?: bigint): never {
    const region = address === undefined ? undefined : this.memory.describe(address);
    throw new VmError(`bpf_${this.name}: ${problem}`, {
      fault,
      program: this.code.program.name,
      ...(address === undefined ? {} : { address, region }),
    });
  }

  /** Says that the machine does not have this. */
  unsupported(what: string): never {
    throw new UnsupportedError(`bpf_${this.name}: ${what} in the embedded machine`);
  }

  #pointer(n: number, size: number, write: boolean): number {
    const address = this.number(n);
    if (size === 0) return address < TWO32 ? address : 0;
    if (!this.memory.canAccess(address, size, write)) {
      this.fail(
        `argument ${n} is no ${write ? 'writable' : 'readable'} memory of ${size} bytes`,
        'bad-argument',
        this.u64(n),
      );
    }
    return address;
  }

  /** Address of `size` bytes the program may read. @throws VmError otherwise. */
  readable(n: number, size: number): number {
    return this.#pointer(n, size, false);
  }

  /** Address of `size` bytes the program may write. @throws VmError otherwise. */
  writable(n: number, size: number): number {
    return this.#pointer(n, size, true);
  }

  /** Whether argument `n` is a null pointer. */
  isNull(n: number): boolean {
    return this.number(n) === 0;
  }

  /** The map argument `n` stands for. @throws VmError where it is none. */
  map(n: number): MapStore {
    const map = this.machine.mapByHandle(this.number(n));
    if (!map) this.fail(`argument ${n} is no map`);
    return map;
  }

  /** The map argument `n`, which must be of a class. */
  mapOf<T extends MapStore>(n: number, kind: abstract new (...args: never[]) => T): T {
    const map = this.map(n);
    if (!(map instanceof kind)) this.fail(`map "${map.spec.name}" of type ${map.spec.type} does not fit`);
    return map;
  }

  /** The NUL-terminated string at an address, at most `limit` bytes. */
  string(address: number, limit = 4096): string {
    let end = address;
    while (end < address + limit && this.memory.canAccess(end, 1, false) && this.memory.u8[end] !== 0) end++;
    return decodeUtf8(this.memory.bytes(address, end - address));
  }

  /** Calls back into the program: function of a handle, with up to five arguments; the low 64 bits of its result. */
  invoke(handle: number, ...args: readonly number[]): bigint {
    const target = this.machine.functionByHandle(handle);
    if (!target) this.fail('is given something that is no function', 'bad-call');
    const frame = this.frame - FRAME_STRIDE;
    if (frame < this.machine.stackBottom) this.fail('calls are nested too deeply (8 frames)', 'call-depth');
    for (let n = 1; n <= 5; n++) this.memory.setU64(control.arguments + 8 * n, BigInt(args[n - 1] ?? 0));
    target.code.invoke(target.functionIndex, frame);
    return this.memory.u64(control.arguments);
  }
}
