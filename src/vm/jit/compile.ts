// Compiles a program to one WebAssembly module and runs it there.

import { InternalError } from '../../base/index.ts';
import { faultError } from '../fault.ts';
import { ArrayMap } from '../maps/array-map.ts';
import type { MapStore } from '../maps/map-store.ts';
import { control, FAULT_KIND_SHIFT, faultKinds } from '../memory/layout.ts';
import type { PreparedProgram } from '../program/types.ts';
import type { BoundHelper, LoadedCode, Runtime } from '../runtime.ts';
import { op, valueType, WasmCode } from '../wasm/code.ts';
import { WasmModule } from '../wasm/module.ts';
import type { Extent, ExtentSource } from './access-groups.ts';
import { compileFunction } from './compile-function.ts';
import { canInlineLookup, defineLookups, MAP_LOOKUP, mapOfLookup } from './emit-lookup.ts';
import { findParameters } from './find-parameters.ts';
import type { ModuleLinks } from './function-emitter.ts';
import { functionType } from './function-emitter.ts';

const { i32, i64 } = valueType;

/** What to compile in. */
export interface CompileOptions {
  readonly checked: boolean;
  readonly counted: boolean;
  readonly stackTop: number;
  readonly stackBottom: number;
  readonly mapByHandle: (handle: number) => MapStore | undefined;
  /** The array whose values lie at an address. */
  readonly arrayAt: (address: number) => ArrayMap | undefined;
}

/** Values of arrays, as constant addresses and as results of look-ups. */
class Extents implements ExtentSource {
  readonly #arrayAt: CompileOptions['arrayAt'];
  readonly #inlined: ReadonlyMap<number, MapStore>;
  readonly #known = new Map<number, Extent | undefined>();

  constructor(arrayAt: CompileOptions['arrayAt'], inlined: ReadonlyMap<number, MapStore>) {
    this.#arrayAt = arrayAt;
    this.#inlined = inlined;
  }

  at(address: number): Extent | undefined {
    if (!this.#known.has(address)) this.#known.set(address, this.#arrayAt(address)?.extent);
    return this.#known.get(address);
  }

  ofCall(slot: number): Extent | undefined {
    const map = this.#inlined.get(slot);
    return map instanceof ArrayMap ? map.extent : undefined;
  }
}

/** Exports `(context, budget, second argument, how often) -> low half of the last result`. */
function defineRun(module: WasmModule, links: ModuleLinks, stackTop: number): void {
  const index = module.declare({ parameters: [i32, valueType.f64, i32, i32], results: [i32] });
  const [context, budget, second, count, result, left] = [0, 1, 2, 3, 4, 5];
  const code = new WasmCode(128);
  code.i32(stackTop).get(budget).byte(op.i64TruncF64U);
  for (const register of links.parameters[0] as readonly number[]) {
    if (register === 1) code.get(context).byte(op.i64ExtendI32U);
    else if (register === 2) code.get(second).byte(op.i64ExtendI32U);
    else code.i64(0);
  }
  code
    .get(count)
    .call(links.functions[0] as number)
    .set(left)
    .set(result);
  code.i32(0).get(result).memory(op.i64Store, control.arguments);
  code.i32(0).get(left).memory(op.i64Store, control.budgetLeft);
  code.get(result).byte(op.i32WrapI64);
  module.define(index, [{ count: 2, type: i64 }], code);
  module.export('run', index);
}

/** Exports a function that takes its arguments from, and leaves its result in, the argument block. */
function defineEntry(module: WasmModule, links: ModuleLinks, name: string, functionIndex: number): void {
  const index = module.declare({ parameters: [i32], results: [] });
  const code = new WasmCode(64).i32(0);
  code.get(0).globalGet(links.budget);
  for (const register of links.parameters[functionIndex] as readonly number[]) {
    code.i32(0).memory(op.i64Load, control.arguments + 8 * register);
  }
  if (functionIndex === 0) code.i32(1);
  code.call(links.functions[functionIndex] as number).globalSet(links.budget);
  code.memory(op.i64Store, control.arguments);
  module.define(index, [], code);
  module.export(name, index);
}

/** Maps of the look-ups that can be compiled in, by slot of the call. */
function inlinedLookups(program: PreparedProgram, mapByHandle: CompileOptions['mapByHandle']): Map<number, MapStore> {
  const inlined = new Map<number, MapStore>();
  for (let slot = 0; slot < program.code.length; slot++) {
    const instruction = program.code[slot];
    if (instruction?.row.operation !== 'call-helper' || instruction.imm !== MAP_LOOKUP) continue;
    const map = mapOfLookup(program, slot, mapByHandle);
    if (map && canInlineLookup(map)) inlined.set(slot, map);
  }
  return inlined;
}

/** The module of a program; undefined where a function is too large for one. */
function compileModule(program: PreparedProgram, options: CompileOptions): Uint8Array<ArrayBuffer> | undefined {
  const module = new WasmModule();
  const callOut = module.importFunction('call', { parameters: [i32, i32], results: [i32] });
  module.importMemory('memory');
  const limit = module.importGlobal('limit', i64);
  const readable = module.importGlobal('readable', i32);
  const writable = module.importGlobal('writable', i32);
  const budget = module.importGlobal('budget', i64);
  const parameters = findParameters(program);
  const functions = parameters.map((registers, index) => module.declare(functionType(registers, index)));
  const { checked, counted, stackBottom } = options;
  const inlined = inlinedLookups(program, options.mapByHandle);
  const lookups = defineLookups(module, new Set(inlined.values()));
  const links = {
    callOut,
    functions,
    parameters,
    limit,
    readable,
    writable,
    budget,
    stackBottom,
    checked,
    counted,
    inlined,
    lookups,
    extents: new Extents(options.arrayAt, inlined),
  };
  for (const range of program.functions) compileFunction(module, program, range, links);
  defineRun(module, links, options.stackTop);
  defineEntry(module, links, 'continue', 0);
  for (const index of program.addressTaken) defineEntry(module, links, `function${index}`, index);
  return module.isTooLarge ? undefined : module.finish();
}

/** A repeated run is cut into pieces of about so long: V8 changes to better code only where a function is entered. */
const PIECE_MS = 0.5;

type Run = (context: number, budget: number, second: number, count: number) => number;
type Entry = (frame: number) => void;

function disposed(): number {
  throw new InternalError('ran a program that was unloaded');
}

/** A program compiled to WebAssembly. */
export class CompiledProgram implements LoadedCode {
  readonly program: PreparedProgram;
  readonly helpers: (BoundHelper | undefined)[] = [];
  /** The compiled module. */
  readonly module: WebAssembly.Module;
  readonly #runtime: Runtime;
  #exports: Record<string, unknown>;
  #run: Run;

