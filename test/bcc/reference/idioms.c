// Ways of writing that the guide, its tutorial and tools have in common.
#include <uapi/linux/ptrace.h>
#include <linux/sched.h>
#include <linux/fs.h>
#define NUM_CPUS 4
#define min(a, b) ((a) < (b) ? (a) : (b))
#define FILTER_PID(pid) if ((pid) == 0) { return 0; }
struct name_t { char text[32]; };
struct value_t { u64 counts[8]; struct { u32 a, b; } pair; char *address; };
BPF_PERF_ARRAY(counters, NUM_CPUS);
BPF_HASH(values, struct name_t, struct value_t);
BPF_HASH(ids, u32, u64);
BPF_ARRAY(config, u32, 1);
BPF_PERF_OUTPUT(out);
static const u32 powers[] = {1, 10, 100, 1000};
static const char prefix[] = "/proc";
static inline bool starts_with(const char *text, const char *start) {
  #pragma clang loop unroll(full)
  for (int i = 0; i < 5; i++) if (text[i] != start[i]) return false;
  return true;
}
static inline __attribute__((always_inline)) void bump(struct value_t *value, u32 at) { value->counts[at & 7]++; }

int hello(void *ctx) {
  bpf_trace_printk("Hello, World!\n");
  return 0;
}

int written(struct pt_regs *ctx, struct file *file, const char __user *buf, size_t count) {
  u32 pid = bpf_get_current_pid_tgid() >> 32;
  FILTER_PID(pid)
  struct name_t name = {};
  struct value_t zero = {}, *value;
  const char *which = count > 10 ? "large" : "small";
  const char format[] = "%d %s\n";
  u64 none = 0, *seen = ids.lookup_or_try_init(&pid, &none);
  if (!seen) return 0;
  __sync_fetch_and_add(seen, min(count, (size_t)64));
  bpf_probe_read_kernel_str(name.text, sizeof name.text, file->f_path.dentry->d_name.name);
  if (starts_with(name.text, prefix) || name.text[0] == '\0') return 0;
  value = values.lookup_or_try_init(&name, &zero);
  if (value == NULL) return 0;
  bump(value, pid);
  value->pair = (typeof(value->pair)){.a = pid, .b = powers[pid & 3]};
  value->address = (char *)buf;
  u32 *limit = config.lookup(&(int){0});
  if (limit && *limit && value->counts[0] > *limit) ids.delete(&pid);
  u64 *again = bpf_map_lookup_elem(&ids, &pid);
  if (again) *again |= 1ULL << 63;
  bpf_map_update_elem(&ids, &pid, &none, BPF_EXIST);
  bpf_map_delete_elem(&ids, &pid);
  bpf_trace_printk_(format, sizeof(format), pid, which);
  bpf_perf_event_output(ctx, &out, BPF_F_CURRENT_CPU, &name, sizeof(name));
  out.perf_submit(ctx, &value->counts, sizeof(value->counts));
  switch (pid) { case 1 ... 9: return 1; case 10: default: break; }
  return counters.perf_read(BPF_F_CURRENT_CPU) > 5;
}

int do_count(struct bpf_perf_event_data *ctx) {
  u32 cpu = bpf_get_smp_processor_id();
  ids.increment(cpu);
  return 0;
}
