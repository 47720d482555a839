// The files in which the running kernel shows its types.

import { readdirSync, readFileSync } from 'node:fs';

const directory = '/sys/kernel/btf';

/** File of the types of a module, or of the kernel itself (`vmlinux`). */
export function kernelBtfPath(name: string): string {
  return `${directory}/${name}`;
}

/** BTF of a module or of `vmlinux`; undefined where the kernel shows none. */
export function readKernelBtf(name: string): Uint8Array | undefined {
  try {
    return readFileSync(kernelBtfPath(name));
  } catch {
    return undefined;
  }
}

/** Names of the loaded modules that have BTF. Since Linux 5.11; none before. */
export function modulesWithBtf(): readonly string[] {
  try {
    return readdirSync(directory).filter((name) => name !== 'vmlinux');
  } catch {
    return [];
  }
}
