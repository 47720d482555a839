// The machine: memory, maps, functions and surroundings that all programs of one host share.

import { InternalError, ValueError } from '../base/index.ts';
import type { MapSpec } from '../object/index.ts';
import type { Effect, RunState } from './contexts/run-state.ts';
import { idleRun } from './contexts/run-state.ts';
import type { Environment } from './environment.ts';
import { defaultEnvironment } from './environment.ts';
import { errno } from './errno.ts';
import { VmError } from './errors.ts';
import { countTailCall } from './helpers/control-helpers.ts';
import type { Helper, HelperResult } from './helpers/helper-call.ts';
import { HelperCall } from './helpers/helper-call.ts';
import type { FunctionTarget, HelperMachine } from './helpers/helper-machine.ts';
import { kfuncByName } from './helpers/kfuncs.ts';
import { loadPacketWord } from './helpers/packet-load.ts';
import { helperById } from './helpers/registry.ts';
import type { Trace } from './interpreter/interpreter.ts';
import { interpret } from './interpreter/interpreter.ts';
import { CompiledProgram } from './jit/compile.ts';
import { TAIL_CALL } from './jit/flow-graph.ts';
import { ArrayMap } from './maps/array-map.ts';
import { createMap } from './maps/create-map.ts';
import type { MapHost, MapStore } from './maps/map-store.ts';
import { ReferenceArray } from './maps/reference-maps.ts';
import { RingBuffer } from './maps/ring-buffer.ts';
import {
  control,
  FRAME_SIZE,
  FRAME_STRIDE,
  FUNCTION_BASE,
  HANDLE_BASE,
  HANDLE_STEP,
  MAX_CALL_FRAMES,
} from './memory/layout.ts';
import { MachineMemory } from './memory/machine-memory.ts';
import type { CallTarget, PreparedProgram } from './program/types.ts';
import type { BoundHelper, LoadedCode, Runtime, VmEngine, VmMode } from './runtime.ts';
import { Timers, VirtualClock } from './timers.ts';

const TWO32 = 0x1_0000_0000;
const ARGUMENTS = control.arguments / 4;

/** How a machine is made. */
export interface MachineOptions {
  readonly engine?: VmEngine | undefined;
  readonly mode?: VmMode | undefined;
  readonly cpuCount?: number | undefined;
  /** Instructions one run may take; Infinity: no limit, and compiled code does not count. */
  readonly budget?: number | undefined;
  /** Told of every instruction (interpreter only). */
  readonly trace?: Trace | undefined;
  /** Told of every line that bpf_trace_printk prints. */
  readonly print?: ((text: string) => void) | undefined;
  readonly environment?: Partial<Environment> | undefined;
  readonly startNs?: bigint | undefined;
}

/** Instructions one run may take unless the options say otherwise. */
export const DEFAULT_BUDGET = 4_000_000_000;

/** Most CPUs a kernel is built for (`NR_CPUS` with `CONFIG_MAXSMP`). */
const MAX_CPUS = 8192;

/** Zeroed memory that stands for the current task: as large as `task_struct` gets. */
const TASK_SIZE = 16384;

/** Memory outside the machine that the test supplies for bpf_probe_read. */
interface ForeignMemory {
  readonly address: bigint;
  readonly bytes: Uint8Array;
}

function checkNumbers({ budget = DEFAULT_BUDGET, cpuCount = 1 }: MachineOptions): void {
  const isBudget = budget === Number.POSITIVE_INFINITY || (Number.isSafeInteger(budget) && budget > 0);
  if (!isBudget) throw new ValueError('budget', `${budget} is no number of instructions`);
  const isCount = Number.isInteger(cpuCount) && cpuCount > 0 && cpuCount <= MAX_CPUS;
  if (!isCount) throw new ValueError('cpuCount', `${cpuCount} is no number of CPUs, 1 to ${MAX_CPUS}`);
}

