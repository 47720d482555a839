// perf_event_open(2) and its ioctls.
// Source: include/uapi/linux/perf_event.h (v6.18).

import { callSystem, checkResult } from './failure.ts';
import { Fd } from './fd.ts';
import { StructLayout } from './struct-layout.ts';
import { systemCalls } from './system-calls.ts';

/** `struct perf_event_attr`. `flags` is its row of bit-fields, see {@link perfFlags}. */
export const perfEventLayout = new StructLayout('perf_event_attr', {
  type: 'u32',
  size: 'u32',
  config: 'u64',
  sample_period: 'u64',
  sample_freq: { at: 'sample_period', type: 'u64' },
  sample_type: 'u64',
  read_format: 'u64',
  flags: 'u64',
  wakeup_events: 'u32',
  bp_type: 'u32',
  config1: 'ptr',
  config2: 'u64',
  branch_sample_type: 'u64',
  sample_regs_user: 'u64',
  sample_stack_user: 'u32',
  clockid: 's32',
  sample_regs_intr: 'u64',
  aux_watermark: 'u32',
  sample_max_stack: 'u16',
  reserved_2: 'u16',
  aux_sample_size: 'u32',
  aux_action: 'u32',
  sig_data: 'u64',
  config3: 'u64',
});

/** `enum perf_type_id`. */
export const perfTypes = { hardware: 0, software: 1, tracepoint: 2, hardwareCache: 3, raw: 4, breakpoint: 5 } as const;

/** `enum perf_sw_ids` in use. */
export const perfSoftware = { cpuClock: 0, taskClock: 1, dummy: 9, bpfOutput: 10 } as const;

/** Bits of `flags` in use. */
export const perfFlags = {
  disabled: 1n << 0n,
  inherit: 1n << 1n,
  excludeUser: 1n << 4n,
  excludeKernel: 1n << 5n,
  excludeIdle: 1n << 7n,
  freq: 1n << 10n,
  watermark: 1n << 14n,
  writeBackward: 1n << 27n,
} as const;

/** `enum perf_event_sample_format` in use. */
export const perfSampleRaw = 1 << 10;

/** `PERF_EVENT_IOC_*` in use. */
export const perfIoctls = {
  enable: 0x2400,
  disable: 0x2401,
  setFilter: 0x40082406,
  id: 0x80082407,
  setBpf: 0x40042408,
  queryBpf: 0xc008240a,
} as const;

const closeOnExec = 8; // PERF_FLAG_FD_CLOEXEC
const smallestAttribute = 64; // PERF_ATTR_SIZE_VER0

/** Fields of {@link perfEventLayout}. */
export type PerfEventAttribute = Parameters<typeof perfEventLayout.encode>[0];

/** Which event to open, and where. */
export interface PerfEventRequest {
  readonly attribute: PerfEventAttribute;
  /** -1: any process. */
  readonly pid: number;
  /** -1: any CPU. */
  readonly cpu: number;
  /** PERF_FLAG_*; close-on-exec is always set. */
  readonly flags?: number;
  readonly label: string;
}

/** Opens an event; the descriptor or a negated errno. */
export function tryPerfEventOpen(request: PerfEventRequest): number {
  const { attribute, pid, cpu, flags = 0 } = request;
  const { bytes, usedBytes } = perfEventLayout.encode(attribute);
  const size = Math.max(smallestAttribute, Math.ceil(usedBytes / 8) * 8);
  perfEventLayout.set(bytes, 'size', size);
  const result = systemCalls().call('perf_event_open', bytes, pid, cpu, -1, flags | closeOnExec);
  // `attribute` is used after the call so that a path or name it points to lives until then.
  return attribute.config1 === bytes ? -1 : result;
}

/** Opens an event. @throws SyscallError */
export function perfEventOpen(request: PerfEventRequest): Fd {
  return new Fd(checkResult('perf_event_open', tryPerfEventOpen(request), request.label), request.label);
}

/** ioctl(2). @throws SyscallError */
export function ioctl(fd: number, request: number, argument: number | Uint8Array, context?: string): number {
  return callSystem('ioctl', [fd, request, argument], context);
}
