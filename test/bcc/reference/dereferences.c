// Kernel memory read as if it were one's own, in every place of the language.
#include <uapi/linux/ptrace.h>
#include <linux/sched.h>
#include <linux/fs.h>
#include <linux/mm_types.h>
#include <linux/nsproxy.h>
#include <linux/blk-mq.h>
#include <net/sock.h>
#include <net/inet_sock.h>
#include <net/net_namespace.h>

struct out_t { char comm[TASK_COMM_LEN]; u8 addr[16]; struct in6_addr v6; struct qstr name; u64 words[4]; };
BPF_HASH(tasks, u32, struct task_struct *);
BPF_HASH(socks, u64, struct sock *);
struct start_t { struct request *rq; struct sock *sk; u64 ts; };
BPF_HASH(starts, u32, struct start_t);
BPF_PERF_OUTPUT(out);

#define FAMILY(s) ((s)->__sk_common.skc_family)
#define PARENT_TGID(t) (t)->real_parent->tgid

static inline struct tcp_sock *as_tcp(const struct sock *sk) { return (struct tcp_sock *)sk; }
static u32 tgid_of(struct task_struct *task) { return task->tgid; }
static int depth(struct dentry *dentry) {
  int count = 0;
  for (int i = 0; i < 10; i++) {
    struct dentry *parent = dentry->d_parent;
    if (parent == dentry || !parent) break;
    dentry = parent;
    count++;
  }
  return count;
}

// Array members, bit-fields, addresses of members, elements of arrays behind pointers.
int positions(struct pt_regs *ctx, struct sock *sk, struct task_struct *other) {
  struct task_struct *task = (struct task_struct *)bpf_get_current_task();
  u64 sum = 0;
  struct out_t o = {};
  sum += task->comm[3];
  sum += task->sched_reset_on_fork;
  sum += task->in_execve ? 1 : 2;
  sum += task->thread_pid->numbers[0].nr;
  struct list_head *children = &task->real_parent->children;
  sum += children->next != children->prev;
  sum += (&task->mm->mmap_lock)->count.counter;
  sum += *&task->tgid;
  sum += (*task).tgid + (*(*task).mm).start_code;
  sum += task ? task->pid : other->pid;
  sum += (task->flags & PF_KTHREAD ? task : other)->tgid;
  sum += tgid_of(task) + tgid_of(other->group_leader);
  sum += PARENT_TGID(task) + FAMILY(sk);
  sum += ((struct inet_sock *)sk)->inet_sport;
  sum += inet_sk(sk)->inet_dport + tcp_sk(sk)->rcv_nxt + as_tcp(sk)->snd_cwnd;
  sum += sk->sk_protocol + sk->sk_type + sk->sk_state;
  sum += task->nsproxy->net_ns->ns.inum;
  sum += sk->__sk_common.skc_net.net->ns.inum;
  sum += container_of(sk, struct inet_sock, sk)->inet_id.counter;
  for (int i = 0; i < 4; i++) sum += sk->__sk_common.skc_v6_daddr.in6_u.u6_addr8[i];
  sum += sk->sk_v6_daddr.s6_addr[2] + sk->sk_v6_rcv_saddr.s6_addr32[1];
  o.v6 = sk->__sk_common.skc_v6_rcv_saddr;
  o.name = task->fs->pwd.dentry->d_name;
  bpf_probe_read_kernel_str(&o.comm, sizeof(o.comm), task->group_leader->comm);
  bpf_probe_read_kernel(&o.addr, sizeof(o.addr), sk->__sk_common.skc_v6_daddr.in6_u.u6_addr32);
  __builtin_memcpy(o.words, &task->start_time, 16);
  if (task->real_parent && task->real_parent->pid > 1 && task->real_parent->real_parent->pid != 1) sum++;
  u32 tgid = task->tgid, ppid = task->real_parent->tgid;
  switch (sk->sk_family) { case AF_INET: sum += 1; break; case AF_INET6: sum += 2; }
  for (int i = 0; i < 4 && other->pid > 3; i++) sum += other->pid;
  o.words[task->pid & 3] = task->start_time;
  sum -= depth(task->fs->pwd.dentry);
  out.perf_submit(ctx, &o, sizeof(o));
  return sum + tgid + ppid;
}

