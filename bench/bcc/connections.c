// What tools of the network do: kernel structs dereferenced, a hash table, events.
#include <uapi/linux/ptrace.h>
#include <net/sock.h>
#include <bcc/proto.h>

struct event_t {
  u32 pid;
  u32 saddr;
  u32 daddr;
  u16 dport;
  char task[TASK_COMM_LEN];
};
BPF_HASH(connecting, u32, struct sock *);
BPF_PERF_OUTPUT(events);

int kprobe__tcp_v4_connect(struct pt_regs *ctx, struct sock *sk) {
  u32 tid = bpf_get_current_pid_tgid();
  connecting.update(&tid, &sk);
  return 0;
}

int kretprobe__tcp_v4_connect(struct pt_regs *ctx) {
  u32 tid = bpf_get_current_pid_tgid();
  struct sock **skp = connecting.lookup(&tid);
  if (skp == 0) return 0;
  if (PT_REGS_RC(ctx) == 0) {
    struct sock *sk = *skp;
    struct event_t event = {.pid = bpf_get_current_pid_tgid() >> 32};
    event.saddr = sk->__sk_common.skc_rcv_saddr;
    event.daddr = sk->__sk_common.skc_daddr;
    u16 dport = sk->__sk_common.skc_dport;
    event.dport = ntohs(dport);
    bpf_get_current_comm(&event.task, sizeof(event.task));
    events.perf_submit(ctx, &event, sizeof(event));
  }
  connecting.delete(&tid);
  return 0;
}
