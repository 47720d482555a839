// Queues, stacks, ring buffers, arrays of everything, maps of maps, storages.
struct item_t { u32 a; u32 b; };
struct event_t { u64 ts; u32 cpu; char comm[TASK_COMM_LEN]; };
BPF_QUEUE(queue3, struct item_t, 1024);
BPF_QUEUE(queue4, u64, 16, 0);
BPF_STACK(stack3, struct item_t, 10);
BPF_STACK(stack4, u32, 10, 0);
BPF_QUEUESTACK("queue", queue5, u32, 64, 0);
BPF_PERF_OUTPUT(perf_events);
BPF_RINGBUF_OUTPUT(ring_events, 8);
BPF_PERF_ARRAY(counters, 32);
BPF_PROG_ARRAY(jumps, 10);
BPF_CGROUP_ARRAY(groups, 1);
BPF_ARRAY(inner, u64, 4);
BPF_TABLE("hash", int, int, inner_hash, 10);
BPF_ARRAY_OF_MAPS(outer_array, "inner", 10);
BPF_HASH_OF_MAPS(outer_default, "inner_hash");
BPF_HASH_OF_MAPS(outer_keyed, u32, "inner_hash");
BPF_HASH_OF_MAPS(outer_hash, u32, "inner_hash", 10);

int queues(struct pt_regs *ctx) {
  struct item_t item = {.a = 1}, out = {};
  u64 wide = 3;
  u32 narrow = 4;
  queue3.push(&item);
  queue3.push(&item, BPF_EXIST);
  if (queue3.pop(&out) == 0) item.b = out.a;
  queue3.peek(&out);
  queue4.push(&wide);
  stack3.push(&item);
  stack3.pop(&out);
  stack4.peek(&narrow);
  queue5.push(&narrow);
  return item.b;
}

int outputs(struct pt_regs *ctx) {
  struct event_t event = {};
  event.ts = bpf_ktime_get_ns();
  event.cpu = bpf_get_smp_processor_id();
  bpf_get_current_comm(event.comm, sizeof(event.comm));
  perf_events.perf_submit(ctx, &event, sizeof(event));
  ring_events.ringbuf_output(&event, sizeof(event), 0);
  struct event_t *reserved = ring_events.ringbuf_reserve(sizeof(struct event_t));
  if (!reserved) return 1;
  reserved->ts = event.ts;
  __builtin_memcpy(&reserved->comm, event.comm, sizeof(event.comm));
  ring_events.ringbuf_submit(reserved, BPF_RB_FORCE_WAKEUP);
  struct event_t *second = ring_events.ringbuf_reserve(sizeof(*second));
  if (second) ring_events.ringbuf_discard(second, 0);
  return ring_events.ringbuf_query(BPF_RB_AVAIL_DATA);
}

int counters_and_jumps(struct pt_regs *ctx) {
  struct bpf_perf_event_value value = {};
  u64 count = counters.perf_read(CUR_CPU_IDENTIFIER);
  if (((s64)count < 0) && ((s64)count > -256)) return 0;
  counters.perf_counter_value(CUR_CPU_IDENTIFIER, &value, sizeof(value));
  if (groups.check_current_task(0) <= 0) return 0;
  jumps.call(ctx, 2);
  return value.counter;
}

int inner_maps(struct pt_regs *ctx) {
  int index = 0;
  u32 key = 1;
  void *found = outer_array.lookup(&index);
  if (!found) return 0;
  u64 *value = bpf_map_lookup_elem(found, &index);
  if (value) (*value)++;
  found = outer_hash.lookup(&key);
  if (found) {
    int *number = bpf_map_lookup_elem(found, &index);
    if (number) return *number;
  }
  outer_default.lookup(&index);
  return 0;
}

BPF_CGROUP_STORAGE(per_cgroup, u64);
BPF_PERCPU_CGROUP_STORAGE(per_cgroup_cpu, struct item_t);
int on_socket(struct bpf_sock *sk) {
  u64 *count = per_cgroup.get_local_storage(0);
  struct item_t *item = per_cgroup_cpu.get_local_storage(0);
  lock_xadd(count, 1);
  item->a++;
  return 1;
}
