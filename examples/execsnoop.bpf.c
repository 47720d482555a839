// SPDX-License-Identifier: GPL-2.0 OR MIT
// Every program that is started, with its arguments.
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

#define MAX_ARGS 20
#define ARG_SIZE 128

struct event {
	__u32 pid;
	__u32 ppid;
	__u32 uid;
	int ret;
	/* How many of args are filled; more arguments than fit are cut off. */
	__u32 args_count;
	char comm[16];
	char args[MAX_ARGS][ARG_SIZE];
};

/* Keeps the record's type in the object, for the reader of the events. */
const struct event *unused_event __attribute__((unused));

/* Filters, set before loading; 0 means all. */
const volatile __u32 target_ppid = 0;

static const struct event empty_event = {};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__type(value, struct event);
} execs SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4 * 1024 * 1024);
} events SEC(".maps");

SEC("tracepoint/syscalls/sys_enter_execve")
int enter_execve(struct trace_event_raw_sys_enter *ctx)
{
	__u64 id = bpf_get_current_pid_tgid();
	__u32 tid = id;
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	__u32 ppid = BPF_CORE_READ(task, real_parent, tgid);
	const char *const *argv = (const char *const *)ctx->args[1];
	struct event *event;

	if (target_ppid && target_ppid != ppid)
		return 0;
	if (bpf_map_update_elem(&execs, &tid, &empty_event, BPF_NOEXIST))
		return 0;
	event = bpf_map_lookup_elem(&execs, &tid);
	if (!event)
		return 0;
	event->pid = id >> 32;
	event->ppid = ppid;
	event->uid = bpf_get_current_uid_gid();
#pragma unroll
	for (int i = 0; i < MAX_ARGS; i++) {
		const char *arg = 0;

		if (bpf_probe_read_user(&arg, sizeof(arg), &argv[i]) || !arg)
			return 0;
		if (bpf_probe_read_user_str(event->args[i], ARG_SIZE, arg) < 0)
			return 0;
		event->args_count = i + 1;
	}
	return 0;
}

SEC("tracepoint/syscalls/sys_exit_execve")
int exit_execve(struct trace_event_raw_sys_exit *ctx)
{
	__u32 tid = bpf_get_current_pid_tgid();
	struct event *event = bpf_map_lookup_elem(&execs, &tid);

	if (!event)
		return 0;
	event->ret = ctx->ret;
	bpf_get_current_comm(event->comm, sizeof(event->comm));
	bpf_ringbuf_output(&events, event, sizeof(*event), 0);
	bpf_map_delete_elem(&execs, &tid);
	return 0;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
