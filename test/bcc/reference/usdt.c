#include <uapi/linux/ptrace.h>
BPF_HASH(counts, u64);
int do_trace(struct pt_regs *ctx) {
  uint64_t addr;
  char path[128] = {0};
  int method = 0;
  bpf_usdt_readarg(6, ctx, &addr);
  bpf_usdt_readarg(1, ctx, &method);
  bpf_usdt_readarg_p(5, ctx, &path, sizeof(path));
  bpf_probe_read_user_str(&path, sizeof(path), (void *)addr);
  bpf_trace_printk("path:%s\n", path);
  counts.increment(addr);
  return method;
}
