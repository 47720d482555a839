// A program made ready for an engine: checked for form, immediates resolved, cut into functions.

import type { LineInfo } from '../../btf/index.ts';
import type { EbpfRow } from '../../isa/index.ts';

/** One instruction; `target`, `imm` and `high` are what its fields mean. */
export interface PreparedInstruction {
  readonly row: EbpfRow;
  readonly dst: number;
  readonly src: number;
  readonly offset: number;
  /** Signed 32 bits; of a 64-bit immediate the low half. */
  readonly imm: number;
  /** High half of a 64-bit immediate. */
  readonly high: number;
  /** Slot a jump goes to; index of the function of a local call; index in `calls` of any other call; else -1. */
  readonly target: number;
}

/** A function: slots `start` to `end - 1`. */
export interface FunctionRange {
  readonly index: number;
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** What a call outside the program reaches: a helper by number, or a kernel function by name. */
export type CallTarget =
  | { readonly kind: 'helper'; readonly id: number }
  | { readonly kind: 'kfunc'; readonly name: string }
  | { readonly kind: 'packet' }
  /** `call rN`, a helper whose number is in a register: no kernel takes it, user-space machines do. */
  | { readonly kind: 'register' };

/** A program as both engines take it. */
export interface PreparedProgram {
  readonly name: string;
  /** By slot; the second slot of a 64-bit immediate is undefined. */
  readonly code: readonly (PreparedInstruction | undefined)[];
  /** The first is the entry. */
  readonly functions: readonly FunctionRange[];
  readonly calls: readonly CallTarget[];
  /** Indices of functions whose address is taken, in the order of `functionHandles`. */
  readonly addressTaken: readonly number[];
  readonly lines: readonly LineInfo[];
}

/** A 64-bit value in halves. */
export interface Value64 {
  readonly low: number;
  readonly high: number;
}

/** What the surroundings decide. */
export interface PrepareOptions {
  readonly name: string;
  readonly functionNames?: ReadonlyMap<number, string>;
  readonly lines?: readonly LineInfo[];
  /** Names of the kernel functions called, by slot. */
  readonly kfuncs?: ReadonlyMap<number, string>;
  /** What a 64-bit immediate refers to (map, variable, type); undefined where it is just a number or refers to nothing. */
  readonly resolve?: (slot: number, row: EbpfRow, value: Value64) => Value64 | undefined;
  /** Handle of a function whose address is taken; called once per function. */
  readonly functionHandle?: (functionIndex: number) => number;
}
