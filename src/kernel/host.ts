// The kernel as a host.

import type { Btf } from '../btf/index.ts';
import type { Host, HostLoadOptions, HostObject } from '../host/index.ts';
import type { BpfObject } from '../object/index.ts';
import { possibleCpus } from '../sys/index.ts';
import { KernelTypes } from './kernel-types.ts';
import { loadObject } from './load-object.ts';

/** How to see the kernel. */
export interface KernelHostOptions {
  /** Types to relocate against instead of the running kernel's, for kernels built without. */
  readonly btf?: Btf;
}

const runningTypes = new KernelTypes();

class KernelHost implements Host {
  readonly kind = 'kernel';
  readonly #given: Btf | undefined;

  constructor({ btf }: KernelHostOptions) {
    this.#given = btf;
  }

  get cpuCount(): number {
    return possibleCpus();
  }

  btf(): Btf | undefined {
    return this.#given ?? runningTypes.vmlinux();
  }

  async load(object: BpfObject, options: HostLoadOptions = {}): Promise<HostObject> {
    const btf = options.btf ?? this.#given;
    return loadObject(object, runningTypes, btf ? { ...options, btf } : options);
  }
}

/**
 * The running kernel. Nothing is touched before the first load: making a host needs no privileges.
 * @example
 * const loaded = await kernelHost().load(object);
 */
export function kernelHost(options: KernelHostOptions = {}): Host {
  return new KernelHost(options);
}
