// The system calls themselves: one small interface, its real implementation through koffi, and a place to put another.

import { createRequire } from 'node:module';
import { UnsupportedError } from '../base/index.ts';
import { type SystemCallName, systemCallNumber } from './numbers.ts';

/** An argument of a system call. Bytes are passed by address. */
export type SystemCallArgument = number | bigint | Uint8Array;

/** Told to stop when no longer wanted. */
export interface PollHandle {
  stop(): void;
}

/**
 * The door to the kernel. Results are the kernel's own: zero or above, or the negated errno.
 * Implementations: the real one below; `FakeSystemCalls` in fake.ts.
 */
export interface SystemCalls {
  call(name: SystemCallName, ...args: readonly SystemCallArgument[]): number;
  /** `bpf(2)`; on its own, being the hot one. `attribute` may be larger than `size`. */
  bpf(command: number, attribute: Uint8Array, size: number): number;
  /** Address of the bytes; valid as long as they are referenced. */
  address(bytes: Uint8Array): bigint;
  /** The memory at an address as an array buffer. */
  view(address: number, sizeBytes: number): ArrayBuffer;
  /** Calls `ready` each time the descriptor is readable, from the event loop, until stopped. Keeps the process alive. */
  poll(fd: number, ready: () => void): PollHandle;
}

type Koffi = typeof import('koffi');

const emptyAddress = 0n;

class KernelSystemCalls implements SystemCalls {
  readonly #koffi: Koffi;
  readonly #syscall: (...args: (number | bigint)[]) => number;
  readonly #bpf: (number: number, command: number, attribute: Uint8Array, size: number) => number;
  readonly #bpfNumber = systemCallNumber('bpf');

  constructor() {
    this.#koffi = loadKoffi();
    const library = this.#koffi.load(null);
    this.#syscall = library.func('syscall', 'long', ['long', 'long', 'long', 'long', 'long', 'long', 'long']);
    this.#bpf = library.func('syscall', 'long', ['long', 'long', 'void *', 'long']);
  }

  call(name: SystemCallName, ...args: readonly SystemCallArgument[]): number {
    const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = args.map((arg) =>
      arg instanceof Uint8Array ? this.address(arg) : arg,
    );
    const result = this.#syscall(systemCallNumber(name), a, b, c, d, e, f);
    return result === -1 ? -this.#koffi.errno() : result;
  }

  bpf(command: number, attribute: Uint8Array, size: number): number {
    const result = this.#bpf(this.#bpfNumber, command, attribute, size);
    return result === -1 ? -this.#koffi.errno() : result;
  }

  address(bytes: Uint8Array): bigint {
    return bytes.byteLength === 0 ? emptyAddress : this.#koffi.address(bytes);
  }

  view(address: number, sizeBytes: number): ArrayBuffer {
    return this.#koffi.view(BigInt(address), sizeBytes);
  }

  poll(fd: number, ready: () => void): PollHandle {
    const handle = this.#koffi.node.poll(fd, { readable: true, disconnect: true }, ready);
    return {
      stop: (): void => {
        handle.stop();
        handle.close();
      },
    };
  }
}

/** Loaded at the first real call: start-up time counts, and portable users never need it. */
function loadKoffi(): Koffi {
  if (process.platform !== 'linux') {
    throw new UnsupportedError(`BPF in the kernel of ${process.platform}`, {
      hint: 'the kernel host needs Linux; the embedded host (vm) runs anywhere',
    });
  }
  const require = createRequire(import.meta.url);
  const native = loadPrebuilt(require);
  if (native) return native;
  try {
    return require('koffi') as Koffi;
  } catch (cause) {
    throw new UnsupportedError('the native module "koffi"', {
      cause,
      hint: 'run npm install on this machine: its build for this architecture is missing',
    });
  }
}

/**
 * The binary that koffi would choose for this machine. Koffi's own front looks for it for 4 ms, a tenth of what starting node takes,
 * and adds only warnings about deprecated functions; it is the way out where the binary lies elsewhere.
 */
function loadPrebuilt(require: NodeJS.Require): Koffi | undefined {
  try {
    const besideKoffi = createRequire(require.resolve('koffi'));
    const native = besideKoffi(`@koromix/koffi-linux-${process.arch}`) as Partial<Koffi>;
    const isComplete = native.load && native.address && native.view && native.errno && native.node;
    return isComplete ? (native as Koffi) : undefined;
  } catch {
    return undefined;
  }
}

let current: SystemCalls | undefined;

/** The system calls in use. */
export function systemCalls(): SystemCalls {
  current ??= new KernelSystemCalls();
  return current;
}

/** Replaces the system calls (undefined: the real ones) and returns how to undo it; for tests. */
export function replaceSystemCalls(replacement: SystemCalls | undefined): Disposable {
  const before = current;
  current = replacement;
  return {
    [Symbol.dispose]: (): void => {
      current = before;
    },
  };
}
