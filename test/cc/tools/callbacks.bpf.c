// Callbacks, timers, locks, loops, dynamic pointers, global functions: what newer programs do beside tracing.
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

#define CLOCK_MONOTONIC 1
#define EINVAL 22

struct element {
	struct bpf_timer timer;
	struct bpf_spin_lock lock;
	__u64 count;
	char name[16];
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, struct element);
} elements SEC(".maps");

struct inner_map {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, int);
	__type(value, int);
} inner1 SEC(".maps"), inner2 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 3);
	__uint(map_flags, 0);
	__uint(key_size, sizeof(int));
	__array(values, struct inner_map);
} outer SEC(".maps") = {
	.values = { (void *)&inner1, 0, (void *)&inner2 },
};

int first_step(struct __sk_buff *skb);

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 2);
	__uint(key_size, sizeof(__u32));
	__array(values, int (void *));
} calls SEC(".maps") = {
	.values = {
		[0] = (void *)&first_step,
	},
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} events SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_BLOOM_FILTER);
	__uint(max_entries, 100);
	__uint(map_extra, 3);
	__type(value, __u64);
} bloom SEC(".maps");

struct walk {
	__u64 total;
	__u32 limit;
	void *map;
};

static long count_one(struct bpf_map *map, const void *key, void *value, void *ctx)
{
	struct walk *walk = ctx;
	struct element *e = value;

	walk->total += e->count;
	return walk->total > walk->limit;
}

static long add_index(__u32 index, void *ctx)
{
	struct walk *walk = ctx;

	walk->total += index;
	return index >= walk->limit;
}

static int on_timer(void *map, __u32 *key, struct element *e)
{
	bpf_spin_lock(&e->lock);
	e->count++;
	bpf_spin_unlock(&e->lock);
	bpf_timer_start(&e->timer, 1000000, 0);
	return 0;
}

__noinline int sum_of(struct walk *walk, int n)
{
	int i, sum = 0;

	if (!walk)
		return -EINVAL;
	for (i = 0; i < n && i < 64; i++) {
		sum += i ^ (int)walk->limit;
		if (sum > 1000)
			break;
	}
	return sum;
}

__weak int overridable(int x)
{
	return x + 1;
}

__hidden __noinline __u64 mix(__u64 a, __u64 b)
{
	return a * 0x9E3779B97F4A7C15ULL ^ (b << 7 | b >> 57);
}

SEC("tc")
int first_step(struct __sk_buff *skb)
{
	struct walk walk = { .limit = 10 };
	struct bpf_dynptr ptr;
	struct element *e, fresh = {};
	__u32 key = bpf_get_prandom_u32() & 63, zero = 0;
	__u64 value = mix(skb->len, skb->hash);
	int *inner;
	void *map;

	bpf_for_each_map_elem(&elements, count_one, &walk, 0);
	bpf_loop(100, add_index, &walk, 0);
	map = bpf_map_lookup_elem(&outer, &zero);
	if (map) {
		inner = bpf_map_lookup_elem(map, &zero);
		if (inner)
			*inner += overridable(1);
	}
	if (bpf_map_peek_elem(&bloom, &value) != 0)
		bpf_map_push_elem(&bloom, &value, BPF_ANY);
	e = bpf_map_lookup_elem(&elements, &key);
	if (!e) {
		bpf_map_update_elem(&elements, &key, &fresh, BPF_NOEXIST);
		return 0;
	}
	bpf_spin_lock(&e->lock);
	e->count += 1;
	bpf_spin_unlock(&e->lock);
	if (bpf_ringbuf_reserve_dynptr(&events, sizeof(value) + (key & 7), 0, &ptr) == 0) {
		__u64 *slot = bpf_dynptr_data(&ptr, 0, sizeof(*slot));

		if (slot)
			*slot = walk.total;
		bpf_dynptr_write(&ptr, 0, &value, sizeof(value), 0);
	}
	bpf_ringbuf_discard_dynptr(&ptr, 0);
	return sum_of(&walk, key);
}

SEC("tc")
int start_timers(struct __sk_buff *ctx)
{
	__u32 key = ctx->mark & 63;
	struct element *e = bpf_map_lookup_elem(&elements, &key);
	char target[] = "systemd";

	if (!e || bpf_strncmp(e->name, sizeof(target) - 1, "systemd"))
		return 0;
	if (bpf_timer_init(&e->timer, &elements, CLOCK_MONOTONIC))
		return 0;
	bpf_timer_set_callback(&e->timer, on_timer);
	bpf_timer_start(&e->timer, 0, 0);
	bpf_tail_call(ctx, &calls, 0);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
