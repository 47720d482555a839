// What an engine needs of the machine it runs in, and what the machine needs of an engine.

import type { ArrayMap } from './maps/array-map.ts';
import type { MapStore } from './maps/map-store.ts';
import type { MachineMemory } from './memory/machine-memory.ts';
import type { PreparedProgram } from './program/types.ts';

/** How much is checked: `checked` stops at the first bad access, `fast` relies on the Wasm sandbox (or typed arrays) alone. */
export type VmMode = 'checked' | 'fast';

/** Engine names. */
export type VmEngine = 'interpreter' | 'wasm';

/** The machine as engines see it. */
export interface Runtime {
  readonly memory: MachineMemory;
  readonly mode: VmMode;
  /** i64: instructions left in this run; shared by all compiled programs. */
  readonly budgetGlobal: WebAssembly.Global;
  /** Bottom of the first stack frame (frame i lies i strides below). */
  readonly stackTop: number;
  /** Lowest frame bottom that may be used. */
  readonly stackBottom: number;
  /**
   * Runs call `index` of the program: arguments r1 to r5 are in `control.arguments + 8` and on, the result goes to
   * `control.arguments`. Returns false when execution continues, true when a tail call replaced the program (its result
   * is then the program's).
   */
  call(program: LoadedCode, index: number, frame: number): boolean;
  /** The map of a handle, so that look-ups can be compiled in; undefined where there is none. */
  mapByHandle(handle: number): MapStore | undefined;
  /** The array whose values lie at an address. */
  arrayAt(address: number): ArrayMap | undefined;
}

/** A call made ready: runs it from a frame; true when a tail call replaced the program. */
export type BoundHelper = (frame: number) => boolean;

/** A program loaded by an engine. */
export interface LoadedCode {
  readonly program: PreparedProgram;
  /** The program's calls as the machine has bound them, by index; filled in as they run. */
  readonly helpers: (BoundHelper | undefined)[];
  /**
   * Runs the entry with r1 = `context` and r2 = `second` (default 0); the result is in `control.arguments` (64 bits) and returned (low 32).
   * `budget` is how many instructions may run; what is left comes back in `control.budgetLeft`. `count` runs, one after the
   * other, each with the whole budget; the last one's result.
   */
  run(context: number, budget: number, second?: number, count?: number): number;
  /** Calls a function from inside a helper (callback): arguments as in `control.arguments + 8`; result in `control.arguments`. */
  invoke(functionIndex: number, frame: number): void;
  /** Continues with the entry after a tail call: context in `control.arguments + 8`; result in `control.arguments`. */
  continue(frame: number): void;
  dispose(): void;
}
