// Types of the kernel that a program is compiled for.

import type { Btf } from '../btf/index.ts';
import { parseBtf } from '../btf/index.ts';
import { kernelBtfPath, modulesWithBtf, openKernelBtf, readKernelBtf } from '../sys/index.ts';

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

/** The running kernel's types, which a host may have used already. */
export function typesOfRunningKernel(btf: Btf): TargetTypes {
  return {
    btf,
    get bytes(): Uint8Array {
      return readKernelBtf('vmlinux') ?? new Uint8Array();
    },
  };
}

/** The running kernel's types, read once; undefined where it has none (Linux 5.4 without CONFIG_DEBUG_INFO_BTF, or not Linux). */
export function runningKernelTypes(): TargetTypes | undefined {
  if (running) return running;
  const unread = openKernelBtf();
  if (unread)
    running = typesOfRunningKernel(parseBtf(unread.bytes, { fetch: unread.fetch, name: kernelBtfPath('vmlinux') }));
  return running;
}

/** Types of the running kernel's modules, which continue `base`. */
export function runningModuleTypes(base: Btf): readonly Btf[] {
  return modulesWithBtf().flatMap((name) => {
    const bytes = readKernelBtf(name);
    return bytes ? [parseBtf(bytes, { base, name: kernelBtfPath(name) })] : [];
  });
}
