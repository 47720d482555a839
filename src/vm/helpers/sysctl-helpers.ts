// Helpers of programs that watch sysctl (kernel/bpf/cgroup.c, v6.18).

import { decodeUtf8, encodeUtf8 } from '../../base/index.ts';
import { errno } from '../errno.ts';
import type { Helper, HelperCall } from './helper-call.ts';

function copyText(call: HelperCall, text: string): number {
  const size = call.u32(3);
  const at = call.writable(2, size);
  const bytes = encodeUtf8(text);
  if (size === 0) return -errno.E2BIG;
  const kept = Math.min(bytes.length, size - 1);
  const { u8 } = call.memory;
  u8.fill(0, at, at + size);
  u8.set(bytes.subarray(0, kept), at);
  return bytes.length > kept ? -errno.E2BIG : bytes.length;
}

function sysctlOf(call: HelperCall): NonNullable<HelperCall['machine']['run']['sysctl']> {
  const { sysctl } = call.machine.run;
  if (!sysctl) call.fail('the program does not watch a sysctl', 'helper');
  return sysctl;
}

/** Flag of bpf_sysctl_get_name: only the last component. */
const BASE_NAME = 1n;

/** Helpers by name without `bpf_`. */
export const sysctlHelpers: Record<string, Helper> = {
  sysctl_get_name: (call) => {
    const { name } = sysctlOf(call);
    return copyText(call, call.u64(4) === BASE_NAME ? name.slice(name.lastIndexOf('/') + 1) : name);
  },
  sysctl_get_current_value: (call) => copyText(call, sysctlOf(call).current),
  sysctl_get_new_value: (call) => {
    const { written } = sysctlOf(call);
    return written === '' ? -errno.EINVAL : copyText(call, written);
  },
  sysctl_set_new_value: (call) => {
    const size = call.u32(3);
    const at = call.readable(2, size);
    sysctlOf(call).replaced = decodeUtf8(call.memory.bytes(at, size));
    return 0;
  },
};
