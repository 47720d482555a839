// A live capture on one interface: the filter runs in the kernel, packets come through a ring of shared memory.

import type { HostProgram } from '../../host/index.ts';
import type { ClassicInstruction } from '../../isa/index.ts';
import { type Fd, type Mapping, mapMemory, pageSize, WaitSet } from '../../sys/index.ts';
import { interfaceOf } from './cooked-packet.ts';
import { interfaceNames } from './interface-facts.ts';
import { PacketRing, type PacketSink } from './packet-ring.ts';
import {
  attachClassicFilter,
  bindToInterface,
  type CaptureDevice,
  captureDevice,
  openCaptureSocket,
  requestRing,
  takeStatistics,
} from './packet-socket.ts';

/** How to capture. */
export interface LiveCaptureOptions {
  /** Size of the ring; default 16 MiB. */
  readonly bufferBytes?: number | undefined;
  /** See packets for other machines; default true. */
  readonly promiscuous?: boolean | undefined;
  /** How long a packet waits at most for others before it is handed over; default 100 ms. */
  readonly timeoutMs?: number | undefined;
}

/** Counters of a capture. */
export interface LiveStatistics {
  /** Packets that the filter let through, those dropped too. */
  readonly received: number;
  /** Packets for which there was no room in the ring. */
  readonly dropped: number;
}

const usualBufferBytes = 16 << 20;
const largestBlockBytes = 1 << 20;
const stopPauseMs = 10;
const longestStopMs = 10_000;
/** The program that lets nothing through. */
export const rejectAll: readonly ClassicInstruction[] = [{ code: 0x06, jt: 0, jf: 0, k: 0 }];

/** The facts of an interface. @throws UsageError when there is none, UnsupportedError for its link type */
export function findCaptureDevice(name: string): CaptureDevice {
  return captureDevice(name, interfaceNames);
}

/** Largest power of two that is not above `value`. */
const powerOfTwo = (value: number): number => 2 ** Math.floor(Math.log2(Math.max(1, value)));

/** An open capture. */
export class LiveCapture implements Disposable {
  readonly device: CaptureDevice;
  readonly #fd: Fd;
  readonly #mapping: Mapping;
  readonly #ring: PacketRing;
  readonly #waiter: WaitSet;
  #received = 0;
  #dropped = 0;
  #isClosed = false;

  /** @throws SyscallError, with the capability that is missing */
  constructor(device: CaptureDevice, program: readonly ClassicInstruction[], options: LiveCaptureOptions = {}) {
    const { bufferBytes = usualBufferBytes, promiscuous = true, timeoutMs = 100 } = options;
    const label = `capture on ${device.name}`;
    this.device = device;
    const blockBytes = Math.max(pageSize(), Math.min(largestBlockBytes, powerOfTwo(bufferBytes / 4)));
    const blockCount = Math.max(2, Math.floor(bufferBytes / blockBytes));
    const sizeBytes = blockBytes * blockCount;
    this.#fd = openCaptureSocket(device, label);
    const opened: Disposable[] = [this.#fd];
    try {
      // Before it is bound, so that no packet comes in unfiltered.
      attachClassicFilter(this.#fd, program);
      requestRing(this.#fd, { blockBytes, blockCount, timeoutMs });
      this.#mapping = mapMemory({ fd: this.#fd.number, sizeBytes, writable: true, label });
      opened.push(this.#mapping);
      this.#ring = new PacketRing(this.#mapping.bytes, blockBytes);
      this.#waiter = new WaitSet(label);
      opened.push(this.#waiter);
      this.#waiter.add(this.#fd.number);
      bindToInterface(this.#fd, device, promiscuous);
    } catch (error) {
      for (const resource of opened.reverse()) resource[Symbol.dispose]();
      throw error;
    }
  }

  /** Lets through what a socket filter program matches, from now on; or a classic one. @throws SyscallError */
  filterBy(filter: HostProgram | readonly ClassicInstruction[]): void {
    if ('attach' in filter) filter.attach({ kind: 'socket-filter', socketFd: this.#fd.number });
    else attachClassicFilter(this.#fd, filter);
  }

  /** Gives the sink all packets handed over by now. Of a loopback interface only those that come in: they all went out before. */
  drain(sink: PacketSink): void {
    const { loopbackIndex } = this.device;
    if (loopbackIndex === undefined) this.#ring.drain(sink);
    else this.#ring.drain((packet) => (packet.isOutgoing && interfaceOf(packet) === loopbackIndex) || sink(packet));
  }

  /** True as soon as there are packets; false when aborted or after `timeoutMs`. */
  wait(timeoutMs: number, signal?: AbortSignal): Promise<boolean> {
    return this.#ring.isReady ? Promise.resolve(true) : this.#waiter.wait(timeoutMs, signal);
  }

  /**
   * Lets nothing more in, and waits until the kernel has handed over what is in the ring: drain once more after it.
   */
  async stop(): Promise<void> {
    this.filterBy(rejectAll);
    // A block that is not full is handed over by a timer of the kernel's, which may be late on a busy machine.
    for (const end = performance.now() + longestStopMs; performance.now() < end; ) {
      this.#count();
      if (this.#ring.handedOver >= this.#received - this.#dropped) return;
      await new Promise((resolve) => setTimeout(resolve, stopPauseMs));
    }
  }

  /** Counters from the start on. */
  statistics(): LiveStatistics {
    this.#count();
    return { received: this.#received, dropped: this.#dropped };
  }

  [Symbol.dispose](): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#waiter.close();
    this.#mapping.close();
    this.#fd.close();
  }

  #count(): void {
    const { received, dropped } = takeStatistics(this.#fd);
    this.#received += received;
    this.#dropped += dropped;
  }
}
