// Types of the running kernel and of its modules, read when first asked for and kept for the process.

import { closeSync, fstatSync, openSync } from 'node:fs';
import { decodeCString } from '../base/index.ts';
import { type Btf, type BtfKind, parseBtf, type TypeId } from '../btf/index.ts';
import {
  btfInfoLayout,
  Fd,
  kernelAtLeast,
  kernelBtfPath,
  mapMemory,
  modulesWithBtf,
  objectInfo,
  openKernelBtf,
  readKernelBtf,
  tryBpf,
  type UnreadBtf,
} from '../sys/index.ts';

/** A module's types, which continue the kernel's. */
export interface ModuleTypes {
  readonly name: string;
  readonly btf: Btf;
}

/** A type found by name, and where. */
export interface FoundType {
  readonly id: TypeId;
  readonly btf: Btf;
  /** Undefined for the kernel itself. */
  readonly module: string | undefined;
}

/** The kernel's own types: mapped since Linux 6.16, else read as far as needed. */
function openKernelTypes(): UnreadBtf | undefined {
  if (!kernelAtLeast('6.16')) return openKernelBtf();
  const path = kernelBtfPath('vmlinux');
  try {
    const fd = openSync(path, 'r');
    try {
      const sizeBytes = fstatSync(fd).size;
      const { bytes } = mapMemory({ fd, sizeBytes, writable: false, isPrivate: true, label: path });
      return { bytes, fetch: (): void => {} };
    } finally {
      closeSync(fd);
    }
  } catch {
    return openKernelBtf();
  }
}

/** The kernel's types. One instance serves a process. */
export class KernelTypes {
  #vmlinux: Btf | undefined | null = null;
  #modules: readonly ModuleTypes[] | undefined;

  /** Undefined where the kernel has none (CONFIG_DEBUG_INFO_BTF). */
  vmlinux(): Btf | undefined {
    if (this.#vmlinux === null) {
      const unread = openKernelTypes();
      this.#vmlinux = unread && parseBtf(unread.bytes, { fetch: unread.fetch, name: kernelBtfPath('vmlinux') });
    }
    return this.#vmlinux;
  }

  /** Modules loaded when first asked. Since Linux 5.11. */
  modules(): readonly ModuleTypes[] {
    this.#modules ??= this.#readModules();
    return this.#modules;
  }

  /** A type by name, in the kernel or else in a module. */
  find(name: string, kind: BtfKind): FoundType | undefined {
    const btf = this.vmlinux();
    const id = btf?.find(name, kind);
    if (btf && id !== undefined) return { id, btf, module: undefined };
    for (const module of btf ? this.modules() : []) {
      const inside = module.btf.find(name, kind);
      if (inside !== undefined && inside >= module.btf.firstId)
        return { id: inside, btf: module.btf, module: module.name };
    }
    return undefined;
  }

  #readModules(): ModuleTypes[] {
    const base = this.vmlinux();
    if (!base) return [];
    return modulesWithBtf().flatMap((name) => {
      const bytes = readKernelBtf(name);
      return bytes ? [{ name, btf: parseBtf(bytes, { base, name: kernelBtfPath(name) }) }] : [];
    });
  }
}

/**
 * Opens the kernel's own BTF object of a module, which loading refers to by descriptor; undefined where it is gone.
 * The caller closes it.
 */
export function openModuleBtf(module: string): Fd | undefined {
  let id = 0;
  for (;;) {
    const next = tryBpf('BPF_BTF_GET_NEXT_ID', { id });
    if (next.result < 0) return undefined;
    id = next.attribute().next_id;
    const opened = tryBpf('BPF_BTF_GET_FD_BY_ID', { id }).result;
    if (opened < 0) continue; // unloaded since
    const fd = new Fd(opened, `BTF of module ${module}`);
    const name = new Uint8Array(64);
    const info = objectInfo(opened, btfInfoLayout, { name, name_len: name.byteLength });
    if (info.kernel_btf && decodeCString(name) === module) return fd;
    fd.close();
  }
}
