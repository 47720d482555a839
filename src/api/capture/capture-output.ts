// Where captured packets are written: pcap or pcapng, one file or a rotation of files.

import { UsageError } from '../../base/index.ts';
import type { CaptureFormat, CaptureInterface, CaptureItem, InterfaceStatistics, Packet } from '../../pcap/index.ts';
import {
  blockTypes,
  cutPacketBlock,
  cutRecord,
  encodePcapHeader,
  PcapEncoder,
  PcapngEncoder,
  parsePcapHeader,
  pcapHeaderBytes,
} from '../../pcap/index.ts';
import type { CaptureSink } from './capture-task.ts';
import { OutputFile } from './output-file.ts';
import { FileNames, type Rotation } from './rotation.ts';

/** What to write, and where. */
export interface CaptureOutputOptions {
  /** `-` is standard output. */
  readonly path: string;
  readonly format: CaptureFormat;
  /** Cut packets to so many bytes. */
  readonly snapLength?: number | undefined;
  readonly rotation?: Rotation | undefined;
  /** Told the path of each file of the rotation when it is finished, but the last. */
  readonly onRotated?: ((path: string) => void) | undefined;
}

/** Encodes items in one format. */
interface ItemWriter {
  /** Bytes with which a new file starts, from what came before. */
  start(): readonly Uint8Array[];
  /** Bytes of an item in the running file. */
  item(item: CaptureItem): readonly Uint8Array[];
  /** Whether the records of an interface that was given are written as they are in its file, but for their length. */
  keepsRecords(from: CaptureInterface): boolean;
  /** Bytes that tell the counters of the interface, where the format can. */
  statistics?(facts: InterfaceStatistics): Uint8Array;
}

/** pcap: one link type. Records of pcap files are kept as they are, byte order and precision too. */
class PcapItems implements ItemWriter {
  readonly #snapLength: number | undefined;
  #interface: CaptureInterface | undefined;
  #header: Uint8Array | undefined;
  #encoder: PcapEncoder | undefined;
  #keepsRaw = false;

  constructor(snapLength: number | undefined) {
    this.#snapLength = snapLength;
  }

  start(): readonly Uint8Array[] {
    return this.#header ? [this.#header] : [];
  }

  item(item: CaptureItem): readonly Uint8Array[] {
    if (item.kind === 'packet') return [this.#packet(item)];
    if (item.kind !== 'interface') return [];
    if (this.#interface) {
      this.#checkLinkType(item.interface);
      return [];
    }
    this.#describe(item.interface, item.raw);
    return this.start();
  }

  keepsRecords(from: CaptureInterface): boolean {
    return this.#keepsRaw && from === this.#interface;
  }

  #describe(from: CaptureInterface, raw: Uint8Array): void {
    this.#interface = from;
    const { linkType, fcsBytes, endian } = from;
    const isNano = from.unitsPerSecond > 1_000_000n;
    const snapLength = this.#snapLength ?? (from.snapLength || 262144);
    const facts = {
      linkType,
      fcsBytes,
      endian,
      snapLength,
      unitsPerSecond: isNano ? 1_000_000_000 : 1_000_000,
    } as const;
    this.#encoder = new PcapEncoder(facts);
    // A file header can be kept where its records have the usual form.
    this.#keepsRaw = !from.isBlock && raw.byteLength === pcapHeaderBytes && hasUsualRecords(raw);
    this.#header = this.#keepsRaw && this.#snapLength === undefined ? new Uint8Array(raw) : encodePcapHeader(facts);
  }

