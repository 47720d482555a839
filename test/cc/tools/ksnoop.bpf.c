#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
#include <asm-generic/errno.h>
#include "ksnoop.h"

#define MAX_STASHED 8

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u64);
	__type(value, struct func_stack);
} ksnoop_func_stack SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8);
	__type(key, __u64);
	__type(value, struct trace);
} ksnoop_func_map SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(value_size, sizeof(int));
	__uint(key_size, sizeof(int));
} ksnoop_perf_map SEC(".maps");

static void clear_trace(struct trace *trace)
{
	__builtin_memset(&trace->trace_data, 0, sizeof(trace->trace_data));
	trace->data_flags = 0;
	trace->buf_len = 0;
}

static struct trace *get_trace(struct pt_regs *ctx, bool entry)
{
	__u8 stack_depth, last_stack_depth;
	struct func_stack *func_stack;
	__u64 ip, last_ip = 0, task;
	struct trace *trace;

	task = bpf_get_current_task();
	func_stack = bpf_map_lookup_elem(&ksnoop_func_stack, &task);
	if (!func_stack) {
		struct func_stack new_stack = {};

		new_stack.task = task;
		bpf_map_update_elem(&ksnoop_func_stack, &task, &new_stack, BPF_NOEXIST);
		func_stack = bpf_map_lookup_elem(&ksnoop_func_stack, &task);
		if (!func_stack)
			return NULL;
	}
	stack_depth = func_stack->stack_depth;
	if (stack_depth > FUNC_MAX_STACK_DEPTH)
		return NULL;
	if (entry) {
		if (bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_get_func_ip))
			ip = bpf_get_func_ip(ctx);
		else
			ip = PT_REGS_IP_CORE(ctx);
		if (stack_depth >= FUNC_MAX_STACK_DEPTH - 1)
			return NULL;
		/* verifier doesn't like using "stack_depth-1" as array index directly */
		last_stack_depth = stack_depth - 1;
		if (last_stack_depth < FUNC_MAX_STACK_DEPTH)
			last_ip = func_stack->ips[last_stack_depth];
		if (last_ip == ip)
			return NULL;
		func_stack->ips[stack_depth & FUNC_STACK_DEPTH_MASK] = ip;
		stack_depth = (stack_depth + 1) & FUNC_STACK_DEPTH_MASK;
		func_stack->stack_depth = stack_depth;
	} else {
		if (stack_depth == 0 || stack_depth >= FUNC_MAX_STACK_DEPTH)
			return NULL;
		last_stack_depth = stack_depth;
		stack_depth = stack_depth - 1;
		if (last_stack_depth < FUNC_MAX_STACK_DEPTH)
			last_ip = func_stack->ips[last_stack_depth];
		if (stack_depth < FUNC_MAX_STACK_DEPTH)
			ip = func_stack->ips[stack_depth];
		func_stack->stack_depth = stack_depth;
	}
	trace = bpf_map_lookup_elem(&ksnoop_func_map, &ip);
	if (!trace)
		return NULL;
	clear_trace(trace);
	if (trace->prev_ip && trace->prev_ip != last_ip)
		return NULL;
	return trace;
}

static __u64 get_arg(struct pt_regs *ctx, __u8 arg)
{
	switch (arg) {
	case 0:
		return PT_REGS_PARM1_CORE(ctx);
	case 1:
		return PT_REGS_PARM2_CORE(ctx);
	case 2:
		return PT_REGS_PARM3_CORE(ctx);
	case 3:
		return PT_REGS_PARM4_CORE(ctx);
	case 4:
		return PT_REGS_PARM5_CORE(ctx);
	case MAX_ARGS:
		return PT_REGS_RC_CORE(ctx);
	default:
		return 0;
	}
}