/** One embedded machine. Runs one program at a time. */
export class Machine implements Runtime, MapHost, HelperMachine {
  readonly memory = new MachineMemory();
  readonly mode: VmMode;
  readonly engine: VmEngine;
  readonly cpuCount: number;
  readonly budget: number;
  readonly budgetGlobal = new WebAssembly.Global({ value: 'i64', mutable: true }, 0n);
  readonly stackTop: number;
  readonly stackBottom: number;
  readonly environment: Environment;
  readonly clock: VirtualClock;
  readonly timers: Timers;
  #cpu = 0;
  /** State of the present run. */
  run: RunState = idleRun();
  readonly #trace: Trace | undefined;
  readonly #print: ((text: string) => void) | undefined;
  /** By place: a map's handle says its place. */
  readonly #maps: (MapStore | undefined)[] = [];
  readonly #functions = new Map<number, FunctionTarget>();
  readonly #interpreterBudget = { left: 0 };
  readonly #foreign: ForeignMemory[] = [];
  #nextFunction = FUNCTION_BASE;

  /** @throws ValueError for numbers that make no sense. */
  constructor(options: MachineOptions = {}) {
    checkNumbers(options);
    this.mode = options.mode ?? 'checked';
    this.engine = options.engine ?? 'wasm';
    this.cpuCount = options.cpuCount ?? 1;
    this.budget = options.budget ?? DEFAULT_BUDGET;
    this.environment = { ...defaultEnvironment(), ...options.environment };
    this.clock = new VirtualClock(options.startNs ?? 1_000_000_000n);
    this.timers = new Timers(this.clock);
    this.#trace = options.trace;
    this.#print = options.print;
    const stack = this.memory.allocate('stack', MAX_CALL_FRAMES * FRAME_STRIDE, 'none');
    for (let frame = 0; frame < MAX_CALL_FRAMES; frame++) {
      this.memory.protect(stack.start + frame * FRAME_STRIDE, FRAME_SIZE, 'write');
    }
    this.stackBottom = stack.start;
    this.stackTop = stack.start + (MAX_CALL_FRAMES - 1) * FRAME_STRIDE;
    this.memory.setU32(control.faultPlace, -1);
    const { task } = this.environment;
    if (task.address === 0n) {
      const region = this.memory.allocate('current task', TASK_SIZE, 'read');
      this.environment.task = { ...task, address: BigInt(region.start) };
    }
  }

  /** CPU that programs run on. */
  get cpu(): number {
    return this.#cpu;
  }

  set cpu(value: number) {
    this.#cpu = value;
    this.memory.setU32(control.cpu, value);
  }

