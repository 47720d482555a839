// What a program of each type is given and what its return value means (`include/linux/bpf_types.h`, uapi/linux/bpf.h, v6.18).

import type { AttachTypeName } from './attach-types.ts';
import type { ProgramTypeName } from './program-types.ts';

/** A return value and what it makes the kernel do. */
export interface ReturnMeaning {
  readonly value: number;
  /** The kernel's constant, where there is one. */
  readonly name?: string;
  readonly meaning: string;
}

/** Where the pointers to packet data lie in a context, as offsets in bytes. */
export interface PacketFields {
  readonly data: number;
  readonly dataEnd: number;
  readonly dataMeta?: number;
}

/** One row. */
export interface ContextRow {
  readonly programType: ProgramTypeName;
  /** The C type the program's argument points to; undefined where it depends on what the program is attached to. */
  readonly struct: string | undefined;
  /** Size of the context as programs see it, in bytes; undefined where it depends on the attachment. */
  readonly sizeBytes: number | undefined;
  readonly packet?: PacketFields;
  /** Values with a meaning; left out where any value does, or none. */
  readonly returns?: readonly ReturnMeaning[];
  /** The whole range the verifier allows, inclusive; undefined where any value is allowed. */
  readonly returnRange?: readonly [number, number];
  /** Where it differs by attach type. */
  readonly returnRanges?: Partial<Readonly<Record<AttachTypeName, readonly [number, number]>>>;
}

const skbBytes = 192;
const skbPacket = { data: 76, dataEnd: 80 } as const;
const skbPacketMeta = { ...skbPacket, dataMeta: 140 } as const;
const skActions = [
  { value: 0, name: 'SK_DROP', meaning: 'drop or refuse' },
  { value: 1, name: 'SK_PASS', meaning: 'let pass' },
] as const;
const allow = [
  { value: 0, meaning: 'refuse with EPERM' },
  { value: 1, meaning: 'allow' },
] as const;
const tcActions = [
  { value: -1, name: 'TC_ACT_UNSPEC', meaning: 'use the default action' },
  { value: 0, name: 'TC_ACT_OK', meaning: 'end processing, let pass' },
  { value: 1, name: 'TC_ACT_RECLASSIFY', meaning: 'start classification again' },
  { value: 2, name: 'TC_ACT_SHOT', meaning: 'drop' },
  { value: 3, name: 'TC_ACT_PIPE', meaning: 'go on with the next action' },
  { value: 4, name: 'TC_ACT_STOLEN', meaning: 'consumed' },
  { value: 5, name: 'TC_ACT_QUEUED', meaning: 'queued' },
  { value: 6, name: 'TC_ACT_REPEAT', meaning: 'repeat the action' },
  { value: 7, name: 'TC_ACT_REDIRECT', meaning: 'redirect' },
  { value: 8, name: 'TC_ACT_TRAP', meaning: 'trap to the control path' },
] as const;
const lwtActions = [
  { value: 0, name: 'BPF_OK', meaning: 'go on' },
  { value: 2, name: 'BPF_DROP', meaning: 'drop' },
  { value: 128, name: 'BPF_LWT_REROUTE', meaning: 'look the route up again' },
] as const;
const record = [
  { value: 0, meaning: 'do not pass the event on to perf' },
  { value: 1, meaning: 'pass the event on to perf' },
] as const;

