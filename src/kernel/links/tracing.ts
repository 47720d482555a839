// fentry, fexit, fmod_ret, BTF tracepoints, LSM hooks and extensions: the place was fixed when the program was loaded.

import { UsageError } from '../../base/index.ts';
import { Fd, linkCreate, systemCallFailure, tryBpf } from '../../sys/index.ts';
import { type Attach, attachLabel, KernelLink } from './link.ts';

/** Since Linux 5.5. */
export const attachTracing: Attach<'tracing'> = (program, target) => {
  const label = attachLabel(program, target.function);
  if (target.program !== undefined) {
    if (program.attachBtfId === 0) {
      throw new UsageError(`program "${program.spec.name}" was not loaded to extend function ${target.function}`);
    }
    const attribute = { prog_fd: program.fd.number, target_fd: target.program, target_btf_id: program.attachBtfId };
    return new KernelLink(target, { bpfLink: linkCreate('plain', attribute, label) });
  }
  // The name is left out: the kernel takes the place from the program.
  const { result } = tryBpf('BPF_RAW_TRACEPOINT_OPEN', { prog_fd: program.fd.number });
  if (result < 0) throw systemCallFailure('bpf(BPF_RAW_TRACEPOINT_OPEN)', result, label);
  return new KernelLink(target, { bpfLink: new Fd(result, label) });
};
