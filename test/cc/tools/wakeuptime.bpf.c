#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>
#include "maps.bpf.h"

#define PF_KTHREAD 0x00200000 /* kernel thread */
#define MAX_ENTRIES 10240
#define TASK_COMM_LEN 16

struct key_t {
	char waker[TASK_COMM_LEN];
	char target[TASK_COMM_LEN];
	int w_k_stack_id;
};

const volatile pid_t targ_pid = 0;
const volatile __u64 max_block_ns = -1;
const volatile __u64 min_block_ns = 1;
const volatile bool user_threads_only = false;

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MAX_ENTRIES);
	__type(key, struct key_t);
	__type(value, u64);
} counts SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MAX_ENTRIES);
	__type(key, u32);
	__type(value, u64);
} start SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_STACK_TRACE);
	__uint(key_size, sizeof(u32));
	__uint(value_size, 127 * sizeof(u64));
	__uint(max_entries, 1 << 14);
} stackmap SEC(".maps");

static int offcpu_sched_switch(struct task_struct *prev)
{
	u32 pid, tgid;
	u64 ts;

	if (user_threads_only && (BPF_CORE_READ(prev, flags) & PF_KTHREAD))
		return 0;
	tgid = BPF_CORE_READ(prev, tgid);
	if (targ_pid && targ_pid != tgid)
		return 0;
	pid = BPF_CORE_READ(prev, pid);
	ts = bpf_ktime_get_ns();
	bpf_map_update_elem(&start, &pid, &ts, BPF_ANY);
	return 0;
}

static int wakeup(void *ctx, struct task_struct *p)
{
	u32 pid, tgid;
	u64 delta, *count_key, *tsp;
	static const u64 zero;
	struct key_t key = {};

	if (user_threads_only && (BPF_CORE_READ(p, flags) & PF_KTHREAD))
		return 0;
	tgid = BPF_CORE_READ(p, tgid);
	if (targ_pid && targ_pid != tgid)
		return 0;
	pid = BPF_CORE_READ(p, pid);
	tsp = bpf_map_lookup_elem(&start, &pid);
	if (tsp == 0)
		return 0;
	delta = bpf_ktime_get_ns() - *tsp;
	bpf_map_delete_elem(&start, &pid);
	if ((delta < min_block_ns) || (delta > max_block_ns))
		return 0;
	key.w_k_stack_id = bpf_get_stackid(ctx, &stackmap, 0);
	BPF_CORE_READ_STR_INTO(&key.target, p, comm);
	bpf_get_current_comm(&key.waker, sizeof(key.waker));
	count_key = lookup_or_init(&counts, &key, &zero);
	if (count_key)
		__atomic_add_fetch(count_key, delta, __ATOMIC_RELAXED);
	return 0;
}

SEC("tp_btf/sched_switch")
int BPF_PROG(sched_switch, bool preempt, struct task_struct *prev, struct task_struct *next)
{
	return offcpu_sched_switch(prev);
}

SEC("tp_btf/sched_wakeup")
int BPF_PROG(sched_wakeup, struct task_struct *p)
{
	return wakeup(ctx, p);
}

SEC("raw_tp/sched_wakeup")
int BPF_PROG(sched_wakeup_raw, struct task_struct *p)
{
	return wakeup(ctx, p);
}

char LICENSE[] SEC("license") = "GPL";
