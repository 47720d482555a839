// A file descriptor that is closed exactly once.

import { UsageError } from '../base/index.ts';
import { callSystem } from './failure.ts';
import { systemCalls } from './system-calls.ts';

const fcntlDuplicate = 1030; // F_DUPFD_CLOEXEC

const open = new Map<Fd, string>();

/** An owned file descriptor. Closing twice is harmless; using it after that throws. */
export class Fd implements Disposable {
  /** What it stands for, in messages: `map "counts"`. */
  readonly label: string;
  #number: number;

  constructor(number: number, label: string) {
    this.#number = number;
    this.label = label;
    open.set(this, label);
  }

  /** The descriptor's number. @throws UsageError once closed. */
  get number(): number {
    if (this.#number < 0) throw new UsageError(`${this.label} is closed`);
    return this.#number;
  }

  get closed(): boolean {
    return this.#number < 0;
  }

  /** Another descriptor of the same open file. */
  duplicate(label: string = this.label): Fd {
    return new Fd(callSystem('fcntl', [this.number, fcntlDuplicate, 0], label), label);
  }

  /** Gives the number up without closing it: it belongs to someone else from now on. */
  release(): number {
    const { number } = this;
    this.#number = -1;
    open.delete(this);
    return number;
  }

  close(): void {
    const number = this.#number;
    if (number < 0) return;
    this.#number = -1;
    open.delete(this);
    systemCalls().call('close', number);
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/** Labels of all descriptors not closed yet; tests use it to find leaks. */
export function openDescriptors(): readonly string[] {
  return [...open.values()];
}
