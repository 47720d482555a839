// The only way a kernel test may be skipped: the library itself said, by UnsupportedError, that it cannot be done here.

import { release } from 'node:os';
import type { TestContext } from 'vitest';
import { SyscallError, UnsupportedError } from '../../src/base/index.ts';

/**
 * Runs `body`; where it throws {@link UnsupportedError}, or the kernel forbids loading the program even to root, the test
 * is skipped and says why. In the virtual machine, whose
 * kernel leaves nothing out, the error counts as a failure when that kernel's release has the feature.
 */
export async function skipUnsupported<T>(context: TestContext, body: () => T | Promise<T>): Promise<T> {
  try {
    return await body();
  } catch (error) {
    const mayBeMissing = error instanceof UnsupportedError ? !mustWork(error) : isForbidden(error);
    if (!mayBeMissing) throw error;
    context.skip((error as Error).message);
    throw error; // not reached: skip() throws
  }
}

// A locked-down kernel refuses trampolines and LSM programs even to root; the virtual machine's does not.
function isForbidden(error: unknown): boolean {
  const isRefusal = error instanceof SyscallError && error.call === 'bpf(BPF_PROG_LOAD)' && error.errno === 'EPERM';
  return isRefusal && process.env.TSBPF_QEMU !== '1';
}

function mustWork({ since }: UnsupportedError): boolean {
  return process.env.TSBPF_QEMU === '1' && since !== undefined && compareReleases(release(), since) >= 0;
}

/** Negative, zero or positive as release `a` is older than, as old as or newer than `b`. */
export function compareReleases(a: string, b: string): number {
  const [majorA = 0, minorA = 0] = a.split(/[.-]/).map(Number);
  const [majorB = 0, minorB = 0] = b.split(/[.-]/).map(Number);
  return majorA - majorB || minorA - minorB;
}

/**
 * True on a kernel older than the one that the tables of `isa/` and `spec/` describe. What they say of a newer kernel cannot
 * be asked of it; `since` columns are tested elsewhere.
 */
export const isOlderThanTables: boolean = compareReleases(release(), '6.18') < 0;
