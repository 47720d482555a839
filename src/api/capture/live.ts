// A live capture as packets: what the ring gives, in the form that files give.

import { BpfError } from '../../base/index.ts';
import type { ClassicInstruction } from '../../isa/index.ts';
import {
  cookedHeaderBytes,
  copyCookedPacket,
  copyPacket,
  findCaptureDevice,
  kernelHost,
  LiveCapture,
  type LiveStatistics,
  packetBytes,
  programWithoutHeader,
  type RingPacket,
  rejectAll,
} from '../../kernel/index.ts';
import { type CaptureInterface, encodePcapHeader, type InterfaceItem, type Packet } from '../../pcap/index.ts';
import { acceptAll, type FilterProgram, PacketFilter, type PacketFilterOptions } from './packet-filter.ts';

/** Which packets: those that come in, those that go out, or both. */
export type CaptureDirection = 'in' | 'out' | 'inout';

/** What to capture, and how. */
export interface LiveTask extends Pick<PacketFilterOptions, 'resolver' | 'onWarning'> {
  readonly interface: string;
  /** A filter expression; empty: everything. */
  readonly expression: string;
  /** Bytes to keep of a packet; default 262144. */
  readonly snapLength?: number | undefined;
  readonly bufferBytes?: number | undefined;
  readonly promiscuous?: boolean | undefined;
  /** Default `inout`. */
  readonly direction?: CaptureDirection | undefined;
  /** Ends the capture; what is in the ring by then is still given. */
  readonly signal: AbortSignal;
  /** Told once, before the first packet. */
  readonly onStart?: (item: InterfaceItem) => void;
  /** Takes a packet, which is valid until it returns; false ends the capture. */
  readonly onPacket: (packet: Packet) => boolean;
  /** Told after each batch of packets: time to hand them on. */
  readonly onBatch?: () => void | Promise<void>;
}

const recordHeaderBytes = 16;
const usualSnapLength = 262144;
const noBytes = new Uint8Array(0);

/** The packet in the ring, as a record of a pcap file with microseconds; one object, used again for each. */
class LivePacket implements Packet {
  readonly kind = 'packet';
  readonly options = noBytes;
  readonly interface: CaptureInterface;
  readonly #isCooked: boolean;
  originalLength = 0;
  raw: Uint8Array = noBytes;
  data: Uint8Array = noBytes;
  #seconds = 0;
  #nanoseconds = 0;
  #buffer = new Uint8Array(1 << 16);
  #view = new DataView(this.#buffer.buffer);

  constructor(from: CaptureInterface, isCooked: boolean) {
    this.interface = from;
    this.#isCooked = isCooked;
  }

  get timestampNs(): bigint {
    return BigInt(this.#seconds) * 1_000_000_000n + BigInt(this.#nanoseconds);
  }

  take(packet: RingPacket): void {
    const captured = this.#isCooked ? packet.captured + cookedHeaderBytes : packetBytes(packet);
    const size = recordHeaderBytes + captured;
    if (size > this.#buffer.byteLength) {
      this.#buffer = new Uint8Array(2 * size);
      this.#view = new DataView(this.#buffer.buffer);
    }
    this.originalLength = packet.length + captured - packet.captured;
    this.#seconds = packet.seconds;
    this.#nanoseconds = packet.nanoseconds;
    this.#view.setUint32(0, packet.seconds, true);
    this.#view.setUint32(4, Math.floor(packet.nanoseconds / 1000), true);
    this.#view.setUint32(8, captured, true);
    this.#view.setUint32(12, this.originalLength, true);
    if (this.#isCooked) copyCookedPacket(packet, this.#buffer, recordHeaderBytes);
    else copyPacket(packet, this.#buffer, recordHeaderBytes);
    this.raw = this.#buffer.subarray(0, size);
    this.data = this.raw.subarray(recordHeaderBytes);
  }
}

/** The program as the kernel takes it; undefined when it does not. */
function attachedProgram(program: FilterProgram, isCooked: boolean): readonly ClassicInstruction[] | undefined {
  if (!program.isAttachable) return undefined;
  return isCooked ? programWithoutHeader(program.instructions) : program.instructions;
}

/** Filters by the extended program; false when the kernel does not take it, or there is none for these packets. */
async function filterExtended(capture: LiveCapture, program: FilterProgram): Promise<boolean> {
  const object = capture.device.isCooked ? undefined : program.toSocketFilter?.();
  if (!object) return false;
  try {
    using loaded = await kernelHost().load(object);
    for (const one of loaded.programs.values()) capture.filterBy(one);
    return true;
  } catch (error) {
    if (error instanceof BpfError) return false;
    throw error;
  }
}

/**
 * Captures until the signal is aborted or `onPacket` returns false.
 * @throws SourceError, UsageError for an unknown interface, SyscallError with the capability that is missing.
 */
export async function captureLive(task: LiveTask): Promise<LiveStatistics> {
  const { signal, onPacket, onBatch, expression, snapLength = usualSnapLength, bufferBytes, promiscuous } = task;
  const device = findCaptureDevice(task.interface);
  const { linkType, netmask, name, isCooked } = device;
  const { resolver, onWarning } = task;
  const filter = new PacketFilter(expression, { snapLength, netmask, live: true, resolver, onWarning });
  const program = filter.program(linkType);
  const attached = attachedProgram(program, isCooked);
  using capture = new LiveCapture(device, attached ?? rejectAll, { bufferBytes, promiscuous });
  const isFiltered = attached !== undefined || (await filterExtended(capture, program));
  // What the kernel does not take is filtered here.
  if (!isFiltered) capture.filterBy(attachedProgram(acceptAll(snapLength), isCooked) ?? []);
  const described: CaptureInterface = {
    ...{ index: 0, linkType, snapLength, unitsPerSecond: 1_000_000n, offsetSeconds: 0n, name },
    ...{ filter: filter.expression || undefined, options: [], endian: 'little', isBlock: false },
  };
  task.onStart?.({ kind: 'interface', interface: described, raw: encodePcapHeader({ linkType, snapLength }) });
  const packet = new LivePacket(described, isCooked);
  let isWanted = true;
  const { direction = 'inout' } = task;
  const sink = (from: RingPacket): boolean => {
    if (direction === (from.isOutgoing ? 'in' : 'out')) return true;
    packet.take(from);
    if (!isFiltered && !filter.matches(packet)) return true;
    isWanted = onPacket(packet);
    return isWanted;
  };
  while (isWanted && !signal.aborted) {
    await capture.wait(Number.POSITIVE_INFINITY, signal);
    capture.drain(sink);
    await onBatch?.();
  }
  await capture.stop();
  const statistics = capture.statistics();
  if (isWanted) capture.drain(sink);
  await onBatch?.();
  return statistics;
}
