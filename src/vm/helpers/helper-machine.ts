// The machine as helpers see it.

import type { Effect, RunState } from '../contexts/run-state.ts';
import type { Environment } from '../environment.ts';
import type { MapStore } from '../maps/map-store.ts';
import type { RingBuffer } from '../maps/ring-buffer.ts';
import type { MachineMemory } from '../memory/machine-memory.ts';
import type { LoadedCode } from '../runtime.ts';
import type { Timers, VirtualClock } from '../timers.ts';

/** A function that programs may be given the address of. */
export interface FunctionTarget {
  readonly code: LoadedCode;
  readonly functionIndex: number;
}

/** What helpers need of the machine. */
export interface HelperMachine {
  readonly memory: MachineMemory;
  readonly cpu: number;
  readonly cpuCount: number;
  readonly clock: VirtualClock;
  readonly timers: Timers;
  readonly environment: Environment;
  /** State of the present run. */
  readonly run: RunState;
  readonly stackBottom: number;
  mapByHandle(handle: number): MapStore | undefined;
  functionByHandle(handle: number): FunctionTarget | undefined;
  /** The ring buffer in which a record is reserved at an address. */
  ringOf(address: number): RingBuffer | undefined;
  /** Bytes at any address: the machine's readable memory or what was supplied; undefined where there is nothing. */
  readAnywhere(address: bigint, size: number): Uint8Array | undefined;
  /** A string of at most `limit - 1` bytes, without its NUL; undefined where it cannot be read. */
  readString(address: bigint, limit: number): Uint8Array | undefined;
  /** Writes to the machine's writable memory or to what was supplied; false where there is nothing. */
  writeAnywhere(address: bigint, bytes: Uint8Array): boolean;
  /** Records an effect; 0, for the helper to return. */
  record(effect: Effect): number;
  print(text: string): void;
  symbolAt(address: bigint): string;
  /** Number under which local storage knows an object. */
  objectId(address: number): number;
}
