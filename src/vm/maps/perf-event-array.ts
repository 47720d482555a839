// Perf event arrays: records go to the buffer of a CPU, where a reader has opened one (kernel/trace/bpf_trace.c
// `__bpf_perf_event_output`, v6.18).

import type { EventOptions, HostEvents } from '../../host/index.ts';
import { errno } from '../errno.ts';
import { RecordQueue } from './event-source.ts';
import { MapStore } from './map-store.ts';

const PAGE = 4096;
const DEFAULT_PAGES = 64;
/** Most bytes of raw data in one sample: its size has to fit 16 bits with the header. */
const LARGEST = 0xffff - 24;

/** A perf event array. */
export class PerfEventArray extends MapStore {
  #reader: RecordQueue | undefined;

  /** A program's record; 0 or a negative errno. The data is padded as the kernel pads raw samples: size + 4 to 8 bytes. */
  output(cpu: number, data: Uint8Array): number {
    if (cpu >= this.spec.maxEntries) return -errno.E2BIG;
    if (!this.#reader) return -errno.ENOENT;
    if (data.length > LARGEST) return -errno.E2BIG;
    const bytes = new Uint8Array(Math.ceil((data.length + 4) / 8) * 8 - 4);
    bytes.set(data);
    return this.#reader.add({ bytes, cpu }) ? 0 : -errno.ENOSPC;
  }

  /** Whether a reader is open. */
  get isRead(): boolean {
    return this.#reader !== undefined;
  }

  /** Opens the buffers of all CPUs. */
  events(options: EventOptions = {}): HostEvents {
    const pages = (options.pagesPerCpu ?? DEFAULT_PAGES) * this.host.cpuCount;
    const reader = new RecordQueue(pages * PAGE, () => {
      if (this.#reader === reader) this.#reader = undefined;
    });
    this.#reader = reader;
    return reader;
  }

  lookup(_key: number): number {
    return 0;
  }

  override read(_key: number): number {
    return -errno.ENOTSUPP;
  }

  update(_key: number, _value: number, _flags: number): number {
    return -errno.EINVAL;
  }

  override write(_key: number, _value: number, _flags: number): number {
    return -errno.EBADF;
  }

  remove(key: number): number {
    return this.host.memory.u32(key) >= this.spec.maxEntries ? -errno.E2BIG : -errno.ENOENT;
  }

  next(key: number, out: number): number {
    const index = key === 0 ? 0xffff_ffff : this.host.memory.u32(key);
    if (index === this.spec.maxEntries - 1) return -errno.ENOENT;
    this.host.memory.setU32(out, index >= this.spec.maxEntries ? 0 : index + 1);
    return 0;
  }

  dispose(): void {
    this.#reader?.[Symbol.dispose]();
  }
}
