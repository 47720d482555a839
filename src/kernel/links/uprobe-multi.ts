// Probes at many functions of one file with one link; one by one on kernels that cannot.
// Source: kernel/trace/bpf_trace.c bpf_uprobe_multi_link_attach (v6.18).

import { UnsupportedError, UsageError } from '../../base/index.ts';
import type { HostLink } from '../../host/index.ts';
import { findBinary, openExecutable } from '../../symbols/index.ts';
import { errno, Fd, systemCallFailure, tryLinkCreate } from '../../sys/index.ts';
import { type Attach, attachLabel, attachToEach, cString, KernelLink, type TargetOf } from './link.ts';
import { checkedCookies, cookieBytes } from './multi-cookies.ts';
import { attachUprobe, checkedPid } from './uprobe.ts';

const attachTypeMulti = 48; // BPF_TRACE_UPROBE_MULTI
const attachTypeSession = 57; // BPF_TRACE_UPROBE_SESSION
const flagReturn = 1; // BPF_F_UPROBE_MULTI_RETURN
const mostSingles = 4096;

/** One link since Linux 6.6 (session 6.13), one per function before. */
export const attachUprobeMulti: Attach<'uprobe-multi'> = (program, target) => {
  const pid = checkedPid(target.pid);
  const path = findBinary(target.path, pid);
  const offsets = selectOffsets(path, target);
  const cookies = checkedCookies(target.cookies, offsets.length);
  const label = attachLabel(program, `${offsets.length} functions of ${target.path}`);
  const result = tryLinkCreate('uprobeMulti', {
    prog_fd: program.fd.number,
    attach_type: target.session ? attachTypeSession : attachTypeMulti,
    path: cString(path),
    offsets: new Uint8Array(BigUint64Array.from(offsets, BigInt).buffer),
    cnt: offsets.length,
    multi_flags: target.return ? flagReturn : 0,
    pid: pid ?? 0,
    ...(cookies ? { cookies: cookieBytes(cookies) } : {}),
  });
  if (result >= 0) return new KernelLink(target, { bpfLink: new Fd(result, label) });
  const maybeOld = result === -errno.EINVAL || result === -errno.EOPNOTSUPP;
  if (!maybeOld) throw systemCallFailure('bpf(BPF_LINK_CREATE)', result, label);
  if (target.session) throw new UnsupportedError('uprobe sessions', { since: '6.13' });
  if (offsets.length > mostSingles) throw new UnsupportedError('uprobe-multi links', { since: '6.6' });
  const attach = (index: number): HostLink => {
    const cookie = cookies?.[index];
    return attachUprobe(program, {
      kind: 'uprobe',
      path,
      offset: offsets[index] ?? 0,
      return: target.return ?? false,
      ...(pid === undefined ? {} : { pid }),
      ...(cookie === undefined ? {} : { cookie }),
    });
  };
  return attachToEach(target, offsets.keys(), attach);
};

function selectOffsets(path: string, { pattern, symbols, offsets }: TargetOf<'uprobe-multi'>): readonly number[] {
  if ([pattern, symbols, offsets].filter((one) => one !== undefined).length !== 1) {
    throw new UsageError('uprobe-multi: give one of pattern, symbols and offsets');
  }
  if (pattern !== undefined)
    return openExecutable(path)
      .matchFunctions(pattern)
      .map(({ offset }) => offset);
  const executable = symbols && openExecutable(path);
  const selected = executable ? symbols.map((symbol) => executable.findFunction(symbol).offset) : (offsets ?? []);
  if (selected.length === 0) throw new UsageError('uprobe-multi: the list of places is empty');
  return selected;
}
