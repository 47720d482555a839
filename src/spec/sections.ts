// Section names that say what a program is: libbpf's whole table (version 1.5), in its order, since the first match wins.

import type { AttachTypeName } from './attach-types.ts';
import type { ProgramTypeName } from './program-types.ts';

/**
 * How a section's own name is compared with a row's:
 * `exact`: equal; `target`: equal, or followed by `/` and a target.
 */
export type SectionMatch = 'exact' | 'target';

/** How a program of a section is attached without being told where; the key of the attach function. */
export type SectionAttach =
  | 'kprobe'
  | 'kprobe-multi'
  | 'uprobe'
  | 'uprobe-multi'
  | 'ksyscall'
  | 'usdt'
  | 'tracepoint'
  | 'raw-tracepoint'
  | 'tracing'
  | 'lsm'
  | 'iterator';

/** One row. A name may be preceded by `?`, which says: not loaded unless asked for. */
export interface SectionRow {
  readonly name: string;
  readonly match: SectionMatch;
  readonly type: ProgramTypeName;
  /** Expected attach type of the load; undefined is 0. */
  readonly attachType?: AttachTypeName;
  /**
   * May be left out of the load where the kernel is too old to know it (libbpf's `SEC_ATTACHABLE_OPT`). Otherwise the
   * kernel must know it.
   */
  readonly attachTypeOptional?: true;
  /** The program is loaded with `BPF_F_SLEEPABLE`. */
  readonly sleepable?: true;
  /** The target is a kernel function, type or hook that the load names by BTF id (`attach_btf_id`). */
  readonly attachBtf?: true;
  /** The program is loaded with `BPF_F_XDP_HAS_FRAGS`. */
  readonly xdpFrags?: true;
  /** How to attach from the name alone; left out where a place must be given by hand. */
  readonly attach?: SectionAttach;
  /** The return of a function rather than its entry. */
  readonly return?: true;
  /** One program for entry and return. */
  readonly session?: true;
  /** What a target looks like, for messages. */
  readonly target?: string;
  /** Superseded name. */
  readonly deprecated?: true;
}

