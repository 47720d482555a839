// Time in the machine: a clock that only moves when asked to, and timers that fire as it moves.

import { errno } from './errno.ts';
import type { LoadedCode } from './runtime.ts';

/** How far the clock moves at each reading, so that time always passes. */
const TICK_NS = 100n;

/** A virtual clock in nanoseconds. */
export class VirtualClock {
  #nowNs: bigint;

  constructor(startNs: bigint) {
    this.#nowNs = startNs;
  }

  /** The time, without moving it. */
  get nowNs(): bigint {
    return this.#nowNs;
  }

  set nowNs(value: bigint) {
    this.#nowNs = value;
  }

  /** The time as a program reads it. */
  read(): bigint {
    this.#nowNs += TICK_NS;
    return this.#nowNs;
  }
}

interface Timer {
  readonly address: number;
  code: LoadedCode | undefined;
  handle: number;
  dueNs: bigint | undefined;
}

/** Calls a timer's callback. */
export type FireTimer = (code: LoadedCode, handle: number, address: number) => void;

/** Timers by the address of their `struct bpf_timer` (kernel/bpf/helpers.c, v6.18). */
export class Timers {
  readonly #timers = new Map<number, Timer>();
  readonly #clock: VirtualClock;

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  init(address: number, flags: number): number {
    const clockId = flags & 0xf;
    if (flags > 0xf || (clockId !== 0 && clockId !== 1 && clockId !== 7)) return -errno.EINVAL;
    if (this.#timers.has(address)) return -errno.EBUSY;
    this.#timers.set(address, { address, code: undefined, handle: 0, dueNs: undefined });
    return 0;
  }

  setCallback(address: number, callback: { code: LoadedCode; handle: number }): number {
    const timer = this.#timers.get(address);
    if (!timer) return -errno.EINVAL;
    timer.code = callback.code;
    timer.handle = callback.handle;
    return 0;
  }

  /** Flags: absolute time (1), pinned to the CPU (2). */
  start(address: number, delayNs: bigint, flags: number): number {
    const timer = this.#timers.get(address);
    if (!timer || flags > 3 || !timer.code) return -errno.EINVAL;
    timer.dueNs = (flags & 1) !== 0 ? delayNs : this.#clock.nowNs + delayNs;
    return 0;
  }

  /** 1 where it was waiting, 0 where not. */
  cancel(address: number): number {
    const timer = this.#timers.get(address);
    if (!timer) return -errno.EINVAL;
    const wasActive = timer.dueNs !== undefined;
    timer.dueNs = undefined;
    return wasActive ? 1 : 0;
  }

  /** Forgets the timers inside a map's memory. */
  forget(start: number, size: number): void {
    for (const address of [...this.#timers.keys()]) {
      if (address >= start && address < start + size) this.#timers.delete(address);
    }
  }

  /** Moves the clock, firing timers in order as they become due; returns how many fired. */
  advance(byNs: bigint, fire: FireTimer, limit = 1_000_000): number {
    const until = this.#clock.nowNs + byNs;
    let fired = 0;
    for (let timer = this.#nextDue(until); timer && fired < limit; timer = this.#nextDue(until)) {
      if ((timer.dueNs as bigint) > this.#clock.nowNs) this.#clock.nowNs = timer.dueNs as bigint;
      timer.dueNs = undefined;
      fired++;
      fire(timer.code as LoadedCode, timer.handle, timer.address);
    }
    if (until > this.#clock.nowNs) this.#clock.nowNs = until;
    return fired;
  }

  #nextDue(until: bigint): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers.values()) {
      if (timer.dueNs === undefined || timer.dueNs > until) continue;
      if (!next || timer.dueNs < (next.dueNs as bigint)) next = timer;
    }
    return next;
  }
}