  /** Loads a program into the machine's engine; into the interpreter where it is too large to be compiled. */
  load(program: PreparedProgram, engine: VmEngine = this.engine): LoadedCode {
    const compiled = engine === 'wasm' && CompiledProgram.compile(program, this, Number.isFinite(this.budget));
    return compiled || interpret(program, this, { budget: this.#interpreterBudget, trace: this.#trace });
  }

  /** @throws SyscallError, UnsupportedError. */
  createMap(spec: MapSpec): MapStore {
    const empty = this.#maps.indexOf(undefined);
    const place = empty < 0 ? this.#maps.length : empty;
    const map = createMap(spec, HANDLE_BASE + place * HANDLE_STEP, this);
    this.#maps[place] = map;
    return map;
  }

  removeMap(map: MapStore): void {
    const place = (map.handle - HANDLE_BASE) / HANDLE_STEP;
    if (this.#maps[place] !== map) return;
    this.#maps[place] = undefined;
    map.dispose();
  }

  mapByHandle(handle: number): MapStore | undefined {
    return this.#maps[(handle - HANDLE_BASE) / HANDLE_STEP];
  }

  arrayAt(address: number): ArrayMap | undefined {
    for (const map of this.#maps) {
      if (!(map instanceof ArrayMap)) continue;
      const { start, size } = map.extent;
      if (address >= start && address < start + size) return map;
    }
    return undefined;
  }

  /** The ring buffer in which a record is reserved at an address. */
  ringOf(address: number): RingBuffer | undefined {
    for (const map of this.#maps) if (map instanceof RingBuffer && map.isReserved(address)) return map;
    return undefined;
  }

  /** A handle for the address of a function; {@link bindFunction} says what it is. */
  reserveFunction(): number {
    return this.#nextFunction++;
  }

  bindFunction(handle: number, target: FunctionTarget): void {
    this.#functions.set(handle, target);
  }

  releaseFunction(handle: number): void {
    this.#functions.delete(handle);
  }

  functionByHandle(handle: number): FunctionTarget | undefined {
    return this.#functions.get(handle);
  }

  /** Runs a program with a context (and a second argument), `count` times; returns the low 32 bits of its last result, unsigned. */
  execute(code: LoadedCode, context: number, second = 0, count = 1): number {
    const budget = Number.isFinite(this.budget) ? this.budget : Number.MAX_SAFE_INTEGER;
    return code.run(context, budget, second, count);
  }

  /** Instructions the last run took; undefined where compiled code does not count them. */
  get instructionsUsed(): bigint | undefined {
    if (!Number.isFinite(this.budget)) return undefined;
    return BigInt(this.budget) - this.memory.view.getBigInt64(control.budgetLeft, true);
  }

  call(code: LoadedCode, index: number, frame: number): boolean {
    const known = code.helpers[index];
    if (known) return known(frame);
    const bound = this.#bindHelper(code, code.program.calls[index] as CallTarget);
    code.helpers[index] = bound;
    return bound(frame);
  }

  /** What a call does, found out at its first run. */
  #bindHelper(code: LoadedCode, target: CallTarget): BoundHelper {
    if (target.kind === 'packet') return (): boolean => !this.#loadPacket();
    if (target.kind === 'helper' && target.id === TAIL_CALL) return (frame): boolean => this.#tailCall(code, frame);
    if (target.kind === 'register') {
      return (frame): boolean => this.#bindNumber(code, this.memory.u32(control.scratch))(frame);
    }
    if (target.kind === 'helper') return this.#bindNumber(code, target.id);
    return this.#bind(code, target.name, kfuncByName(target.name));
  }

  #bindNumber(code: LoadedCode, id: number): BoundHelper {
    const known = helperById(id);
    return this.#bind(code, known ? `bpf_${known.name}` : `helper ${id}`, known?.run);
  }

  #bind(code: LoadedCode, name: string, run: Helper | undefined): BoundHelper {
    if (!run) {
      return (): never => {
        throw new VmError(`${name} is not available in the embedded machine`, {
          fault: 'helper',
          program: code.program.name,
        });
      };
    }
    const call = new HelperCall(this, code, name.replace(/^bpf_/, ''));
    return (frame): boolean => {
      // The helper may call back into the program, which may call it again.
      const outer = call.frame;
      call.frame = frame;
      this.#setResult(run(call));
      call.frame = outer;
      return false;
    };
  }

  #setResult(result: HelperResult): void {
    const { i32, view } = this.memory;
    if (typeof result === 'bigint') {
      view.setBigUint64(control.arguments, BigInt.asUintN(64, result), true);
      return;
    }
    const value = result ?? 0;
    i32[ARGUMENTS] = value;
    i32[ARGUMENTS + 1] = Math.floor(value / TWO32);
  }

