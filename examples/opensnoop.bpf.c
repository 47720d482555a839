// SPDX-License-Identifier: GPL-2.0 OR MIT
// Every open(2) and openat(2): who, which file, and what came of it.
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

struct event {
	__u64 ts_ns;
	__u32 pid;
	__u32 uid;
	int ret;
	int flags;
	char comm[16];
	char fname[256];
};

/* Keeps the record's type in the object, for the reader of the events. */
const struct event *unused_event __attribute__((unused));

struct start {
	const char *fname;
	int flags;
};

/* Filters, set before loading; 0 means all. */
const volatile __u32 target_pid = 0;
const volatile _Bool failed_only = 0;

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 10240);
	__type(key, __u32);
	__type(value, struct start);
} starts SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1024 * 1024);
} events SEC(".maps");

/* Records that found the ring buffer full. */
__u64 dropped = 0;

static __always_inline int enter(const char *fname, int flags)
{
	__u64 id = bpf_get_current_pid_tgid();
	__u32 tid = id;
	struct start start = { .fname = fname, .flags = flags };

	if (target_pid && target_pid != id >> 32)
		return 0;
	bpf_map_update_elem(&starts, &tid, &start, BPF_ANY);
	return 0;
}

static __always_inline int leave(long ret)
{
	__u64 id = bpf_get_current_pid_tgid();
	__u32 tid = id;
	struct start *start = bpf_map_lookup_elem(&starts, &tid);
	struct event *event;

	if (!start)
		return 0;
	if (failed_only && ret >= 0)
		goto done;
	event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	if (!event) {
		__sync_fetch_and_add(&dropped, 1);
		goto done;
	}
	event->ts_ns = bpf_ktime_get_ns();
	event->pid = id >> 32;
	event->uid = bpf_get_current_uid_gid();
	event->ret = ret;
	event->flags = start->flags;
	bpf_get_current_comm(event->comm, sizeof(event->comm));
	bpf_probe_read_user_str(event->fname, sizeof(event->fname), start->fname);
	bpf_ringbuf_submit(event, 0);
done:
	bpf_map_delete_elem(&starts, &tid);
	return 0;
}

SEC("tracepoint/syscalls/sys_enter_open")
int enter_open(struct trace_event_raw_sys_enter *ctx)
{
	return enter((const char *)ctx->args[0], (int)ctx->args[1]);
}

SEC("tracepoint/syscalls/sys_enter_openat")
int enter_openat(struct trace_event_raw_sys_enter *ctx)
{
	return enter((const char *)ctx->args[1], (int)ctx->args[2]);
}

SEC("tracepoint/syscalls/sys_exit_open")
int exit_open(struct trace_event_raw_sys_exit *ctx)
{
	return leave(ctx->ret);
}

SEC("tracepoint/syscalls/sys_exit_openat")
int exit_openat(struct trace_event_raw_sys_exit *ctx)
{
	return leave(ctx->ret);
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
