#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#define MAX_CPU_NR 128
#define MAX_SLOTS 32

struct hist {
	__u32 slots[MAX_SLOTS];
};

const volatile bool targ_per_cpu = false;
const volatile bool targ_host = false;

struct hist hists[MAX_CPU_NR] = {};

struct cfs_rq___old {
	unsigned int nr_running;
} __attribute__((preserve_access_index));

struct rq___old {
	unsigned int nr_running;
	struct cfs_rq___old cfs;
} __attribute__((preserve_access_index));

struct cfs_rq___new {
	unsigned int nr_queued;
} __attribute__((preserve_access_index));

SEC("perf_event")
int do_sample(struct bpf_perf_event_data *ctx)
{
	struct task_struct *task;
	struct hist *hist;
	u64 slot, cpu = 0;

	task = (void *)bpf_get_current_task();
	if (targ_host)
		slot = BPF_CORE_READ(task, se.cfs_rq, rq, nr_running);
	else {
		void *queue = BPF_CORE_READ(task, se.cfs_rq);

		if (bpf_core_field_exists(struct cfs_rq___new, nr_queued))
			slot = BPF_CORE_READ((struct cfs_rq___new *)queue, nr_queued);
		else
			slot = BPF_CORE_READ((struct cfs_rq___old *)queue, nr_running);
	}
	/* Calculate run queue length by subtracting the currently running task, if present. */
	if (slot > 0)
		slot--;
	if (targ_per_cpu) {
		cpu = bpf_get_smp_processor_id();
		/* When the program is started, the user space will immediately exit when it detects this situation. */
		if (cpu >= MAX_CPU_NR)
			return 0;
	}
	hist = &hists[cpu];
	if (slot >= MAX_SLOTS)
		slot = MAX_SLOTS - 1;
	if (targ_per_cpu)
		hist->slots[slot]++;
	else
		__sync_fetch_and_add(&hist->slots[slot], 1);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
