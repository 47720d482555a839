// SPDX-License-Identifier: GPL-2.0 OR MIT
// Fills a ring buffer with records of 8 or 64 bytes, a batch at each run; what finds it full is counted.
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

#define BATCH 64

struct small {
	__u64 sequence;
};

struct event {
	__u64 sequence;
	__u64 ts_ns;
	__u32 pid;
	__u32 uid;
	__u32 cpu;
	__s32 ret;
	char comm[16];
	__u64 more[2];
};

const struct event *unused_event __attribute__((unused));

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 16 * 1024 * 1024);
} events SEC(".maps");

__u64 produced = 0;
__u64 dropped = 0;

SEC("socket")
int produce_small(struct __sk_buff *skb)
{
	for (int i = 0; i < BATCH; i++) {
		struct small *record = bpf_ringbuf_reserve(&events, sizeof(*record), 0);

		if (!record) {
			dropped++;
			continue;
		}
		record->sequence = produced++;
		bpf_ringbuf_submit(record, 0);
	}
	return 0;
}

SEC("socket")
int produce_large(struct __sk_buff *skb)
{
	for (int i = 0; i < BATCH; i++) {
		struct event *record = bpf_ringbuf_reserve(&events, sizeof(*record), 0);

		if (!record) {
			dropped++;
			continue;
		}
		record->sequence = produced++;
		record->ts_ns = 1;
		record->pid = 1234;
		record->uid = 0;
		record->cpu = 1;
		record->ret = -2;
		__builtin_memcpy(record->comm, "producer\0\0\0\0\0\0\0", 16);
		record->more[0] = 0;
		record->more[1] = i;
		bpf_ringbuf_submit(record, 0);
	}
	return 0;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
