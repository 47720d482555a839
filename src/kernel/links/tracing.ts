// fentry, fexit, fmod_ret, BTF tracepoints, LSM hooks and extensions: the place was fixed when the program was loaded.

import { UsageError } from '../../base/index.ts';
import { Fd, systemCallFailure, tryBpf } from '../../sys/index.ts';
import { type Attach, attachLabel, createLink, KernelLink } from './link.ts';

const attachTypeRawTracepoint = 23; // BPF_TRACE_RAW_TP

/** Since Linux 5.5; with cookie 5.19 (BTF tracepoints 6.10); extensions of another program 5.10. */
export const attachTracing: Attach<'tracing'> = (program, target) => {
  const label = attachLabel(program, target.function);
  const link = (fields: object, feature: { name: string; since: string }): KernelLink => {
    const attribute = { prog_fd: program.fd.number, attach_type: program.expectedAttachType, ...fields };
    return new KernelLink(target, { bpfLink: createLink('tracing', attribute, label, feature) });
  };
  if (target.program !== undefined) {
    if (program.attachBtfId === 0) {
      throw new UsageError(`program "${program.spec.name}" was not loaded to extend function ${target.function}`);
    }
    const fields = { target_fd: target.program, target_btf_id: program.attachBtfId };
    return link(fields, { name: 'extending another program', since: '5.10' });
  }
  if (target.cookie !== undefined && target.cookie !== 0n) {
    const since = program.expectedAttachType === attachTypeRawTracepoint ? '6.10' : '5.19';
    return link({ cookie: target.cookie }, { name: 'a cookie of this kind of program', since });
  }
  // The name is left out: the kernel takes the place from the program.
  const { result } = tryBpf('BPF_RAW_TRACEPOINT_OPEN', { prog_fd: program.fd.number });
  if (result < 0) throw systemCallFailure('bpf(BPF_RAW_TRACEPOINT_OPEN)', result, label);
  return new KernelLink(target, { bpfLink: new Fd(result, label) });
};
