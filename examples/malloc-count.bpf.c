// SPDX-License-Identifier: GPL-2.0 OR MIT
// How often each process calls malloc, and for how many bytes.
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

struct total {
	__u64 calls;
	__u64 bytes;
};

/* Filter, set before loading; 0 means all. */
const volatile __u32 target_pid = 0;

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 10240);
	__type(key, __u32);
	__type(value, struct total);
} totals SEC(".maps");

SEC("uprobe/libc:malloc")
int BPF_KPROBE(enter_malloc, __u64 size)
{
	__u32 pid = bpf_get_current_pid_tgid() >> 32;
	struct total first = { .calls = 1, .bytes = size };
	struct total *total;

	if (target_pid && target_pid != pid)
		return 0;
	total = bpf_map_lookup_elem(&totals, &pid);
	if (!total) {
		bpf_map_update_elem(&totals, &pid, &first, BPF_NOEXIST);
		return 0;
	}
	__sync_fetch_and_add(&total->calls, 1);
	__sync_fetch_and_add(&total->bytes, size);
	return 0;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
