/**
 * Streams of records out of the kernel, and into it: ring buffers, perf buffers, user ring buffers.
 * Memory shared with the kernel is read in JavaScript; waiting is done by epoll in the event loop.
 * @module
 */
import { UsageError } from '../../base/index.ts';
import type { EventOptions, HostEvents } from '../../host/index.ts';
import type { LoadedMap } from '../types.ts';
import { PerfBuffer } from './perf-buffer.ts';
import { RingBuffer, UserRingBuffer } from './ring-buffer.ts';

/** One row per map type that events come out of. */
const openers: Readonly<Record<string, (map: LoadedMap, options: EventOptions) => HostEvents>> = {
  ringbuf: (map) => new RingBuffer(map),
  perf_event_array: (map, options) => new PerfBuffer(map, options),
};

/**
 * Opens the stream of records of a ring buffer or perf event array. A buffer has one reader: open it once.
 * @throws UsageError when the map is of another type, SyscallError, ValueError
 */
export function openEvents(map: LoadedMap, options: EventOptions = {}): HostEvents {
  const open = openers[map.spec.type];
  if (open) return open(map, options);
  const types = Object.keys(openers).join(' or ');
  throw new UsageError(`map "${map.spec.name}" is of type ${map.spec.type}: events come from ${types} maps`);
}

/** Opens a `user_ringbuf` map for writing. Since Linux 6.1. @throws UsageError, SyscallError */
export function openUserRing(map: LoadedMap): UserRingBuffer {
  if (map.spec.type === 'user_ringbuf') return new UserRingBuffer(map);
  throw new UsageError(`map "${map.spec.name}" is of type ${map.spec.type}: records are written to user_ringbuf maps`);
}