  private constructor(program: PreparedProgram, runtime: Runtime, module: Uint8Array<ArrayBuffer>) {
    this.program = program;
    this.#runtime = runtime;
    this.module = new WebAssembly.Module(module);
    const { memory } = runtime;
    const { limit, readable, writable } = memory.globals;
    const call = (index: number, frame: number): number => (runtime.call(this, index, frame) ? 1 : 0);
    const m = { memory: memory.memory, limit, readable, writable, budget: runtime.budgetGlobal, call };
    this.#exports = new WebAssembly.Instance(this.module, { m }).exports;
    this.#run = this.#exports.run as Run;
  }

  /** Compiles a program; undefined where a function of it is too large for WebAssembly. */
  static compile(program: PreparedProgram, runtime: Runtime, counted: boolean): CompiledProgram | undefined {
    const { stackTop, stackBottom, mode } = runtime;
    const checked = mode === 'checked';
    const mapByHandle = (handle: number): MapStore | undefined => runtime.mapByHandle(handle);
    const arrayAt = (address: number): ArrayMap | undefined => runtime.arrayAt(address);
    const module = compileModule(program, { checked, counted, stackTop, stackBottom, mapByHandle, arrayAt });
    return module && new CompiledProgram(program, runtime, module);
  }

  run(context: number, budget: number, second = 0, count = 1): number {
    try {
      const result = count === 1 ? this.#run(context, budget, second, 1) : this.#repeat(context, budget, second, count);
      return result >>> 0;
    } catch (error) {
      throw this.#fault(error);
    }
  }

  #repeat(context: number, budget: number, second: number, count: number): number {
    let result = 0;
    let piece = 1;
    for (let left = count; left > 0; ) {
      const runs = Math.min(piece, left);
      const start = performance.now();
      result = this.#run(context, budget, second, runs);
      if (performance.now() - start < PIECE_MS) piece *= 2;
      left -= runs;
    }
    return result;
  }

  invoke(functionIndex: number, frame: number): void {
    this.#enter(`function${functionIndex}`, frame);
  }

  continue(frame: number): void {
    this.#enter('continue', frame);
  }

  #enter(name: string, frame: number): void {
    const entry = this.#exports[name] as Entry | undefined;
    if (!entry) throw new InternalError(`program "${this.program.name}" exports no ${name}`);
    try {
      entry(frame);
    } catch (error) {
      throw this.#fault(error);
    }
  }

  /** What a trap was: compiled code left its place behind, or the sandbox stopped a wild access. */
  #fault(error: unknown): unknown {
    if (error instanceof RangeError) {
      return faultError(this.program, this.#runtime.memory, { fault: 'call-depth', slot: 0, cause: error });
    }
    if (!(error instanceof WebAssembly.RuntimeError)) return error;
    const { memory } = this.#runtime;
    const place = memory.u32(control.faultPlace) | 0;
    memory.setU32(control.faultPlace, -1);
    if (place < 0) return faultError(this.program, memory, { fault: 'bad-read', slot: -1, cause: error });
    const fault = faultKinds[place >>> FAULT_KIND_SHIFT] ?? 'bad-read';
    const slot = place & ((1 << FAULT_KIND_SHIFT) - 1);
    const registers = Array.from({ length: 11 }, (_, index) => memory.u64(control.registers + 8 * index));
    const isAccess = fault === 'bad-read' || fault === 'bad-write';
    const address = isAccess ? { address: memory.u64(control.faultAddress) } : {};
    return faultError(this.program, memory, { fault, slot, registers, ...address });
  }

  dispose(): void {
    this.#exports = {};
    this.#run = disposed;
  }
}
