// What tools put into their texts: defines, filters, unions, container ids, anonymous enums, stack keys.
#include <uapi/linux/ptrace.h>
#include <uapi/linux/limits.h>
#include <linux/sched.h>
#include <linux/fs.h>
#include <linux/mount.h>
#include <linux/fs_struct.h>
#include <linux/version.h>
#include <linux/blkdev.h>
#define MAX_ENTRIES 8
#define ARGSIZE 128
#ifndef CONFIG_TSBPF_NOTHING
#define NAME(x) x##_t
#endif
enum event_type { EVENT_ARG, EVENT_RET, };
enum { FLAG_A = 1 << 0, FLAG_B = 1 << 1 };
typedef struct stack_key { u32 pid; int user_stack_id; int kernel_stack_id; char name[TASK_COMM_LEN]; } stack_key_t;
typedef enum { DOWN, UP } way_t;
struct data_t {
  u32 pid;
  enum event_type type;
  union { char argv[ARGSIZE]; struct { u32 a; u64 b; }; };
  way_t way;
  unsigned __int128 saddr;
  char name[NAME_MAX];
} __attribute__((packed));
BPF_PERCPU_ARRAY(scratch, struct data_t, 1);
BPF_HASH(counts, stack_key_t, u64, 40960);
BPF_STACK_TRACE(stack_traces, 16384);
BPF_RINGBUF_OUTPUT(events, 16);
BPF_TABLE_PUBLIC("hash", u64, u64, mount_ns_set, 1024);

static inline int _mntns_filter() {
  struct task_struct *current_task;
  current_task = (struct task_struct *)bpf_get_current_task();
  u64 ns_id = current_task->nsproxy->mnt_ns->ns.inum;
  return mount_ns_set.lookup(&ns_id) == NULL;
}
static inline bool container_should_be_filtered() { return _mntns_filter(); }
static __always_inline bool is_prefix(char *prefix, char *str) {
  for (int i = 0; i < 5; i++) if (prefix[i] != str[i]) return false;
  return true;
}

int trace_open(struct pt_regs *ctx, struct dentry *dentry) {
  int zero = 0;
  u32 depth = 0;
  if (container_should_be_filtered()) return 0;
  struct data_t *data = scratch.lookup(&zero);
  if (!data) return 0;
  struct task_struct *task = (struct task_struct *)bpf_get_current_task_btf();
  struct fs_struct *fs = task->fs;
  struct path pwd = fs->pwd;
  struct vfsmount *vfsmnt = fs->pwd.mnt;
  struct mount *mnt = container_of(vfsmnt, struct mount, mnt), *mnt_parent;
  struct dentry *at = pwd.dentry, *root = vfsmnt->mnt_root, *parent;
  for (int i = 1; i < MAX_ENTRIES; i++) {
    bpf_probe_read_kernel(&data->name, sizeof(data->name), (void *)at->d_name.name);
    data->type = EVENT_ARG;
    events.ringbuf_output(data, sizeof(*data), 0);
    parent = at->d_parent;
    if (parent == at || at == root) {
      mnt_parent = mnt->mnt_parent;
      if (mnt_parent == mnt) break;
      at = mnt->mnt_mountpoint;
      mnt = mnt_parent;
      root = mnt->mnt.mnt_root;
    } else {
      at = parent;
    }
    depth++;
  }
  data->way = UP;
  data->pid = bpf_get_current_pid_tgid() >> 32;
  if (is_prefix("/proc", data->name)) return 0;
  events.ringbuf_output(data, sizeof(*data), 0);
  return depth;
}

int trace_stack(struct bpf_perf_event_data *ctx) {
  u32 pid = bpf_get_current_pid_tgid() >> 32;
  if (!(pid == 1 || pid > 2)) return 0;
  stack_key_t key = {.pid = pid};
  bpf_get_current_comm(&key.name, sizeof(key.name));
  key.user_stack_id = stack_traces.get_stackid(&ctx->regs, BPF_F_USER_STACK);
  key.kernel_stack_id = stack_traces.get_stackid(&ctx->regs, 0);
  if (key.kernel_stack_id >= 0 || (key.kernel_stack_id == -EFAULT)) counts.increment(key);
  return 0;
}

#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 0, 0)
int trace_exec(struct pt_regs *ctx, struct linux_binprm *bprm) {
#else
int other(struct pt_regs *ctx) { struct linux_binprm *bprm = 0;
#endif
  struct task_struct *t = (typeof(t))bpf_get_current_task();
  const char *where = bprm->filename;
  char s[ARGSIZE] = "";
  bpf_probe_read_kernel_str(s, sizeof(s), (void *)where);
  if (s[0] == '/' && s[1] != 'x' && t->cred->uid.val >= 0) bpf_trace_printk("%s %d\n", s, bprm->argc);
  return 0;
}
