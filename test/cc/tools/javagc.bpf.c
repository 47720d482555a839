#include <vmlinux.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/usdt.bpf.h>

struct data_t {
	__u32 cpu;
	__u32 pid;
	__u64 ts;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 100);
	__type(key, uint32_t);
	__type(value, struct data_t);
} data_map SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__type(key, int);
	__type(value, int);
} perf_map SEC(".maps");

__u32 time;

static int gc_start(struct pt_regs *ctx)
{
	struct data_t data = {};

	data.cpu = bpf_get_smp_processor_id();
	data.pid = bpf_get_current_pid_tgid() >> 32;
	data.ts = bpf_ktime_get_ns();
	bpf_map_update_elem(&data_map, &data.pid, &data, 0);
	return 0;
}

static int gc_end(struct pt_regs *ctx)
{
	struct data_t data = {};
	struct data_t *p;
	__u32 val;

	data.cpu = bpf_get_smp_processor_id();
	data.pid = bpf_get_current_pid_tgid() >> 32;
	data.ts = bpf_ktime_get_ns();
	p = bpf_map_lookup_elem(&data_map, &data.pid);
	if (!p)
		return 0;
	val = data.ts - p->ts;
	if (val > time) {
		data.ts = val;
		bpf_perf_event_output(ctx, &perf_map, BPF_F_CURRENT_CPU, &data, sizeof(struct data_t));
	}
	bpf_map_delete_elem(&data_map, &data.pid);
	return 0;
}

SEC("usdt")
int handle_gc_start(struct pt_regs *ctx)
{
	return gc_start(ctx);
}

SEC("usdt/libjvm.so:hotspot:gc__end")
int handle_gc_end(struct pt_regs *ctx)
{
	return gc_end(ctx);
}

SEC("usdt")
int BPF_USDT(handle_method, long thread, const char *class, int class_len, const char *method, int method_len)
{
	char name[32] = {};
	long extra;

	if (class_len <= 0 || bpf_usdt_arg_cnt(ctx) < 5 || bpf_usdt_arg(ctx, 4, &extra))
		return 0;
	bpf_probe_read_user_str(name, sizeof(name), class);
	bpf_printk("%ld %s %llu", thread, name, bpf_usdt_cookie(ctx));
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
