// Probes at many kernel functions with one link; one by one on kernels that cannot.
// Source: kernel/trace/bpf_trace.c bpf_kprobe_multi_link_attach (v6.18).

import { UnsupportedError, UsageError } from '../../base/index.ts';
import type { HostLink } from '../../host/index.ts';
import { kernelSymbols } from '../../symbols/index.ts';
import { errno, Fd, systemCallFailure, systemCalls, tryLinkCreate } from '../../sys/index.ts';
import type { LoadedProgram } from '../types.ts';
import { type Functions, matchKernelFunctions, probeable } from './kernel-functions.ts';
import { attachKprobe, unknownKernelFunction } from './kprobe.ts';
import { type Attach, attachLabel, attachToEach, cString, KernelLink, type TargetOf } from './link.ts';
import { checkedCookies, cookieBytes } from './multi-cookies.ts';

const attachTypeMulti = 42; // BPF_TRACE_KPROBE_MULTI
const attachTypeSession = 56; // BPF_TRACE_KPROBE_SESSION
const flagReturn = 1; // BPF_F_KPROBE_MULTI_RETURN
const noFprobe = 'this kernel is older than 5.18 or was built without CONFIG_FPROBE';
/** More than that one by one would take minutes. */
const mostSingles = 512;

/** Since Linux 5.18; session 6.10. */
export const attachKprobeMulti: Attach<'kprobe-multi'> = (program, target) => {
  const functions = selectFunctions(target);
  const cookies = checkedCookies(target.cookies, functions.names.length);
  const label = attachLabel(program, `${functions.names.length} kernel functions`);
  const result = createMultiLink(program, target, functions);
  if (result >= 0) return new KernelLink(target, { bpfLink: new Fd(result, label) });
  if (result === -errno.ESRCH || result === -errno.ENOENT) throw missingFunction(functions.names);
  const maybeOld = result === -errno.EINVAL || result === -errno.EOPNOTSUPP;
  if (!maybeOld) throw systemCallFailure('bpf(BPF_LINK_CREATE)', result, label);
  if (target.session) throw new UnsupportedError('kprobe sessions', { since: '6.10' });
  if (functions.names.length > mostSingles)
    throw new UnsupportedError(`probing ${functions.names.length} functions at once`, { hint: noFprobe });
  if (cookies && program.expectedAttachType === attachTypeMulti) {
    // The kernel takes cookies for single probes only from programs that were loaded for single probes.
    throw new UnsupportedError('kprobe-multi links with cookies', { hint: noFprobe });
  }
  const names = target.pattern === undefined ? functions.names : probeable(functions.names);
  return attachSingly(program, target, { names, cookies });
};

function createMultiLink(program: LoadedProgram, target: TargetOf<'kprobe-multi'>, functions: Functions): number {
  const { names, addresses } = functions;
  const cookies = checkedCookies(target.cookies, names.length);
  const strings = addresses ? [] : names.map(cString);
  const pointers = BigUint64Array.from(addresses ?? strings.map((string) => systemCalls().address(string)));
  const places = new Uint8Array(pointers.buffer);
  const result = tryLinkCreate('kprobeMulti', {
    prog_fd: program.fd.number,
    attach_type: target.session ? attachTypeSession : attachTypeMulti,
    multi_flags: target.return ? flagReturn : 0,
    cnt: names.length,
    ...(addresses ? { addrs: places } : { syms: places }),
    ...(cookies ? { cookies: cookieBytes(cookies) } : {}),
  });
  // Used after the call, so that the strings the kernel reads live until then.
  return strings.length > names.length ? -1 : result;
}

function attachSingly(
  program: LoadedProgram,
  target: TargetOf<'kprobe-multi'>,
  places: { names: readonly string[]; cookies: readonly bigint[] | undefined },
): HostLink {
  const attach = (index: number): HostLink => {
    const cookie = places.cookies?.[index];
    return attachKprobe(program, {
      kind: 'kprobe',
      function: places.names[index] ?? '',
      return: target.return ?? false,
      ...(cookie === undefined ? {} : { cookie }),
    });
  };
  return attachToEach(target, places.names.keys(), attach);
}

function missingFunction(names: readonly string[]): UsageError {
  const known = new Set(kernelSymbols().functionNames());
  const missing = names.find((name) => !known.has(name));
  if (missing !== undefined) return unknownKernelFunction(missing);
  return new UsageError('one of the functions cannot be probed', { hint: 'see available_filter_functions in tracefs' });
}

function selectFunctions(target: TargetOf<'kprobe-multi'>): Functions {
  const { pattern, functions } = target;
  if ((pattern === undefined) === (functions === undefined)) {
    throw new UsageError('kprobe-multi: give one of pattern and functions');
  }
  if (functions?.length === 0) throw new UsageError('kprobe-multi: the list of functions is empty');
  if (pattern === undefined) return { names: functions ?? [], addresses: undefined };
  return matchKernelFunctions(pattern);
}
