// Tables that outlive the process, and tables shared between programs.
BPF_TABLE_PINNED("hash", u64, u64, pinned_hash, 1024, "/sys/fs/bpf/tsbpf_reference_pinned");
BPF_TABLE_PUBLIC("hash", u32, u64, public_hash, 128);
BPF_TABLE_SHARED("array", int, u64, shared_array, 16);
BPF_QUEUESTACK_SHARED("queue", shared_queue, u32, 16, 0);
BPF_QUEUESTACK_PUBLIC("stack", public_stack, u32, 16, 0);
BPF_QUEUESTACK_PINNED("queue", pinned_queue, u32, 16, 0, "/sys/fs/bpf/tsbpf_reference_queue");

int use(struct pt_regs *ctx) {
  u64 key = 1;
  u32 small = 2;
  pinned_hash.increment(key);
  public_hash.increment(small);
  shared_array.increment(0);
  shared_queue.push(&small);
  pinned_queue.push(&small);
  return public_stack.push(&small);
}
