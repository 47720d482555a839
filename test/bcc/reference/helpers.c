// Helpers as the reference guide calls them.
#include <uapi/linux/ptrace.h>
#include <linux/sched.h>
#include <linux/nsproxy.h>
#include <linux/pid_namespace.h>
BPF_HASH(values, u32, u64);

int all_helpers(struct pt_regs *ctx) {
  u64 id = bpf_get_current_pid_tgid();
  u32 pid = id >> 32, tid = (u32)id;
  u32 uid = bpf_get_current_uid_gid() & 0xffffffff;
  gid_t gid = bpf_get_current_uid_gid() >> 32;
  char comm[TASK_COMM_LEN], copy[16] = {};
  struct bpf_pidns_info ns = {};
  bpf_get_current_comm(&comm, sizeof(comm));
  struct task_struct *task = (struct task_struct *)bpf_get_current_task();
  u64 cgroup = bpf_get_current_cgroup_id() + bpf_get_current_ancestor_cgroup_id(1);
  u64 now = bpf_ktime_get_ns() + bpf_ktime_get_boot_ns();
  bpf_get_ns_current_pid_tgid(3, 4026531836, &ns, sizeof(ns));
  u32 random = bpf_get_prandom_u32(), cpu = bpf_get_smp_processor_id(), node = bpf_get_numa_node_id();
  bpf_probe_read_kernel(&copy, sizeof(copy), task->comm);
  bpf_probe_read_kernel_str(&copy, sizeof(copy), task->comm);
  bpf_probe_read(&copy, sizeof(copy), (void *)task->comm);
  bpf_probe_read_str(&copy, sizeof(copy), (void *)task->comm);
  bpf_probe_read_user(&copy, sizeof(copy), (void *)PT_REGS_SP(ctx));
  bpf_probe_read_user_str(&copy, sizeof(copy), (void *)PT_REGS_SP(ctx));
  u64 stack[16];
  int size = bpf_get_stack(ctx, stack, sizeof(stack), BPF_F_USER_STACK);
  bpf_trace_printk("%d %s\\n", pid, comm);
  bpf_trace_printk("Hello, World!\n");
  bpf_trace_printk("%d %d %llu", pid, tid, now);
  bpf_send_signal(0);
  bpf_jiffies64();
  return task->real_parent->tgid + task->nsproxy->pid_ns_for_children->ns.inum + uid + gid + cgroup + random + cpu + node + size +
         ns.pid + bpf_strncmp(comm, 4, "bash") + bpf_num_cpus();
}
