// Where captured packets are written: pcap or pcapng, one file or a rotation of files.

import { UsageError } from '../../base/index.ts';
import type { CaptureFormat, CaptureInterface, CaptureItem, InterfaceStatistics, Packet } from '../../pcap/index.ts';
import {
  encodePcapHeader,
  PcapEncoder,
  PcapngEncoder,
  parseOptions,
  parsePcapHeader,
  pcapHeaderBytes,
} from '../../pcap/index.ts';
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
}

/** Encodes items in one format. */
interface ItemWriter {
  /** Bytes with which a new file starts, from what came before. */
  start(): readonly Uint8Array[];
  /** Bytes of an item in the running file. */
  item(item: CaptureItem): readonly Uint8Array[];
  /** Bytes that tell the counters of the interface, where the format can. */
  statistics?(facts: InterfaceStatistics): Uint8Array;
}

function isWithin(packet: Packet, snapLength: number | undefined): boolean {
  return snapLength === undefined || packet.data.byteLength <= snapLength;
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
    this.#header = this.#keepsRaw && this.#snapLength === undefined ? raw.slice() : encodePcapHeader(facts);
  }

  #packet(packet: Packet): Uint8Array {
    if (this.#keepsRaw && isWithin(packet, this.#snapLength)) return packet.raw;
    if (packet.interface !== this.#interface) this.#checkLinkType(packet.interface);
    const { timestampNs, originalLength } = packet;
    const data = packet.data.subarray(0, this.#snapLength);
    return (this.#encoder ?? new PcapEncoder()).packet({ timestampNs, originalLength, data });
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

  statistics(facts: InterfaceStatistics): Uint8Array {
    return this.#encoder.statistics(facts);
  }

  #section(raw: Uint8Array, endian: 'little' | 'big'): Uint8Array[] {
    this.#encoder = new PcapngEncoder(endian);
    this.#preamble = [];
    // Its length may be stated, and is no longer right: -1 means unknown.
    const section = raw.slice();
    section.fill(0xff, 16, 24);
    return [section];
  }

  #interface(from: CaptureInterface, raw: Uint8Array): Uint8Array[] {
    if (from.isBlock) return [raw.slice()];
    const { linkType, snapLength, name, description, filter } = from;
    this.#encoder = new PcapngEncoder(from.endian);
    return [this.#encoder.section(), this.#encoder.interface({ linkType, snapLength, name, description, filter })];
  }

  #packet(packet: Packet): Uint8Array {
    const { isBlock } = packet.interface;
    if (isBlock && isWithin(packet, this.#snapLength)) return packet.raw;
    const { timestampNs, originalLength, interface: from } = packet;
    const data = packet.data.subarray(0, this.#snapLength);
    if (!isBlock) return this.#encoder.packet({ timestampNs, originalLength, data });
    return this.#cutBlock(packet, data, from);
  }

  /** An Enhanced Packet Block with less data, its timestamp in the interface's own units. */
  #cutBlock({ timestampNs, originalLength, options }: Packet, data: Uint8Array, from: CaptureInterface): Uint8Array {
    const ticks = ((timestampNs - from.offsetSeconds * 1_000_000_000n) * from.unitsPerSecond) / 1_000_000_000n;
    const extras = { interface: from.index, options: parseOptions(options, from.endian) };
    return this.#encoder.packetAtTicks({ timestampNs: ticks, originalLength, data }, extras);
  }
}

const itemWriters: Readonly<Record<CaptureFormat, (snapLength: number | undefined) => ItemWriter>> = {
  pcap: (snapLength) => new PcapItems(snapLength),
  pcapng: (snapLength) => new PcapngItems(snapLength),
};

/** Writes items of a capture. Dispose it to finish the last file. */
export class CaptureOutput implements Disposable {
  readonly #names: FileNames;
  readonly #items: ItemWriter;
  #file: OutputFile;
  readonly #isRotated: boolean;
  #isDone = false;

  /** @throws UsageError when the first file cannot be made. */
  constructor({ path, format, snapLength, rotation }: CaptureOutputOptions) {
    this.#isRotated = rotation !== undefined;
    this.#names = new FileNames(path, rotation);
    this.#items = itemWriters[format](snapLength);
    this.#file = new OutputFile(this.#names.first());
  }

  /** The rotation has made as many files as were wanted: nothing more is written. */
  get isDone(): boolean {
    return this.#isDone;
  }

  /** @throws UsageError when it cannot be written. */
  write(item: CaptureItem): void {
    if (this.#isDone) return;
    if (item.kind === 'packet' && this.#isRotated) this.#rotate(item);
    if (this.#isDone) return;
    for (const bytes of this.#items.item(item)) this.#file.write(bytes);
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
    const next = this.#names.next(timestampNs, this.#file.sizeBytes);
    if (next === undefined) return;
    this.#file.close();
    if (next === 'done') {
      this.#isDone = true;
      return;
    }
    this.#file = new OutputFile(next);
    for (const bytes of this.#items.start()) this.#file.write(bytes);
  }
}
