// Types of the kernel that a program is compiled for.

import type { Btf } from '../btf/index.ts';
import { parseBtf } from '../btf/index.ts';
import { kernelBtfPath, modulesWithBtf, readKernelBtf } from '../sys/index.ts';

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
  const bytes = readKernelBtf('vmlinux');
  if (bytes) running = parseTargetTypes(bytes);
  return running;
}

/** The running kernel's types as its host has them, which may be used already. */
export function typesOfKernelHost(btf: Btf): TargetTypes {
  return {
    btf,
    get bytes(): Uint8Array {
      return readKernelBtf('vmlinux') ?? new Uint8Array();
    },
  };
}

/** Types of the running kernel's modules, which continue `base`. */
export function runningModuleTypes(base: Btf): readonly Btf[] {
  return modulesWithBtf().flatMap((name) => {
    const bytes = readKernelBtf(name);
    return bytes ? [parseBtf(bytes, { base, name: kernelBtfPath(name) })] : [];
  });
}
