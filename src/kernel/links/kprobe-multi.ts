// Probes at many kernel functions with one link; one by one on kernels that cannot.
// Source: kernel/trace/bpf_trace.c bpf_kprobe_multi_link_attach (v6.18).

import { suggest, UnsupportedError, UsageError } from '../../base/index.ts';
import type { HostLink } from '../../host/index.ts';
import { globMatcher, kernelSymbols } from '../../symbols/index.ts';
import { errno, Fd, findTracefs, systemCallFailure, systemCalls, tryLinkCreate } from '../../sys/index.ts';
import type { LoadedProgram } from '../types.ts';
import { attachKprobe, unknownKernelFunction } from './kprobe.ts';
import { type Attach, attachLabel, attachToEach, cString, KernelLink, type TargetOf } from './link.ts';
import { checkedCookies, cookieBytes } from './multi-cookies.ts';
import { traceList } from './tracefs.ts';

const attachTypeMulti = 42; // BPF_TRACE_KPROBE_MULTI
const attachTypeSession = 56; // BPF_TRACE_KPROBE_SESSION
const flagReturn = 1; // BPF_F_KPROBE_MULTI_RETURN
/** More than that one by one would take minutes. */
const mostSingles = 512;

/** Where to: by name, or by address where that is known. */
interface Functions {
  readonly names: readonly string[];
  readonly addresses: readonly bigint[] | undefined;
}

/** Since Linux 5.18; session 6.10. */
export const attachKprobeMulti: Attach<'kprobe-multi'> = (program, target) => {
  const functions = selectFunctions(target);
  const cookies = checkedCookies(target.cookies, functions.names.length);
  const label = attachLabel(program, `${functions.names.length} kernel functions`);
  const result = createLink(program, target, functions);
  if (result >= 0) return new KernelLink(target, { bpfLink: new Fd(result, label) });
  if (result === -errno.ESRCH || result === -errno.ENOENT) throw missingFunction(functions.names);
  const maybeOld = result === -errno.EINVAL || result === -errno.EOPNOTSUPP;
  if (!maybeOld) throw systemCallFailure('bpf(BPF_LINK_CREATE)', result, label);
  if (target.session) throw new UnsupportedError('kprobe sessions', { since: '6.10' });
  if (functions.names.length > mostSingles) throw new UnsupportedError('kprobe-multi links', { since: '5.18' });
  if (cookies && program.expectedAttachType === attachTypeMulti) {
    // The kernel takes cookies for single probes only from programs that were loaded for single probes.
    throw new UnsupportedError('kprobe-multi links with cookies', {
      hint: 'this kernel was built without CONFIG_FPROBE',
    });
  }
  return attachSingly(program, target, { names: functions.names, cookies });
};

function createLink(program: LoadedProgram, target: TargetOf<'kprobe-multi'>, functions: Functions): number {
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
  const symbols = kernelSymbols();
  const missing = names.find((name) => !symbols.find(name));
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

/** Functions that can be probed and whose names match. @throws UsageError when there are none. */
export function matchKernelFunctions(pattern: string): Functions {
  const tracefs = findTracefs();
  const listed = tracefs ? (withAddresses(tracefs, pattern) ?? withoutAddresses(tracefs, pattern)) : undefined;
  const found = listed ?? fromSymbols(pattern);
  if (found.names.length > 0) return found;
  const near = suggest(pattern.replace(/[*?]/g, ''), kernelSymbols().functionNames());
  throw new UsageError(`no kernel function matches ${pattern}`, { hint: near && `there is ${near}` });
}

/** Since Linux 6.5: `ffffffff81000000 name [module]`. */
function withAddresses(tracefs: string, pattern: string): Functions | undefined {
  const matches = globMatcher(pattern);
  const rows = traceList(tracefs, 'available_filter_functions_addrs')
    .map((row) => row.split(' '))
    .filter(([, name]) => name !== undefined && matches(name));
  if (rows.length === 0) return undefined;
  const addresses = rows.map(([address]) => BigInt(`0x${address}`));
  const names = rows.map(([, name = '']) => name);
  return { names, addresses: addresses.some((address) => address === 0n) ? undefined : addresses };
}

// A name that several functions share, of which not all can be probed, is left out: which one is meant nobody can tell.
function withoutAddresses(tracefs: string, pattern: string): Functions | undefined {
  const rows = traceList(tracefs, 'available_filter_functions');
  if (rows.length === 0) return undefined;
  const matches = globMatcher(pattern);
  const listed = new Map<string, number>();
  for (const row of rows) {
    const name = row.split(' ', 1)[0] ?? '';
    if (matches(name)) listed.set(name, (listed.get(name) ?? 0) + 1);
  }
  const known = addressesByName(new Set(listed.keys()));
  const sound = [...listed].filter(([name, count]) => known.get(name)?.length === count);
  const hasAddresses = kernelSymbols().hasAddresses;
  const names = sound.flatMap(([name, count]) => (hasAddresses ? Array<string>(count).fill(name) : [name]));
  return { names, addresses: hasAddresses ? sound.flatMap(([name]) => known.get(name) ?? []) : undefined };
}

function addressesByName(names: ReadonlySet<string>): Map<string, bigint[]> {
  const symbols = kernelSymbols();
  const found = new Map<string, bigint[]>();
  for (let index = 0; index < symbols.length; index++) {
    const { name, address, type } = symbols.at(index);
    if (!names.has(name) || !/[tTwW]/.test(type)) continue;
    const all = found.get(name);
    if (all) all.push(address);
    else found.set(name, [address]);
  }
  return found;
}

function fromSymbols(pattern: string): Functions {
  return { names: kernelSymbols().functionNames().filter(globMatcher(pattern)), addresses: undefined };
}
