// Programs whose arguments the verifier knows by type.
#include <linux/fs.h>
#include <linux/sched.h>
BPF_HASH(calls, u32, u64);
BPF_RINGBUF_OUTPUT(out, 4);
struct info { u32 tgid; u64 ino; char name[32]; char comm[TASK_COMM_LEN]; };

KFUNC_PROBE(vfs_open, const struct path *path, struct file *file) {
  struct info info = {};
  info.tgid = bpf_get_current_pid_tgid() >> 32;
  info.ino = path->dentry->d_inode->i_ino;
  bpf_probe_read_kernel_str(info.name, sizeof(info.name), path->dentry->d_name.name);
  bpf_get_current_comm(&info.comm, sizeof(info.comm));
  out.ringbuf_output(&info, sizeof(info), 0);
  return 0;
}

KRETFUNC_PROBE(vfs_open, const struct path *path, struct file *file, int ret) {
  u32 key = ret;
  calls.increment(key);
  return 0;
}
