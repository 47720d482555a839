// Helpers that change what runs: tail calls, loops, timers, locks, local storage, cookies.

import { errno } from '../errno.ts';
import { LocalStorage } from '../maps/local-storage.ts';
import { MAX_TAIL_CALLS } from '../memory/layout.ts';
import type { Helper, HelperCall } from './helper-call.ts';

/** Most iterations of bpf_loop (`BPF_MAX_LOOPS`). */
const MAX_LOOPS = 8 * 1024 * 1024;

function loop(call: HelperCall): number {
  const count = call.u32(1);
  const callback = call.number(2);
  const context = call.number(3);
  if (call.number(4) !== 0) return -errno.EINVAL;
  if (count > MAX_LOOPS) return -errno.E2BIG;
  for (let index = 0; index < count; index++) {
    if (call.invoke(callback, index, context) !== 0n) return index + 1;
  }
  return count;
}

const nothing: Helper = () => 0;

function storageGet(n: { owner: number }): Helper {
  return (call) => {
    const map = call.mapOf(1, LocalStorage);
    const owner = call.number(n.owner);
    if (owner === 0 || call.number(4) > 1) return 0;
    const value = call.isNull(3) ? 0 : call.readable(3, map.spec.valueSize);
    return map.get(call.machine.objectId(owner), value, call.u32(4));
  };
}

const storageDelete: Helper = (call) => {
  const map = call.mapOf(1, LocalStorage);
  const owner = call.number(2);
  return owner === 0 ? -errno.EINVAL : map.delete(call.machine.objectId(owner));
};

/** Exchanges the pointer at argument 1. */
function exchangePointer(call: HelperCall): bigint {
  const at = call.writable(1, 8);
  const value = call.u64(2);
  const old = call.memory.u64(at);
  call.memory.setU64(at, value);
  return old;
}

function argument(call: HelperCall): number {
  const at = call.writable(3, 8);
  const value = call.machine.run.arguments[call.u32(2)];
  call.memory.setU64(at, value ?? 0n);
  return value === undefined ? -errno.EINVAL : 0;
}

function returnValue(call: HelperCall): number {
  const at = call.writable(2, 8);
  const value = call.machine.run.functionReturn;
  call.memory.setU64(at, value ?? 0n);
  return value === undefined ? -errno.EOPNOTSUPP : 0;
}

function perCpuPointer(call: HelperCall, cpu: number): number {
  return cpu < call.machine.cpuCount ? call.number(1) : 0;
}

/** Helpers by name without `bpf_`. bpf_tail_call itself is the machine's. */
export const controlHelpers: Record<string, Helper> = {
  loop,
  spin_lock: nothing,
  spin_unlock: nothing,
  timer_init: (call) => call.machine.timers.init(call.writable(1, 16), call.u32(3)),
  timer_set_callback: (call) =>
    call.machine.timers.setCallback(call.writable(1, 16), { code: call.code, handle: call.number(2) }),
  timer_start: (call) => call.machine.timers.start(call.writable(1, 16), call.u64(2), call.u32(3)),
  timer_cancel: (call) => call.machine.timers.cancel(call.writable(1, 16)),
  task_storage_get: storageGet({ owner: 2 }),
  sk_storage_get: storageGet({ owner: 2 }),
  inode_storage_get: storageGet({ owner: 2 }),
  cgrp_storage_get: storageGet({ owner: 2 }),
  task_storage_delete: storageDelete,
  sk_storage_delete: storageDelete,
  inode_storage_delete: storageDelete,
  cgrp_storage_delete: storageDelete,
  get_local_storage: (call) => call.mapOf(1, LocalStorage).get(0, 0, 1),
  kptr_xchg: exchangePointer,
  get_attach_cookie: ({ machine }) => machine.run.cookie,
  get_func_ip: ({ machine }) => machine.run.functionAddress,
  get_func_arg: argument,
  get_func_ret: returnValue,
  get_func_arg_cnt: ({ machine }) => machine.run.arguments.length,
  per_cpu_ptr: (call) => perCpuPointer(call, call.u32(2)),
  this_cpu_ptr: (call) => perCpuPointer(call, call.machine.cpu),
};

/** Whether a tail call may still be made in this run; counts it. */
export function countTailCall(run: { tailCalls: number }): boolean {
  if (run.tailCalls >= MAX_TAIL_CALLS) return false;
  run.tailCalls++;
  return true;
}