// Pointers out of maps, out of structs in maps, out of arrays on the stack.
int kept(struct pt_regs *ctx, struct request *rq) {
  u32 pid = bpf_get_current_pid_tgid();
  u64 id = bpf_get_current_pid_tgid();
  struct start_t start = {.rq = rq, .ts = 1}, *found;
  struct task_struct **task = tasks.lookup(&pid);
  struct sock **skpp = socks.lookup(&id);
  u64 sum = 0;
  if (task) sum += (*task)->tgid + (*task)->real_parent->tgid;
  if (skpp) {
    struct sock *skp = *skpp;
    u16 dport = skp->__sk_common.skc_dport;
    sum += ntohs(dport) + skp->__sk_common.skc_num;
  }
  found = starts.lookup(&pid);
  if (found && found->rq) sum += found->rq->__data_len + found->rq->__sector + found->rq->cmd_flags;
  starts.update(&pid, &start);
  struct sock *pair[2] = {};
  pair[0] = start.sk;
  pair[1] = (struct sock *)PT_REGS_PARM1(ctx);
  sum += pair[1]->sk_rcvbuf + start.rq->timeout;
  return sum;
}

// Loops over lists, over arrays of pointers, walks through parents.
int walks(struct pt_regs *ctx, struct file *file, struct iov_iter *iter) {
  struct task_struct *task = (struct task_struct *)bpf_get_current_task();
  u32 last = 0;
  #pragma unroll
  for (int i = 0; i < 5; i++) {
    if (task->pid == 0) break;
    last = task->pid;
    task = task->real_parent;
  }
  struct qstr names[3] = {};
  struct dentry *de = file->f_path.dentry;
  for (int i = 0; i < 3; i++) {
    names[i] = de->d_name;
    if (de == de->d_parent) break;
    de = de->d_parent;
  }
  struct list_head *at = task->children.next;
  for (int i = 0; i < 4 && at != &task->children; i++, at = at->next) {
    struct task_struct *child = list_entry(at, struct task_struct, sibling);
    last += child->tgid;
  }
  struct super_block *sb = file->f_inode->i_sb;
  return last + names[1].len + names[2].hash_len + sb->s_magic + file->f_op->read_iter + (u64)file->f_path.mnt->mnt_root;
}

// Structs copied whole, by initialiser, by assignment, passed and returned.
static struct path path_of(struct file *file) { return file->f_path; }
static u64 sum_of(struct path path) { return (u64)path.mnt + (u64)path.dentry; }
int copies(struct pt_regs *ctx, struct file *file, struct sock *sk) {
  struct path a = file->f_path, b;
  b = file->f_path;
  struct in6_addr address = {};
  address = sk->sk_v6_daddr;
  struct qstr name = a.dentry->d_name;
  unsigned __int128 wide = *(unsigned __int128 *)&sk->sk_v6_daddr;
  char first[8] = {};
  bpf_probe_read_kernel(first, sizeof(first), (void *)name.name);
  return sum_of(path_of(file)) + b.dentry->d_inode->i_mode + address.s6_addr16[0] + (u64)wide + first[0];
}

// User memory: pointers of system calls, marked or not.
struct pair { u32 a; u32 b; };
int syscall__user(struct pt_regs *ctx, struct pair __user *user, const char *const *argv) {
  struct pair copy = {};
  bpf_probe_read_user(&copy, sizeof(copy), user);
  const char *first = 0;
  bpf_probe_read_user(&first, sizeof(first), (void *)&argv[1]);
  return copy.a + user->b;
}
