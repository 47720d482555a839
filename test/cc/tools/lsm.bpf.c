// Security hooks, sleepable programs, paths of files, storage per inode and task, congestion control.
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
#include <asm-generic/errno-base.h>


struct {
	__uint(type, BPF_MAP_TYPE_INODE_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct opened);
} inodes SEC(".maps");

struct opened {
	__u64 count;
	char path[128];
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct opened);
} heap SEC(".maps");

SEC("lsm.s/file_open")
int BPF_PROG(file_open, struct file *file)
{
	struct opened *opened;

	opened = bpf_inode_storage_get(&inodes, file->f_inode, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!opened)
		return 0;
	opened->count++;
	bpf_d_path(&file->f_path, opened->path, sizeof(opened->path));
	return 0;
}

SEC("lsm/bprm_check_security")
int BPF_PROG(check_exec, struct linux_binprm *bprm, int ret)
{
	const char prefix[] = "/tmp/";
	char name[64];
	int n, i;

	if (ret)
		return ret;
	n = bpf_probe_read_kernel_str(name, sizeof(name), bprm->filename);
	if (n < (int)sizeof(prefix))
		return 0;
	for (i = 0; i < sizeof(prefix) - 1; i++)
		if (name[i] != prefix[i])
			return 0;
	return -EPERM;
}

SEC("fentry.s/do_sys_openat2")
int BPF_PROG(sleepable, int dfd, const char *filename, struct open_how *how)
{
	char name[64] = {};
	__u32 key = 0;
	struct opened *scratch = bpf_map_lookup_elem(&heap, &key);

	if (!scratch)
		return 0;
	bpf_copy_from_user(name, sizeof(name), filename);
	__builtin_memcpy(scratch->path, name, sizeof(name));
	return 0;
}

SEC("fmod_ret/bpf_modify_return_test")
int BPF_PROG(modified, int a, int *b, int ret)
{
	return ret + a;
}

SEC("struct_ops/toy_init")
void BPF_PROG(toy_init, struct sock *sk)
{
	struct tcp_sock *tp = (struct tcp_sock *)sk;

	tp->snd_cwnd = 10;
}

SEC("struct_ops/toy_ssthresh")
__u32 BPF_PROG(toy_ssthresh, struct sock *sk)
{
	struct tcp_sock *tp = (struct tcp_sock *)sk;

	return tp->snd_cwnd >> 1U > 2U ? tp->snd_cwnd >> 1U : 2U;
}

SEC("struct_ops/toy_avoid")
void BPF_PROG(toy_avoid, struct sock *sk, __u32 ack, __u32 acked)
{
	struct tcp_sock *tp = (void *)sk;

	if (tp->snd_cwnd < tp->snd_ssthresh)
		tp->snd_cwnd += acked;
}

SEC("struct_ops/toy_undo")
__u32 BPF_PROG(toy_undo, struct sock *sk)
{
	const struct tcp_sock *tp = (const struct tcp_sock *)sk;

	return tp->snd_cwnd > tp->prior_cwnd ? tp->snd_cwnd : tp->prior_cwnd;
}

SEC(".struct_ops")
struct tcp_congestion_ops toy = {
	.init = (void *)toy_init,
	.ssthresh = (void *)toy_ssthresh,
	.cong_avoid = (void *)toy_avoid,
	.undo_cwnd = (void *)toy_undo,
	.name = "bpf_toy",
};

char LICENSE[] SEC("license") = "GPL";
