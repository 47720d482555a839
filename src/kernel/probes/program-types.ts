// Whether the kernel has a program type: the smallest program of that type is loaded, with whatever the type insists on.
// Source: libbpf 1.5, probe_prog_load.

import type { ProgramTypeName } from '../../spec/index.ts';
import { type BpfAttribute, errno, kernelVersionCode } from '../../sys/index.ts';
import { exit, probeLoad, setRegister } from './probe-load.ts';

type LoadAttribute = BpfAttribute<'BPF_PROG_LOAD'>;

/** What a type insists on. */
export interface ProgramShape {
  readonly attribute?: LoadAttribute | (() => LoadAttribute);
  /** Value to return, where 0 is not allowed. */
  readonly returns?: number;
  /** A refusal with this in the log proves that the type is known. */
  readonly proof?: string;
  /** A refusal with this errno proves that the type is known. */
  readonly proofErrno?: number;
}

const shapes: Partial<Record<ProgramTypeName, ProgramShape>> = {
  kprobe: { attribute: () => ({ kern_version: kernelVersionCode() }) },
  cgroup_sock_addr: { attribute: { expected_attach_type: 10 } },
  cgroup_sockopt: { attribute: { expected_attach_type: 22 } },
  sk_lookup: { attribute: { expected_attach_type: 36 }, returns: 1 },
  syscall: { attribute: { prog_flags: 1 << 4 } },
  // Without a function to attach to these are refused, in words that only a kernel with the type has.
  // For a tracepoint, since lockdown forbids the other kinds of tracing program.
  tracing: { attribute: { expected_attach_type: 23, attach_btf_id: 1 }, proof: 'attach_btf_id 1 is not a typedef' },
  lsm: { attribute: { expected_attach_type: 27, attach_btf_id: 1 }, proof: 'attach_btf_id 1 is not a function' },
  ext: { attribute: { attach_btf_id: 1 }, proof: 'Cannot replace kernel functions' },
  struct_ops: { proofErrno: -errno.ENOTSUPP },
  netfilter: { attribute: { expected_attach_type: 45 } },
};

const cache = new Map<ProgramTypeName, boolean>();

/** What loading any program of the type has to say. */
export function shapeAttribute(type: ProgramTypeName): LoadAttribute {
  const { attribute = {} } = shapes[type] ?? {};
  return typeof attribute === 'function' ? attribute() : attribute;
}

/** Whether this kernel has the program type. The answer is kept. */
export function hasProgramType(type: ProgramTypeName): boolean {
  const known = cache.get(type);
  if (known !== undefined) return known;
  const { returns = 0, proof, proofErrno } = shapes[type] ?? {};
  const code = [setRegister(0, returns), exit];
  const { result, log } = probeLoad({ type, code, attribute: shapeAttribute(type), log: proof !== undefined });
  const answer = result === 0 || (proof ? log.includes(proof) : result === proofErrno);
  cache.set(type, answer);
  return answer;
}
