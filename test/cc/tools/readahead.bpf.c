#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
#include "bits.bpf.h"

#define MAX_ENTRIES 10240
#define MAX_SLOTS 20

struct hist {
	__u32 unused;
	__u32 total;
	__u32 slots[MAX_SLOTS];
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MAX_ENTRIES);
	__type(key, u32);
	__type(value, u64);
} in_readahead SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MAX_ENTRIES);
	__type(key, struct page *);
	__type(value, u64);
} birth SEC(".maps");

struct hist hist = {};

SEC("kprobe/page_cache_ra_unbounded")
int BPF_KPROBE(page_cache_ra_unbounded)
{
	u32 pid = bpf_get_current_pid_tgid();
	u64 one = 1;

	bpf_map_update_elem(&in_readahead, &pid, &one, 0);
	return 0;
}

SEC("fentry/page_cache_ra_unbounded")
int BPF_PROG(ra_entry, struct readahead_control *ractl, unsigned long nr_to_read, unsigned long lookahead_size)
{
	u32 pid = bpf_get_current_pid_tgid();
	u64 one = nr_to_read;

	if (ractl->mapping->host->i_ino == 0)
		return 0;
	bpf_map_update_elem(&in_readahead, &pid, &one, 0);
	return 0;
}

SEC("kretprobe/filemap_alloc_folio_noprof")
int BPF_KRETPROBE(filemap_alloc_folio_ret, struct folio *ret)
{
	u32 pid = bpf_get_current_pid_tgid();
	u64 ts;

	if (!bpf_map_lookup_elem(&in_readahead, &pid))
		return 0;
	ts = bpf_ktime_get_ns();
	bpf_map_update_elem(&birth, &ret, &ts, 0);
	__sync_fetch_and_add(&hist.unused, 1);
	__sync_fetch_and_add(&hist.total, 1);
	return 0;
}

SEC("kretprobe/page_cache_ra_unbounded")
int BPF_KRETPROBE(page_cache_ra_unbounded_ret)
{
	u32 pid = bpf_get_current_pid_tgid();

	bpf_map_delete_elem(&in_readahead, &pid);
	return 0;
}

static int handle_mark_accessed(struct folio *folio)
{
	u64 *tsp, slot, ts = bpf_ktime_get_ns();
	s64 delta;

	tsp = bpf_map_lookup_elem(&birth, &folio);
	if (!tsp)
		return 0;
	delta = (s64)(ts - *tsp);
	if (delta < 0)
		goto update_and_cleanup;
	slot = log2_64(delta / 1000000U);
	if (slot >= MAX_SLOTS)
		slot = MAX_SLOTS - 1;
	__sync_fetch_and_add(&hist.slots[slot], 1);

update_and_cleanup:
	__sync_fetch_and_add(&hist.unused, -1);
	bpf_map_delete_elem(&birth, &folio);
	return 0;
}

SEC("kprobe/folio_mark_accessed")
int BPF_KPROBE(folio_mark_accessed, struct folio *folio)
{
	return handle_mark_accessed(folio);
}

char LICENSE[] SEC("license") = "GPL";
