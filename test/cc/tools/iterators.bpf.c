// Iterators over tasks, files, maps, sockets, symbols; what they print goes through bpf_seq_printf.
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>

extern __s64 bpf_map_sum_elem_count(const struct bpf_map *map) __ksym __weak;
#define container_of(ptr, type, member) ((type *)((void *)(ptr) - __builtin_offsetof(type, member)))

const volatile pid_t only_tgid = 0;

SEC("iter/task")
int dump_task(struct bpf_iter__task *ctx)
{
	struct seq_file *seq = ctx->meta->seq;
	struct task_struct *task = ctx->task;
	static char info[] = "    === END ===";

	if (task == (void *)0) {
		BPF_SEQ_PRINTF(seq, "%s\n", info);
		return 0;
	}
	if (ctx->meta->seq_num == 0)
		BPF_SEQ_PRINTF(seq, "    tgid      gid\n");
	if (only_tgid && task->tgid != only_tgid)
		return 0;
	BPF_SEQ_PRINTF(seq, "%8d %8d %s %pS\n", task->tgid, task->pid, task->comm, task->files);
	return 0;
}

SEC("iter/task_file")
int dump_task_file(struct bpf_iter__task_file *ctx)
{
	struct seq_file *seq = ctx->meta->seq;
	struct task_struct *task = ctx->task;
	struct file *file = ctx->file;
	__u32 fd = ctx->fd;

	if (task == (void *)0 || file == (void *)0)
		return 0;
	BPF_SEQ_PRINTF(seq, "%8d %8d %8d %lx\n", task->tgid, task->pid, fd, (long)file->f_op);
	return 0;
}

SEC("iter/task_vma")
int proc_maps(struct bpf_iter__task_vma *ctx)
{
	struct vm_area_struct *vma = ctx->vma;
	struct seq_file *seq = ctx->meta->seq;
	struct task_struct *task = ctx->task;
	struct file *file;
	char perm_str[] = "----";

	if (task == (void *)0 || vma == (void *)0)
		return 0;
	file = vma->vm_file;
	perm_str[0] = (vma->vm_flags & 1) ? 'r' : '-';
	perm_str[1] = (vma->vm_flags & 2) ? 'w' : '-';
	perm_str[2] = (vma->vm_flags & 4) ? 'x' : '-';
	perm_str[3] = (vma->vm_flags & 8) ? 's' : 'p';
	BPF_SEQ_PRINTF(seq, "%08llx-%08llx %s ", vma->vm_start, vma->vm_end, perm_str);
	if (file) {
		__u32 dev = file->f_inode->i_sb->s_dev;

		BPF_SEQ_PRINTF(seq, "%02x:%02x %u\n", dev >> 20, dev & ((1 << 20) - 1), file->f_inode->i_ino);
	} else {
		BPF_SEQ_PRINTF(seq, "%08llx 00:00 0\n", 0ULL);
	}
	return 0;
}

SEC("iter/bpf_map")
int dump_bpf_map(struct bpf_iter__bpf_map *ctx)
{
	struct seq_file *seq = ctx->meta->seq;
	__u64 seq_num = ctx->meta->seq_num;
	struct bpf_map *map = ctx->map;

	if (!map)
		return 0;
	if (seq_num == 0)
		BPF_SEQ_PRINTF(seq, "  id name             max_entries\n");
	BPF_SEQ_PRINTF(seq, "%4u %-16s  %10d   %lld\n", map->id, map->name, map->max_entries, bpf_map_sum_elem_count ? bpf_map_sum_elem_count(map) : 0);
	return 0;
}

SEC("iter/bpf_prog")
int dump_bpf_prog(struct bpf_iter__bpf_prog *ctx)
{
	struct seq_file *seq = ctx->meta->seq;
	struct bpf_prog *prog = ctx->prog;
	struct bpf_prog_aux *aux;

	if (!prog)
		return 0;
	aux = prog->aux;
	BPF_SEQ_PRINTF(seq, "%4u %-16s %s\n", aux->id, aux->name, aux->attach_func_name ?: "-");
	return 0;
}

static int sk_inode(struct socket *sock)
{
	return sock ? (int)BPF_CORE_READ(container_of(sock, struct socket_alloc, socket), vfs_inode.i_ino) : 0;
}

SEC("iter/tcp")
int dump_tcp(struct bpf_iter__tcp *ctx)
{
	struct sock_common *sk_common = ctx->sk_common;
	struct seq_file *seq = ctx->meta->seq;
	struct tcp_sock *tp;
	struct tcp_request_sock *req;

	if (!sk_common)
		return 0;
	tp = bpf_skc_to_tcp_sock(sk_common);
	if (tp) {
		const struct inet_sock *inet = &tp->inet_conn.icsk_inet;

		BPF_SEQ_PRINTF(seq, "%08X:%04X %02X %lu %u\n", inet->inet_saddr, bpf_ntohs(inet->inet_sport),
			       tp->inet_conn.icsk_inet.sk.__sk_common.skc_state, sk_inode(inet->sk.sk_socket), tp->snd_cwnd);
		return 0;
	}
	req = bpf_skc_to_tcp_request_sock(sk_common);
	if (req)
		BPF_SEQ_PRINTF(seq, "%d\n", req->req.req.num_timeout);
	return 0;
}

SEC("iter/ksym")
int dump_ksym(struct bpf_iter__ksym *ctx)
{
	struct seq_file *seq = ctx->meta->seq;
	struct kallsym_iter *iter = ctx->ksym;
	__u64 value;
	char type;

	if (!iter)
		return 0;
	value = iter->show_value ? iter->value : 0;
	type = iter->type;
	if (iter->module_name[0]) {
		type = iter->exported ? ((type >= 'a' && type <= 'z') ? type - ('a' - 'A') : type) : type;
		BPF_SEQ_PRINTF(seq, "0x%llx %c %s [ %s ] ", value, type, iter->name, iter->module_name);
	} else {
		BPF_SEQ_PRINTF(seq, "0x%llx %c %s ", value, type, iter->name);
	}
	return bpf_seq_write(seq, &value, sizeof(value)) ? 1 : 0;
}

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 3);
	__type(key, __u32);
	__type(value, __u64);
} hashmap SEC(".maps");

__u64 val_sum = 0;

SEC("iter/bpf_map_elem")
int sum_elements(struct bpf_iter__bpf_map_elem *ctx)
{
	__u32 *key = ctx->key;
	__u64 *val = ctx->value;

	if (key == (void *)0 || val == (void *)0)
		return 0;
	val_sum += *val + *key;
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
