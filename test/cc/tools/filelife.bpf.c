#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>
#include "core_fixes.bpf.h"

#define DNAME_INLINE_LEN 32
#define TASK_COMM_LEN 16
#define FMODE_CREATED 0x100000

const volatile pid_t targ_tgid = 0;

struct create_arg {
	u64 ts;
	struct vfsmount *cwd_vfsmnt;
};
struct unlink_event {
	__u64 delta_ns;
	pid_t tgid;
	struct dentry *dentry;
};
struct event {
	char file[DNAME_INLINE_LEN];
	char task[TASK_COMM_LEN];
	__u64 delta_ns;
	pid_t tgid;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8192);
	__type(key, struct dentry *);
	__type(value, struct create_arg);
} start SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8192);
	__type(key, u32);
	__type(value, struct unlink_event);
} currevent SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, sizeof(u32));
	__uint(value_size, sizeof(u32));
} events SEC(".maps");

static __always_inline int probe_create(struct dentry *dentry)
{
	u64 id = bpf_get_current_pid_tgid();
	u32 tgid = id >> 32;
	struct create_arg arg = {};
	struct task_struct *task;

	if (targ_tgid && targ_tgid != tgid)
		return 0;
	task = (struct task_struct *)bpf_get_current_task_btf();
	arg.ts = bpf_ktime_get_ns();
	arg.cwd_vfsmnt = BPF_CORE_READ(task, fs, pwd.mnt);
	bpf_map_update_elem(&start, &dentry, &arg, 0);
	return 0;
}

SEC("kprobe/vfs_create")
int BPF_KPROBE(vfs_create, void *arg0, void *arg1, void *arg2)
{
	if (renames_by_argument())
		return probe_create(arg2);
	else
		return probe_create(arg1);
}

SEC("kprobe/vfs_open")
int BPF_KPROBE(vfs_open, struct path *path, struct file *file)
{
	struct dentry *dentry = BPF_CORE_READ(path, dentry);
	int fmode = BPF_CORE_READ(file, f_mode);

	if (!(fmode & FMODE_CREATED))
		return 0;
	return probe_create(dentry);
}

SEC("kprobe/vfs_unlink")
int BPF_KPROBE(vfs_unlink, void *arg0, void *arg1, void *arg2)
{
	u64 id = bpf_get_current_pid_tgid();
	struct unlink_event unlink_event = {};
	struct create_arg *arg;
	u32 tgid = id >> 32, tid = (u32)id;
	u64 delta_ns;
	bool has_arg = renames_by_argument();

	arg = has_arg ? bpf_map_lookup_elem(&start, &arg2) : bpf_map_lookup_elem(&start, &arg1);
	if (!arg)
		return 0; /* missed entry */
	delta_ns = bpf_ktime_get_ns() - arg->ts;
	unlink_event.delta_ns = delta_ns;
	unlink_event.tgid = tgid;
	unlink_event.dentry = has_arg ? arg2 : arg1;
	bpf_map_update_elem(&currevent, &tid, &unlink_event, BPF_ANY);
	return 0;
}

SEC("kretprobe/vfs_unlink")
int BPF_KRETPROBE(vfs_unlink_ret)
{
	u64 id = bpf_get_current_pid_tgid();
	struct unlink_event *unlink_event;
	struct event event = {};
	struct dentry *dentry;
	const u8 *qs_name_ptr;
	int ret = PT_REGS_RC(ctx);
	u32 tid = (u32)id;

	unlink_event = bpf_map_lookup_elem(&currevent, &tid);
	if (!unlink_event)
		return 0;
	bpf_map_delete_elem(&currevent, &tid);
	if (ret)
		return 0;
	dentry = unlink_event->dentry;
	qs_name_ptr = BPF_CORE_READ(dentry, d_name.name);
	bpf_probe_read_kernel_str(&event.file, sizeof(event.file), qs_name_ptr);
	bpf_get_current_comm(&event.task, sizeof(event.task));
	event.delta_ns = unlink_event->delta_ns;
	event.tgid = unlink_event->tgid;
	bpf_map_delete_elem(&start, &dentry);
	bpf_perf_event_output(ctx, &events, BPF_F_CURRENT_CPU, &event, sizeof(event));
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