  #packet(packet: Packet): Uint8Array {
    if (this.#keepsRaw) return this.#keptRecord(packet);
    if (packet.interface !== this.#interface) this.#checkLinkType(packet.interface);
    const { timestampNs, originalLength } = packet;
    const data = packet.data.subarray(0, this.#snapLength);
    return (this.#encoder ?? new PcapEncoder()).packet({ timestampNs, originalLength, data });
  }

  #keptRecord(packet: Packet): Uint8Array {
    const { raw, data, interface: from } = packet;
    const size = Math.min(data.byteLength, this.#snapLength ?? data.byteLength);
    return size < data.byteLength ? cutRecord(raw, from.endian, size) : raw;
  }

  #checkLinkType({ linkType }: CaptureInterface): void {
    if (linkType === this.#interface?.linkType) return;
    throw new UsageError(`a pcap file has one link type, not both ${this.#interface?.linkType} and ${linkType}`, {
      hint: 'write pcapng: give the output a name that ends in .pcapng',
    });
  }
}

/** Whether a file header announces records of 16 + n bytes with the lengths in today's order. */
function hasUsualRecords(header: Uint8Array): boolean {
  const { recordHeaderBytes, lengthOrder } = parsePcapHeader(header);
  return recordHeaderBytes === 16 && lengthOrder === 'captured-first';
}

/** pcapng: every block is kept, packets that are not cut as they are. */
class PcapngItems implements ItemWriter {
  readonly #snapLength: number | undefined;
  #encoder = new PcapngEncoder();
  /** Section, interfaces and what else does not belong to one file of a rotation alone. */
  #preamble: Uint8Array[] = [];

  constructor(snapLength: number | undefined) {
    this.#snapLength = snapLength;
  }

  start(): readonly Uint8Array[] {
    return this.#preamble;
  }

  item(item: CaptureItem): readonly Uint8Array[] {
    if (item.kind === 'packet') return [this.#packet(item)];
    if (item.kind === 'block') return [item.raw];
    const bytes =
      item.kind === 'section' ? this.#section(item.raw, item.endian) : this.#interface(item.interface, item.raw);
    this.#preamble.push(...bytes);
    return bytes;
  }

  keepsRecords(from: CaptureInterface): boolean {
    return from.isBlock;
  }

  statistics(facts: InterfaceStatistics): Uint8Array {
    return this.#encoder.statistics(facts);
  }

  #section(raw: Uint8Array, endian: 'little' | 'big'): Uint8Array[] {
    this.#encoder = new PcapngEncoder(endian);
    this.#preamble = [];
    // Its length may be stated, and is no longer right: -1 means unknown.
    const section = new Uint8Array(raw);
    section.fill(0xff, 16, 24);
    return [section];
  }

  #interface(from: CaptureInterface, raw: Uint8Array): Uint8Array[] {
    if (from.isBlock) return [new Uint8Array(raw)];
    const { linkType, snapLength, name, description, filter } = from;
    this.#encoder = new PcapngEncoder(from.endian);
    return [this.#encoder.section(), this.#encoder.interface({ linkType, snapLength, name, description, filter })];
  }

  #packet(packet: Packet): Uint8Array {
    const { timestampNs, originalLength, interface: from, raw } = packet;
    const data = packet.data.subarray(0, this.#snapLength);
    const isCut = data.byteLength < packet.data.byteLength;
    if (!from.isBlock) return this.#encoder.packet({ timestampNs, originalLength, data });
    return isCut ? this.#cutBlock(packet, data) : raw;
  }

  /** An Enhanced Packet Block, which blocks of other kinds become. */
  #cutBlock({ timestampNs, originalLength, interface: from, raw }: Packet, data: Uint8Array): Uint8Array {
    const { endian, index, unitsPerSecond, offsetSeconds } = from;
    const type = new DataView(raw.buffer, raw.byteOffset).getUint32(0, endian === 'little');
    if (type === blockTypes.enhancedPacket) return cutPacketBlock(raw, endian, data.byteLength);
    const ticks = ((timestampNs - offsetSeconds * 1_000_000_000n) * unitsPerSecond) / 1_000_000_000n;
    return this.#encoder.packetAtTicks({ timestampNs: ticks, originalLength, data }, { interface: index });
  }
}

const itemWriters: Readonly<Record<CaptureFormat, (snapLength: number | undefined) => ItemWriter>> = {
  pcap: (snapLength) => new PcapItems(snapLength),
  pcapng: (snapLength) => new PcapngItems(snapLength),
};

/** Writes items of a capture. Dispose it to finish the last file. */
export class CaptureOutput implements CaptureSink, Disposable {
  readonly #names: FileNames;
  readonly #items: ItemWriter;
  #file: OutputFile;
  readonly #isRotated: boolean;
  readonly #onRotated: CaptureOutputOptions['onRotated'];
  #isDone = false;

  /** @throws UsageError when the first file cannot be made. */
  constructor({ path, format, snapLength, rotation, onRotated }: CaptureOutputOptions) {
    this.#onRotated = onRotated;
    this.#isRotated = rotation !== undefined;
    this.#names = new FileNames(path, rotation);
    this.#items = itemWriters[format](snapLength);
    this.#file = new OutputFile(this.#names.first());
  }

  /**
   * Writes a packet or what belongs to it. False: the rotation has made as many files as were wanted, nothing more is written.
   * @throws UsageError when it cannot be written.
   */
  item(item: CaptureItem): boolean {
    if (item.kind === 'packet' && this.#isRotated) this.#rotate(item);
    if (this.#isDone) return false;
    for (const bytes of this.#items.item(item)) this.#file.write(bytes);
    return true;
  }

  takesRecords(from: CaptureInterface): boolean {
    return !this.#isRotated && this.#items.keepsRecords(from);
  }

  records(bytes: Uint8Array): void {
    this.#file.write(bytes);
  }

  /** Hands everything so far to the kernel. @throws UsageError when it cannot be written. */
  flush(): void {
    if (!this.#isDone) this.#file.flush();
  }

  /** Writes the counters of the interface of a live capture, where the format can. */
  writeStatistics(facts: InterfaceStatistics): void {
    const bytes = this.#isDone ? undefined : this.#items.statistics?.(facts);
    if (bytes) this.#file.write(bytes);
  }

  /** Writes what is left and closes the file. */
  [Symbol.dispose](): void {
    this.#file.close();
  }

  #rotate({ timestampNs }: Packet): void {
    if (this.#isDone) return;
    const next = this.#names.next(timestampNs, this.#file.sizeBytes);
    if (next === undefined) return;
    this.#file.close();
    this.#onRotated?.(this.#file.path);
    if (next === 'done') {
      this.#isDone = true;
      return;
    }
    this.#file = new OutputFile(next);
    for (const bytes of this.#items.start()) this.#file.write(bytes);
  }
}
