// Raw tracepoints, by name.

import { suggest, UnsupportedError, UsageError } from '../../base/index.ts';
import { errno, Fd, findTracefs, kernelAtLeast, systemCallFailure, tryBpf } from '../../sys/index.ts';
import { type Attach, attachLabel, cString, KernelLink } from './link.ts';
import { availableEvents } from './tracefs.ts';

/** Since Linux 4.17; with cookie 6.10. */
export const attachRawTracepoint: Attach<'raw-tracepoint'> = (program, target) => {
  const label = attachLabel(program, `raw tracepoint ${target.name}`);
  const { name, cookie = 0n } = target;
  const attribute = { name: cString(name), prog_fd: program.fd.number, cookie };
  const { result } = tryBpf('BPF_RAW_TRACEPOINT_OPEN', attribute);
  if (result >= 0) return new KernelLink(target, { bpfLink: new Fd(result, label) });
  if (result === -errno.ENOENT) throw unknownTracepoint(target.name);
  if (result === -errno.EINVAL && cookie !== 0n && !kernelAtLeast('6.10')) {
    throw new UnsupportedError('a cookie of a raw tracepoint', { since: '6.10' });
  }
  throw systemCallFailure('bpf(BPF_RAW_TRACEPOINT_OPEN)', result, label);
};

function unknownTracepoint(name: string): UsageError {
  const tracefs = findTracefs();
  const events =
    tracefs === undefined ? [] : availableEvents(tracefs).map((event) => event.slice(event.indexOf(':') + 1));
  const near = suggest(name, ['sys_enter', 'sys_exit', ...events]);
  const isSyscall = /^sys_(enter|exit)_/.exec(name)?.[1];
  const hint = isSyscall
    ? `raw tracepoints do not tell system calls apart: attach to sys_${isSyscall} and compare the number`
    : near && `did you mean ${near}?`;
  return new UsageError(`there is no raw tracepoint ${name}`, { hint: hint ?? 'see available_events in tracefs' });
}
