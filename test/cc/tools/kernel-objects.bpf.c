// Kernel functions, kernel variables, references, per-CPU variables.
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

extern struct task_struct *bpf_task_acquire(struct task_struct *p) __ksym;
extern struct task_struct *bpf_task_from_pid(s32 pid) __ksym __weak;
extern void bpf_task_release(struct task_struct *p) __ksym;
extern struct cgroup *bpf_cgroup_from_id(u64 cgid) __ksym;
extern void bpf_cgroup_release(struct cgroup *p) __ksym;
extern void bpf_rcu_read_lock(void) __ksym;
extern void bpf_rcu_read_unlock(void) __ksym;
extern void *bpf_rdonly_cast(const void *obj, __u32 btf_id) __ksym __weak;

extern const struct rq runqueues __ksym;
extern const int bpf_prog_active __ksym;
extern const void bpf_link_fops __ksym __weak;
extern bool CONFIG_BPF_SYSCALL __kconfig;
extern char CONFIG_DEFAULT_HOSTNAME[16] __kconfig __weak;
extern enum libbpf_tristate CONFIG_IPV6 __kconfig __weak;
extern unsigned CONFIG_HZ __kconfig;

struct request_args {
	__u64 cgroup;
	int pid;
};

struct kept {
	struct task_struct __kptr *task;
	__u64 since;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16);
	__type(key, int);
	__type(value, struct kept);
} kept_tasks SEC(".maps");

SEC("tp_btf/task_newtask")
int BPF_PROG(on_fork, struct task_struct *task, u64 clone_flags)
{
	struct task_struct *acquired, *old, *parent;
	struct kept fresh = {}, *kept;
	int key = task->pid & 15;
	const struct rq *rq;
	const int *active;

	rq = bpf_per_cpu_ptr(&runqueues, bpf_get_smp_processor_id());
	if (rq && rq->cpu > 4096)
		return 0;
	rq = bpf_this_cpu_ptr(&runqueues);
	active = bpf_this_cpu_ptr(&bpf_prog_active);
	if (*active > 5 && rq->nr_running > 5)
		return 0;
	bpf_rcu_read_lock();
	parent = task->real_parent;
	if (parent)
		key = parent->pid & 15;
	bpf_rcu_read_unlock();
	kept = bpf_map_lookup_elem(&kept_tasks, &key);
	if (!kept) {
		bpf_map_update_elem(&kept_tasks, &key, &fresh, BPF_NOEXIST);
		kept = bpf_map_lookup_elem(&kept_tasks, &key);
		if (!kept)
			return 0;
	}
	acquired = bpf_task_acquire(task);
	if (!acquired)
		return 0;
	old = bpf_kptr_xchg(&kept->task, acquired);
	if (old)
		bpf_task_release(old);
	kept->since = bpf_ktime_get_ns() / (CONFIG_HZ ?: 1);
	if (!CONFIG_BPF_SYSCALL || CONFIG_IPV6 == TRI_MODULE)
		bpf_printk("%s %lx", CONFIG_DEFAULT_HOSTNAME, &bpf_link_fops);
	return 0;
}

SEC("syscall")
int from_user(struct request_args *args)
{
	struct cgroup *cgroup = bpf_cgroup_from_id(args->cgroup);
	int level = 0;

	if (cgroup) {
		level = cgroup->level;
		bpf_cgroup_release(cgroup);
	}
	if (bpf_task_from_pid) {
		struct task_struct *task = bpf_task_from_pid(args->pid);

		if (task) {
			level += task->prio;
			bpf_task_release(task);
		}
	}
	return level;
}

char LICENSE[] SEC("license") = "GPL";
