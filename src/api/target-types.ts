// Types of the kernel that a program is compiled for.

import { readFileSync } from 'node:fs';
import type { Btf } from '../btf/index.ts';
import { parseBtf } from '../btf/index.ts';

const kernelBtfPath = '/sys/kernel/btf/vmlinux';

/** The types of one kernel, decoded and as bytes. */
export interface TargetTypes {
  readonly btf: Btf;
  readonly bytes: Uint8Array;
}

let running: TargetTypes | undefined;

/** Opens BTF bytes as a target. @throws FormatError */
export function parseTargetTypes(bytes: Uint8Array): TargetTypes {
  return { btf: parseBtf(bytes), bytes };
}

/** The running kernel's types, read once; undefined where it has none (Linux 5.4 without CONFIG_DEBUG_INFO_BTF, or not Linux). */
export function runningKernelTypes(): TargetTypes | undefined {
  if (running) return running;
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(kernelBtfPath);
  } catch {
    return undefined;
  }
  running = parseTargetTypes(bytes);
  return running;
}
