// Which functions of a BCC text are programs, and of which kind: by name, else by the type of their context.

import { pointee } from '../check/ctypes.ts';
import type { FunctionSymbol } from '../check/types.ts';
import { packetSection } from './packet-programs.ts';

/** Function-name prefixes that BCC attaches by, and the sections they stand for; the rest of the name is the target. */
const prefixes: Readonly<Record<string, string>> = {
  kprobe__: 'kprobe/',
  kretprobe__: 'kretprobe/',
  tracepoint__: 'tracepoint/',
  raw_tracepoint__: 'raw_tracepoint/',
  kfunc__: 'fentry/',
  kretfunc__: 'fexit/',
  kmod_ret__: 'fmod_ret/',
  lsm__: 'lsm/',
  bpf_iter__: 'iter/',
};

/** Section of a function by its name: `tracepoint__sched__sched_switch` is `tracepoint/sched/sched_switch`. */
function sectionByName(name: string): string | undefined {
  // Attached by hand, to the function that enters the system call.
  if (name.startsWith('syscall__')) return 'kprobe';
  const prefix = Object.keys(prefixes).find((candidate) => name.startsWith(candidate));
  if (prefix === undefined) return undefined;
  const target = name.slice(prefix.length);
  return `${prefixes[prefix]}${prefix === 'tracepoint__' ? target.replace('__', '/') : target}`;
}

/** Sections by the tag of the first parameter's struct. */
const contexts: Readonly<Record<string, string>> = {
  pt_regs: 'kprobe',
  xdp_md: 'xdp',
  bpf_perf_event_data: 'perf_event',
  bpf_raw_tracepoint_args: 'raw_tracepoint',
  bpf_sock_ops: 'sockops',
  sk_msg_md: 'sk_msg',
  bpf_sock: 'cgroup/sock_create',
  bpf_sock_addr: 'cgroup/connect4',
  bpf_sockopt: 'cgroup/setsockopt',
  bpf_cgroup_dev_ctx: 'cgroup/dev',
  bpf_sysctl: 'cgroup/sysctl',
  bpf_sk_lookup: 'sk_lookup',
  sk_reuseport_md: 'sk_reuseport',
};

/** Programs whose arguments the verifier knows by their BTF types. */
const typed = /^(?:fentry|fexit|fmod_ret|lsm)\//;

/** Section of a function that BCC would load; undefined for one that only others call. */
export function sectionOf(fn: FunctionSymbol): string | undefined {
  const named = sectionByName(fn.name);
  if (named !== undefined) return named;
  const first = fn.type.parameters[0];
  const record = first && pointee(first.type)?.canonical;
  const tag = record?.kind === 'record' ? (record.tag ?? '') : undefined;
  const known = tag === '__sk_buff' ? packetSection(fn) : contexts[tag ?? ''];
  if (known) return known;
  if (fn.used) return undefined;
  return tag === undefined ? 'kprobe' : 'tracepoint';
}

/** Does the context hold kernel pointers that the verifier allows to follow? */
export function hasTypedArguments(section: string): boolean {
  return typed.test(section);
}

/** Is the function attached to the kernel for sure? Others may turn out to be probes of user programs. */
export function isKernelSide(section: string): boolean {
  return section !== 'kprobe';
}
