// SPDX-License-Identifier: GPL-2.0 OR MIT
// How often each system call is made: one count per number and CPU, summed by the reader.
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

/* Filter, set before loading; 0 means all. */
const volatile __u32 target_pid = 0;

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__type(value, __u64);
} counts SEC(".maps");

SEC("tracepoint/raw_syscalls/sys_enter")
int count(struct trace_event_raw_sys_enter *ctx)
{
	__u32 number = ctx->id;
	__u64 one = 1, *count;

	if (target_pid && target_pid != bpf_get_current_pid_tgid() >> 32)
		return 0;
	count = bpf_map_lookup_elem(&counts, &number);
	if (count)
		*count += 1;
	else
		bpf_map_update_elem(&counts, &number, &one, BPF_NOEXIST);
	return 0;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
