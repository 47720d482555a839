#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include "bits.bpf.h"

#define MAX_ENTRIES 10240
#define MAX_SLOTS 32

enum fs_file_op { F_READ, F_WRITE, F_OPEN, F_FSYNC, F_GETATTR, F_MAX_OP };

struct hist {
	__u32 slots[MAX_SLOTS];
};

const volatile pid_t target_pid = 0;
const volatile bool in_ms = false;

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MAX_ENTRIES);
	__type(key, __u32);
	__type(value, __u64);
} starts SEC(".maps");

struct hist hists[F_MAX_OP] = {};

static int probe_entry()
{
	__u64 pid_tgid = bpf_get_current_pid_tgid();
	__u32 pid = pid_tgid >> 32;
	__u32 tid = (__u32)pid_tgid;
	__u64 ts;

	if (target_pid && target_pid != pid)
		return 0;
	ts = bpf_ktime_get_ns();
	bpf_map_update_elem(&starts, &tid, &ts, BPF_ANY);
	return 0;
}

static int probe_return(enum fs_file_op op)
{
	__u32 tid = (__u32)bpf_get_current_pid_tgid();
	__u64 ts = bpf_ktime_get_ns();
	__u64 *tsp, slot;
	__s64 delta;

	tsp = bpf_map_lookup_elem(&starts, &tid);
	if (!tsp)
		return 0;
	if (op >= F_MAX_OP)
		goto cleanup;
	delta = (__s64)(ts - *tsp);
	if (delta < 0)
		goto cleanup;
	if (in_ms)
		delta /= 1000000;
	else
		delta /= 1000;
	slot = log2_64(delta);
	if (slot >= MAX_SLOTS)
		slot = MAX_SLOTS - 1;
	__sync_fetch_and_add(&hists[op].slots[slot], 1);
cleanup:
	bpf_map_delete_elem(&starts, &tid);
	return 0;
}

#define TWINS(name, op, function)                     \
SEC("kprobe/" #function)                              \
int BPF_KPROBE(name##_entry)                          \
{                                                     \
	return probe_entry();                         \
}                                                     \
SEC("kretprobe/" #function)                           \
int BPF_KRETPROBE(name##_exit)                        \
{                                                     \
	return probe_return(op);                      \
}                                                     \
SEC("fentry/" #function)                              \
int BPF_PROG(name##_fentry)                           \
{                                                     \
	return probe_entry();                         \
}                                                     \
SEC("fexit/" #function)                               \
int BPF_PROG(name##_fexit)                            \
{                                                     \
	return probe_return(op);                      \
}

TWINS(file_read, F_READ, ext4_file_read_iter)
TWINS(file_write, F_WRITE, ext4_file_write_iter)
TWINS(file_open, F_OPEN, ext4_file_open)
TWINS(file_sync, F_FSYNC, ext4_sync_file)
TWINS(getattr, F_GETATTR, ext4_file_getattr)

char LICENSE[] SEC("license") = "Dual BSD/GPL";
