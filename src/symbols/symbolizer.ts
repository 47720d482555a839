// Names for the addresses of stacks: one object that remembers the kernel and every process asked about.

import { statSync } from 'node:fs';
import { SyscallError } from '../base/index.ts';
import { processStart } from '../sys/index.ts';
import { addressHint, type KernelPlace, type KernelSymbols, kernelSymbols } from './kallsyms.ts';
import { ProcessSymbols } from './process-symbols.ts';

/** A resolved address of the kernel or of a process. */
export interface ResolvedAddress {
  /** Undefined where no symbol covers the address. C++ and Rust names stay mangled. */
  readonly name: string | undefined;
  /** Behind the symbol's start (the module's start where there is none), in bytes. */
  readonly offset: number;
  /** Path of the file, name of the kernel module, `[vdso]`, `[jit]`; undefined for the kernel proper. */
  readonly module: string | undefined;
}

const mostProcesses = 512;
/** The longest functions of a kernel have some 30 KB. */
const longestFunctionBytes = 0x10000;
/** Reading the kernel's symbols takes a tenth of a second: an address that nothing covers must not cost that each time. */
const refreshMs = 5000;
/** How long we trust that a number still stands for the same process. */
const trustMs = 100;

interface KnownProcess {
  readonly symbols: ProcessSymbols;
  readonly identity: string | undefined;
  checkedAtMs: number;
}

/** Tells a process from another of the same number, and from itself before execve(2); undefined when it is gone. */
function processIdentity(pid: number): string | undefined {
  const started = processStart(pid);
  if (started === undefined) return undefined;
  try {
    const { dev, ino } = statSync(`/proc/${pid}/exe`);
    return `${started} ${dev}:${ino}`;
  } catch {
    return `${started}`;
  }
}

/** No function is that long, and BPF programs come and go: the symbols may have changed since they were read. */
function isDoubtful(place: KernelPlace | undefined): boolean {
  return !place || place.offset > longestFunctionBytes || place.module === 'bpf';
}

/** Resolves addresses of the kernel and of any number of processes. */
export class Symbolizer {
  readonly #processes = new Map<number, KnownProcess>();
  #kernel: KernelSymbols | undefined;
  #refreshedAtMs = Number.NEGATIVE_INFINITY;

  /**
   * The kernel symbol at an address.
   * @throws SyscallError with a hint when the kernel hides its addresses from this process.
   */
  resolveKernel(address: bigint): ResolvedAddress {
    this.#kernel ??= kernelSymbols();
    if (!this.#kernel.hasAddresses) throw new SyscallError('read /proc/kallsyms', 'EPERM', { hint: addressHint() });
    let place = this.#kernel.resolve(address);
    if (isDoubtful(place) && this.#mayRefresh()) {
      this.#kernel = kernelSymbols(true);
      place = this.#kernel.resolve(address);
    }
    const { name, offset, module } = place ?? { name: undefined, offset: 0, module: undefined };
    return { name, offset, module };
  }

  /** The symbol at an address of a process; never throws. */
  resolve(pid: number, address: bigint): ResolvedAddress {
    return this.#process(pid).resolve(address);
  }

  #mayRefresh(): boolean {
    const now = performance.now();
    if (now - this.#refreshedAtMs < refreshMs) return false;
    this.#refreshedAtMs = now;
    return true;
  }

  // A number that is used again by a new process must not get the old one's names.
  #process(pid: number): ProcessSymbols {
    const known = this.#processes.get(pid);
    const now = performance.now();
    if (known && now - known.checkedAtMs < trustMs) return known.symbols;
    const identity = processIdentity(pid);
    if (known && (identity === undefined || identity === known.identity)) {
      known.checkedAtMs = now;
      return known.symbols;
    }
    if (this.#processes.size >= mostProcesses) this.#processes.delete(this.#processes.keys().next().value ?? -1);
    const symbols = new ProcessSymbols(pid);
    this.#processes.set(pid, { symbols, identity, checkedAtMs: now });
    return symbols;
  }
}
