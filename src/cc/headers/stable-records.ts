// Structs of the kernel's user-space interface and of the wire: their layout never changes, so no CO-RE relocation is needed.

/** Tags of records whose member offsets are the same on every kernel. */
export const stableRecords: ReadonlySet<string> = new Set(
  (
    '__sk_buff xdp_md bpf_sock bpf_tcp_sock bpf_sock_ops bpf_sock_addr bpf_sock_tuple bpf_sk_lookup bpf_sysctl bpf_sockopt bpf_cgroup_dev_ctx ' +
    'sk_msg_md sk_reuseport_md bpf_perf_event_data bpf_perf_event_value bpf_raw_tracepoint_args bpf_fib_lookup bpf_redir_neigh bpf_tunnel_key ' +
    'bpf_xfrm_state bpf_spin_lock bpf_timer bpf_dynptr bpf_list_head bpf_list_node bpf_rb_root bpf_rb_node bpf_refcount bpf_wq bpf_pidns_info ' +
    'bpf_devmap_val bpf_cpumap_val bpf_stack_build_id bpf_lpm_trie_key bpf_lpm_trie_key_u8 bpf_flow_keys btf_ptr bpf_iter_num bpf_core_relo ' +
    'ethhdr iphdr ipv6hdr tcphdr udphdr icmphdr icmp6hdr arphdr vlan_hdr vlan_ethhdr igmphdr sctphdr in_addr in6_addr sockaddr sockaddr_in ' +
    'sockaddr_in6 user_pt_regs bpf_user_pt_regs_t bpf_map_def iovec user_msghdr timespec __kernel_timespec'
  ).split(' '),
);
