// Storage that goes with a socket, an inode, a task.
BPF_SK_STORAGE(sk_pkt_cnt, u64);
BPF_INODE_STORAGE(inode_map, u64);
BPF_TASK_STORAGE(task_map, u64);

int count_packets(struct __sk_buff *skb) {
  struct bpf_sock *sk;
  u64 *cnt;
  sk = skb->sk;
  if (!sk) return 1;
  sk = bpf_sk_fullsock(sk);
  if (!sk) return 1;
  cnt = sk_pkt_cnt.sk_storage_get(sk, 0, BPF_SK_STORAGE_GET_F_CREATE);
  if (!cnt) return 1;
  (*cnt)++;
  sk_pkt_cnt.sk_storage_delete(sk);
  return 1;
}
LSM_PROBE(inode_rename, struct inode *old_dir, struct dentry *old_dentry, struct inode *new_dir,
          struct dentry *new_dentry) {
  u64 *value = inode_map.inode_storage_get(old_dentry->d_inode, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE);
  if (value) (*value)++;
  return 0;
}
KFUNC_PROBE(inet_listen) {
  u64 *value = task_map.task_storage_get(bpf_get_current_task_btf(), 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
  if (value) *value = bpf_ktime_get_ns();
  return 0;
}
