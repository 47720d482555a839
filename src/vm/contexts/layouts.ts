// Layouts of the contexts that programs see, stable since they are part of the kernel's interface (uapi/linux/bpf.h,
// uapi/asm/ptrace.h, v6.18). Offsets and sizes in bytes; `count` elements for arrays.

/** One field. */
export interface ContextField {
  readonly offset: number;
  readonly size: 1 | 2 | 4 | 8;
  readonly count?: number;
}

/** A context structure. */
export interface ContextLayout {
  readonly size: number;
  readonly fields: Readonly<Record<string, ContextField>>;
}

type Shape = readonly (readonly [name: string, size: 1 | 2 | 4 | 8, count?: number])[];

/** Fields one after the other, each aligned to its size; names of `-` are padding. */
function layout(shape: Shape, size?: number): ContextLayout {
  const fields: Record<string, ContextField> = {};
  let at = 0;
  for (const [name, bytes, count = 1] of shape) {
    at = Math.ceil(at / bytes) * bytes;
    if (name !== '-') fields[name] = { offset: at, size: bytes, ...(count === 1 ? {} : { count }) };
    at += bytes * count;
  }
  return { size: size ?? at, fields };
}

const x86Registers = [
  'r15',
  'r14',
  'r13',
  'r12',
  'bp',
  'bx',
  'r11',
  'r10',
  'r9',
  'r8',
  'ax',
  'cx',
  'dx',
  'si',
  'di',
  'orig_ax',
  'ip',
  'cs',
  'flags',
  'sp',
  'ss',
] as const;

const x86 = layout(x86Registers.map((name) => [name, 8] as const));

const arm64 = layout([
  ['regs', 8, 31],
  ['sp', 8],
  ['pc', 8],
  ['pstate', 8],
]);

const socketAddresses = [
  ['family', 4],
  ['remote_ip4', 4],
  ['local_ip4', 4],
  ['remote_ip6', 4, 4],
  ['local_ip6', 4, 4],
] as const satisfies Shape;

