// Every helper function of the kernel (`enum bpf_func_id`, v6.18): number, prototype as the verifier knows it, facts.
// Sources: uapi/linux/bpf.h (names, order), `struct bpf_func_proto` of each (kinds), the running kernel (GPL, availability).

/**
 * What the verifier wants of an argument.
 *
 * - `memory...` is a pointer to memory whose size the next argument gives (`size`, or `size-or-zero`); `uninit-` need not be
 *   initialised and is written, `writable-` is read and written; a trailing number is a fixed size in bytes.
 * - `btf-id:NAME` is a trusted pointer to a kernel structure (empty: which one depends on the map).
 * - `scalar` is any initialised value.
 */
export type HelperArgument =
  | 'ctx'
  | 'ctx-or-null'
  | 'map'
  | 'map-key'
  | 'map-value'
  | 'map-value-or-null'
  | 'uninit-map-value'
  | 'memory'
  | 'memory-or-null'
  | 'memory-20'
  | 'memory-40'
  | 'writable-memory'
  | 'writable-memory-4'
  | 'writable-memory-8'
  | 'uninit-memory'
  | 'uninit-memory-or-null'
  | 'uninit-memory-8'
  | 'size'
  | 'size-or-zero'
  | 'alloc-size'
  | 'scalar'
  | 'spin-lock'
  | 'timer'
  | 'kptr'
  | 'sock-common'
  | 'btf-sock-common'
  | 'btf-sock-common-or-null'
  | 'ringbuf-memory'
  | 'percpu-btf-id'
  | 'function'
  | 'stack-or-null'
  | 'const-string'
  | 'dynptr'
  | 'uninit-dynptr'
  | `btf-id:${string}`
  | `btf-id-or-null:${string}`;

/** What a helper gives back. */
export type HelperReturn =
  | 'integer'
  | 'void'
  | 'map-value'
  | 'map-value-or-null'
  | 'socket-or-null'
  | 'sock-common-or-null'
  | 'tcp-sock-or-null'
  | 'ringbuf-memory-or-null'
  | 'dynptr-memory-or-null'
  | 'percpu-memory'
  | 'percpu-memory-or-null'
  | `btf-id:${string}`
  | `btf-id-or-null:${string}`;

/** One row. `since` is the first kernel release that has it. */
export interface HelperRow {
  readonly id: number;
  /** Without the prefix `bpf_`. */
  readonly name: string;
  readonly since: string;
  readonly returns: HelperReturn;
  readonly arguments: readonly HelperArgument[];
  /** Only for programs with a GPL-compatible licence, as of v6.18. */
  readonly gpl?: true;
  /** Only for programs, and at places, that may sleep. */
  readonly sleeps?: true;
  /** Pointers into the packet are worthless after it. */
  readonly changesPacket?: true;
  /** Gives a reference that must be released. */
  readonly acquires?: true;
  /** Takes a reference back. */
  readonly releases?: true;
  /** What it does, in one line. */
  readonly summary: string;
}

