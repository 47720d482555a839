// Every inline function of the tables fits the running kernel's types.

import { existsSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Btf, parseBtf } from '../../btf/index.ts';
import { compileC } from '../compile.ts';
import { kernelFunctions } from './kernel-functions.ts';
import { FunctionNames } from './name-tables.ts';

const names = [...new FunctionNames(...kernelFunctions).keys()];
let btf: Btf;

beforeAll(() => {
  const file = '/sys/kernel/btf/vmlinux';
  if (!existsSync(file))
    throw new Error(`${file} is missing: these tests need a kernel built with CONFIG_DEBUG_INFO_BTF`);
  btf = parseBtf(readFileSync(file)) as unknown as Btf;
});

describe('inline functions', () => {
  it('are many', () => {
    expect(names.length).toBeGreaterThan(300);
  });

  it.each(names)('%s', (name) => {
    const text = `#include <linux/fs.h>\nint f(struct pt_regs *ctx) { return sizeof(typeof(&${name})) == sizeof(void *); }`;
    expect(() => compileC(text, { btf, dialect: 'bcc', disabledWarnings: ['all'] })).not.toThrow();
  });
});
