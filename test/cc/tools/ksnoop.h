#ifndef KSNOOP_H
#define KSNOOP_H
/* Data structures shared with user space; the program there fills them from BTF. */
enum value_type { KSNOOP_F_PTR = 1, KSNOOP_F_MEMBER = 2, KSNOOP_F_ENTRY = 4, KSNOOP_F_RETURN = 8, KSNOOP_F_CUSTOM = 16,
	KSNOOP_F_STASH = 32, KSNOOP_F_STASHED = 64, KSNOOP_F_PREDICATE_MASK = 0x700 };
#define KSNOOP_F_PREDICATE_EQ 0x100
#define KSNOOP_F_PREDICATE_GT 0x200
#define KSNOOP_F_PREDICATE_LT 0x400
#define MAX_NAME 96
#define MAX_ARGS 6
#define MAX_TRACES (MAX_ARGS + 1)
#define MAX_TRACE_DATA 2048
#define MAX_TRACE_BUF (MAX_TRACES * MAX_TRACE_DATA)
#define FUNC_MAX_STACK_DEPTH 16
#define FUNC_STACK_DEPTH_MASK (FUNC_MAX_STACK_DEPTH - 1)

struct value {
	char name[MAX_NAME];
	__u64 type_id;
	__u64 flags;
	__u64 predicate_value;
	__u32 size;
	__u8 base_arg;
	__u32 offset;
};
struct func {
	char name[MAX_NAME];
	char mod[MAX_NAME];
	__s32 id;
	__u8 nr_args;
	__u64 ip;
	struct value args[MAX_TRACES];
};
struct trace_data {
	__u64 raw_value;
	__u32 err_type_id;
	int err;
	__u32 buf_offset;
	__u16 buf_len;
};
struct trace {
	struct func func;
	__u8 nr_traces;
	__u64 filter_pid;
	__u64 prev_ip;
	struct value traces[MAX_TRACES];
	__u64 flags;
	__u32 task;
	char comm[16];
	__u32 pid, cpu;
	__u64 time, data_flags;
	struct trace_data trace_data[MAX_TRACES];
	__u16 buf_len;
	char buf[MAX_TRACE_BUF];
	char buf_end[0];
};
struct func_stack {
	__u64 task;
	__u64 ips[FUNC_MAX_STACK_DEPTH];
	__u8 stack_depth;
};
static inline int base_arg_is_entry(__u8 base_arg) { return base_arg != MAX_ARGS; }
#endif
