// Helpers that send records to user space, or take them from it.

import { errno } from '../errno.ts';
import { PerfEventArray } from '../maps/perf-event-array.ts';
import { RingBuffer, UserRingBuffer } from '../maps/ring-buffer.ts';
import { StackTraceMap, stackFlags } from '../maps/stack-trace-map.ts';
import { dynptrKinds, writeDynptr } from './dynptr.ts';
import type { Helper, HelperCall } from './helper-call.ts';

const CURRENT_CPU = 0xffff_ffff;

/** Record of arguments 4 and 5, with bytes of the packet behind it where the flags ask for them. */
function perfOutput(call: HelperCall): number {
  const map = call.mapOf(2, PerfEventArray);
  const flags = call.u64(3);
  const size = call.u32(5);
  const data = call.memory.copy(call.readable(4, size), size);
  const index = Number(flags & 0xffff_ffffn);
  const packetBytes = Number((flags >> 32n) & 0xf_ffffn);
  if (flags >> 52n !== 0n) return -errno.EINVAL;
  const cpu = index === CURRENT_CPU ? call.machine.cpu : index;
  const { packet } = call.machine.run;
  if (packetBytes === 0 || !packet) return map.output(cpu, data);
  if (packetBytes > packet.length) return -errno.EFAULT;
  const whole = new Uint8Array(size + packetBytes);
  whole.set(data);
  whole.set(packet.bytes().subarray(0, packetBytes), size);
  return map.output(cpu, whole);
}

function reserved(call: HelperCall): { ring: RingBuffer; address: number } {
  const address = call.number(1);
  const ring = call.machine.ringOf(address);
  if (!ring) call.fail('argument 1 is no record reserved in a ring buffer');
  return { ring, address };
}

function commit(discard: boolean): Helper {
  return (call) => {
    const { ring, address } = reserved(call);
    ring.commit(address, discard);
    return undefined;
  };
}

function reserveDynptr(call: HelperCall): number {
  const ring = call.mapOf(1, RingBuffer);
  const size = call.u32(2);
  const at = call.writable(4, 16);
  const data = ring.reserve(size);
  writeDynptr(call.memory, at, { kind: data === 0 ? 0 : dynptrKinds.ringBuffer, data, size: data === 0 ? 0 : size });
  return data === 0 ? -errno.EINVAL : 0;
}

function commitDynptr(discard: boolean): Helper {
  return (call) => {
    const at = call.writable(1, 16);
    const data = call.memory.u32(at);
    const ring = data === 0 ? undefined : call.machine.ringOf(data);
    ring?.commit(data, discard);
    call.memory.u8.fill(0, at, at + 16);
    return undefined;
  };
}

/** Calls back with a dynptr for each record user space has put there; at most 128 * 1024, as the kernel. */
function drainUserRing(call: HelperCall): number {
  const map = call.mapOf(1, UserRingBuffer);
  const callback = call.number(2);
  const context = call.number(3);
  const { memory } = call;
  const cell = memory.allocate('dynptr of a user ring buffer', 16, 'write');
  let count = 0;
  try {
    for (let record = map.shift(); record && count < 131072; record = map.shift()) {
      const data = memory.allocate('record of a user ring buffer', record.length, 'read');
      memory.u8.set(record, data.start);
      writeDynptr(memory, cell.start, { kind: dynptrKinds.readOnly, data: data.start, size: record.length });
      count++;
      const stop = call.invoke(callback, cell.start, context) !== 0n;
      memory.free(data);
      if (stop) break;
    }
  } finally {
    memory.free(cell);
  }
  return count;
}

function stackOf(call: HelperCall, flags: number): readonly bigint[] {
  const { stacks } = call.machine.environment;
  return (flags & stackFlags.userStack) === 0 ? stacks.kernel : stacks.user;
}

function copyStack(call: HelperCall, stack: readonly bigint[], flags: number): number {
  const size = call.u32(3);
  const at = call.writable(2, size);
  call.memory.u8.fill(0, at, at + size);
  if (size % 8 !== 0) return -errno.EINVAL;
  const frames = stack.slice(flags & stackFlags.skipMask).slice(0, size / 8);
  if (frames.length === 0) return -errno.EFAULT;
  for (const [index, frame] of frames.entries()) call.memory.setU64(at + 8 * index, frame);
  return frames.length * 8;
}

/** Helpers by name without `bpf_`. */
export const eventHelpers: Record<string, Helper> = {
  perf_event_output: perfOutput,
  skb_output: perfOutput,
  xdp_output: perfOutput,
  ringbuf_output: (call) => {
    const ring = call.mapOf(1, RingBuffer);
    const size = call.u32(3);
    const data = call.readable(2, size);
    return call.number(4) > 3 ? -errno.EINVAL : ring.output(data, size);
  },
  ringbuf_reserve: (call) => {
    const ring = call.mapOf(1, RingBuffer);
    return call.number(3) !== 0 ? 0 : ring.reserve(call.number(2));
  },
  ringbuf_submit: commit(false),
  ringbuf_discard: commit(true),
  ringbuf_query: (call) => call.mapOf(1, RingBuffer).query(call.number(2)),
  ringbuf_reserve_dynptr: reserveDynptr,
  ringbuf_submit_dynptr: commitDynptr(false),
  ringbuf_discard_dynptr: commitDynptr(true),
  user_ringbuf_drain: drainUserRing,
  get_stackid: (call) => {
    const flags = call.u32(3);
    return call.mapOf(2, StackTraceMap).add(stackOf(call, flags), flags);
  },
  get_stack: (call) => copyStack(call, stackOf(call, call.u32(4)), call.u32(4)),
  get_task_stack: (call) => copyStack(call, stackOf(call, call.u32(4)), call.u32(4)),
  perf_event_read: (call) => call.machine.environment.counter(call.map(1).spec.name, call.u32(2)) ?? -errno.ENOENT,
  perf_event_read_value: (call) => {
    const at = call.writable(3, 24);
    const value = call.machine.environment.counter(call.map(1).spec.name, call.u32(2));
    call.memory.u8.fill(0, at, at + 24);
    if (value === undefined) return -errno.ENOENT;
    call.memory.setU64(at, value);
    return 0;
  },
  perf_prog_read_value: (call) => {
    const at = call.writable(2, 24);
    call.memory.u8.fill(0, at, at + 24);
    return call.u32(3) === 24 ? 0 : -errno.EINVAL;
  },
};