export const helpers = [
  { id: 1, name: 'map_lookup_elem', since: '3.19', returns: 'map-value-or-null', arguments: ['map', 'map-key'], summary: 'finds the value of a key' },
  { id: 2, name: 'map_update_elem', since: '3.19', returns: 'integer', arguments: ['map', 'map-key', 'map-value', 'scalar'], summary: 'creates or replaces the value of a key' },
  { id: 3, name: 'map_delete_elem', since: '3.19', returns: 'integer', arguments: ['map', 'map-key'], summary: 'deletes a key' },
  { id: 4, name: 'probe_read', since: '4.1', returns: 'integer', arguments: ['uninit-memory', 'size-or-zero', 'scalar'], gpl: true, summary: 'reads memory at any address; superseded by the user and kernel forms' },
  { id: 5, name: 'ktime_get_ns', since: '4.1', returns: 'integer', arguments: [], summary: 'nanoseconds since boot, without time asleep (CLOCK_MONOTONIC)' },
  { id: 6, name: 'trace_printk', since: '4.1', returns: 'integer', arguments: ['memory', 'size', 'scalar', 'scalar', 'scalar'], gpl: true, summary: 'prints to the trace pipe' },
  { id: 7, name: 'get_prandom_u32', since: '4.1', returns: 'integer', arguments: [], summary: 'a pseudo-random 32-bit number' },
  { id: 8, name: 'get_smp_processor_id', since: '4.1', returns: 'integer', arguments: [], summary: 'number of the CPU the program runs on' },
  { id: 9, name: 'skb_store_bytes', since: '4.1', returns: 'integer', arguments: ['ctx', 'scalar', 'memory', 'size', 'scalar'], changesPacket: true, summary: 'writes bytes into a packet' },
  { id: 10, name: 'l3_csum_replace', since: '4.1', returns: 'integer', arguments: ['ctx', 'scalar', 'scalar', 'scalar', 'scalar'], changesPacket: true, summary: 'updates a network-layer checksum' },
  { id: 11, name: 'l4_csum_replace', since: '4.1', returns: 'integer', arguments: ['ctx', 'scalar', 'scalar', 'scalar', 'scalar'], changesPacket: true, summary: 'updates a transport-layer checksum' },
  { id: 12, name: 'tail_call', since: '4.2', returns: 'void', arguments: ['ctx', 'map', 'scalar'], changesPacket: true, summary: 'goes on with another program; returns only where there is none' },
  { id: 13, name: 'clone_redirect', since: '4.2', returns: 'integer', arguments: ['ctx', 'scalar', 'scalar'], changesPacket: true, summary: 'sends a copy of the packet to another interface' },
  { id: 14, name: 'get_current_pid_tgid', since: '4.2', returns: 'integer', arguments: [], summary: 'process id in the upper half, thread id in the lower' },
  { id: 15, name: 'get_current_uid_gid', since: '4.2', returns: 'integer', arguments: [], summary: 'group id in the upper half, user id in the lower' },
  { id: 16, name: 'get_current_comm', since: '4.2', returns: 'integer', arguments: ['uninit-memory', 'size'], summary: 'name of the current thread' },
  { id: 17, name: 'get_cgroup_classid', since: '4.3', returns: 'integer', arguments: ['ctx'], summary: "net_cls class of the packet's sender" },
  { id: 18, name: 'skb_vlan_push', since: '4.3', returns: 'integer', arguments: ['ctx', 'scalar', 'scalar'], changesPacket: true, summary: 'adds a VLAN tag' },
  { id: 19, name: 'skb_vlan_pop', since: '4.3', returns: 'integer', arguments: ['ctx'], changesPacket: true, summary: 'removes the outer VLAN tag' },
  { id: 20, name: 'skb_get_tunnel_key', since: '4.3', returns: 'integer', arguments: ['ctx', 'uninit-memory', 'size', 'scalar'], summary: 'reads the tunnel metadata of a packet' },
  { id: 21, name: 'skb_set_tunnel_key', since: '4.3', returns: 'integer', arguments: ['ctx', 'memory', 'size', 'scalar'], summary: 'sets the tunnel metadata of a packet' },
  { id: 22, name: 'perf_event_read', since: '4.3', returns: 'integer', arguments: ['map', 'scalar'], gpl: true, summary: 'reads a hardware counter of a perf event array' },
  { id: 23, name: 'redirect', since: '4.4', returns: 'integer', arguments: ['scalar', 'scalar'], summary: 'sends the packet to another interface when the program returns' },
  { id: 24, name: 'get_route_realm', since: '4.4', returns: 'integer', arguments: ['ctx'], summary: "realm of the packet's route" },
  { id: 25, name: 'perf_event_output', since: '4.4', returns: 'integer', arguments: ['ctx', 'map', 'scalar', 'memory', 'size-or-zero'], gpl: true, summary: 'writes a record to a perf buffer' },
  { id: 26, name: 'skb_load_bytes', since: '4.5', returns: 'integer', arguments: ['ctx', 'scalar', 'uninit-memory', 'size'], summary: 'copies bytes from a packet' },
  { id: 27, name: 'get_stackid', since: '4.6', returns: 'integer', arguments: ['ctx', 'map', 'scalar'], gpl: true, summary: 'stores the call stack in a map and gives its id' },
  { id: 28, name: 'csum_diff', since: '4.6', returns: 'integer', arguments: ['memory-or-null', 'size-or-zero', 'memory-or-null', 'size-or-zero', 'scalar'], summary: 'difference of two checksums' },
  { id: 29, name: 'skb_get_tunnel_opt', since: '4.6', returns: 'integer', arguments: ['ctx', 'uninit-memory', 'size'], summary: 'reads the tunnel options of a packet' },
  { id: 30, name: 'skb_set_tunnel_opt', since: '4.6', returns: 'integer', arguments: ['ctx', 'memory', 'size'], summary: 'sets the tunnel options of a packet' },
  { id: 31, name: 'skb_change_proto', since: '4.8', returns: 'integer', arguments: ['ctx', 'scalar', 'scalar'], changesPacket: true, summary: 'changes a packet between IPv4 and IPv6' },
  { id: 32, name: 'skb_change_type', since: '4.8', returns: 'integer', arguments: ['ctx', 'scalar'], summary: 'changes the packet type (host, broadcast, other)' },
  { id: 33, name: 'skb_under_cgroup', since: '4.8', returns: 'integer', arguments: ['ctx', 'map', 'scalar'], summary: "whether the packet's socket belongs to a cgroup" },
  { id: 34, name: 'get_hash_recalc', since: '4.8', returns: 'integer', arguments: ['ctx'], summary: 'hash of the packet, computed where it is not known' },
  { id: 35, name: 'get_current_task', since: '4.8', returns: 'integer', arguments: [], gpl: true, summary: 'address of the current task_struct, as a number' },
  { id: 36, name: 'probe_write_user', since: '4.8', returns: 'integer', arguments: ['scalar', 'memory', 'size'], gpl: true, summary: 'writes user memory of the current process' },
  { id: 37, name: 'current_task_under_cgroup', since: '4.9', returns: 'integer', arguments: ['map', 'scalar'], summary: 'whether the current task belongs to a cgroup' },
  { id: 38, name: 'skb_change_tail', since: '4.9', returns: 'integer', arguments: ['ctx', 'scalar', 'scalar'], changesPacket: true, summary: 'grows or cuts a packet at its end' },
  { id: 39, name: 'skb_pull_data', since: '4.9', returns: 'integer', arguments: ['ctx', 'scalar'], changesPacket: true, summary: 'makes the first bytes of a packet directly accessible' },
  { id: 40, name: 'csum_update', since: '4.9', returns: 'integer', arguments: ['ctx', 'scalar'], summary: 'adds to the checksum of a whole packet' },
  { id: 41, name: 'set_hash_invalid', since: '4.9', returns: 'integer', arguments: ['ctx'], summary: 'forgets the hash of a packet' },
  { id: 42, name: 'get_numa_node_id', since: '4.10', returns: 'integer', arguments: [], summary: 'number of the NUMA node the program runs on' },
  { id: 43, name: 'skb_change_head', since: '4.10', returns: 'integer', arguments: ['ctx', 'scalar', 'scalar'], changesPacket: true, summary: 'makes room before a packet' },
  { id: 44, name: 'xdp_adjust_head', since: '4.10', returns: 'integer', arguments: ['ctx', 'scalar'], changesPacket: true, summary: 'moves the start of a packet' },
  { id: 45, name: 'probe_read_str', since: '4.11', returns: 'integer', arguments: ['uninit-memory', 'size-or-zero', 'scalar'], gpl: true, summary: 'reads a string at any address; superseded by the user and kernel forms' },
  { id: 46, name: 'get_socket_cookie', since: '4.12', returns: 'integer', arguments: ['ctx'], summary: 'number that identifies the socket' },
  { id: 47, name: 'get_socket_uid', since: '4.12', returns: 'integer', arguments: ['ctx'], summary: "user id of the socket's owner" },
  { id: 48, name: 'set_hash', since: '4.13', returns: 'integer', arguments: ['ctx', 'scalar'], summary: 'sets the hash of a packet' },
  { id: 49, name: 'setsockopt', since: '4.13', returns: 'integer', arguments: ['ctx', 'scalar', 'scalar', 'memory', 'size'], summary: 'sets a socket option' },
  { id: 50, name: 'skb_adjust_room', since: '4.13', returns: 'integer', arguments: ['ctx', 'scalar', 'scalar', 'scalar'], changesPacket: true, summary: 'adds or removes bytes between headers' },
  { id: 51, name: 'redirect_map', since: '4.14', returns: 'integer', arguments: ['map', 'scalar', 'scalar'], summary: 'sends the packet to an entry of a device, CPU or XSK map' },
  { id: 52, name: 'sk_redirect_map', since: '4.14', returns: 'integer', arguments: ['ctx', 'map', 'scalar', 'scalar'], summary: 'sends the packet to a socket of a socket map' },
  { id: 53, name: 'sock_map_update', since: '4.14', returns: 'integer', arguments: ['ctx', 'map', 'map-key', 'scalar'], summary: 'puts the socket into a socket map' },
  { id: 54, name: 'xdp_adjust_meta', since: '4.15', returns: 'integer', arguments: ['ctx', 'scalar'], changesPacket: true, summary: 'makes room for metadata before a packet' },
  { id: 55, name: 'perf_event_read_value', since: '4.15', returns: 'integer', arguments: ['map', 'scalar', 'uninit-memory', 'size'], gpl: true, summary: 'reads a counter with its enabled and running times' },
  { id: 56, name: 'perf_prog_read_value', since: '4.15', returns: 'integer', arguments: ['ctx', 'uninit-memory', 'size'], gpl: true, summary: 'reads the counter of the event the program is attached to' },
  { id: 57, name: 'getsockopt', since: '4.15', returns: 'integer', arguments: ['ctx', 'scalar', 'scalar', 'uninit-memory', 'size'], summary: 'reads a socket option' },
  { id: 58, name: 'override_return', since: '4.16', returns: 'integer', arguments: ['ctx', 'scalar'], gpl: true, summary: 'makes the probed function return a value at once' },
  { id: 59, name: 'sock_ops_cb_flags_set', since: '4.16', returns: 'integer', arguments: ['ctx', 'scalar'], summary: 'chooses which socket events call the program' },
  { id: 60, name: 'msg_redirect_map', since: '4.17', returns: 'integer', arguments: ['ctx', 'map', 'scalar', 'scalar'], summary: 'sends the message to a socket of a socket map' },
  { id: 61, name: 'msg_apply_bytes', since: '4.17', returns: 'integer', arguments: ['ctx', 'scalar'], summary: 'lets the verdict hold for so many bytes' },
  { id: 62, name: 'msg_cork_bytes', since: '4.17', returns: 'integer', arguments: ['ctx', 'scalar'], summary: 'holds the message back until so many bytes are there' },
  { id: 63, name: 'msg_pull_data', since: '4.17', returns: 'integer', arguments: ['ctx', 'scalar', 'scalar', 'scalar'], changesPacket: true, summary: 'makes bytes of a message directly accessible' },
  { id: 64, name: 'bind', since: '4.17', returns: 'integer', arguments: ['ctx', 'memory', 'size'], summary: 'binds the socket to an address before it connects' },
  { id: 65, name: 'xdp_adjust_tail', since: '4.18', returns: 'integer', arguments: ['ctx', 'scalar'], changesPacket: true, summary: 'moves the end of a packet' },
  { id: 66, name: 'skb_get_xfrm_state', since: '4.18', returns: 'integer', arguments: ['ctx', 'scalar', 'uninit-memory', 'size', 'scalar'], summary: 'reads an IPsec state of a packet' },
  { id: 67, name: 'get_stack', since: '4.18', returns: 'integer', arguments: ['ctx', 'uninit-memory', 'size-or-zero', 'scalar'], gpl: true, summary: 'copies the call stack into memory' },
  { id: 68, name: 'skb_load_bytes_relative', since: '4.18', returns: 'integer', arguments: ['ctx', 'scalar', 'uninit-memory', 'size', 'scalar'], summary: "copies bytes counted from a header's start" },
  { id: 69, name: 'fib_lookup', since: '4.18', returns: 'integer', arguments: ['ctx', 'writable-memory', 'size', 'scalar'], gpl: true, summary: 'looks up a route' },
  { id: 70, name: 'sock_hash_update', since: '4.18', returns: 'integer', arguments: ['ctx', 'map', 'map-key', 'scalar'], summary: 'puts the socket into a socket hash' },
  { id: 71, name: 'msg_redirect_hash', since: '4.18', returns: 'integer', arguments: ['ctx', 'map', 'map-key', 'scalar'], summary: 'sends the message to a socket of a socket hash' },
  { id: 72, name: 'sk_redirect_hash', since: '4.18', returns: 'integer', arguments: ['ctx', 'map', 'map-key', 'scalar'], summary: 'sends the packet to a socket of a socket hash' },
  { id: 73, name: 'lwt_push_encap', since: '4.18', returns: 'integer', arguments: ['ctx', 'scalar', 'memory', 'size'], changesPacket: true, summary: 'encapsulates a packet' },
  { id: 74, name: 'lwt_seg6_store_bytes', since: '4.18', returns: 'integer', arguments: ['ctx', 'scalar', 'memory', 'size'], changesPacket: true, summary: 'writes into the segment routing header' },
  { id: 75, name: 'lwt_seg6_adjust_srh', since: '4.18', returns: 'integer', arguments: ['ctx', 'scalar', 'scalar'], changesPacket: true, summary: 'resizes the segment routing header' },
  { id: 76, name: 'lwt_seg6_action', since: '4.18', returns: 'integer', arguments: ['ctx', 'scalar', 'memory', 'size'], changesPacket: true, summary: 'applies a segment routing action' },
  { id: 77, name: 'rc_repeat', since: '4.18', returns: 'integer', arguments: ['ctx'], gpl: true, summary: 'reports a repeated remote control key' },
  { id: 78, name: 'rc_keydown', since: '4.18', returns: 'integer', arguments: ['ctx', 'scalar', 'scalar', 'scalar'], gpl: true, summary: 'reports a remote control key' },
  { id: 79, name: 'skb_cgroup_id', since: '4.18', returns: 'integer', arguments: ['ctx'], summary: "cgroup id of the packet's socket" },
  { id: 80, name: 'get_current_cgroup_id', since: '4.18', returns: 'integer', arguments: [], summary: 'cgroup id of the current task' },
  { id: 81, name: 'get_local_storage', since: '4.19', returns: 'map-value', arguments: ['map', 'scalar'], summary: 'storage of the cgroup the program is attached to' },
  { id: 82, name: 'sk_select_reuseport', since: '4.19', returns: 'integer', arguments: ['ctx', 'map', 'map-key', 'scalar'], summary: 'chooses the socket that gets the packet' },
  { id: 83, name: 'skb_ancestor_cgroup_id', since: '4.19', returns: 'integer', arguments: ['ctx', 'scalar'], summary: "id of an ancestor of the cgroup of the packet's socket" },
  { id: 84, name: 'sk_lookup_tcp', since: '4.20', returns: 'socket-or-null', arguments: ['ctx', 'memory', 'size', 'scalar', 'scalar'], acquires: true, summary: 'finds the TCP socket of an address pair' },
  { id: 85, name: 'sk_lookup_udp', since: '4.20', returns: 'socket-or-null', arguments: ['ctx', 'memory', 'size', 'scalar', 'scalar'], acquires: true, summary: 'finds the UDP socket of an address pair' },
  { id: 86, name: 'sk_release', since: '4.20', returns: 'integer', arguments: ['btf-sock-common'], releases: true, summary: 'gives a found socket back' },
  { id: 87, name: 'map_push_elem', since: '4.20', returns: 'integer', arguments: ['map', 'map-value', 'scalar'], summary: 'adds an element to a queue, stack or bloom filter' },
  { id: 88, name: 'map_pop_elem', since: '4.20', returns: 'integer', arguments: ['map', 'uninit-map-value'], summary: 'takes an element from a queue or stack' },
  { id: 89, name: 'map_peek_elem', since: '4.20', returns: 'integer', arguments: ['map', 'uninit-map-value'], summary: 'reads the next element of a queue or stack, or tests a bloom filter' },
  { id: 90, name: 'msg_push_data', since: '4.20', returns: 'integer', arguments: ['ctx', 'scalar', 'scalar', 'scalar'], changesPacket: true, summary: 'makes room inside a message' },
  { id: 91, name: 'msg_pop_data', since: '5.0', returns: 'integer', arguments: ['ctx', 'scalar', 'scalar', 'scalar'], changesPacket: true, summary: 'removes bytes of a message' },
  { id: 92, name: 'rc_pointer_rel', since: '5.0', returns: 'integer', arguments: ['ctx', 'scalar', 'scalar'], gpl: true, summary: 'reports a pointer movement of a remote control' },
  { id: 93, name: 'spin_lock', since: '5.1', returns: 'void', arguments: ['spin-lock'], summary: 'takes the lock inside a map value' },
  { id: 94, name: 'spin_unlock', since: '5.1', returns: 'void', arguments: ['spin-lock'], summary: 'releases the lock inside a map value' },
  { id: 95, name: 'sk_fullsock', since: '5.1', returns: 'socket-or-null', arguments: ['sock-common'], summary: 'the full socket, where there is one' },
  { id: 96, name: 'tcp_sock', since: '5.1', returns: 'tcp-sock-or-null', arguments: ['sock-common'], summary: 'the TCP view of a socket' },
  { id: 97, name: 'skb_ecn_set_ce', since: '5.1', returns: 'integer', arguments: ['ctx'], summary: 'marks congestion in an ECN-capable packet' },
  { id: 98, name: 'get_listener_sock', since: '5.1', returns: 'socket-or-null', arguments: ['sock-common'], summary: 'the listening socket behind a socket' },
  { id: 99, name: 'skc_lookup_tcp', since: '5.2', returns: 'sock-common-or-null', arguments: ['ctx', 'memory', 'size', 'scalar', 'scalar'], acquires: true, summary: 'finds the TCP socket of an address pair, request and time-wait sockets too' },
  { id: 100, name: 'tcp_check_syncookie', since: '5.2', returns: 'integer', arguments: ['btf-sock-common', 'memory', 'size-or-zero', 'memory', 'size-or-zero'], gpl: true, summary: 'whether a packet answers a SYN cookie' },
  { id: 101, name: 'sysctl_get_name', since: '5.2', returns: 'integer', arguments: ['ctx', 'uninit-memory', 'size', 'scalar'], summary: 'name of the sysctl' },
  { id: 102, name: 'sysctl_get_current_value', since: '5.2', returns: 'integer', arguments: ['ctx', 'uninit-memory', 'size'], summary: 'value of the sysctl' },
  { id: 103, name: 'sysctl_get_new_value', since: '5.2', returns: 'integer', arguments: ['ctx', 'uninit-memory', 'size'], summary: 'value about to be written to the sysctl' },
  { id: 104, name: 'sysctl_set_new_value', since: '5.2', returns: 'integer', arguments: ['ctx', 'memory', 'size'], summary: 'replaces the value about to be written to the sysctl' },
  { id: 105, name: 'strtol', since: '5.2', returns: 'integer', arguments: ['memory', 'size', 'scalar', 'uninit-memory-8'], summary: 'converts a string to a signed number' },
  { id: 106, name: 'strtoul', since: '5.2', returns: 'integer', arguments: ['memory', 'size', 'scalar', 'uninit-memory-8'], summary: 'converts a string to an unsigned number' },
  { id: 107, name: 'sk_storage_get', since: '5.2', returns: 'map-value-or-null', arguments: ['map', 'btf-sock-common', 'map-value-or-null', 'scalar'], summary: 'storage of a socket' },
  { id: 108, name: 'sk_storage_delete', since: '5.2', returns: 'integer', arguments: ['map', 'btf-sock-common'], summary: 'deletes the storage of a socket' },
  { id: 109, name: 'send_signal', since: '5.3', returns: 'integer', arguments: ['scalar'], summary: 'sends a signal to the current process' },
  { id: 110, name: 'tcp_gen_syncookie', since: '5.3', returns: 'integer', arguments: ['btf-sock-common', 'memory', 'size-or-zero', 'memory', 'size-or-zero'], gpl: true, summary: 'makes a SYN cookie' },
  { id: 111, name: 'skb_output', since: '5.5', returns: 'integer', arguments: ['btf-id:sk_buff', 'map', 'scalar', 'memory', 'size-or-zero'], gpl: true, summary: 'writes a record with packet bytes to a perf buffer' },
  { id: 112, name: 'probe_read_user', since: '5.5', returns: 'integer', arguments: ['uninit-memory', 'size-or-zero', 'scalar'], gpl: true, summary: 'reads user memory' },
  { id: 113, name: 'probe_read_kernel', since: '5.5', returns: 'integer', arguments: ['uninit-memory', 'size-or-zero', 'scalar'], gpl: true, summary: 'reads kernel memory' },
  { id: 114, name: 'probe_read_user_str', since: '5.5', returns: 'integer', arguments: ['uninit-memory', 'size-or-zero', 'scalar'], gpl: true, summary: 'reads a string of user memory' },
  { id: 115, name: 'probe_read_kernel_str', since: '5.5', returns: 'integer', arguments: ['uninit-memory', 'size-or-zero', 'scalar'], gpl: true, summary: 'reads a string of kernel memory' },
  { id: 116, name: 'tcp_send_ack', since: '5.6', returns: 'integer', arguments: ['btf-id:tcp_sock', 'scalar'], summary: 'sends an acknowledgement' },
  { id: 117, name: 'send_signal_thread', since: '5.6', returns: 'integer', arguments: ['scalar'], summary: 'sends a signal to the current thread' },
  { id: 118, name: 'jiffies64', since: '5.6', returns: 'integer', arguments: [], summary: 'ticks since boot' },
  { id: 119, name: 'read_branch_records', since: '5.6', returns: 'integer', arguments: ['ctx', 'memory-or-null', 'size-or-zero', 'scalar'], gpl: true, summary: 'reads the branch records of a perf event' },
  { id: 120, name: 'get_ns_current_pid_tgid', since: '5.7', returns: 'integer', arguments: ['scalar', 'scalar', 'uninit-memory', 'size'], summary: 'process and thread id as seen in a pid namespace' },
  { id: 121, name: 'xdp_output', since: '5.6', returns: 'integer', arguments: ['btf-id:xdp_buff', 'map', 'scalar', 'memory', 'size-or-zero'], gpl: true, summary: 'writes a record with packet bytes to a perf buffer' },
  { id: 122, name: 'get_netns_cookie', since: '5.7', returns: 'integer', arguments: ['ctx-or-null'], summary: 'number that identifies the network namespace' },
  { id: 123, name: 'get_current_ancestor_cgroup_id', since: '5.7', returns: 'integer', arguments: ['scalar'], summary: "id of an ancestor of the current task's cgroup" },
  { id: 124, name: 'sk_assign', since: '5.7', returns: 'integer', arguments: ['ctx', 'btf-sock-common-or-null', 'scalar'], summary: 'directs the packet to a socket' },
  { id: 125, name: 'ktime_get_boot_ns', since: '5.8', returns: 'integer', arguments: [], summary: 'nanoseconds since boot, with time asleep (CLOCK_BOOTTIME)' },
  { id: 126, name: 'seq_printf', since: '5.7', returns: 'integer', arguments: ['btf-id:seq_file', 'memory', 'size', 'memory-or-null', 'size-or-zero'], gpl: true, summary: 'prints to the file of an iterator' },
  { id: 127, name: 'seq_write', since: '5.7', returns: 'integer', arguments: ['btf-id:seq_file', 'memory', 'size-or-zero'], gpl: true, summary: 'writes to the file of an iterator' },
  { id: 128, name: 'sk_cgroup_id', since: '5.8', returns: 'integer', arguments: ['btf-sock-common'], summary: 'cgroup id of a socket' },
  { id: 129, name: 'sk_ancestor_cgroup_id', since: '5.8', returns: 'integer', arguments: ['btf-sock-common', 'scalar'], summary: "id of an ancestor of a socket's cgroup" },
  { id: 130, name: 'ringbuf_output', since: '5.8', returns: 'integer', arguments: ['map', 'memory', 'size-or-zero', 'scalar'], summary: 'copies a record into a ring buffer' },
  { id: 131, name: 'ringbuf_reserve', since: '5.8', returns: 'ringbuf-memory-or-null', arguments: ['map', 'alloc-size', 'scalar'], acquires: true, summary: 'reserves a record in a ring buffer' },
  { id: 132, name: 'ringbuf_submit', since: '5.8', returns: 'void', arguments: ['ringbuf-memory', 'scalar'], releases: true, summary: 'hands a reserved record to the reader' },
  { id: 133, name: 'ringbuf_discard', since: '5.8', returns: 'void', arguments: ['ringbuf-memory', 'scalar'], releases: true, summary: 'gives up a reserved record' },
  { id: 134, name: 'ringbuf_query', since: '5.8', returns: 'integer', arguments: ['map', 'scalar'], summary: 'state of a ring buffer' },
  { id: 135, name: 'csum_level', since: '5.8', returns: 'integer', arguments: ['ctx', 'scalar'], summary: 'changes the checksum level of a packet' },
  { id: 136, name: 'skc_to_tcp6_sock', since: '5.9', returns: 'btf-id-or-null:tcp6_sock', arguments: ['btf-sock-common'], summary: 'the socket as tcp6_sock' },
  { id: 137, name: 'skc_to_tcp_sock', since: '5.9', returns: 'btf-id-or-null:tcp_sock', arguments: ['btf-sock-common'], summary: 'the socket as tcp_sock' },
  { id: 138, name: 'skc_to_tcp_timewait_sock', since: '5.9', returns: 'btf-id-or-null:tcp_timewait_sock', arguments: ['btf-sock-common'], summary: 'the socket as tcp_timewait_sock' },
  { id: 139, name: 'skc_to_tcp_request_sock', since: '5.9', returns: 'btf-id-or-null:tcp_request_sock', arguments: ['btf-sock-common'], summary: 'the socket as tcp_request_sock' },
  { id: 140, name: 'skc_to_udp6_sock', since: '5.9', returns: 'btf-id-or-null:udp6_sock', arguments: ['btf-sock-common'], summary: 'the socket as udp6_sock' },
  { id: 141, name: 'get_task_stack', since: '5.9', returns: 'integer', arguments: ['btf-id:task_struct', 'uninit-memory', 'size-or-zero', 'scalar'], summary: 'copies the call stack of a task into memory' },
  { id: 142, name: 'load_hdr_opt', since: '5.10', returns: 'integer', arguments: ['ctx', 'writable-memory', 'size', 'scalar'], summary: 'reads a TCP header option' },
  { id: 143, name: 'store_hdr_opt', since: '5.10', returns: 'integer', arguments: ['ctx', 'memory', 'size', 'scalar'], changesPacket: true, summary: 'writes a TCP header option' },
  { id: 144, name: 'reserve_hdr_opt', since: '5.10', returns: 'integer', arguments: ['ctx', 'scalar', 'scalar'], summary: 'reserves room for TCP header options' },
  { id: 145, name: 'inode_storage_get', since: '5.10', returns: 'map-value-or-null', arguments: ['map', 'btf-id-or-null:inode', 'map-value-or-null', 'scalar'], summary: 'storage of an inode' },
  { id: 146, name: 'inode_storage_delete', since: '5.10', returns: 'integer', arguments: ['map', 'btf-id-or-null:inode'], summary: 'deletes the storage of an inode' },
  { id: 147, name: 'd_path', since: '5.10', returns: 'integer', arguments: ['btf-id:path', 'uninit-memory', 'size-or-zero'], summary: 'file name of a path' },
  { id: 148, name: 'copy_from_user', since: '5.10', returns: 'integer', arguments: ['uninit-memory', 'size-or-zero', 'scalar'], sleeps: true, summary: 'reads user memory, and may sleep for it' },
  { id: 149, name: 'snprintf_btf', since: '5.10', returns: 'integer', arguments: ['writable-memory', 'size', 'memory', 'size', 'scalar'], summary: 'prints a value of a kernel type into memory' },
  { id: 150, name: 'seq_printf_btf', since: '5.10', returns: 'integer', arguments: ['btf-id:seq_file', 'memory', 'size-or-zero', 'scalar'], gpl: true, summary: 'prints a value of a kernel type to the file of an iterator' },
  { id: 151, name: 'skb_cgroup_classid', since: '5.10', returns: 'integer', arguments: ['ctx'], summary: "net_cls class of the packet's socket" },
  { id: 152, name: 'redirect_neigh', since: '5.10', returns: 'integer', arguments: ['scalar', 'memory-or-null', 'size-or-zero', 'scalar'], summary: 'sends the packet to another interface, link-layer addresses filled in' },
  { id: 153, name: 'per_cpu_ptr', since: '5.10', returns: 'percpu-memory-or-null', arguments: ['percpu-btf-id', 'scalar'], summary: 'a per-CPU kernel variable of another CPU' },
  { id: 154, name: 'this_cpu_ptr', since: '5.10', returns: 'percpu-memory', arguments: ['percpu-btf-id'], summary: 'a per-CPU kernel variable of this CPU' },
  { id: 155, name: 'redirect_peer', since: '5.10', returns: 'integer', arguments: ['scalar', 'scalar'], summary: 'sends the packet to the peer of a virtual interface' },
  { id: 156, name: 'task_storage_get', since: '5.11', returns: 'map-value-or-null', arguments: ['map', 'btf-id-or-null:task_struct', 'map-value-or-null', 'scalar'], summary: 'storage of a task' },
  { id: 157, name: 'task_storage_delete', since: '5.11', returns: 'integer', arguments: ['map', 'btf-id-or-null:task_struct'], summary: 'deletes the storage of a task' },
  { id: 158, name: 'get_current_task_btf', since: '5.11', returns: 'btf-id:task_struct', arguments: [], gpl: true, summary: 'the current task_struct' },
  { id: 159, name: 'bprm_opts_set', since: '5.11', returns: 'integer', arguments: ['btf-id:linux_binprm', 'scalar'], summary: 'sets options of a program about to be executed' },
  { id: 160, name: 'ktime_get_coarse_ns', since: '5.11', returns: 'integer', arguments: [], summary: 'nanoseconds since boot, coarse and cheap (CLOCK_MONOTONIC_COARSE)' },
  { id: 161, name: 'ima_inode_hash', since: '5.11', returns: 'integer', arguments: ['btf-id:inode', 'uninit-memory', 'size'], sleeps: true, summary: 'IMA hash of an inode' },
  { id: 162, name: 'sock_from_file', since: '5.11', returns: 'btf-id-or-null:socket', arguments: ['btf-id:file'], summary: 'the socket behind a file' },
  { id: 163, name: 'check_mtu', since: '5.12', returns: 'integer', arguments: ['ctx', 'scalar', 'writable-memory-4', 'scalar', 'scalar'], gpl: true, summary: 'whether a packet fits the MTU of an interface' },
  { id: 164, name: 'for_each_map_elem', since: '5.13', returns: 'integer', arguments: ['map', 'function', 'stack-or-null', 'scalar'], summary: 'calls a function for every element of a map' },
  { id: 165, name: 'snprintf', since: '5.13', returns: 'integer', arguments: ['uninit-memory-or-null', 'size-or-zero', 'const-string', 'memory-or-null', 'size-or-zero'], gpl: true, summary: 'prints into memory' },
  { id: 166, name: 'sys_bpf', since: '5.14', returns: 'integer', arguments: ['scalar', 'memory', 'size'], summary: 'bpf(2) from a syscall program' },
  { id: 167, name: 'btf_find_by_name_kind', since: '5.14', returns: 'integer', arguments: ['memory', 'size', 'scalar', 'scalar'], summary: 'finds a kernel type by name and kind' },
  { id: 168, name: 'sys_close', since: '5.14', returns: 'integer', arguments: ['scalar'], summary: 'close(2) from a syscall program' },
  { id: 169, name: 'timer_init', since: '5.15', returns: 'integer', arguments: ['timer', 'map', 'scalar'], gpl: true, summary: 'prepares the timer inside a map value' },
  { id: 170, name: 'timer_set_callback', since: '5.15', returns: 'integer', arguments: ['timer', 'function'], gpl: true, summary: 'sets what a timer calls' },
  { id: 171, name: 'timer_start', since: '5.15', returns: 'integer', arguments: ['timer', 'scalar', 'scalar'], gpl: true, summary: 'starts a timer' },
  { id: 172, name: 'timer_cancel', since: '5.15', returns: 'integer', arguments: ['timer'], gpl: true, summary: 'stops a timer' },
  { id: 173, name: 'get_func_ip', since: '5.15', returns: 'integer', arguments: ['ctx'], gpl: true, summary: 'address of the probed function' },
  { id: 174, name: 'get_attach_cookie', since: '5.15', returns: 'integer', arguments: ['ctx'], summary: 'number given when the program was attached' },
  { id: 175, name: 'task_pt_regs', since: '5.15', returns: 'btf-id:pt_regs', arguments: ['btf-id:task_struct'], gpl: true, summary: 'user registers of a task' },
  { id: 176, name: 'get_branch_snapshot', since: '5.16', returns: 'integer', arguments: ['uninit-memory', 'size-or-zero', 'scalar'], gpl: true, summary: 'reads the last branches of this CPU' },
  { id: 177, name: 'trace_vprintk', since: '5.16', returns: 'integer', arguments: ['memory', 'size', 'memory-or-null', 'size-or-zero'], gpl: true, summary: 'prints to the trace pipe, with any number of values' },
  { id: 178, name: 'skc_to_unix_sock', since: '5.16', returns: 'btf-id-or-null:unix_sock', arguments: ['btf-sock-common'], summary: 'the socket as unix_sock' },
  { id: 179, name: 'kallsyms_lookup_name', since: '5.16', returns: 'integer', arguments: ['memory', 'size-or-zero', 'scalar', 'writable-memory-8'], summary: 'address of a kernel symbol' },
  { id: 180, name: 'find_vma', since: '5.17', returns: 'integer', arguments: ['btf-id:task_struct', 'scalar', 'function', 'stack-or-null', 'scalar'], summary: 'calls a function with the memory area of an address' },
  { id: 181, name: 'loop', since: '5.17', returns: 'integer', arguments: ['scalar', 'function', 'stack-or-null', 'scalar'], summary: 'calls a function so many times' },
  { id: 182, name: 'strncmp', since: '5.17', returns: 'integer', arguments: ['memory', 'size', 'const-string'], summary: 'compares two strings' },
  { id: 183, name: 'get_func_arg', since: '5.17', returns: 'integer', arguments: ['ctx', 'scalar', 'writable-memory-8'], summary: 'an argument of the traced function' },
  { id: 184, name: 'get_func_ret', since: '5.17', returns: 'integer', arguments: ['ctx', 'writable-memory-8'], summary: 'the return value of the traced function' },
  { id: 185, name: 'get_func_arg_cnt', since: '5.17', returns: 'integer', arguments: ['ctx'], summary: 'number of arguments of the traced function' },
  { id: 186, name: 'get_retval', since: '5.18', returns: 'integer', arguments: [], summary: 'what the system call will return' },
  { id: 187, name: 'set_retval', since: '5.18', returns: 'integer', arguments: ['scalar'], summary: 'sets what the system call will return' },
  { id: 188, name: 'xdp_get_buff_len', since: '5.18', returns: 'integer', arguments: ['ctx'], summary: 'length of a packet with all its buffers' },
  { id: 189, name: 'xdp_load_bytes', since: '5.18', returns: 'integer', arguments: ['ctx', 'scalar', 'uninit-memory', 'size'], summary: 'copies bytes from a packet of several buffers' },
  { id: 190, name: 'xdp_store_bytes', since: '5.18', returns: 'integer', arguments: ['ctx', 'scalar', 'memory', 'size'], summary: 'writes bytes into a packet of several buffers' },
  { id: 191, name: 'copy_from_user_task', since: '5.18', returns: 'integer', arguments: ['uninit-memory', 'size-or-zero', 'scalar', 'btf-id:task_struct', 'scalar'], gpl: true, sleeps: true, summary: 'reads user memory of a task, and may sleep for it' },
  { id: 192, name: 'skb_set_tstamp', since: '5.18', returns: 'integer', arguments: ['ctx', 'scalar', 'scalar'], summary: 'sets the delivery time of a packet' },
  { id: 193, name: 'ima_file_hash', since: '5.18', returns: 'integer', arguments: ['btf-id:file', 'uninit-memory', 'size'], sleeps: true, summary: 'IMA hash of a file' },
  { id: 194, name: 'kptr_xchg', since: '5.19', returns: 'btf-id-or-null:', arguments: ['kptr', 'btf-id-or-null:'], acquires: true, releases: true, summary: 'exchanges the kernel object in a map value' },
  { id: 195, name: 'map_lookup_percpu_elem', since: '5.19', returns: 'map-value-or-null', arguments: ['map', 'map-key', 'scalar'], summary: 'finds the value of a key for another CPU' },
  { id: 196, name: 'skc_to_mptcp_sock', since: '5.19', returns: 'btf-id-or-null:mptcp_sock', arguments: ['btf-sock-common'], summary: 'the socket as mptcp_sock' },
  { id: 197, name: 'dynptr_from_mem', since: '5.19', returns: 'integer', arguments: ['uninit-memory', 'size-or-zero', 'scalar', 'uninit-dynptr'], summary: 'makes a dynptr of memory' },
  { id: 198, name: 'ringbuf_reserve_dynptr', since: '5.19', returns: 'integer', arguments: ['map', 'scalar', 'scalar', 'uninit-dynptr'], acquires: true, summary: 'reserves a record of variable size in a ring buffer' },
  { id: 199, name: 'ringbuf_submit_dynptr', since: '5.19', returns: 'void', arguments: ['dynptr', 'scalar'], releases: true, summary: 'hands a reserved record of variable size to the reader' },
  { id: 200, name: 'ringbuf_discard_dynptr', since: '5.19', returns: 'void', arguments: ['dynptr', 'scalar'], releases: true, summary: 'gives up a reserved record of variable size' },
  { id: 201, name: 'dynptr_read', since: '5.19', returns: 'integer', arguments: ['uninit-memory', 'size-or-zero', 'dynptr', 'scalar', 'scalar'], summary: 'copies bytes from a dynptr' },
  { id: 202, name: 'dynptr_write', since: '5.19', returns: 'integer', arguments: ['dynptr', 'scalar', 'memory', 'size-or-zero', 'scalar'], summary: 'copies bytes to a dynptr' },
  { id: 203, name: 'dynptr_data', since: '5.19', returns: 'dynptr-memory-or-null', arguments: ['dynptr', 'scalar', 'alloc-size'], summary: 'a slice of a dynptr as plain memory' },
  { id: 204, name: 'tcp_raw_gen_syncookie_ipv4', since: '6.0', returns: 'integer', arguments: ['memory-20', 'memory', 'size-or-zero'], gpl: true, summary: 'makes a SYN cookie without a socket, IPv4' },
  { id: 205, name: 'tcp_raw_gen_syncookie_ipv6', since: '6.0', returns: 'integer', arguments: ['memory-40', 'memory', 'size-or-zero'], gpl: true, summary: 'makes a SYN cookie without a socket, IPv6' },
  { id: 206, name: 'tcp_raw_check_syncookie_ipv4', since: '6.0', returns: 'integer', arguments: ['memory-20', 'memory-20'], gpl: true, summary: 'checks a SYN cookie without a socket, IPv4' },
  { id: 207, name: 'tcp_raw_check_syncookie_ipv6', since: '6.0', returns: 'integer', arguments: ['memory-40', 'memory-20'], gpl: true, summary: 'checks a SYN cookie without a socket, IPv6' },
  { id: 208, name: 'ktime_get_tai_ns', since: '6.1', returns: 'integer', arguments: [], summary: 'nanoseconds of international atomic time (CLOCK_TAI)' },
  { id: 209, name: 'user_ringbuf_drain', since: '6.1', returns: 'integer', arguments: ['map', 'function', 'stack-or-null', 'scalar'], summary: 'calls a function for each record of a user ring buffer' },
  { id: 210, name: 'cgrp_storage_get', since: '6.2', returns: 'map-value-or-null', arguments: ['map', 'btf-id-or-null:cgroup', 'map-value-or-null', 'scalar'], summary: 'storage of a cgroup' },
  { id: 211, name: 'cgrp_storage_delete', since: '6.2', returns: 'integer', arguments: ['map', 'btf-id-or-null:cgroup'], summary: 'deletes the storage of a cgroup' },
] as const satisfies readonly HelperRow[];

/** Name of a row of {@link helpers}. */
export type HelperName = (typeof helpers)[number]['name'];
