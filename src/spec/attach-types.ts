// Every attach type of the kernel (`enum bpf_attach_type`, v6.18).

/** One row. `since` is the first kernel release that has it. */
export interface AttachTypeRow {
  readonly value: number;
  /** The kernel's name in lower case without its prefix, as bpftool prints it. */
  readonly name: string;
  readonly kernelName: string;
  readonly since: string;
}

export const attachTypes = [
  { value: 0, name: 'cgroup_inet_ingress', kernelName: 'BPF_CGROUP_INET_INGRESS', since: '4.10' },
  { value: 1, name: 'cgroup_inet_egress', kernelName: 'BPF_CGROUP_INET_EGRESS', since: '4.10' },
  { value: 2, name: 'cgroup_inet_sock_create', kernelName: 'BPF_CGROUP_INET_SOCK_CREATE', since: '4.10' },
  { value: 3, name: 'cgroup_sock_ops', kernelName: 'BPF_CGROUP_SOCK_OPS', since: '4.13' },
  { value: 4, name: 'sk_skb_stream_parser', kernelName: 'BPF_SK_SKB_STREAM_PARSER', since: '4.14' },
  { value: 5, name: 'sk_skb_stream_verdict', kernelName: 'BPF_SK_SKB_STREAM_VERDICT', since: '4.14' },
  { value: 6, name: 'cgroup_device', kernelName: 'BPF_CGROUP_DEVICE', since: '4.15' },
  { value: 7, name: 'sk_msg_verdict', kernelName: 'BPF_SK_MSG_VERDICT', since: '4.17' },
  { value: 8, name: 'cgroup_inet4_bind', kernelName: 'BPF_CGROUP_INET4_BIND', since: '4.17' },
  { value: 9, name: 'cgroup_inet6_bind', kernelName: 'BPF_CGROUP_INET6_BIND', since: '4.17' },
  { value: 10, name: 'cgroup_inet4_connect', kernelName: 'BPF_CGROUP_INET4_CONNECT', since: '4.17' },
  { value: 11, name: 'cgroup_inet6_connect', kernelName: 'BPF_CGROUP_INET6_CONNECT', since: '4.17' },
  { value: 12, name: 'cgroup_inet4_post_bind', kernelName: 'BPF_CGROUP_INET4_POST_BIND', since: '4.17' },
  { value: 13, name: 'cgroup_inet6_post_bind', kernelName: 'BPF_CGROUP_INET6_POST_BIND', since: '4.17' },
  { value: 14, name: 'cgroup_udp4_sendmsg', kernelName: 'BPF_CGROUP_UDP4_SENDMSG', since: '4.18' },
  { value: 15, name: 'cgroup_udp6_sendmsg', kernelName: 'BPF_CGROUP_UDP6_SENDMSG', since: '4.18' },
  { value: 16, name: 'lirc_mode2', kernelName: 'BPF_LIRC_MODE2', since: '4.18' },
  { value: 17, name: 'flow_dissector', kernelName: 'BPF_FLOW_DISSECTOR', since: '4.20' },
  { value: 18, name: 'cgroup_sysctl', kernelName: 'BPF_CGROUP_SYSCTL', since: '5.2' },
  { value: 19, name: 'cgroup_udp4_recvmsg', kernelName: 'BPF_CGROUP_UDP4_RECVMSG', since: '5.2' },
  { value: 20, name: 'cgroup_udp6_recvmsg', kernelName: 'BPF_CGROUP_UDP6_RECVMSG', since: '5.2' },
  { value: 21, name: 'cgroup_getsockopt', kernelName: 'BPF_CGROUP_GETSOCKOPT', since: '5.3' },
  { value: 22, name: 'cgroup_setsockopt', kernelName: 'BPF_CGROUP_SETSOCKOPT', since: '5.3' },
  { value: 23, name: 'trace_raw_tp', kernelName: 'BPF_TRACE_RAW_TP', since: '5.5' },
  { value: 24, name: 'trace_fentry', kernelName: 'BPF_TRACE_FENTRY', since: '5.5' },
  { value: 25, name: 'trace_fexit', kernelName: 'BPF_TRACE_FEXIT', since: '5.5' },
  { value: 26, name: 'modify_return', kernelName: 'BPF_MODIFY_RETURN', since: '5.7' },
  { value: 27, name: 'lsm_mac', kernelName: 'BPF_LSM_MAC', since: '5.7' },
  { value: 28, name: 'trace_iter', kernelName: 'BPF_TRACE_ITER', since: '5.8' },
  { value: 29, name: 'cgroup_inet4_getpeername', kernelName: 'BPF_CGROUP_INET4_GETPEERNAME', since: '5.8' },
  { value: 30, name: 'cgroup_inet6_getpeername', kernelName: 'BPF_CGROUP_INET6_GETPEERNAME', since: '5.8' },
  { value: 31, name: 'cgroup_inet4_getsockname', kernelName: 'BPF_CGROUP_INET4_GETSOCKNAME', since: '5.8' },
  { value: 32, name: 'cgroup_inet6_getsockname', kernelName: 'BPF_CGROUP_INET6_GETSOCKNAME', since: '5.8' },
  { value: 33, name: 'xdp_devmap', kernelName: 'BPF_XDP_DEVMAP', since: '5.8' },
  { value: 34, name: 'cgroup_inet_sock_release', kernelName: 'BPF_CGROUP_INET_SOCK_RELEASE', since: '5.9' },
  { value: 35, name: 'xdp_cpumap', kernelName: 'BPF_XDP_CPUMAP', since: '5.9' },
  { value: 36, name: 'sk_lookup', kernelName: 'BPF_SK_LOOKUP', since: '5.9' },
  { value: 37, name: 'xdp', kernelName: 'BPF_XDP', since: '5.9' },
  { value: 38, name: 'sk_skb_verdict', kernelName: 'BPF_SK_SKB_VERDICT', since: '5.13' },
  { value: 39, name: 'sk_reuseport_select', kernelName: 'BPF_SK_REUSEPORT_SELECT', since: '5.14' },
  { value: 40, name: 'sk_reuseport_select_or_migrate', kernelName: 'BPF_SK_REUSEPORT_SELECT_OR_MIGRATE', since: '5.14' },
  { value: 41, name: 'perf_event', kernelName: 'BPF_PERF_EVENT', since: '5.15' },
  { value: 42, name: 'trace_kprobe_multi', kernelName: 'BPF_TRACE_KPROBE_MULTI', since: '5.18' },
  { value: 43, name: 'lsm_cgroup', kernelName: 'BPF_LSM_CGROUP', since: '6.0' },
  { value: 44, name: 'struct_ops', kernelName: 'BPF_STRUCT_OPS', since: '6.3' },
  { value: 45, name: 'netfilter', kernelName: 'BPF_NETFILTER', since: '6.4' },
  { value: 46, name: 'tcx_ingress', kernelName: 'BPF_TCX_INGRESS', since: '6.6' },
  { value: 47, name: 'tcx_egress', kernelName: 'BPF_TCX_EGRESS', since: '6.6' },
  { value: 48, name: 'trace_uprobe_multi', kernelName: 'BPF_TRACE_UPROBE_MULTI', since: '6.6' },
  { value: 49, name: 'cgroup_unix_connect', kernelName: 'BPF_CGROUP_UNIX_CONNECT', since: '6.7' },
  { value: 50, name: 'cgroup_unix_sendmsg', kernelName: 'BPF_CGROUP_UNIX_SENDMSG', since: '6.7' },
  { value: 51, name: 'cgroup_unix_recvmsg', kernelName: 'BPF_CGROUP_UNIX_RECVMSG', since: '6.7' },
  { value: 52, name: 'cgroup_unix_getpeername', kernelName: 'BPF_CGROUP_UNIX_GETPEERNAME', since: '6.7' },
  { value: 53, name: 'cgroup_unix_getsockname', kernelName: 'BPF_CGROUP_UNIX_GETSOCKNAME', since: '6.7' },
  { value: 54, name: 'netkit_primary', kernelName: 'BPF_NETKIT_PRIMARY', since: '6.7' },
  { value: 55, name: 'netkit_peer', kernelName: 'BPF_NETKIT_PEER', since: '6.7' },
  { value: 56, name: 'trace_kprobe_session', kernelName: 'BPF_TRACE_KPROBE_SESSION', since: '6.10' },
  { value: 57, name: 'trace_uprobe_session', kernelName: 'BPF_TRACE_UPROBE_SESSION', since: '6.13' },
] as const satisfies readonly AttachTypeRow[];

/** Name of a row of {@link attachTypes}. */
export type AttachTypeName = (typeof attachTypes)[number]['name'];
