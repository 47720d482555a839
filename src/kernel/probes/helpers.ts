// Which helpers programs of a type may call: a program that calls one is loaded; what the verifier complains about tells.
// Source: libbpf 1.5, libbpf_probe_bpf_helper; the words of kernel/bpf/verifier.c (5.4 to 6.18).

import { type HelperName, helpers, type ProgramTypeName } from '../../spec/index.ts';
import { KernelTypes } from '../kernel-types.ts';
import { callHelper, exit, probeLoad } from './probe-load.ts';
import { hasProgramType, shapeAttribute } from './program-types.ts';

/** A helper that is missing or forbidden. All other complaints are about its arguments. */
const unavailable = /invalid func |unknown func |program of this type cannot use helper |calling .* is not allowed/;

/** Types that are tied to something of the kernel's: what, so that the verifier comes to look at the call. */
const ties: Partial<
  Record<ProgramTypeName, { readonly name: string; readonly kind: 'typedef' | 'func'; readonly attachType: number }>
> = {
  tracing: { name: 'btf_trace_sched_switch', kind: 'typedef', attachType: 23 },
  lsm: { name: 'bpf_lsm_file_open', kind: 'func', attachType: 27 },
};

/** Types of which no program can be loaded on its own. */
const notAlone: ReadonlySet<ProgramTypeName> = new Set(['ext', 'struct_ops']);

const cache = new Map<ProgramTypeName, ReadonlySet<HelperName>>();
const types = new KernelTypes();

/** Helpers that programs of the type may call on this kernel; undefined where that cannot be found out. The answer is kept. */
export function availableHelpers(type: ProgramTypeName): ReadonlySet<HelperName> | undefined {
  const known = cache.get(type);
  if (known) return known;
  if (notAlone.has(type) || !hasProgramType(type)) return undefined;
  const tie = ties[type];
  const id = tie && types.vmlinux()?.find(tie.name, tie.kind);
  if (tie && id === undefined) return undefined;
  const attribute = tie ? { expected_attach_type: tie.attachType, attach_btf_id: id } : shapeAttribute(type);
  const found = new Set<HelperName>();
  for (const { id: helper, name } of helpers) {
    const { result, log } = probeLoad({ type, code: [callHelper(helper), exit], attribute, log: true });
    // Without a log the verifier was not reached: nothing can be said about this type.
    if (result < 0 && log === '') return undefined;
    if (!unavailable.test(log)) found.add(name);
  }
  cache.set(type, found);
  return found;
}

/** Whether programs of the type may call the helper; undefined where that cannot be found out. */
export function hasHelper(type: ProgramTypeName, helper: HelperName): boolean | undefined {
  return availableHelpers(type)?.has(helper);
}
