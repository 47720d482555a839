// The only way a kernel test may be skipped: the library itself said, by UnsupportedError, that it cannot be done here.

import { release } from 'node:os';
import type { TestContext } from 'vitest';
import { UnsupportedError } from '../../src/base/index.ts';

/**
 * Runs `body`; where it throws {@link UnsupportedError} the test is skipped and says why. In the virtual machine, whose
 * kernel leaves nothing out, the error counts as a failure when that kernel's release has the feature.
 */
export async function skipUnsupported<T>(context: TestContext, body: () => T | Promise<T>): Promise<T> {
  try {
    return await body();
  } catch (error) {
    if (!(error instanceof UnsupportedError) || mustWork(error)) throw error;
    context.skip(error.message);
    throw error; // not reached: skip() throws
  }
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
