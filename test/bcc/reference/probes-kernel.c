// Functions named for what they attach to, and parameters that come from registers.
#include <uapi/linux/ptrace.h>
#include <linux/sched.h>
#include <net/sock.h>

BPF_HASH(sizes, u32, u64);

int kprobe__vfs_read(struct pt_regs *ctx, struct file *file, char __user *buf, size_t count) {
  u32 pid = bpf_get_current_pid_tgid();
  u64 size = count;
  if (file->f_inode->i_ino == 0 || !(file->f_mode & FMODE_READ)) return 0;
  sizes.update(&pid, &size);
  return 0;
}

int kretprobe__vfs_read(struct pt_regs *ctx) {
  ssize_t ret = PT_REGS_RC(ctx);
  u32 pid = bpf_get_current_pid_tgid();
  if (ret < 0) sizes.delete(&pid);
  return 0;
}

int syscall__openat(struct pt_regs *ctx, int dfd, const char __user *filename, int flags, int mode) {
  char name[64];
  bpf_probe_read_user_str(&name, sizeof(name), filename);
  return name[0] + dfd + flags + mode;
}

int kprobe____x64_sys_mkdirat(struct pt_regs *ctx, int dfd, const char __user *path, int mode) {
  return mode + dfd;
}

int registers(struct pt_regs *ctx) {
  struct sock *sk = (struct sock *)PT_REGS_PARM1(ctx);
  u64 sum = PT_REGS_PARM2(ctx) + PT_REGS_PARM3(ctx) + PT_REGS_PARM4(ctx) + PT_REGS_PARM5(ctx) + PT_REGS_PARM6(ctx);
  sum += PT_REGS_FP(ctx) + PT_REGS_SP(ctx) + PT_REGS_IP(ctx) + PT_REGS_RET(ctx) + PT_REGS_RC(ctx);
  struct pt_regs *inner = PT_REGS_SYSCALL_CTX(ctx);
  sum += PT_REGS_PARM1_SYSCALL(inner) + PT_REGS_PARM4_SYSCALL(inner) + PT_REGS_PARM1_CORE(inner);
  return sk->__sk_common.skc_family + sum + ctx->ip + ctx->di;
}

TRACEPOINT_PROBE(sched, sched_switch) {
  char comm[16];
  bpf_probe_read_kernel(&comm, sizeof(comm), args->next_comm);
  return args->prev_pid + args->next_prio + comm[0] + args->prev_state;
}

TRACEPOINT_PROBE(sched, sched_process_exec) {
  char name[32];
  TP_DATA_LOC_READ_CONST(name, filename, 16);
  TP_DATA_LOC_READ_STR(&name, filename, sizeof(name));
  return name[0] + args->pid + (args->data_loc_filename & 0xffff);
}

TRACEPOINT_PROBE(raw_syscalls, sys_enter) {
  return args->id + args->args[1];
}

RAW_TRACEPOINT_PROBE(sched_switch) {
  struct task_struct *prev = (struct task_struct *)ctx->args[1];
  struct task_struct *next = (struct task_struct *)ctx->args[2];
  s32 prev_tgid, next_tgid;
  bpf_probe_read_kernel(&prev_tgid, sizeof(prev->tgid), &prev->tgid);
  bpf_probe_read_kernel(&next_tgid, sizeof(next->tgid), &next->tgid);
  return prev_tgid - next_tgid + prev->mm->owner->pid;
}

int on_event(struct bpf_perf_event_data *ctx) {
  struct bpf_perf_event_value value = {};
  bpf_perf_prog_read_value((void *)ctx, &value, sizeof(value));
  return ctx->sample_period + ctx->addr + PT_REGS_IP(&ctx->regs) + value.counter;
}