/** Layouts by C name; `pt_regs` of x86-64 and of arm64 under their own names. */
export const contextLayouts = {
  xdp_md: layout([
    ['data', 4],
    ['data_end', 4],
    ['data_meta', 4],
    ['ingress_ifindex', 4],
    ['rx_queue_index', 4],
    ['egress_ifindex', 4],
  ]),
  __sk_buff: layout(
    [
      ['len', 4],
      ['pkt_type', 4],
      ['mark', 4],
      ['queue_mapping', 4],
      ['protocol', 4],
      ['vlan_present', 4],
      ['vlan_tci', 4],
      ['vlan_proto', 4],
      ['priority', 4],
      ['ingress_ifindex', 4],
      ['ifindex', 4],
      ['tc_index', 4],
      ['cb', 4, 5],
      ['hash', 4],
      ['tc_classid', 4],
      ['data', 4],
      ['data_end', 4],
      ['napi_id', 4],
      ...socketAddresses,
      ['remote_port', 4],
      ['local_port', 4],
      ['data_meta', 4],
      ['flow_keys', 8],
      ['tstamp', 8],
      ['wire_len', 4],
      ['gso_segs', 4],
      ['sk', 8],
      ['gso_size', 4],
      ['tstamp_type', 1],
      ['-', 1, 3],
      ['hwtstamp', 8],
    ],
    192,
  ),
  bpf_sock: layout(
    [
      ['bound_dev_if', 4],
      ['family', 4],
      ['type', 4],
      ['protocol', 4],
      ['mark', 4],
      ['priority', 4],
      ['src_ip4', 4],
      ['src_ip6', 4, 4],
      ['src_port', 4],
      ['dst_port', 2],
      ['-', 2],
      ['dst_ip4', 4],
      ['dst_ip6', 4, 4],
      ['state', 4],
      ['rx_queue_mapping', 4],
    ],
    80,
  ),
  bpf_sock_addr: layout(
    [
      ['user_family', 4],
      ['user_ip4', 4],
      ['user_ip6', 4, 4],
      ['user_port', 4],
      ['family', 4],
      ['type', 4],
      ['protocol', 4],
      ['msg_src_ip4', 4],
      ['msg_src_ip6', 4, 4],
      ['sk', 8],
    ],
    72,
  ),
  bpf_sk_lookup: layout(
    [
      ['sk', 8],
      ['family', 4],
      ['protocol', 4],
      ['remote_ip4', 4],
      ['remote_ip6', 4, 4],
      ['remote_port', 2],
      ['-', 2],
      ['local_ip4', 4],
      ['local_ip6', 4, 4],
      ['local_port', 4],
      ['ingress_ifindex', 4],
    ],
    72,
  ),
  bpf_sysctl: layout([
    ['write', 4],
    ['file_pos', 4],
  ]),
  bpf_sockopt: layout([
    ['sk', 8],
    ['optval', 8],
    ['optval_end', 8],
    ['level', 4],
    ['optname', 4],
    ['optlen', 4],
    ['retval', 4],
  ]),
  bpf_cgroup_dev_ctx: layout([
    ['access_type', 4],
    ['major', 4],
    ['minor', 4],
  ]),
  bpf_sock_ops: layout(
    [
      ['op', 4],
      ['args', 4, 4],
      ...socketAddresses,
      ['remote_port', 4],
      ['local_port', 4],
      ['is_fullsock', 4],
      ['snd_cwnd', 4],
      ['srtt_us', 4],
      ['bpf_sock_ops_cb_flags', 4],
      ['state', 4],
      ['rtt_min', 4],
      ['snd_ssthresh', 4],
      ['rcv_nxt', 4],
      ['snd_nxt', 4],
      ['snd_una', 4],
      ['mss_cache', 4],
      ['ecn_flags', 4],
      ['rate_delivered', 4],
      ['rate_interval_us', 4],
      ['packets_out', 4],
      ['retrans_out', 4],
      ['total_retrans', 4],
      ['segs_in', 4],
      ['data_segs_in', 4],
      ['segs_out', 4],
      ['data_segs_out', 4],
      ['lost_out', 4],
      ['sacked_out', 4],
      ['sk_txhash', 4],
      ['bytes_received', 8],
      ['bytes_acked', 8],
      ['sk', 8],
      ['skb_data', 8],
      ['skb_data_end', 8],
      ['skb_len', 4],
      ['skb_tcp_flags', 4],
      ['skb_hwtstamp', 8],
    ],
    224,
  ),
  sk_msg_md: layout(
    [['data', 8], ['data_end', 8], ...socketAddresses, ['remote_port', 4], ['local_port', 4], ['size', 4], ['sk', 8]],
    80,
  ),
  sk_reuseport_md: layout(
    [
      ['data', 8],
      ['data_end', 8],
      ['len', 4],
      ['eth_protocol', 4],
      ['ip_protocol', 4],
      ['bind_inany', 4],
      ['hash', 4],
      ['sk', 8],
      ['migrating_sk', 8],
    ],
    56,
  ),
  bpf_nf_ctx: layout([
    ['state', 8],
    ['skb', 8],
  ]),
  bpf_perf_event_data: layout([...x86Registers.map((name) => [name, 8] as const), ['sample_period', 8], ['addr', 8]]),
  'pt_regs:x86-64': x86,
  'pt_regs:arm64': arm64,
} as const satisfies Record<string, ContextLayout>;

/** Name of a built-in layout. */
export type ContextName = keyof typeof contextLayouts;

/** How tests name registers of `pt_regs`: arguments, result, instruction and stack pointer on each architecture. */
export const registerAliases = {
  'x86-64': {
    args: ['di', 'si', 'dx', 'cx', 'r8', 'r9'],
    result: 'ax',
    ip: 'ip',
    sp: 'sp',
    fp: 'bp',
  },
  arm64: {
    args: ['regs[0]', 'regs[1]', 'regs[2]', 'regs[3]', 'regs[4]', 'regs[5]', 'regs[6]', 'regs[7]'],
    result: 'regs[0]',
    ip: 'pc',
    sp: 'sp',
    fp: 'regs[29]',
  },
} as const;
