// Which program types may call which helpers (v6.18; checked against the running kernel by a test).

import type { AttachTypeName } from './attach-types.ts';
import type { HelperName } from './helpers.ts';
import type { ProgramTypeName } from './program-types.ts';

/** Helpers that many program types share. */
export const helperGroups = {
  /** Every program type but those with a list of their own. */
  'base': [
    'map_lookup_elem', 'map_update_elem', 'map_delete_elem', 'ktime_get_ns', 'trace_printk', 'get_prandom_u32',
    'get_smp_processor_id', 'tail_call', 'get_current_pid_tgid', 'get_current_uid_gid', 'get_current_comm',
    'get_cgroup_classid', 'perf_event_read', 'get_current_task', 'current_task_under_cgroup', 'get_numa_node_id',
    'perf_event_read_value', 'get_current_cgroup_id', 'map_push_elem', 'map_pop_elem', 'map_peek_elem',
    'spin_lock', 'spin_unlock', 'strtol', 'strtoul', 'send_signal', 'probe_read_user', 'probe_read_kernel',
    'probe_read_user_str', 'probe_read_kernel_str', 'send_signal_thread', 'jiffies64', 'get_ns_current_pid_tgid',
    'get_current_ancestor_cgroup_id', 'ktime_get_boot_ns', 'ringbuf_output', 'ringbuf_reserve', 'ringbuf_submit',
    'ringbuf_discard', 'ringbuf_query', 'get_task_stack', 'copy_from_user', 'snprintf_btf', 'per_cpu_ptr',
    'this_cpu_ptr', 'task_storage_get', 'task_storage_delete', 'get_current_task_btf', 'for_each_map_elem',
    'snprintf', 'timer_init', 'timer_set_callback', 'timer_start', 'timer_cancel', 'task_pt_regs',
    'get_branch_snapshot', 'trace_vprintk', 'find_vma', 'loop', 'strncmp', 'copy_from_user_task', 'kptr_xchg',
    'map_lookup_percpu_elem', 'dynptr_from_mem', 'ringbuf_reserve_dynptr', 'ringbuf_submit_dynptr',
    'ringbuf_discard_dynptr', 'dynptr_read', 'dynptr_write', 'dynptr_data', 'ktime_get_tai_ns',
    'user_ringbuf_drain', 'cgrp_storage_get', 'cgrp_storage_delete',
  ],
  /** Programs that watch the kernel. */
  'tracing': [
    'probe_read', 'perf_event_output', 'get_stackid', 'probe_write_user', 'probe_read_str', 'get_stack',
    'get_func_ip', 'get_attach_cookie',
  ],
  /** From a general socket to a particular one. */
  'socket-casts': [
    'skc_to_tcp6_sock', 'skc_to_tcp_sock', 'skc_to_tcp_timewait_sock', 'skc_to_tcp_request_sock',
    'skc_to_udp6_sock', 'skc_to_unix_sock', 'skc_to_mptcp_sock',
  ],
} as const satisfies Record<string, readonly HelperName[]>;
/** Name of a group of helpers. */
export type HelperGroup = keyof typeof helperGroups;

/** What a program type may call: the helpers of the groups, and more. */
export interface HelperAvailability {
  readonly groups: readonly HelperGroup[];
  readonly helpers: readonly HelperName[];
}