static void output_trace(struct pt_regs *ctx, struct trace *trace)
{
	__u16 trace_len;

	if (trace->buf_len == 0)
		return;
	trace->pid = bpf_get_current_pid_tgid() >> 32;
	trace->cpu = bpf_get_smp_processor_id();
	trace->time = bpf_ktime_get_ns();
	bpf_get_current_comm(&trace->comm, sizeof(trace->comm));
	trace_len = sizeof(*trace) + trace->buf_len - MAX_TRACE_BUF;
	if (trace_len <= sizeof(*trace))
		bpf_perf_event_output(ctx, &ksnoop_perf_map, BPF_F_CURRENT_CPU, trace, trace_len);
	clear_trace(trace);
}

static int ksnoop(struct pt_regs *ctx, bool entry)
{
	void *data_ptr = NULL;
	struct trace *trace;
	__u64 data;
	__u8 i;

	trace = get_trace(ctx, entry);
	if (!trace)
		return 0;
	if (trace->filter_pid && trace->filter_pid != bpf_get_current_pid_tgid() >> 32)
		return 0;
	for (i = 0; i < MAX_TRACES; i++) {
		struct trace_data *currdata;
		struct value *currtrace;
		char *buf_offset = NULL;
		__u32 tracesize;

		currdata = &trace->trace_data[i];
		currtrace = &trace->traces[i];
		if ((entry && !base_arg_is_entry(currtrace->base_arg)) || (!entry && base_arg_is_entry(currtrace->base_arg)))
			continue;
		if (currtrace->type_id == 0)
			continue;
		data = get_arg(ctx, currtrace->base_arg);
		/* look up member value and read into data field. */
		if (currtrace->flags & KSNOOP_F_MEMBER) {
			if (currtrace->offset)
				data += currtrace->offset;
			if (currtrace->flags & KSNOOP_F_PTR) {
				void *dataptr = (void *)data;

				if (bpf_probe_read(&data, sizeof(data), dataptr)) {
					currdata->err_type_id = currtrace->type_id;
					currdata->err = -EFAULT;
					continue;
				}
			}
		}
		currdata->raw_value = data;
		if (currtrace->flags & KSNOOP_F_PREDICATE_MASK) {
			bool ok = (currtrace->flags & KSNOOP_F_PREDICATE_EQ && data == currtrace->predicate_value) ||
				  (currtrace->flags & KSNOOP_F_PREDICATE_GT && data > currtrace->predicate_value) ||
				  (currtrace->flags & KSNOOP_F_PREDICATE_LT && data < currtrace->predicate_value);
			if (!ok) {
				clear_trace(trace);
				return 0;
			}
		}
		if (currtrace->flags & (KSNOOP_F_PTR | KSNOOP_F_MEMBER))
			data_ptr = (void *)data;
		else
			data_ptr = &data;
		if (trace->buf_len + MAX_TRACE_DATA >= MAX_TRACE_BUF)
			break;
		buf_offset = &trace->buf[trace->buf_len];
		if (buf_offset > &trace->buf[MAX_TRACE_BUF]) {
			currdata->err_type_id = currtrace->type_id;
			currdata->err = -ENOSPC;
			continue;
		}
		currdata->buf_offset = trace->buf_len;
		tracesize = currtrace->size;
		if (tracesize > MAX_TRACE_DATA)
			tracesize = MAX_TRACE_DATA;
		if (bpf_probe_read_kernel(buf_offset, tracesize, data_ptr)) {
			currdata->err_type_id = currtrace->type_id;
			currdata->err = -EFAULT;
			continue;
		}
		currdata->buf_len = tracesize;
		trace->buf_len += tracesize;
	}
	output_trace(ctx, trace);
	return 0;
}

SEC("kprobe/foo")
int BPF_KPROBE(kprobe_entry)
{
	return ksnoop(ctx, true);
}

SEC("kretprobe/foo")
int BPF_KRETPROBE(kprobe_return)
{
	return ksnoop(ctx, false);
}

char _license[] SEC("license") = "Dual BSD/GPL";
