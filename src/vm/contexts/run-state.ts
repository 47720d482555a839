// What belongs to one run of a program: its context, packet, and what it did besides returning a value.

import type { ProgramTypeName } from '../../spec/index.ts';
import type { Packet } from './packet.ts';

/** Something a program asked for that a kernel would do; the machine only records it. */
export type Effect =
  | {
      readonly kind: 'redirect';
      readonly ifindex: number;
      readonly flags: bigint;
      readonly map?: string;
      readonly key?: number;
    }
  | { readonly kind: 'clone-redirect'; readonly ifindex: number; readonly flags: bigint; readonly packet: Uint8Array }
  | { readonly kind: 'signal'; readonly signal: number }
  | { readonly kind: 'override-return'; readonly value: bigint }
  | { readonly kind: 'assign-socket'; readonly socket: bigint };

/** State of one run. Helpers read and change it. */
export interface RunState {
  programType: ProgramTypeName | undefined;
  /** Address of the context. */
  context: number;
  packet: Packet | undefined;
  /** Writes the packet's bounds into the context after they moved. */
  refresh: () => void;
  readonly effects: Effect[];
  /** What iterators printed. */
  readonly output: Uint8Array[];
  cookie: bigint;
  functionAddress: bigint;
  arguments: readonly bigint[];
  functionReturn: bigint | undefined;
  retval: number;
  tailCalls: number;
  /** Sysctl programs: names and values. */
  sysctl: { name: string; current: string; written: string; replaced: string | undefined } | undefined;
}

/** The state between runs. */
export function idleRun(): RunState {
  return {
    programType: undefined,
    context: 0,
    packet: undefined,
    refresh: () => undefined,
    effects: [],
    output: [],
    cookie: 0n,
    functionAddress: 0n,
    arguments: [],
    functionReturn: undefined,
    retval: 0,
    tailCalls: 0,
    sysctl: undefined,
  };
}
