// Waiting for descriptors from the event loop: an epoll set that libuv itself watches, so that no thread is taken.

import { UsageError } from '../base/index.ts';
import { callSystem } from './failure.ts';
import { Fd } from './fd.ts';
import { type PollHandle, systemCalls } from './system-calls.ts';

const epollCloseOnExec = 0x80000;
const epollIn = 1;
const controlAdd = 1;
const controlDelete = 2;
/** `struct epoll_event` is packed on x86-64 only. */
const eventBytes = process.arch === 'x64' ? 12 : 16;
const dataOffset = process.arch === 'x64' ? 4 : 8;

/**
 * A set of descriptors, waited for together. Any number of sets and waits may be under way: each costs one entry in the
 * event loop's own epoll, and nothing runs until the kernel reports something.
 */
export class WaitSet implements Disposable {
  readonly #epoll: Fd;
  readonly #waiters = new Set<(ready: boolean) => void>();
  #poll: PollHandle | undefined;

  constructor(label: string) {
    this.#epoll = new Fd(callSystem('epoll_create1', [epollCloseOnExec], label), `wait set of ${label}`);
  }

  /** Adds a descriptor; `tag` comes back from {@link WaitSet.ready}. */
  add(fd: number, tag: number = fd): void {
    const event = new Uint8Array(eventBytes);
    const view = new DataView(event.buffer);
    view.setUint32(0, epollIn, true);
    view.setUint32(dataOffset, tag, true);
    callSystem('epoll_ctl', [this.#epoll.number, controlAdd, fd, event], this.#epoll.label);
  }

  remove(fd: number): void {
    callSystem('epoll_ctl', [this.#epoll.number, controlDelete, fd, new Uint8Array(eventBytes)], this.#epoll.label);
  }

  /** Tags of the descriptors that are readable at this moment; never blocks. */
  ready(limit = 64): readonly number[] {
    const events = new Uint8Array(eventBytes * limit);
    const count = callSystem('epoll_pwait', [this.#epoll.number, events, limit, 0, 0, 8], this.#epoll.label);
    const view = new DataView(events.buffer);
    return Array.from({ length: count }, (_, index) => view.getUint32(index * eventBytes + dataOffset, true));
  }

  /**
   * True as soon as a descriptor is readable; false after `timeoutMs` (no limit when infinite), an abort, or dispose.
   * @throws UsageError when closed.
   */
  wait(timeoutMs: number, signal?: AbortSignal): Promise<boolean> {
    if (this.#epoll.closed) return Promise.reject(new UsageError(`${this.#epoll.label} is closed`));
    if (this.ready(1).length > 0) return Promise.resolve(true);
    if (signal?.aborted || timeoutMs <= 0) return Promise.resolve(false);
    return new Promise((resolve) => {
      const timer = Number.isFinite(timeoutMs) ? setTimeout(() => finish(false), timeoutMs) : undefined;
      const aborted = (): void => finish(false);
      const finish = (ready: boolean): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', aborted);
        this.#waiters.delete(finish);
        if (this.#waiters.size === 0) this.#stop();
        resolve(ready);
      };
      signal?.addEventListener('abort', aborted, { once: true });
      this.#waiters.add(finish);
      this.#poll ??= systemCalls().poll(this.#epoll.number, () => this.#wake(true));
    });
  }

  close(): void {
    if (this.#epoll.closed) return;
    this.#wake(false);
    this.#stop();
    this.#epoll.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #wake(ready: boolean): void {
    for (const finish of [...this.#waiters]) finish(ready);
  }

  #stop(): void {
    this.#poll?.stop();
    this.#poll = undefined;
  }
}