/** By program type. `ext` programs may call what the program they extend may call. */
export const programHelpers: Readonly<Record<ProgramTypeName, HelperAvailability>> = {
  socket_filter: {
    groups: ['base', 'socket-casts'],
    helpers: [
      'perf_event_output', 'skb_load_bytes', 'get_socket_cookie', 'get_socket_uid', 'skb_load_bytes_relative',
      'get_netns_cookie', 'ktime_get_coarse_ns',
    ],
  },
  kprobe: {
    groups: ['base', 'tracing'],
    helpers: [
      'override_return',
    ],
  },
  sched_cls: {
    groups: ['base', 'socket-casts'],
    helpers: [
      'skb_store_bytes', 'l3_csum_replace', 'l4_csum_replace', 'clone_redirect', 'skb_vlan_push', 'skb_vlan_pop',
      'skb_get_tunnel_key', 'skb_set_tunnel_key', 'redirect', 'get_route_realm', 'perf_event_output',
      'skb_load_bytes', 'csum_diff', 'skb_get_tunnel_opt', 'skb_set_tunnel_opt', 'skb_change_proto',
      'skb_change_type', 'skb_under_cgroup', 'get_hash_recalc', 'skb_change_tail', 'skb_pull_data', 'csum_update',
      'set_hash_invalid', 'skb_change_head', 'get_socket_cookie', 'get_socket_uid', 'set_hash', 'skb_adjust_room',
      'skb_get_xfrm_state', 'skb_load_bytes_relative', 'fib_lookup', 'skb_cgroup_id', 'skb_ancestor_cgroup_id',
      'sk_lookup_tcp', 'sk_lookup_udp', 'sk_release', 'sk_fullsock', 'tcp_sock', 'skb_ecn_set_ce',
      'get_listener_sock', 'skc_lookup_tcp', 'tcp_check_syncookie', 'sk_storage_get', 'sk_storage_delete',
      'tcp_gen_syncookie', 'get_netns_cookie', 'sk_assign', 'csum_level', 'skb_cgroup_classid', 'redirect_neigh',
      'redirect_peer', 'ktime_get_coarse_ns', 'check_mtu', 'skb_set_tstamp', 'tcp_raw_gen_syncookie_ipv4',
      'tcp_raw_gen_syncookie_ipv6', 'tcp_raw_check_syncookie_ipv4', 'tcp_raw_check_syncookie_ipv6',
    ],
  },
  sched_act: {
    groups: ['base', 'socket-casts'],
    helpers: [
      'skb_store_bytes', 'l3_csum_replace', 'l4_csum_replace', 'clone_redirect', 'skb_vlan_push', 'skb_vlan_pop',
      'skb_get_tunnel_key', 'skb_set_tunnel_key', 'redirect', 'get_route_realm', 'perf_event_output',
      'skb_load_bytes', 'csum_diff', 'skb_get_tunnel_opt', 'skb_set_tunnel_opt', 'skb_change_proto',
      'skb_change_type', 'skb_under_cgroup', 'get_hash_recalc', 'skb_change_tail', 'skb_pull_data', 'csum_update',
      'set_hash_invalid', 'skb_change_head', 'get_socket_cookie', 'get_socket_uid', 'set_hash', 'skb_adjust_room',
      'skb_get_xfrm_state', 'skb_load_bytes_relative', 'fib_lookup', 'skb_cgroup_id', 'skb_ancestor_cgroup_id',
      'sk_lookup_tcp', 'sk_lookup_udp', 'sk_release', 'sk_fullsock', 'tcp_sock', 'skb_ecn_set_ce',
      'get_listener_sock', 'skc_lookup_tcp', 'tcp_check_syncookie', 'sk_storage_get', 'sk_storage_delete',
      'tcp_gen_syncookie', 'get_netns_cookie', 'sk_assign', 'csum_level', 'skb_cgroup_classid', 'redirect_neigh',
      'redirect_peer', 'ktime_get_coarse_ns', 'check_mtu', 'skb_set_tstamp', 'tcp_raw_gen_syncookie_ipv4',
      'tcp_raw_gen_syncookie_ipv6', 'tcp_raw_check_syncookie_ipv4', 'tcp_raw_check_syncookie_ipv6',
    ],
  },
  tracepoint: { groups: ['base', 'tracing'], helpers: [] },
  xdp: {
    groups: ['base', 'socket-casts'],
    helpers: [
      'redirect', 'perf_event_output', 'csum_diff', 'xdp_adjust_head', 'redirect_map', 'xdp_adjust_meta',
      'xdp_adjust_tail', 'fib_lookup', 'sk_lookup_tcp', 'sk_lookup_udp', 'sk_release', 'skc_lookup_tcp',
      'tcp_check_syncookie', 'tcp_gen_syncookie', 'ktime_get_coarse_ns', 'check_mtu', 'xdp_get_buff_len',
      'xdp_load_bytes', 'xdp_store_bytes', 'tcp_raw_gen_syncookie_ipv4', 'tcp_raw_gen_syncookie_ipv6',
      'tcp_raw_check_syncookie_ipv4', 'tcp_raw_check_syncookie_ipv6',
    ],
  },
  perf_event: {
    groups: ['base', 'tracing'],
    helpers: [
      'perf_prog_read_value', 'read_branch_records',
    ],
  },
  cgroup_skb: {
    groups: ['base', 'socket-casts'],
    helpers: [
      'perf_event_output', 'skb_load_bytes', 'get_socket_cookie', 'get_socket_uid', 'skb_load_bytes_relative',
      'skb_cgroup_id', 'get_local_storage', 'skb_ancestor_cgroup_id', 'sk_lookup_tcp', 'sk_lookup_udp',
      'sk_release', 'sk_fullsock', 'tcp_sock', 'skb_ecn_set_ce', 'get_listener_sock', 'skc_lookup_tcp',
      'sk_storage_get', 'sk_storage_delete', 'get_netns_cookie', 'sk_cgroup_id', 'sk_ancestor_cgroup_id',
      'ktime_get_coarse_ns',
    ],
  },
  cgroup_sock: {
    groups: ['base'],
    helpers: [
      'perf_event_output', 'get_socket_cookie', 'get_local_storage', 'sk_storage_get', 'get_netns_cookie',
      'ktime_get_coarse_ns', 'get_retval', 'set_retval',
    ],
  },
  lwt_in: {
    groups: ['base', 'socket-casts'],
    helpers: [
      'get_route_realm', 'perf_event_output', 'skb_load_bytes', 'csum_diff', 'skb_under_cgroup', 'get_hash_recalc',
      'skb_pull_data', 'lwt_push_encap', 'ktime_get_coarse_ns',
    ],
  },
  lwt_out: {
    groups: ['base', 'socket-casts'],
    helpers: [
      'get_route_realm', 'perf_event_output', 'skb_load_bytes', 'csum_diff', 'skb_under_cgroup', 'get_hash_recalc',
      'skb_pull_data', 'ktime_get_coarse_ns',
    ],
  },
  lwt_xmit: {
    groups: ['base', 'socket-casts'],
    helpers: [
      'skb_store_bytes', 'l3_csum_replace', 'l4_csum_replace', 'clone_redirect', 'skb_get_tunnel_key',
      'skb_set_tunnel_key', 'redirect', 'get_route_realm', 'perf_event_output', 'skb_load_bytes', 'csum_diff',
      'skb_get_tunnel_opt', 'skb_set_tunnel_opt', 'skb_under_cgroup', 'get_hash_recalc', 'skb_change_tail',
      'skb_pull_data', 'csum_update', 'set_hash_invalid', 'skb_change_head', 'lwt_push_encap', 'csum_level',
      'ktime_get_coarse_ns',
    ],
  },
  sock_ops: {
    groups: ['base', 'socket-casts'],
    helpers: [
      'perf_event_output', 'get_socket_cookie', 'setsockopt', 'sock_map_update', 'getsockopt',
      'sock_ops_cb_flags_set', 'sock_hash_update', 'get_local_storage', 'tcp_sock', 'sk_storage_get',
      'sk_storage_delete', 'get_netns_cookie', 'load_hdr_opt', 'store_hdr_opt', 'reserve_hdr_opt',
      'ktime_get_coarse_ns',
    ],
  },
  sk_skb: {
    groups: ['base', 'socket-casts'],
    helpers: [
      'skb_store_bytes', 'perf_event_output', 'skb_load_bytes', 'skb_change_tail', 'skb_pull_data',
      'skb_change_head', 'get_socket_cookie', 'get_socket_uid', 'skb_adjust_room', 'sk_redirect_map',
      'sk_redirect_hash', 'sk_lookup_tcp', 'sk_lookup_udp', 'sk_release', 'skc_lookup_tcp', 'ktime_get_coarse_ns',
    ],
  },
  cgroup_device: {
    groups: ['base'],
    helpers: [
      'perf_event_output', 'get_local_storage', 'get_retval', 'set_retval',
    ],
  },
  sk_msg: {
    groups: ['base', 'socket-casts'],
    helpers: [
      'perf_event_output', 'msg_redirect_map', 'msg_apply_bytes', 'msg_cork_bytes', 'msg_pull_data',
      'msg_redirect_hash', 'msg_push_data', 'msg_pop_data', 'sk_storage_get', 'sk_storage_delete',
      'get_netns_cookie', 'ktime_get_coarse_ns',
    ],
  },
  raw_tracepoint: { groups: ['base', 'tracing'], helpers: [] },
  cgroup_sock_addr: {
    groups: ['base', 'socket-casts'],
    helpers: [
      'perf_event_output', 'get_socket_cookie', 'setsockopt', 'getsockopt', 'bind', 'get_local_storage',
      'sk_lookup_tcp', 'sk_lookup_udp', 'sk_release', 'skc_lookup_tcp', 'sk_storage_get', 'sk_storage_delete',
      'get_netns_cookie', 'ktime_get_coarse_ns', 'get_retval', 'set_retval',
    ],
  },
  lwt_seg6local: {
    groups: ['base', 'socket-casts'],
    helpers: [
      'get_route_realm', 'perf_event_output', 'skb_load_bytes', 'csum_diff', 'skb_under_cgroup', 'get_hash_recalc',
      'skb_pull_data', 'lwt_seg6_store_bytes', 'lwt_seg6_adjust_srh', 'lwt_seg6_action', 'ktime_get_coarse_ns',
    ],
  },
  lirc_mode2: {
    groups: [],
    helpers: [
      'map_lookup_elem', 'map_update_elem', 'map_delete_elem', 'ktime_get_ns', 'trace_printk', 'get_prandom_u32',
      'tail_call', 'rc_repeat', 'rc_keydown', 'map_push_elem', 'map_pop_elem', 'map_peek_elem', 'rc_pointer_rel',
      'ktime_get_boot_ns',
    ],
  },
  sk_reuseport: {
    groups: ['base'],
    helpers: [
      'skb_load_bytes', 'get_socket_cookie', 'skb_load_bytes_relative', 'sk_select_reuseport',
      'ktime_get_coarse_ns',
    ],
  },
  flow_dissector: {
    groups: ['base', 'socket-casts'],
    helpers: [
      'skb_load_bytes', 'ktime_get_coarse_ns',
    ],
  },
  cgroup_sysctl: {
    groups: ['base'],
    helpers: [
      'perf_event_output', 'get_local_storage', 'sysctl_get_name', 'sysctl_get_current_value',
      'sysctl_get_new_value', 'sysctl_set_new_value', 'ktime_get_coarse_ns', 'get_retval', 'set_retval',
    ],
  },
  raw_tracepoint_writable: { groups: ['base', 'tracing'], helpers: [] },
  cgroup_sockopt: {
    groups: ['base'],
    helpers: [
      'perf_event_output', 'setsockopt', 'getsockopt', 'get_local_storage', 'tcp_sock', 'sk_storage_get',
      'sk_storage_delete', 'get_netns_cookie', 'get_retval', 'set_retval',
    ],
  },
  tracing: {
    groups: ['base', 'tracing', 'socket-casts'],
    helpers: [
      'get_socket_cookie', 'sk_storage_get', 'sk_storage_delete', 'skb_output', 'xdp_output', 'seq_printf',
      'seq_write', 'd_path', 'seq_printf_btf', 'sock_from_file', 'get_func_arg', 'get_func_ret',
      'get_func_arg_cnt', 'xdp_get_buff_len',
    ],
  },
  struct_ops: {
    groups: ['base'],
    helpers: ['setsockopt', 'getsockopt', 'sk_storage_get', 'sk_storage_delete', 'tcp_send_ack'],
  },
  ext: { groups: [], helpers: [] },
  lsm: {
    groups: ['base', 'tracing', 'socket-casts'],
    helpers: [
      'get_socket_cookie', 'setsockopt', 'getsockopt', 'get_local_storage', 'sk_storage_get', 'sk_storage_delete',
      'skb_output', 'xdp_output', 'get_netns_cookie', 'inode_storage_get', 'inode_storage_delete', 'd_path',
      'bprm_opts_set', 'ima_inode_hash', 'sock_from_file', 'get_retval', 'set_retval', 'xdp_get_buff_len',
      'ima_file_hash',
    ],
  },
  sk_lookup: {
    groups: ['base', 'socket-casts'],
    helpers: [
      'perf_event_output', 'sk_release', 'sk_assign', 'ktime_get_coarse_ns',
    ],
  },
  syscall: {
    groups: ['base', 'socket-casts'],
    helpers: [
      'probe_read', 'perf_event_output', 'get_stackid', 'probe_write_user', 'probe_read_str', 'get_socket_cookie',
      'get_stack', 'sk_storage_get', 'sk_storage_delete', 'skb_output', 'xdp_output', 'd_path', 'sock_from_file',
      'sys_bpf', 'btf_find_by_name_kind', 'sys_close', 'get_func_ip', 'kallsyms_lookup_name', 'xdp_get_buff_len',
    ],
  },
  netfilter: { groups: ['base'], helpers: [] },
};

