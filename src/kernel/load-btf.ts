// The object's types in the kernel: maps and programs refer to them by descriptor.

import { decodeUtf8 } from '../base/index.ts';
import { bpfCommands, Fd, tryBpf } from '../sys/index.ts';

/** BTF in the kernel, and the bytes it was made of. */
export interface LoadedBtf {
  readonly fd: Fd;
  readonly bytes: Uint8Array;
}

/**
 * Loads encoded BTF. Undefined where the kernel refuses: programs run without, only some features need it.
 * `variants` are tried in order: as compiled first, then with what older kernels do not know taken out.
 */
export function loadBtf(variants: Iterable<Uint8Array>, label: string): LoadedBtf | undefined {
  for (const bytes of variants) {
    const { result } = tryBpf('BPF_BTF_LOAD', { btf: bytes, btf_size: bytes.byteLength });
    if (result >= 0) return { fd: new Fd(result, label), bytes };
  }
  return undefined;
}

/** Why the kernel refuses encoded BTF, in its own words. */
export function btfRefusal(btf: Uint8Array): string {
  const log = new Uint8Array(1 << 16);
  const { result } = tryBpf('BPF_BTF_LOAD', {
    btf,
    btf_size: btf.byteLength,
    btf_log_buf: log,
    btf_log_size: log.byteLength,
    btf_log_level: 1,
  });
  if (result >= 0) {
    new Fd(result, bpfCommands.BPF_BTF_LOAD.layout.name).close();
    return '';
  }
  return decodeUtf8(log.subarray(0, Math.max(0, log.indexOf(0))));
}
