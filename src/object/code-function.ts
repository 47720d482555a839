// A function before linking: its own code, and what each of its open slots refers to.

import type { CoreRelocation, LineInfo, TypeId } from '../btf/index.ts';
import type { Reference } from './types.ts';

/** A slot that names something: as a {@link Reference}, but functions are those of the object, not slots of a program. */
export type Use =
  | Exclude<Reference, { kind: 'subprogram' }>
  /** Call or address of a function: `callee` is its place in the object's list. */
  | { readonly kind: 'function'; readonly instruction: number; readonly callee: number };

/** One function of an object. Slots count from its own start. */
export interface CodeFunction {
  readonly name: string;
  /** Section as written, with `?` where it has one. */
  readonly section: string;
  readonly linkage: 'static' | 'global';
  /** Runs by itself; otherwise it is there to be called. */
  readonly isProgram: boolean;
  readonly code: Uint8Array;
  readonly uses: readonly Use[];
  /** Its `func`; undefined without BTF. */
  readonly type: TypeId | undefined;
  readonly lines: readonly LineInfo[];
  readonly core: readonly CoreRelocation[];
}
