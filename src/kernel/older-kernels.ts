// Instructions that older kernels take only in another form.

import { kernelAtLeast } from '../sys/index.ts';

const slotBytes = 8;
const callOpcode = 0x85;
/** Helpers that read user or kernel memory, since 5.5, and what was there before (ids of `enum bpf_func_id`). */
const probeReads: ReadonlyMap<number, number> = new Map([
  [112, 4], // bpf_probe_read_user -> bpf_probe_read
  [113, 4], // bpf_probe_read_kernel -> bpf_probe_read
  [114, 45], // bpf_probe_read_user_str -> bpf_probe_read_str
  [115, 45], // bpf_probe_read_kernel_str -> bpf_probe_read_str
]);

/** Replaces what the running kernel does not know yet and has an equivalent for, in place. */
export function adaptToKernel(code: Uint8Array): void {
  if (kernelAtLeast('5.5')) return;
  const view = new DataView(code.buffer, code.byteOffset, code.byteLength);
  for (let at = 0; at + slotBytes <= code.byteLength; at += slotBytes) {
    const isHelperCall = code[at] === callOpcode && ((code[at + 1] ?? 0) & 0xf0) === 0;
    const replacement = isHelperCall ? probeReads.get(view.getInt32(at + 4, true)) : undefined;
    if (replacement !== undefined) view.setInt32(at + 4, replacement, true);
  }
}
