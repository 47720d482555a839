// The static types of an object's maps, events and globals: exact for generated modules, open for anything else.

import type { BpfObject } from '../object/index.ts';

/** What `tsbpf build -o prog.ts` writes about an object, for the type checker. */
export interface ObjectTypes {
  /** Key and value of each map; a per-CPU map's value is an array with one element per CPU. */
  maps: Record<string, { key: unknown; value: unknown }>;
  /** The record of each ring buffer and perf buffer. */
  events: Record<string, unknown>;
  /** Global variables. */
  globals: Record<string, unknown>;
  /** Names of programs. */
  programs: string;
}

/** Types of an object about which nothing is known before it is read. */
export interface UntypedObject extends ObjectTypes {
  // biome-ignore lint/suspicious/noExplicitAny: decoded values have the shape the program's BTF says, known only at run time
  maps: Record<string, { key: any; value: any }>;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  events: Record<string, any>;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  globals: Record<string, any>;
  programs: string;
}

declare const types: unique symbol;

/** An object that carries the static types of what is in it. */
export interface TypedObject<T extends ObjectTypes> extends BpfObject {
  /** Exists for the type checker only. */
  readonly [types]?: T;
}