  #loadPacket(): boolean {
    const i32 = this.memory.i32;
    const word = loadPacketWord(this.run, this.memory, i32[ARGUMENTS + 2] as number, i32[ARGUMENTS + 4] as number);
    if (word === undefined) return false;
    this.#setResult(word);
    return true;
  }

  /** True where another program took over; its result is in the argument block. */
  #tailCall(code: LoadedCode, frame: number): boolean {
    const call = new HelperCall(this, code, 'tail_call');
    const map = call.mapOf(2, ReferenceArray);
    const target = map.at(call.u32(3))?.code;
    if (!target || !countTailCall(this.run)) {
      this.#setResult(-errno.ENOENT);
      return false;
    }
    target.continue(frame);
    return true;
  }

  /** Records an effect; 0, for the helper to return. */
  record(effect: Effect): number {
    this.run.effects.push(effect);
    return 0;
  }

  print(text: string): void {
    this.#print?.(text);
  }

  symbolAt(address: bigint): string {
    return this.environment.symbols.get(address) ?? `0x${address.toString(16)}`;
  }

  /** Number under which local storage knows an object: the thread id of the current task, else the address. */
  objectId(address: number): number {
    const { task } = this.environment;
    return BigInt(address) === task.address ? task.pid : address;
  }

  /** Memory for bpf_probe_read at an address outside the machine (a user or kernel address). */
  supply(address: bigint, bytes: Uint8Array): void {
    this.#foreign.push({ address, bytes });
  }

  #foreignAt(address: bigint): { memory: ForeignMemory; offset: number } | undefined {
    for (const memory of this.#foreign) {
      const offset = address - memory.address;
      if (offset >= 0n && offset < BigInt(memory.bytes.length)) return { memory, offset: Number(offset) };
    }
    return undefined;
  }

  /** Bytes at any address: the machine's readable memory or what was supplied; undefined where there is nothing. */
  readAnywhere(address: bigint, size: number): Uint8Array | undefined {
    if (address < BigInt(TWO32) && this.memory.canAccess(Number(address), size, false)) {
      return this.memory.copy(Number(address), size);
    }
    const found = this.#foreignAt(address);
    if (!found || found.offset + size > found.memory.bytes.length) return undefined;
    return found.memory.bytes.slice(found.offset, found.offset + size);
  }

  /** A string of at most `limit - 1` bytes, without its NUL; undefined where the first byte cannot be read. */
  readString(address: bigint, limit: number): Uint8Array | undefined {
    const bytes: number[] = [];
    for (let at = 0; at < limit - 1; at++) {
      const byte = this.readAnywhere(address + BigInt(at), 1)?.[0];
      if (byte === undefined) return undefined;
      if (byte === 0) break;
      bytes.push(byte);
    }
    return Uint8Array.from(bytes);
  }

  /** Writes to the machine's writable memory or to what was supplied; false where there is nothing. */
  writeAnywhere(address: bigint, bytes: Uint8Array): boolean {
    if (address < BigInt(TWO32) && this.memory.canAccess(Number(address), bytes.length, true)) {
      this.memory.u8.set(bytes, Number(address));
      return true;
    }
    const found = this.#foreignAt(address);
    if (!found || found.offset + bytes.length > found.memory.bytes.length) return false;
    found.memory.bytes.set(bytes, found.offset);
    return true;
  }

  /** Lets time pass: timers that become due run. Returns how many did. */
  advanceClock(byNs: bigint): number {
    return this.timers.advance(byNs, (code, handle, address) => this.#fireTimer(code, handle, address));
  }

  /** A timer's callback gets the map, the key and the value; map and key are found by the value's address. */
  #fireTimer(code: LoadedCode, handle: number, address: number): void {
    const target = this.#functions.get(handle);
    if (!target) throw new InternalError('a timer has no callback');
    for (const map of this.#maps) {
      if (!map) continue;
      let found = false;
      map.visitAll((key, value) => {
        found = address >= value && address < value + map.spec.valueSize;
        if (found) this.#runCallback(code, target, [map.handle, key, value]);
        return found;
      });
      if (found) return;
    }
  }

  #runCallback(code: LoadedCode, target: FunctionTarget, args: readonly number[]): void {
    for (let n = 1; n <= 5; n++) this.memory.setU64(control.arguments + 8 * n, BigInt(args[n - 1] ?? 0));
    const budget = Number.isFinite(this.budget) ? this.budget : Number.MAX_SAFE_INTEGER;
    this.budgetGlobal.value = BigInt(budget);
    this.#interpreterBudget.left = budget;
    code.invoke(target.functionIndex, this.stackTop);
  }
}
