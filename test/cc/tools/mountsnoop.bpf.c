#include <vmlinux.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#define MAX_ENTRIES 10240
#define TASK_COMM_LEN 16
#define FS_NAME_LEN 8
#define DATA_LEN 512
#define PATH_MAX 4096

enum op { MOUNT = 1, UMOUNT, FSOPEN, FSCONFIG };

union sys_arg {
	struct { __u64 flags; char fs[FS_NAME_LEN]; char src[PATH_MAX]; char dest[PATH_MAX]; char data[DATA_LEN]; } mount;
	struct { __u64 flags; char dest[PATH_MAX]; } umount;
	struct { int fd; unsigned int cmd; char key[DATA_LEN]; char value[DATA_LEN]; int aux; } fsconfig;
};

struct event {
	__u64 delta;
	__u32 pid, tid;
	unsigned int mnt_ns;
	int ret;
	char comm[TASK_COMM_LEN];
	enum op op;
	union sys_arg sys;
};

const volatile pid_t target_pid = 0;

struct sys_enter_mount_args { const char *src, *dest, *fs, *data; __u64 flags; };
struct arg {
	__u64 ts;
	enum op op;
	union {
		struct sys_enter_mount_args mount;
		struct { const char *dest; __u64 flags; } umount;
		struct { int fd; unsigned int cmd; const char *key, *value; int aux; } fsconfig;
	} sys;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MAX_ENTRIES);
	__type(key, __u32);
	__type(value, struct arg);
} args SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1024 * 1024);
} events SEC(".maps");

static int probe_entry(struct arg *arg)
{
	__u64 pid_tgid = bpf_get_current_pid_tgid();
	__u32 pid = pid_tgid >> 32;
	__u32 tid = (__u32)pid_tgid;

	if (target_pid && target_pid != pid)
		return 0;
	arg->ts = bpf_ktime_get_ns();
	bpf_map_update_elem(&args, &tid, arg, BPF_ANY);
	return 0;
};

static int probe_exit(void *ctx, int ret)
{
	__u64 pid_tgid = bpf_get_current_pid_tgid();
	__u32 pid = pid_tgid >> 32;
	__u32 tid = (__u32)pid_tgid;
	struct task_struct *task;
	struct event *eventp;
	struct arg *argp;

	argp = bpf_map_lookup_elem(&args, &tid);
	if (!argp)
		return 0;
	eventp = bpf_ringbuf_reserve(&events, sizeof(*eventp), 0);
	if (!eventp)
		goto cleanup;
	task = (struct task_struct *)bpf_get_current_task();
	eventp->delta = bpf_ktime_get_ns() - argp->ts;
	eventp->op = argp->op;
	eventp->pid = pid;
	eventp->tid = tid;
	eventp->mnt_ns = BPF_CORE_READ(task, nsproxy, mnt_ns, ns.inum);
	eventp->ret = ret;
	bpf_get_current_comm(&eventp->comm, sizeof(eventp->comm));
	switch (argp->op) {
	case MOUNT:
		eventp->sys.mount.flags = argp->sys.mount.flags;
		if (argp->sys.mount.src)
			bpf_probe_read_user_str(eventp->sys.mount.src, sizeof(eventp->sys.mount.src), argp->sys.mount.src);
		else
			eventp->sys.mount.src[0] = '\0';
		bpf_probe_read_user_str(eventp->sys.mount.dest, sizeof(eventp->sys.mount.dest), argp->sys.mount.dest);
		bpf_probe_read_user_str(eventp->sys.mount.fs, sizeof(eventp->sys.mount.fs), argp->sys.mount.fs);
		bpf_probe_read_user_str(eventp->sys.mount.data, sizeof(eventp->sys.mount.data), argp->sys.mount.data);
		break;
	case UMOUNT:
		eventp->sys.umount.flags = argp->sys.umount.flags;
		bpf_probe_read_user_str(eventp->sys.umount.dest, sizeof(eventp->sys.umount.dest), argp->sys.umount.dest);
		break;
	case FSCONFIG:
		eventp->sys.fsconfig.fd = argp->sys.fsconfig.fd;
		eventp->sys.fsconfig.cmd = argp->sys.fsconfig.cmd;
		bpf_probe_read_user_str(eventp->sys.fsconfig.key, sizeof(eventp->sys.fsconfig.key), argp->sys.fsconfig.key);
		eventp->sys.fsconfig.aux = argp->sys.fsconfig.aux;
		break;
	default:
		break;
	}
	bpf_ringbuf_submit(eventp, 0);
cleanup:
	bpf_map_delete_elem(&args, &tid);
	return 0;
}

SEC("tracepoint/syscalls/sys_enter_mount")
int mount_entry(struct trace_event_raw_sys_enter *ctx)
{
	struct arg arg = {};

	arg.op = MOUNT;
	arg.sys.mount.src = (const char *)ctx->args[0];
	arg.sys.mount.dest = (const char *)ctx->args[1];
	arg.sys.mount.fs = (const char *)ctx->args[2];
	arg.sys.mount.flags = (__u64)ctx->args[3];
	arg.sys.mount.data = (const char *)ctx->args[4];
	return probe_entry(&arg);
}

SEC("tracepoint/syscalls/sys_exit_mount")
int mount_exit(struct trace_event_raw_sys_exit *ctx)
{
	return probe_exit(ctx, (int)ctx->ret);
}

SEC("tracepoint/syscalls/sys_enter_umount")
int umount_entry(struct trace_event_raw_sys_enter *ctx)
{
	struct arg arg = { .op = UMOUNT, .sys.umount = { .dest = (const char *)ctx->args[0], .flags = ctx->args[1] } };

	return probe_entry(&arg);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
