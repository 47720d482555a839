BPF_HASH(seen, u32, u64);
struct file;
BPF_ITER(task) {
  struct seq_file *seq = ctx->meta->seq;
  struct task_struct *task = ctx->task;
  if (task == (void *)0) return 0;
  if (ctx->meta->seq_num == 0) BPF_SEQ_PRINTF(seq, "    tgid      gid\n");
  BPF_SEQ_PRINTF(seq, "%8d %8d %s\n", task->tgid, task->pid, task->comm);
  struct info { u32 a; u32 b; } info = {task->tgid, task->pid};
  bpf_seq_write(seq, &info, sizeof(info));
  return 0;
}
BPF_ITER(task_file) {
  struct task_struct *task = ctx->task;
  struct file *file = ctx->file;
  if (!file || !task) return 0;
  u32 tgid = task->tgid;
  seen.increment(tgid, file->f_inode->i_ino + ctx->fd);
  return 0;
}
BPF_ITER(bpf_map) {
  struct bpf_map *map = ctx->map;
  if (!map) return 0;
  BPF_SEQ_PRINTF(ctx->meta->seq, "%u %s %d\n", map->id, map->name, map->max_entries);
  return 0;
}
