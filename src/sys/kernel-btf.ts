// The files in which the running kernel shows its types.

import { closeSync, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs';

const directory = '/sys/kernel/btf';

/** What one read of a file in sysfs gives at most. */
const pageSize = 4096;

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

/** BTF whose bytes are zero until they are fetched. */
export interface UnreadBtf {
  readonly bytes: Uint8Array;
  /** Reads the bytes from `start` to `end`, where that has not been done. @throws Error of node:fs */
  readonly fetch: (start: number, end: number) => void;
}

/** Opens the kernel's BTF to read of it what is needed: it gives a page at a time, and has 1,400. Undefined where there is none. */
export function openKernelBtf(): UnreadBtf | undefined {
  const path = kernelBtfPath('vmlinux');
  const size = statSync(path, { throwIfNoEntry: false })?.size;
  if (!size) return undefined;
  // Shared memory is not counted: five megabytes, mostly never touched, would make V8 collect garbage early.
  const bytes = new Uint8Array(new SharedArrayBuffer(size));
  const isRead = new Uint8Array(Math.ceil(size / pageSize));
  const fetch = (start: number, end: number): void => {
    const first = isRead.indexOf(0, Math.floor(start / pageSize));
    if (first < 0 || first * pageSize >= end) return;
    const fd = openSync(path, 'r');
    try {
      for (let page = first; page * pageSize < end; page++) {
        if (isRead[page] === 0)
          readSync(fd, bytes, page * pageSize, Math.min(pageSize, size - page * pageSize), page * pageSize);
        isRead[page] = 1;
      }
    } finally {
      closeSync(fd);
    }
  };
  return { bytes, fetch };
}

/** Names of the loaded modules that have BTF. Since Linux 5.11; none before. */
export function modulesWithBtf(): readonly string[] {
  try {
    return readdirSync(directory).filter((name) => name !== 'vmlinux');
  } catch {
    return [];
  }
}
