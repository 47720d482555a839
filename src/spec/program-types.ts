// Every program type of the kernel (`enum bpf_prog_type`, v6.18).

/** One row. `since` is the first kernel release that has it. */
export interface ProgramTypeRow {
  readonly value: number;
  /** The kernel's name in lower case without its prefix, as bpftool prints it. */
  readonly name: string;
  readonly kernelName: string;
  readonly since: string;
}

export const programTypes = [
  { value: 1, name: 'socket_filter', kernelName: 'BPF_PROG_TYPE_SOCKET_FILTER', since: '3.19' },
  { value: 2, name: 'kprobe', kernelName: 'BPF_PROG_TYPE_KPROBE', since: '4.1' },
  { value: 3, name: 'sched_cls', kernelName: 'BPF_PROG_TYPE_SCHED_CLS', since: '4.1' },
  { value: 4, name: 'sched_act', kernelName: 'BPF_PROG_TYPE_SCHED_ACT', since: '4.1' },
  { value: 5, name: 'tracepoint', kernelName: 'BPF_PROG_TYPE_TRACEPOINT', since: '4.7' },
  { value: 6, name: 'xdp', kernelName: 'BPF_PROG_TYPE_XDP', since: '4.8' },
  { value: 7, name: 'perf_event', kernelName: 'BPF_PROG_TYPE_PERF_EVENT', since: '4.9' },
  { value: 8, name: 'cgroup_skb', kernelName: 'BPF_PROG_TYPE_CGROUP_SKB', since: '4.10' },
  { value: 9, name: 'cgroup_sock', kernelName: 'BPF_PROG_TYPE_CGROUP_SOCK', since: '4.10' },
  { value: 10, name: 'lwt_in', kernelName: 'BPF_PROG_TYPE_LWT_IN', since: '4.10' },
  { value: 11, name: 'lwt_out', kernelName: 'BPF_PROG_TYPE_LWT_OUT', since: '4.10' },
  { value: 12, name: 'lwt_xmit', kernelName: 'BPF_PROG_TYPE_LWT_XMIT', since: '4.10' },
  { value: 13, name: 'sock_ops', kernelName: 'BPF_PROG_TYPE_SOCK_OPS', since: '4.13' },
  { value: 14, name: 'sk_skb', kernelName: 'BPF_PROG_TYPE_SK_SKB', since: '4.14' },
  { value: 15, name: 'cgroup_device', kernelName: 'BPF_PROG_TYPE_CGROUP_DEVICE', since: '4.15' },
  { value: 16, name: 'sk_msg', kernelName: 'BPF_PROG_TYPE_SK_MSG', since: '4.17' },
  { value: 17, name: 'raw_tracepoint', kernelName: 'BPF_PROG_TYPE_RAW_TRACEPOINT', since: '4.17' },
  { value: 18, name: 'cgroup_sock_addr', kernelName: 'BPF_PROG_TYPE_CGROUP_SOCK_ADDR', since: '4.17' },
  { value: 19, name: 'lwt_seg6local', kernelName: 'BPF_PROG_TYPE_LWT_SEG6LOCAL', since: '4.18' },
  { value: 20, name: 'lirc_mode2', kernelName: 'BPF_PROG_TYPE_LIRC_MODE2', since: '4.18' },
  { value: 21, name: 'sk_reuseport', kernelName: 'BPF_PROG_TYPE_SK_REUSEPORT', since: '4.19' },
  { value: 22, name: 'flow_dissector', kernelName: 'BPF_PROG_TYPE_FLOW_DISSECTOR', since: '4.20' },
  { value: 23, name: 'cgroup_sysctl', kernelName: 'BPF_PROG_TYPE_CGROUP_SYSCTL', since: '5.2' },
  { value: 24, name: 'raw_tracepoint_writable', kernelName: 'BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE', since: '5.2' },
  { value: 25, name: 'cgroup_sockopt', kernelName: 'BPF_PROG_TYPE_CGROUP_SOCKOPT', since: '5.3' },
  { value: 26, name: 'tracing', kernelName: 'BPF_PROG_TYPE_TRACING', since: '5.5' },
  { value: 27, name: 'struct_ops', kernelName: 'BPF_PROG_TYPE_STRUCT_OPS', since: '5.6' },
  { value: 28, name: 'ext', kernelName: 'BPF_PROG_TYPE_EXT', since: '5.6' },
  { value: 29, name: 'lsm', kernelName: 'BPF_PROG_TYPE_LSM', since: '5.7' },
  { value: 30, name: 'sk_lookup', kernelName: 'BPF_PROG_TYPE_SK_LOOKUP', since: '5.9' },
  { value: 31, name: 'syscall', kernelName: 'BPF_PROG_TYPE_SYSCALL', since: '5.14' },
  { value: 32, name: 'netfilter', kernelName: 'BPF_PROG_TYPE_NETFILTER', since: '6.4' },
] as const satisfies readonly ProgramTypeRow[];

/** Name of a row of {@link programTypes}. */
export type ProgramTypeName = (typeof programTypes)[number]['name'];
