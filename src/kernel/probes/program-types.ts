// Whether the kernel has a program type: the smallest program of that type is loaded, with whatever the type insists on.
// Source: libbpf 1.5, probe_prog_load.

import { type ProgramTypeName, programTypes } from '../../spec/index.ts';
import { type BpfAttribute, errno, Fd, kernelVersionCode, tryBpf } from '../../sys/index.ts';

type LoadAttribute = BpfAttribute<'BPF_PROG_LOAD'>;

/** `r0 = 0; exit` */
const returnZero = new Uint8Array([0xb7, 0, 0, 0, 0, 0, 0, 0, 0x95, 0, 0, 0, 0, 0, 0, 0]);
/** `r0 = 1; exit`, where 0 is outside the range allowed. */
const returnOne = new Uint8Array([0xb7, 0, 0, 0, 1, 0, 0, 0, 0x95, 0, 0, 0, 0, 0, 0, 0]);

interface Shape {
  readonly attribute?: LoadAttribute | (() => LoadAttribute);
  readonly code?: Uint8Array;
  /** A refusal with this in the log proves that the type is known. */
  readonly proof?: string;
  /** A refusal with this errno proves that the type is known. */
  readonly proofErrno?: number;
}

const shapes: Partial<Record<ProgramTypeName, Shape>> = {
  kprobe: { attribute: () => ({ kern_version: kernelVersionCode() }) },
  cgroup_sock_addr: { attribute: { expected_attach_type: 10 } },
  cgroup_sockopt: { attribute: { expected_attach_type: 22 } },
  sk_lookup: { attribute: { expected_attach_type: 36 }, code: returnOne },
  syscall: { attribute: { prog_flags: 1 << 4 } },
  // Without a function to attach to these are refused, in words that only a kernel with the type has.
  tracing: { attribute: { expected_attach_type: 24, attach_btf_id: 1 }, proof: 'attach_btf_id 1 is not a function' },
  lsm: { attribute: { expected_attach_type: 27, attach_btf_id: 1 }, proof: 'attach_btf_id 1 is not a function' },
  ext: { attribute: { attach_btf_id: 1 }, proof: 'Cannot replace kernel functions' },
  struct_ops: { proofErrno: -errno.ENOTSUPP },
  netfilter: { attribute: { expected_attach_type: 45 } },
};

const cache = new Map<ProgramTypeName, boolean>();

/** Whether this kernel has the program type. The answer is kept. */
export function hasProgramType(type: ProgramTypeName): boolean {
  const known = cache.get(type);
  if (known !== undefined) return known;
  const answer = probe(type);
  cache.set(type, answer);
  return answer;
}

function probe(type: ProgramTypeName): boolean {
  const { attribute = {}, code = returnZero, proof, proofErrno } = shapes[type] ?? {};
  const log = new Uint8Array(4096);
  const { result } = tryBpf('BPF_PROG_LOAD', {
    prog_type: programTypes.find(({ name }) => name === type)?.value,
    insns: code,
    insn_cnt: code.byteLength / 8,
    license: Buffer.from('GPL\0'),
    ...(typeof attribute === 'function' ? attribute() : attribute),
    ...(proof ? { log_level: 1, log_size: log.byteLength, log_buf: log } : {}),
  });
  if (result >= 0) {
    new Fd(result, `probe ${type}`).close();
    return true;
  }
  if (proof) return new TextDecoder().decode(log).includes(proof);
  return result === proofErrno;
}
