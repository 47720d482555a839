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

/** Address of a kernel symbol (kernel/bpf/syscall.c, v6.18). */
function symbolAddress(call: HelperCall): number {
  const size = call.u32(2);
  const at = call.writable(4, 8);
  call.memory.setU64(at, 0n);
  if (call.u64(3) !== 0n) return -errno.EINVAL;
  const name = call.readable(1, size);
  if (size <= 1 || call.memory.u8[name + size - 1] !== 0) return -errno.EINVAL;
  const address = call.machine.environment.ksyms.get(call.string(name, size));
  if (address === undefined) return -errno.ENOENT;
  call.memory.setU64(at, address);
  return 0;
}

const cgroupId: Helper = ({ machine }) => machine.environment.task.cgroupId;
/** The ancestor at the level that argument `n` says. */
function ancestorCgroupId(n: number): Helper {
  return (call) => call.machine.environment.task.cgroupAncestors[call.i32(n)] ?? 0n;
}
const cgroupClassId: Helper = ({ machine }) => machine.environment.cgroupClassId;

/** Helpers by name without `bpf_`. Packets and sockets belong to the cgroup of the current task. */
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
  get_current_cgroup_id: cgroupId,
  skb_cgroup_id: cgroupId,
  sk_cgroup_id: cgroupId,
  get_current_ancestor_cgroup_id: ancestorCgroupId(1),
  skb_ancestor_cgroup_id: ancestorCgroupId(2),
  sk_ancestor_cgroup_id: ancestorCgroupId(2),
  get_ns_current_pid_tgid: pidInNamespace,
  get_cgroup_classid: cgroupClassId,
  skb_cgroup_classid: cgroupClassId,
  kallsyms_lookup_name: symbolAddress,
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
