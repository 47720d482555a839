// Kernel functions that have a meaning outside a kernel: iterators over numbers, locks, dynptrs, casts.

import { errno } from '../errno.ts';
import { dynptrKinds, dynptrOf, writeDynptr } from './dynptr.ts';
import type { Helper } from './helper-call.ts';

const nothing: Helper = () => 0;
const same: Helper = (call) => call.u64(1);
const MAX_ITERATIONS = 8 * 1024 * 1024;

/** `struct bpf_iter_num`: 8 bytes; current and end as signed 32 bits (kernel/bpf/bpf_iter.c, v6.18). */
const numberIterator: Record<string, Helper> = {
  bpf_iter_num_new: (call) => {
    const at = call.writable(1, 8);
    const start = call.i32(2);
    const end = call.i32(3);
    const { view } = call.memory;
    view.setInt32(at, 0, true);
    view.setInt32(at + 4, 0, true);
    if (start > end) return -errno.EINVAL;
    if (end - start > MAX_ITERATIONS) return -errno.E2BIG;
    view.setInt32(at, start - 1, true);
    view.setInt32(at + 4, end, true);
    return 0;
  },
  bpf_iter_num_next: (call) => {
    const at = call.writable(1, 8);
    const { view } = call.memory;
    const next = view.getInt32(at, true) + 1;
    if (next >= view.getInt32(at + 4, true)) {
      view.setInt32(at, 0, true);
      view.setInt32(at + 4, 0, true);
      return 0;
    }
    view.setInt32(at, next, true);
    return at;
  },
  bpf_iter_num_destroy: (call) => {
    call.memory.view.setBigUint64(call.writable(1, 8), 0n, true);
    return undefined;
  },
};

/** A slice of a dynptr: its address, or the buffer (argument 3) filled with a copy where it may not be written. */
const dynptrSlice: Helper = (call) => {
  const pointer = dynptrOf(call, 1);
  const offset = call.u32(2);
  const size = call.u32(4);
  return pointer.kind === dynptrKinds.none || offset + size > pointer.size ? 0 : pointer.data + offset;
};

const packetDynptr: Helper = (call) => {
  const { packet } = call.machine.run;
  const at = call.writable(3, 16);
  if (call.number(2) !== 0 || !packet) {
    writeDynptr(call.memory, at, { data: 0, size: 0, kind: dynptrKinds.none });
    return -errno.EINVAL;
  }
  writeDynptr(call.memory, at, { data: packet.start, size: packet.length, kind: dynptrKinds.local });
  return 0;
};

const implementations: Readonly<Record<string, Helper>> = {
  ...numberIterator,
  bpf_rcu_read_lock: nothing,
  bpf_rcu_read_unlock: nothing,
  bpf_preempt_disable: nothing,
  bpf_preempt_enable: nothing,
  bpf_cast_to_kern_ctx: same,
  bpf_rdonly_cast: same,
  bpf_task_acquire: same,
  bpf_task_release: nothing,
  bpf_cgroup_acquire: same,
  bpf_cgroup_release: nothing,
  bpf_dynptr_from_skb: packetDynptr,
  bpf_dynptr_from_xdp: packetDynptr,
  bpf_dynptr_slice: dynptrSlice,
  bpf_dynptr_slice_rdwr: dynptrSlice,
  bpf_dynptr_size: (call) => {
    const pointer = dynptrOf(call, 1);
    return pointer.kind === dynptrKinds.none ? -errno.EINVAL : pointer.size;
  },
  bpf_dynptr_is_null: (call) => (dynptrOf(call, 1).kind === dynptrKinds.none ? 1 : 0),
  bpf_dynptr_is_rdonly: (call) => (dynptrOf(call, 1).kind === dynptrKinds.readOnly ? 1 : 0),
  bpf_dynptr_adjust: (call) => {
    const pointer = dynptrOf(call, 1);
    const at = call.writable(1, 16);
    const start = call.u32(2);
    const end = call.u32(3);
    if (pointer.kind === dynptrKinds.none || start > end) return -errno.EINVAL;
    if (end > pointer.size) return -errno.ERANGE;
    writeDynptr(call.memory, at, { data: pointer.data + start, size: end - start, kind: pointer.kind });
    return 0;
  },
  bpf_get_kmem_cache: nothing,
};

/** A kernel function by name; undefined where the machine does not have it. */
export function kfuncByName(name: string): Helper | undefined {
  return implementations[name];
}