/** Helpers that, in a program type, only some attach types may call. */
export interface HelperRestriction {
  readonly programType: ProgramTypeName;
  readonly helpers: readonly HelperName[];
  readonly attachTypes: readonly AttachTypeName[];
}

export const helperRestrictions: readonly HelperRestriction[] = [
  { programType: 'cgroup_sock_addr', helpers: ['bind'], attachTypes: ['cgroup_inet4_connect', 'cgroup_inet6_connect'] },
  {
    programType: 'cgroup_sock_addr', helpers: ['get_retval', 'set_retval'],
    attachTypes: [
      'cgroup_inet4_bind', 'cgroup_inet6_bind', 'cgroup_inet4_connect', 'cgroup_inet6_connect', 'cgroup_unix_connect',
      'cgroup_udp4_sendmsg', 'cgroup_udp6_sendmsg', 'cgroup_unix_sendmsg',
    ],
  },
  { programType: 'cgroup_sockopt', helpers: ['setsockopt', 'getsockopt'], attachTypes: ['cgroup_setsockopt'] },
  { programType: 'tracing', helpers: ['seq_printf', 'seq_write', 'seq_printf_btf'], attachTypes: ['trace_iter'] },
  {
    programType: 'tracing', helpers: ['get_func_arg', 'get_func_arg_cnt'],
    attachTypes: ['trace_fentry', 'trace_fexit', 'modify_return'],
  },
  { programType: 'tracing', helpers: ['get_func_ret'], attachTypes: ['trace_fexit', 'modify_return'] },
  { programType: 'lsm', helpers: ['get_retval', 'set_retval', 'get_local_storage', 'get_netns_cookie'], attachTypes: ['lsm_cgroup'] },
];
