// Helpers that read memory at addresses that need not be valid: the machine's own, or what the test supplies.

import { errno } from '../errno.ts';
import type { Helper, HelperCall } from './helper-call.ts';

/** Reads argument 3's memory into argument 1 (size in 2); on failure the destination is zeroed. */
function probeRead(call: HelperCall): number {
  const size = call.u32(2);
  const to = call.writable(1, size);
  const bytes = call.machine.readAnywhere(call.u64(3), size);
  if (!bytes) {
    call.memory.u8.fill(0, to, to + size);
    return -errno.EFAULT;
  }
  call.memory.u8.set(bytes, to);
  return 0;
}

/** Copies a string of at most `size` bytes, NUL included; its length with NUL, or -EFAULT. */
function probeReadString(call: HelperCall): number {
  const size = call.u32(2);
  const to = call.writable(1, size);
  if (size === 0) return 0;
  const text = call.machine.readString(call.u64(3), size);
  const { u8 } = call.memory;
  if (!text) {
    u8.fill(0, to, to + size);
    return -errno.EFAULT;
  }
  u8.set(text, to);
  u8[to + text.length] = 0;
  return text.length + 1;
}

function copyFromUser(call: HelperCall): number {
  return call.number(4) > 0xffff_ffff ? -errno.EINVAL : probeRead(call);
}

/** Helpers by name without `bpf_`. */
export const probeHelpers: Record<string, Helper> = {
  probe_read: probeRead,
  probe_read_kernel: probeRead,
  probe_read_user: probeRead,
  probe_read_str: probeReadString,
  probe_read_kernel_str: probeReadString,
  probe_read_user_str: probeReadString,
  copy_from_user: probeRead,
  copy_from_user_task: copyFromUser,
  probe_write_user: (call) => {
    const size = call.u32(3);
    const from = call.readable(2, size);
    return call.machine.writeAnywhere(call.u64(1), call.memory.copy(from, size)) ? 0 : -errno.EPERM;
  },
};
