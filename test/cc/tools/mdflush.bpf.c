#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>
#include "core_fixes.bpf.h"

#define TASK_COMM_LEN 16
#define DISK_NAME_LEN 32

struct event {
	__u32 pid;
	char comm[TASK_COMM_LEN];
	char disk[DISK_NAME_LEN];
};

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
} events SEC(".maps");

SEC("kprobe/md_flush_request")
int BPF_KPROBE(md_flush_request, void *mddev, struct bio *bio)
{
	__u64 pid = bpf_get_current_pid_tgid() >> 32;
	struct event event = {};
	struct gendisk *gendisk;

	event.pid = pid;
	gendisk = disk_of_bio(bio);
	BPF_CORE_READ_STR_INTO(event.disk, gendisk, disk_name);
	bpf_get_current_comm(event.comm, sizeof(event.comm));
	bpf_perf_event_output(ctx, &events, BPF_F_CURRENT_CPU, &event, sizeof(event));
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
