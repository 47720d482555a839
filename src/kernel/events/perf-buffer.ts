// The stream of records of a perf event array: one buffer per online CPU.
// Source: include/uapi/linux/perf_event.h, kernel/events/core.c (v6.18).

import { UsageError, ValueError } from '../../base/index.ts';
import type { EventOptions, HostEvents, RecordSink } from '../../host/index.ts';
import {
  bpf,
  checkResult,
  errno,
  Fd,
  ioctl,
  type Mapping,
  mapMemory,
  onlineCpus,
  type PerfEventAttribute,
  pageSize,
  perfIoctls,
  perfSampleRaw,
  perfSoftware,
  perfTypes,
  systemCalls,
  tryBpf,
  tryPerfEventOpen,
  WaitSet,
} from '../../sys/index.ts';
import type { LoadedMap } from '../types.ts';
import { PerfRing } from './perf-ring.ts';
import { type BufferState, waitForRecords } from './wait-for-records.ts';

const formatLost = 16; // PERF_FORMAT_LOST, since Linux 6.0
const defaultPagesPerCpu = 64;

/** One CPU's event, its memory, and its reader. */
class CpuBuffer implements Disposable {
  readonly cpu: number;
  readonly fd: Fd;
  readonly ring: PerfRing;
  readonly #mapping: Mapping;
  readonly #countsLost: boolean;

  constructor(event: { cpu: number; fd: Fd; countsLost: boolean }, pages: number) {
    this.cpu = event.cpu;
    this.fd = event.fd;
    this.#countsLost = event.countsLost;
    const page = pageSize();
    const request = { fd: this.fd.number, sizeBytes: (pages + 1) * page, writable: true, label: this.fd.label };
    this.#mapping = mapMemory(request);
    const { bytes } = this.#mapping;
    this.ring = new PerfRing(this.cpu, bytes.subarray(0, page), bytes.subarray(page));
  }

  /** Since Linux 6.0 the kernel tells at any time; before, what the records have said so far. */
  get lost(): bigint {
    if (!this.#countsLost || this.fd.closed) return this.ring.lost;
    const values = new Uint8Array(16); // value, lost
    const result = systemCalls().call('read', this.fd.number, values, values.byteLength);
    return result === values.byteLength ? new DataView(values.buffer).getBigUint64(8, true) : this.ring.lost;
  }

  [Symbol.dispose](): void {
    this.#mapping.close();
    this.fd.close();
  }
}

/** The event of one CPU; undefined when the CPU has gone meanwhile. */
function openCpuEvent(
  cpu: number,
  wakeupEvents: number,
  label: string,
): ConstructorParameters<typeof CpuBuffer>[0] | undefined {
  const attribute: PerfEventAttribute = {
    type: perfTypes.software,
    config: BigInt(perfSoftware.bpfOutput),
    sample_period: 1n,
    sample_type: BigInt(perfSampleRaw),
    wakeup_events: wakeupEvents,
  };
  const request = { attribute: { ...attribute, read_format: BigInt(formatLost) }, pid: -1, cpu, label };
  let result = tryPerfEventOpen(request);
  const countsLost = result !== -errno.EINVAL;
  if (!countsLost) result = tryPerfEventOpen({ ...request, attribute });
  if (result === -errno.ENODEV || result === -errno.ENXIO) return undefined;
  return { cpu, fd: new Fd(checkResult('perf_event_open', result, label), label), countsLost };
}

function checkedOptions({ pagesPerCpu = defaultPagesPerCpu, wakeupEvents = 1 }: EventOptions): Required<EventOptions> {
  if (!Number.isInteger(pagesPerCpu) || pagesPerCpu < 1 || (pagesPerCpu & (pagesPerCpu - 1)) !== 0) {
    throw new ValueError('pagesPerCpu', `${pagesPerCpu} is not a power of two`);
  }
  if (!Number.isInteger(wakeupEvents) || wakeupEvents < 1) {
    throw new ValueError('wakeupEvents', `${wakeupEvents} is not a positive integer`);
  }
  return { pagesPerCpu, wakeupEvents };
}

const int32 = (value: number): Uint8Array => new Uint8Array(Int32Array.of(value).buffer);

/** The stream of records of a perf event array. Records of one CPU come in order; those of several are interleaved. */
export class PerfBuffer implements HostEvents {
  readonly #label: string;
  readonly #map: LoadedMap;
  readonly #set: WaitSet;
  readonly #buffers: CpuBuffer[] = [];
  #next = 0;
  #lostAtEnd: bigint | undefined;
  #draining = false;

  /** @throws SyscallError, ValueError */
  constructor(map: LoadedMap, options: EventOptions = {}) {
    const { pagesPerCpu, wakeupEvents } = checkedOptions(options);
    this.#label = `events of map "${map.spec.name}"`;
    this.#map = map;
    this.#set = new WaitSet(this.#label);
    try {
      for (const cpu of onlineCpus()) {
        if (cpu < map.spec.maxEntries) this.#openCpu(cpu, pagesPerCpu, wakeupEvents);
      }
    } catch (error) {
      this[Symbol.dispose]();
      throw error;
    }
  }

  get lost(): bigint {
    return this.#lostAtEnd ?? this.#buffers.reduce((sum, buffer) => sum + buffer.lost, 0n);
  }

  drain(sink: RecordSink, limit: number = Number.MAX_SAFE_INTEGER): number {
    if (this.#closed) throw new UsageError(`${this.#label}: closed`);
    if (this.#draining) throw new UsageError('drain() was called from within its own sink');
    this.#draining = true;
    try {
      // Where a limit ends a round, the next one begins at the CPU after, so that none is starved.
      let count = 0;
      for (let visited = 0; visited < this.#buffers.length && count < limit; visited++) {
        const buffer = this.#buffers[this.#next];
        this.#next = (this.#next + 1) % this.#buffers.length;
        if (buffer) count += buffer.ring.drain(sink, limit - count);
      }
      return count;
    } finally {
      this.#draining = false;
    }
  }

  wait(timeoutMs: number, signal?: AbortSignal): Promise<boolean> {
    const state = (): BufferState => {
      if (this.#closed) return 'closed';
      return this.#buffers.every(({ ring }) => ring.isEmpty) ? 'empty' : 'ready';
    };
    return waitForRecords(this.#set, state, timeoutMs, signal);
  }

  [Symbol.dispose](): void {
    if (this.#closed) return;
    this.#lostAtEnd = this.lost;
    this.#set.close();
    for (const buffer of this.#buffers) {
      // The array would keep the event until the map itself is closed.
      if (!this.#map.fd.closed) tryBpf('BPF_MAP_DELETE_ELEM', { map_fd: this.#map.fd.number, key: int32(buffer.cpu) });
      buffer[Symbol.dispose]();
    }
  }

  get #closed(): boolean {
    return this.#lostAtEnd !== undefined;
  }

  #openCpu(cpu: number, pages: number, wakeupEvents: number): void {
    const label = `perf buffer of map "${this.#map.spec.name}" on CPU ${cpu}`;
    const event = openCpuEvent(cpu, wakeupEvents, label);
    if (!event) return;
    let buffer: CpuBuffer;
    try {
      buffer = new CpuBuffer(event, pages);
    } catch (error) {
      event.fd.close();
      throw error;
    }
    this.#buffers.push(buffer);
    const entry = { map_fd: this.#map.fd.number, key: int32(cpu), value: int32(buffer.fd.number) };
    bpf('BPF_MAP_UPDATE_ELEM', entry, label);
    ioctl(buffer.fd.number, perfIoctls.enable, 0, label);
    this.#set.add(buffer.fd.number, cpu);
  }
}
