// SPDX-License-Identifier: GPL-2.0 OR MIT
// A hash map to be read.
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 131072);
	__type(key, __u32);
	__type(value, __u64);
} entries SEC(".maps");

char LICENSE[] SEC("license") = "Dual MIT/GPL";
