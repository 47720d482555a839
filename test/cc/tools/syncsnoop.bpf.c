#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

enum sync_syscalls { SYS_T_MIN, SYS_SYNC, SYS_FSYNC, SYS_FDATASYNC, SYS_MSYNC, SYS_T_MAX };

struct event {
	char comm[16];
	__u64 ts_us;
	int sys;
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 256 * 1024);
} events SEC(".maps");

static void __syscall(struct trace_event_raw_sys_enter *ctx, enum sync_syscalls sys)
{
	struct event *event = bpf_ringbuf_reserve(&events, sizeof(struct event), 0);

	if (!event)
		return;
	bpf_get_current_comm(event->comm, sizeof(event->comm));
	event->ts_us = bpf_ktime_get_ns() / 1000;
	event->sys = sys;
	bpf_ringbuf_submit(event, bpf_ringbuf_query(&events, BPF_RB_AVAIL_DATA) > 4096 ? BPF_RB_FORCE_WAKEUP : BPF_RB_NO_WAKEUP);
}

#define PROBE(name, number) \
SEC("tracepoint/syscalls/sys_enter_" #name) \
void tracepoint__syscalls__sys_enter_##name(struct trace_event_raw_sys_enter *ctx) \
{ \
	__syscall(ctx, number); \
}

PROBE(sync, SYS_SYNC)
PROBE(fsync, SYS_FSYNC)
PROBE(fdatasync, SYS_FDATASYNC)
PROBE(msync, SYS_MSYNC)

char LICENSE[] SEC("license") = "Dual BSD/GPL";
