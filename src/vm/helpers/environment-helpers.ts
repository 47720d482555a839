// Helpers that ask for the surroundings: time, random numbers, CPU, current task.

import { encodeUtf8 } from '../../base/index.ts';
import { errno } from '../errno.ts';
import type { Helper, HelperCall } from './helper-call.ts';

function copyComm(call: HelperCall): number {
  const size = call.u32(2);
  const at = call.writable(1, size);
  const { u8 } = call.memory;
  u8.fill(0, at, at + size);
  u8.set(encodeUtf8(call.machine.environment.task.comm).subarray(0, Math.max(0, Math.min(15, size - 1))), at);
  return 0;
}

const monotonic: Helper = ({ machine }) => machine.clock.read();

function pidInNamespace(call: HelperCall): number {
  const size = call.u32(4);
  const at = call.writable(3, size);
  call.memory.u8.fill(0, at, at + size);
  if (size !== 8) return -errno.EINVAL;
  const { pid, tgid } = call.machine.environment.task;
  call.memory.setU32(at, pid);
  call.memory.setU32(at + 4, tgid);
  return 0;
}

/** Helpers by name without `bpf_`. */
export const environmentHelpers: Record<string, Helper> = {
  ktime_get_ns: monotonic,
  ktime_get_boot_ns: monotonic,
  ktime_get_coarse_ns: monotonic,
  ktime_get_tai_ns: ({ machine }) => machine.clock.read() + machine.environment.wallClockOffsetNs,
  jiffies64: ({ machine }) => machine.clock.read() / 4_000_000n,
  get_prandom_u32: ({ machine }) => machine.environment.random(),
  get_smp_processor_id: ({ machine }) => machine.cpu,
  get_numa_node_id: () => 0,
  get_current_pid_tgid: ({ machine }) => {
    const { pid, tgid } = machine.environment.task;
    return (BigInt(tgid) << 32n) | BigInt(pid >>> 0);
  },
  get_current_uid_gid: ({ machine }) => {
    const { uid, gid } = machine.environment.task;
    return (BigInt(gid) << 32n) | BigInt(uid >>> 0);
  },
  get_current_comm: copyComm,
  get_current_task: ({ machine }) => machine.environment.task.address,
  get_current_task_btf: ({ machine }) => machine.environment.task.address,
  task_pt_regs: ({ machine }) => machine.environment.task.registersAddress,
  get_current_cgroup_id: ({ machine }) => machine.environment.task.cgroupId,
  get_current_ancestor_cgroup_id: (call) => call.machine.environment.task.cgroupAncestors[call.i32(1)] ?? 0n,
  get_ns_current_pid_tgid: pidInNamespace,
  get_cgroup_classid: ({ machine }) => machine.environment.cgroupClassId,
  get_route_realm: () => 0,
  current_task_under_cgroup: (call) => {
    const map = call.map(1);
    return call.u32(2) >= map.spec.maxEntries ? -errno.E2BIG : -errno.EAGAIN;
  },
  send_signal: (call) => call.machine.record({ kind: 'signal', signal: call.u32(1) }),
  send_signal_thread: (call) => call.machine.record({ kind: 'signal', signal: call.u32(1) }),
  override_return: (call) => call.machine.record({ kind: 'override-return', value: call.u64(2) }),
  set_retval: (call) => {
    call.machine.run.retval = call.i32(1);
    return 0;
  },
  get_retval: ({ machine }) => machine.run.retval,
};
