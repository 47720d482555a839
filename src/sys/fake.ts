// System calls that a test answers itself: what the kernel would say, without root.

import { type BpfCommand, bpfCommands } from './bpf-layouts.ts';
import { errno } from './errno.ts';
import type { SystemCallName } from './numbers.ts';
import type { Fields, StructLayout } from './struct-layout.ts';
import type { PollHandle, SystemCallArgument, SystemCalls } from './system-calls.ts';

/** A `bpf(2)` command as a fake sees it: decoded fields, the memory pointed to, and a way to write the attribute. */
export interface FakeBpfCall {
  readonly command: BpfCommand;
  readonly size: number;
  /** Decoded fields by kernel name. */
  readonly fields: Readonly<Record<string, number | bigint | string | Uint8Array>>;
  /** The bytes behind a pointer field; empty for a null pointer. */
  memory(field: string): Uint8Array;
  /** Writes a field of the attribute, as the kernel does. */
  write(field: string, value: number | bigint): void;
}

/** Answers a command: a result (descriptor, 0) or a negated errno. */
export type FakeBpfHandler = (call: FakeBpfCall) => number;

const names = new Map<number, BpfCommand>(
  Object.entries(bpfCommands).map(([name, row]) => [row.number, name as BpfCommand]),
);
const firstDescriptor = 1000;
const firstAddress = 0x10000n;

/**
 * A kernel made of handlers. Commands without one fail with EINVAL, as on a kernel that lacks them; system calls without one
 * with ENOSYS. `calls` lists every command made.
 */
export class FakeSystemCalls implements SystemCalls {
  readonly calls: FakeBpfCall[] = [];
  readonly closed: number[] = [];
  readonly #bpfHandlers: Partial<Record<BpfCommand, FakeBpfHandler>>;
  readonly #callHandlers: Partial<Record<SystemCallName, (...args: SystemCallArgument[]) => number>>;
  readonly #memory = new Map<bigint, Uint8Array>();
  readonly #addresses = new WeakMap<Uint8Array, bigint>();
  #nextAddress = firstAddress;
  #nextFd = firstDescriptor;

  constructor(
    bpf: Partial<Record<BpfCommand, FakeBpfHandler>> = {},
    calls: Partial<Record<SystemCallName, (...args: SystemCallArgument[]) => number>> = {},
  ) {
    this.#bpfHandlers = bpf;
    this.#callHandlers = calls;
  }

  /** A descriptor number not used before. */
  newFd(): number {
    return this.#nextFd++;
  }

  call(name: SystemCallName, ...args: readonly SystemCallArgument[]): number {
    if (name === 'close') {
      this.closed.push(Number(args[0]));
      return 0;
    }
    const handler = this.#callHandlers[name];
    return handler ? handler(...args) : -errno.ENOSYS;
  }

  bpf(command: number, attribute: Uint8Array, size: number): number {
    const name = names.get(command);
    const handler = name && this.#bpfHandlers[name];
    if (!name) return -errno.EINVAL;
    const layout: StructLayout<Fields> = bpfCommands[name].layout as unknown as StructLayout<Fields>;
    const call: FakeBpfCall = {
      command: name,
      size,
      fields: layout.decode(attribute) as FakeBpfCall['fields'],
      memory: (field) => this.#memory.get(BigInt(layout.decode(attribute)[field] as bigint)) ?? new Uint8Array(0),
      write: (field, value) => layout.set(attribute, field, value as never),
    };
    this.calls.push(call);
    return handler ? handler(call) : -errno.EINVAL;
  }

  address(bytes: Uint8Array): bigint {
    if (bytes.byteLength === 0) return 0n;
    const known = this.#addresses.get(bytes);
    if (known !== undefined) return known;
    const address = this.#nextAddress;
    this.#nextAddress += BigInt(Math.ceil((bytes.byteLength + 1) / 4096) * 4096);
    this.#addresses.set(bytes, address);
    this.#memory.set(address, bytes);
    return address;
  }

  view(_address: number, sizeBytes: number): ArrayBuffer {
    return new ArrayBuffer(sizeBytes);
  }

  poll(_fd: number, ready: () => void): PollHandle {
    const immediate = setImmediate(ready);
    return { stop: (): void => clearImmediate(immediate) };
  }
}