export const sections = [
  { name: 'socket', match: 'exact', type: 'socket_filter' },
  { name: 'sk_reuseport/migrate', match: 'exact', type: 'sk_reuseport', attachType: 'sk_reuseport_select_or_migrate' },
  { name: 'sk_reuseport', match: 'exact', type: 'sk_reuseport', attachType: 'sk_reuseport_select' },
  { name: 'kprobe', match: 'target', type: 'kprobe', attach: 'kprobe', target: 'FUNCTION[+OFFSET]' },
  { name: 'uprobe', match: 'target', type: 'kprobe', attach: 'uprobe', target: 'PATH:FUNCTION[+OFFSET]' },
  { name: 'uprobe.s', match: 'target', type: 'kprobe', attach: 'uprobe', sleepable: true, target: 'PATH:FUNCTION[+OFFSET]' },
  { name: 'kretprobe', match: 'target', type: 'kprobe', attach: 'kprobe', return: true, target: 'FUNCTION' },
  { name: 'uretprobe', match: 'target', type: 'kprobe', attach: 'uprobe', return: true, target: 'PATH:FUNCTION' },
  { name: 'uretprobe.s', match: 'target', type: 'kprobe', attach: 'uprobe', return: true, sleepable: true, target: 'PATH:FUNCTION' },
  { name: 'kprobe.multi', match: 'target', type: 'kprobe', attachType: 'trace_kprobe_multi', attach: 'kprobe-multi', target: 'PATTERN' },
  { name: 'kretprobe.multi', match: 'target', type: 'kprobe', attachType: 'trace_kprobe_multi', attach: 'kprobe-multi', return: true, target: 'PATTERN' },
  { name: 'kprobe.session', match: 'target', type: 'kprobe', attachType: 'trace_kprobe_session', attach: 'kprobe-multi', session: true, target: 'PATTERN' },
  { name: 'uprobe.multi', match: 'target', type: 'kprobe', attachType: 'trace_uprobe_multi', attach: 'uprobe-multi', target: 'PATH:PATTERN' },
  { name: 'uretprobe.multi', match: 'target', type: 'kprobe', attachType: 'trace_uprobe_multi', attach: 'uprobe-multi', return: true, target: 'PATH:PATTERN' },
  { name: 'uprobe.session', match: 'target', type: 'kprobe', attachType: 'trace_uprobe_session', attach: 'uprobe-multi', session: true, target: 'PATH:PATTERN' },
  { name: 'uprobe.multi.s', match: 'target', type: 'kprobe', attachType: 'trace_uprobe_multi', attach: 'uprobe-multi', sleepable: true, target: 'PATH:PATTERN' },
  { name: 'uretprobe.multi.s', match: 'target', type: 'kprobe', attachType: 'trace_uprobe_multi', attach: 'uprobe-multi', return: true, sleepable: true, target: 'PATH:PATTERN' },
  { name: 'uprobe.session.s', match: 'target', type: 'kprobe', attachType: 'trace_uprobe_session', attach: 'uprobe-multi', session: true, sleepable: true, target: 'PATH:PATTERN' },
  { name: 'ksyscall', match: 'target', type: 'kprobe', attach: 'ksyscall', target: 'SYSCALL' },
  { name: 'kretsyscall', match: 'target', type: 'kprobe', attach: 'ksyscall', return: true, target: 'SYSCALL' },
  { name: 'usdt', match: 'target', type: 'kprobe', attach: 'usdt', target: 'PATH:PROVIDER:NAME' },
  { name: 'usdt.s', match: 'target', type: 'kprobe', attach: 'usdt', sleepable: true, target: 'PATH:PROVIDER:NAME' },
  { name: 'tc/ingress', match: 'exact', type: 'sched_cls', attachType: 'tcx_ingress', attachTypeOptional: true },
  { name: 'tc/egress', match: 'exact', type: 'sched_cls', attachType: 'tcx_egress', attachTypeOptional: true },
  { name: 'tcx/ingress', match: 'exact', type: 'sched_cls', attachType: 'tcx_ingress', attachTypeOptional: true },
  { name: 'tcx/egress', match: 'exact', type: 'sched_cls', attachType: 'tcx_egress', attachTypeOptional: true },
  { name: 'tc', match: 'exact', type: 'sched_cls' },
  { name: 'classifier', match: 'exact', type: 'sched_cls', deprecated: true },
  { name: 'action', match: 'exact', type: 'sched_act', deprecated: true },
  { name: 'netkit/primary', match: 'exact', type: 'sched_cls', attachType: 'netkit_primary', attachTypeOptional: true },
  { name: 'netkit/peer', match: 'exact', type: 'sched_cls', attachType: 'netkit_peer', attachTypeOptional: true },
  { name: 'tracepoint', match: 'target', type: 'tracepoint', attach: 'tracepoint', target: 'CATEGORY/NAME' },
  { name: 'tp', match: 'target', type: 'tracepoint', attach: 'tracepoint', target: 'CATEGORY/NAME' },
  { name: 'raw_tracepoint', match: 'target', type: 'raw_tracepoint', attach: 'raw-tracepoint', target: 'NAME' },
  { name: 'raw_tp', match: 'target', type: 'raw_tracepoint', attach: 'raw-tracepoint', target: 'NAME' },
  { name: 'raw_tracepoint.w', match: 'target', type: 'raw_tracepoint_writable', attach: 'raw-tracepoint', target: 'NAME' },
  { name: 'raw_tp.w', match: 'target', type: 'raw_tracepoint_writable', attach: 'raw-tracepoint', target: 'NAME' },
  { name: 'tp_btf', match: 'target', type: 'tracing', attachType: 'trace_raw_tp', attachBtf: true, attach: 'tracing', target: 'NAME' },
  { name: 'fentry', match: 'target', type: 'tracing', attachType: 'trace_fentry', attachBtf: true, attach: 'tracing', target: 'FUNCTION' },
  { name: 'fmod_ret', match: 'target', type: 'tracing', attachType: 'modify_return', attachBtf: true, attach: 'tracing', target: 'FUNCTION' },
  { name: 'fexit', match: 'target', type: 'tracing', attachType: 'trace_fexit', attachBtf: true, attach: 'tracing', target: 'FUNCTION' },
  { name: 'fentry.s', match: 'target', type: 'tracing', attachType: 'trace_fentry', attachBtf: true, sleepable: true, attach: 'tracing', target: 'FUNCTION' },
  { name: 'fmod_ret.s', match: 'target', type: 'tracing', attachType: 'modify_return', attachBtf: true, sleepable: true, attach: 'tracing', target: 'FUNCTION' },
  { name: 'fexit.s', match: 'target', type: 'tracing', attachType: 'trace_fexit', attachBtf: true, sleepable: true, attach: 'tracing', target: 'FUNCTION' },
  { name: 'freplace', match: 'target', type: 'ext', attachBtf: true, attach: 'tracing', target: 'FUNCTION' },
  { name: 'lsm', match: 'target', type: 'lsm', attachType: 'lsm_mac', attachBtf: true, attach: 'lsm', target: 'HOOK' },
  { name: 'lsm.s', match: 'target', type: 'lsm', attachType: 'lsm_mac', attachBtf: true, sleepable: true, attach: 'lsm', target: 'HOOK' },
  { name: 'lsm_cgroup', match: 'target', type: 'lsm', attachType: 'lsm_cgroup', attachBtf: true, target: 'HOOK' },
  { name: 'iter', match: 'target', type: 'tracing', attachType: 'trace_iter', attachBtf: true, attach: 'iterator', target: 'KIND' },
  { name: 'iter.s', match: 'target', type: 'tracing', attachType: 'trace_iter', attachBtf: true, sleepable: true, attach: 'iterator', target: 'KIND' },
  { name: 'syscall', match: 'exact', type: 'syscall', sleepable: true },
  { name: 'xdp.frags/devmap', match: 'exact', type: 'xdp', attachType: 'xdp_devmap', xdpFrags: true },
  { name: 'xdp/devmap', match: 'exact', type: 'xdp', attachType: 'xdp_devmap' },
  { name: 'xdp.frags/cpumap', match: 'exact', type: 'xdp', attachType: 'xdp_cpumap', xdpFrags: true },
  { name: 'xdp/cpumap', match: 'exact', type: 'xdp', attachType: 'xdp_cpumap' },
  { name: 'xdp.frags', match: 'exact', type: 'xdp', attachType: 'xdp', xdpFrags: true },
  { name: 'xdp', match: 'exact', type: 'xdp', attachType: 'xdp', attachTypeOptional: true },
  { name: 'perf_event', match: 'exact', type: 'perf_event' },
  { name: 'lwt_in', match: 'exact', type: 'lwt_in' },
  { name: 'lwt_out', match: 'exact', type: 'lwt_out' },
  { name: 'lwt_xmit', match: 'exact', type: 'lwt_xmit' },
  { name: 'lwt_seg6local', match: 'exact', type: 'lwt_seg6local' },
  { name: 'sockops', match: 'exact', type: 'sock_ops', attachType: 'cgroup_sock_ops', attachTypeOptional: true },
  { name: 'sk_skb/stream_parser', match: 'exact', type: 'sk_skb', attachType: 'sk_skb_stream_parser', attachTypeOptional: true },
  { name: 'sk_skb/stream_verdict', match: 'exact', type: 'sk_skb', attachType: 'sk_skb_stream_verdict', attachTypeOptional: true },
  { name: 'sk_skb/verdict', match: 'exact', type: 'sk_skb', attachType: 'sk_skb_verdict', attachTypeOptional: true },
  { name: 'sk_skb', match: 'exact', type: 'sk_skb' },
  { name: 'sk_msg', match: 'exact', type: 'sk_msg', attachType: 'sk_msg_verdict', attachTypeOptional: true },
  { name: 'lirc_mode2', match: 'exact', type: 'lirc_mode2', attachType: 'lirc_mode2', attachTypeOptional: true },
  { name: 'flow_dissector', match: 'exact', type: 'flow_dissector', attachType: 'flow_dissector', attachTypeOptional: true },
  { name: 'cgroup_skb/ingress', match: 'exact', type: 'cgroup_skb', attachType: 'cgroup_inet_ingress', attachTypeOptional: true },
  { name: 'cgroup_skb/egress', match: 'exact', type: 'cgroup_skb', attachType: 'cgroup_inet_egress', attachTypeOptional: true },
  { name: 'cgroup/skb', match: 'exact', type: 'cgroup_skb' },
  { name: 'cgroup/sock_create', match: 'exact', type: 'cgroup_sock', attachType: 'cgroup_inet_sock_create' },
  { name: 'cgroup/sock_release', match: 'exact', type: 'cgroup_sock', attachType: 'cgroup_inet_sock_release' },
  { name: 'cgroup/sock', match: 'exact', type: 'cgroup_sock', attachType: 'cgroup_inet_sock_create', attachTypeOptional: true },
  { name: 'cgroup/post_bind4', match: 'exact', type: 'cgroup_sock', attachType: 'cgroup_inet4_post_bind' },
  { name: 'cgroup/post_bind6', match: 'exact', type: 'cgroup_sock', attachType: 'cgroup_inet6_post_bind' },
  { name: 'cgroup/bind4', match: 'exact', type: 'cgroup_sock_addr', attachType: 'cgroup_inet4_bind' },
  { name: 'cgroup/bind6', match: 'exact', type: 'cgroup_sock_addr', attachType: 'cgroup_inet6_bind' },
  { name: 'cgroup/connect4', match: 'exact', type: 'cgroup_sock_addr', attachType: 'cgroup_inet4_connect' },
  { name: 'cgroup/connect6', match: 'exact', type: 'cgroup_sock_addr', attachType: 'cgroup_inet6_connect' },
  { name: 'cgroup/connect_unix', match: 'exact', type: 'cgroup_sock_addr', attachType: 'cgroup_unix_connect' },
  { name: 'cgroup/sendmsg4', match: 'exact', type: 'cgroup_sock_addr', attachType: 'cgroup_udp4_sendmsg' },
  { name: 'cgroup/sendmsg6', match: 'exact', type: 'cgroup_sock_addr', attachType: 'cgroup_udp6_sendmsg' },
  { name: 'cgroup/sendmsg_unix', match: 'exact', type: 'cgroup_sock_addr', attachType: 'cgroup_unix_sendmsg' },
  { name: 'cgroup/recvmsg4', match: 'exact', type: 'cgroup_sock_addr', attachType: 'cgroup_udp4_recvmsg' },
  { name: 'cgroup/recvmsg6', match: 'exact', type: 'cgroup_sock_addr', attachType: 'cgroup_udp6_recvmsg' },
  { name: 'cgroup/recvmsg_unix', match: 'exact', type: 'cgroup_sock_addr', attachType: 'cgroup_unix_recvmsg' },
  { name: 'cgroup/getpeername4', match: 'exact', type: 'cgroup_sock_addr', attachType: 'cgroup_inet4_getpeername' },
  { name: 'cgroup/getpeername6', match: 'exact', type: 'cgroup_sock_addr', attachType: 'cgroup_inet6_getpeername' },
  { name: 'cgroup/getpeername_unix', match: 'exact', type: 'cgroup_sock_addr', attachType: 'cgroup_unix_getpeername' },
  { name: 'cgroup/getsockname4', match: 'exact', type: 'cgroup_sock_addr', attachType: 'cgroup_inet4_getsockname' },
  { name: 'cgroup/getsockname6', match: 'exact', type: 'cgroup_sock_addr', attachType: 'cgroup_inet6_getsockname' },
  { name: 'cgroup/getsockname_unix', match: 'exact', type: 'cgroup_sock_addr', attachType: 'cgroup_unix_getsockname' },
  { name: 'cgroup/sysctl', match: 'exact', type: 'cgroup_sysctl', attachType: 'cgroup_sysctl' },
  { name: 'cgroup/getsockopt', match: 'exact', type: 'cgroup_sockopt', attachType: 'cgroup_getsockopt' },
  { name: 'cgroup/setsockopt', match: 'exact', type: 'cgroup_sockopt', attachType: 'cgroup_setsockopt' },
  { name: 'cgroup/dev', match: 'exact', type: 'cgroup_device', attachType: 'cgroup_device', attachTypeOptional: true },
  { name: 'struct_ops', match: 'target', type: 'struct_ops', target: 'NAME' },
  { name: 'struct_ops.s', match: 'target', type: 'struct_ops', sleepable: true, target: 'NAME' },
  { name: 'sk_lookup', match: 'exact', type: 'sk_lookup', attachType: 'sk_lookup' },
  { name: 'netfilter', match: 'exact', type: 'netfilter', attachType: 'netfilter' },
] as const satisfies readonly SectionRow[];

/** Name of a row of {@link sections}. */
export type SectionName = (typeof sections)[number]['name'];
