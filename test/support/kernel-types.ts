// Types of the running kernel for tests of the compiler.

import { existsSync, readFileSync } from 'node:fs';
import { type Btf, parseBtf } from '../../src/btf/index.ts';

let types: Btf | undefined;

/** The running kernel's types, read once in a file of tests. @throws Error where it has none */
export function runningKernelTypes(): Btf {
  const file = '/sys/kernel/btf/vmlinux';
  if (!existsSync(file))
    throw new Error(`${file} is missing: these tests need a kernel built with CONFIG_DEBUG_INFO_BTF`);
  types ??= parseBtf(readFileSync(file));
  return types;
}
