// SPDX-License-Identifier: GPL-2.0 OR MIT
// How long tasks wait for a CPU once they could run: a log2 histogram in microseconds.
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

#define SLOTS 27
#define TASK_RUNNING 0

/* Filter, set before loading; 0 means all. */
const volatile __u32 target_tgid = 0;

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);
	__type(key, __u32);
	__type(value, __u64);
} starts SEC(".maps");

/* slots[n] counts waits of 2^n .. 2^(n+1)-1 microseconds, slots[0] also those below one. */
__u32 slots[SLOTS] = {};

/* The task's state was renamed in Linux 5.14. */
struct task_struct___before_5_14 {
	long state;
} __attribute__((preserve_access_index));

static __always_inline long task_state(struct task_struct *task)
{
	if (bpf_core_field_exists(task->__state))
		return BPF_CORE_READ(task, __state);
	return BPF_CORE_READ((struct task_struct___before_5_14 *)task, state);
}

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

static __always_inline int enqueue(struct task_struct *task)
{
	__u32 pid = BPF_CORE_READ(task, pid);
	__u64 now = bpf_ktime_get_ns();

	if (!pid || (target_tgid && target_tgid != BPF_CORE_READ(task, tgid)))
		return 0;
	bpf_map_update_elem(&starts, &pid, &now, BPF_ANY);
	return 0;
}

SEC("tp_btf/sched_wakeup")
int BPF_PROG(wakeup, struct task_struct *task)
{
	return enqueue(task);
}

SEC("tp_btf/sched_wakeup_new")
int BPF_PROG(wakeup_new, struct task_struct *task)
{
	return enqueue(task);
}

SEC("tp_btf/sched_switch")
int BPF_PROG(switched, bool preempt, struct task_struct *prev, struct task_struct *next)
{
	__u32 pid = BPF_CORE_READ(next, pid);
	__u64 *start, slot;
	__s64 wait;

	if (task_state(prev) == TASK_RUNNING)
		enqueue(prev);
	start = bpf_map_lookup_elem(&starts, &pid);
	if (!start)
		return 0;
	wait = bpf_ktime_get_ns() - *start;
	if (wait >= 0) {
		slot = log2_floor((__u64)wait / 1000);
		if (slot >= SLOTS)
			slot = SLOTS - 1;
		__sync_fetch_and_add(&slots[slot], 1);
	}
	bpf_map_delete_elem(&starts, &pid);
	return 0;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