export const contexts = [
  { programType: 'socket_filter', struct: '__sk_buff', sizeBytes: skbBytes, returns: [{ value: 0, meaning: 'drop; any other value is the number of bytes to keep' }] },
  { programType: 'kprobe', struct: 'pt_regs', sizeBytes: undefined, returns: record, returnRanges: { trace_kprobe_session: [0, 1], trace_uprobe_session: [0, 1] } },
  { programType: 'sched_cls', struct: '__sk_buff', sizeBytes: skbBytes, packet: skbPacketMeta, returns: tcActions },
  { programType: 'sched_act', struct: '__sk_buff', sizeBytes: skbBytes, packet: skbPacketMeta, returns: tcActions },
  { programType: 'tracepoint', struct: undefined, sizeBytes: undefined, returns: record },
  {
    programType: 'xdp', struct: 'xdp_md', sizeBytes: 24, packet: { data: 0, dataEnd: 4, dataMeta: 8 },
    returns: [
      { value: 0, name: 'XDP_ABORTED', meaning: 'drop, and report an error' },
      { value: 1, name: 'XDP_DROP', meaning: 'drop' },
      { value: 2, name: 'XDP_PASS', meaning: 'hand on to the network stack' },
      { value: 3, name: 'XDP_TX', meaning: 'send back where it came from' },
      { value: 4, name: 'XDP_REDIRECT', meaning: 'redirect as the helper was told' },
    ],
  },
  { programType: 'perf_event', struct: 'bpf_perf_event_data', sizeBytes: undefined, returns: record },
  { programType: 'cgroup_skb', struct: '__sk_buff', sizeBytes: skbBytes, packet: skbPacket, returns: [...skActions, { value: 2, meaning: 'drop, and note congestion (egress)' }, { value: 3, meaning: 'let pass, and note congestion (egress)' }], returnRange: [0, 1], returnRanges: { cgroup_inet_egress: [0, 3] } },
  { programType: 'cgroup_sock', struct: 'bpf_sock', sizeBytes: 80, returns: allow, returnRange: [0, 1] },
  { programType: 'lwt_in', struct: '__sk_buff', sizeBytes: skbBytes, packet: skbPacket, returns: lwtActions },
  { programType: 'lwt_out', struct: '__sk_buff', sizeBytes: skbBytes, packet: skbPacket, returns: lwtActions },
  { programType: 'lwt_xmit', struct: '__sk_buff', sizeBytes: skbBytes, packet: skbPacket, returns: [...lwtActions, { value: 7, name: 'BPF_REDIRECT', meaning: 'redirect as the helper was told' }] },
  { programType: 'sock_ops', struct: 'bpf_sock_ops', sizeBytes: 224, returnRange: [0, 1] },
  { programType: 'sk_skb', struct: '__sk_buff', sizeBytes: skbBytes, packet: skbPacket, returns: skActions },
  { programType: 'cgroup_device', struct: 'bpf_cgroup_dev_ctx', sizeBytes: 12, returns: allow, returnRange: [0, 1] },
  { programType: 'sk_msg', struct: 'sk_msg_md', sizeBytes: 80, packet: { data: 0, dataEnd: 8 }, returns: skActions },
  { programType: 'raw_tracepoint', struct: 'bpf_raw_tracepoint_args', sizeBytes: undefined },
  {
    programType: 'cgroup_sock_addr', struct: 'bpf_sock_addr', sizeBytes: 72,
    returns: [...allow, { value: 2, meaning: 'refuse, no capability for the port needed (bind)' }, { value: 3, meaning: 'allow, no capability for the port needed (bind)' }],
    returnRange: [0, 1],
    returnRanges: {
      cgroup_inet4_bind: [0, 3], cgroup_inet6_bind: [0, 3],
      cgroup_udp4_recvmsg: [1, 1], cgroup_udp6_recvmsg: [1, 1], cgroup_unix_recvmsg: [1, 1],
      cgroup_inet4_getpeername: [1, 1], cgroup_inet6_getpeername: [1, 1], cgroup_unix_getpeername: [1, 1],
      cgroup_inet4_getsockname: [1, 1], cgroup_inet6_getsockname: [1, 1], cgroup_unix_getsockname: [1, 1],
    },
  },
  { programType: 'lwt_seg6local', struct: '__sk_buff', sizeBytes: skbBytes, packet: skbPacket, returns: [{ value: 0, name: 'BPF_OK', meaning: 'go on' }, { value: 2, name: 'BPF_DROP', meaning: 'drop' }, { value: 7, name: 'BPF_REDIRECT', meaning: 'the destination is already set' }] },
  { programType: 'lirc_mode2', struct: 'unsigned int', sizeBytes: 4 },
  { programType: 'sk_reuseport', struct: 'sk_reuseport_md', sizeBytes: 56, packet: { data: 0, dataEnd: 8 }, returns: skActions },
  { programType: 'flow_dissector', struct: '__sk_buff', sizeBytes: skbBytes, packet: skbPacket, returns: [{ value: 0, name: 'BPF_OK', meaning: 'dissected' }, { value: 2, name: 'BPF_DROP', meaning: 'not dissected' }, { value: 129, name: 'BPF_FLOW_DISSECTOR_CONTINUE', meaning: "go on with the kernel's own dissector" }] },
  { programType: 'cgroup_sysctl', struct: 'bpf_sysctl', sizeBytes: 8, returns: allow, returnRange: [0, 1] },
  { programType: 'raw_tracepoint_writable', struct: 'bpf_raw_tracepoint_args', sizeBytes: undefined },
  { programType: 'cgroup_sockopt', struct: 'bpf_sockopt', sizeBytes: 40, returns: allow, returnRange: [0, 1] },
  { programType: 'tracing', struct: undefined, sizeBytes: undefined, returnRanges: { trace_fentry: [0, 0], trace_fexit: [0, 0], trace_iter: [0, 1] } },
  { programType: 'struct_ops', struct: undefined, sizeBytes: undefined },
  { programType: 'ext', struct: undefined, sizeBytes: undefined },
  { programType: 'lsm', struct: undefined, sizeBytes: undefined, returns: [{ value: 0, meaning: 'allow; a negative errno refuses' }], returnRange: [-4095, 0] },
  { programType: 'sk_lookup', struct: 'bpf_sk_lookup', sizeBytes: 72, returns: skActions, returnRange: [0, 1] },
  { programType: 'syscall', struct: undefined, sizeBytes: undefined },
  { programType: 'netfilter', struct: 'bpf_nf_ctx', sizeBytes: 16, returns: [{ value: 0, name: 'NF_DROP', meaning: 'drop' }, { value: 1, name: 'NF_ACCEPT', meaning: 'accept' }], returnRange: [0, 1] },
] as const satisfies readonly ContextRow[];
