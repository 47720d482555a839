// SPDX-License-Identifier: GPL-2.0 OR MIT
// How long a kernel function takes: a log2 histogram in nanoseconds. Attached by hand, to the function asked for.
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

#define SLOTS 36

/* Filter, set before loading; 0 means all. */
const volatile __u32 target_tgid = 0;

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 10240);
	__type(key, __u32);
	__type(value, __u64);
} starts SEC(".maps");

/* slots[n] counts calls of 2^n .. 2^(n+1)-1 nanoseconds, slots[0] also those below one. */
__u32 slots[SLOTS] = {};

static __always_inline __u64 log2_floor(__u64 value)
{
	__u64 result = 0;

#pragma unroll
	for (int shift = 32; shift; shift >>= 1) {
		if (value >> shift) {
			value >>= shift;
			result += shift;
		}
	}
	return result;
}

SEC("kprobe")
int enter(struct pt_regs *ctx)
{
	__u64 id = bpf_get_current_pid_tgid(), now = bpf_ktime_get_ns();
	__u32 tid = id;

	if (target_tgid && target_tgid != id >> 32)
		return 0;
	bpf_map_update_elem(&starts, &tid, &now, BPF_ANY);
	return 0;
}

SEC("kretprobe")
int leave(struct pt_regs *ctx)
{
	__u32 tid = bpf_get_current_pid_tgid();
	__u64 *start = bpf_map_lookup_elem(&starts, &tid), slot;

	if (!start)
		return 0;
	slot = log2_floor(bpf_ktime_get_ns() - *start);
	if (slot >= SLOTS)
		slot = SLOTS - 1;
	__sync_fetch_and_add(&slots[slot], 1);
	bpf_map_delete_elem(&starts, &tid);
	return 0;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
