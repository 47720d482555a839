// The inline functions of the tables, held against the running kernel's types.

import { describe, expect, it } from 'vitest';
import { runningKernelTypes } from '../../../test/support/kernel-types.ts';
import { isOlderThanTables } from '../../../test/support/skip-unsupported.ts';
import { compileC } from '../compile.ts';
import { kernelFunctions } from './kernel-functions.ts';
import { FunctionNames } from './name-tables.ts';

const names = [...new FunctionNames(...kernelFunctions).keys()];

/** Does the function compile with the kernel's types? */
function fits(name: string): boolean {
  const text = `#include <linux/fs.h>\nint f(struct pt_regs *ctx) { return sizeof(typeof(&${name})) == sizeof(void *); }`;
  try {
    compileC(text, { btf: runningKernelTypes(), dialect: 'bcc', disabledWarnings: ['all'] });
    return true;
  } catch {
    return false;
  }
}

describe('inline functions', () => {
  it('are many', () => {
    expect(names.length).toBeGreaterThan(300);
  });

  it.skipIf(isOlderThanTables)('fit the running kernel', () => {
    expect(names.filter((name) => !fits(name))).toEqual([]);
  });
});
