// Encodes pcapng files.

import { ByteWriter, type Endian } from '../base/index.ts';
import { encodeOptions, optionCodes, textOption } from './block-options.ts';
import type { PacketRecord } from './pcap-writer.ts';
import { blockTypes } from './pcapng-blocks.ts';
import type { BlockOption } from './types.ts';

/** What is written of an interface. */
export interface InterfaceFacts {
  /** LINKTYPE_ value. */
  readonly linkType: number;
  /** 0: no limit. */
  readonly snapLength?: number;
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  readonly filter?: string | undefined;
  /** Decimal digits of a second in timestamps; default 9, nanoseconds. */
  readonly timestampDigits?: 3 | 6 | 9;
  /** More options. */
  readonly options?: readonly BlockOption[];
}

/** Counters of an interface at the end of a capture. */
export interface InterfaceStatistics {
  readonly interface: number;
  readonly timestampNs: bigint;
  readonly received?: bigint;
  readonly dropped?: bigint;
}

/** What goes with a packet in pcapng only. */
export interface PacketExtras {
  /** Number of its interface in the section; default 0. */
  readonly interface?: number;
  readonly options?: readonly BlockOption[];
}

/** Offset of the data in an Enhanced Packet Block. */
const packetDataAt = 28;
const padded = (size: number): number => Math.ceil(size / 4) * 4;

const splitTime = (ticks: bigint): { high: number; low: number } => ({
  high: Number(BigInt.asUintN(32, ticks >> 32n)),
  low: Number(BigInt.asUintN(32, ticks)),
});

/** An Enhanced Packet Block with its data cut to `size` bytes; all else is as it was. */
export function cutPacketBlock(raw: Uint8Array, endian: Endian, size: number): Uint8Array<ArrayBuffer> {
  const isLittle = endian === 'little';
  const captured = new DataView(raw.buffer, raw.byteOffset).getUint32(20, isLittle);
  const options = raw.subarray(packetDataAt + padded(captured), raw.byteLength - 4);
  const total = packetDataAt + padded(size) + options.byteLength + 4;
  const cut = new Uint8Array(total);
  const view = new DataView(cut.buffer);
  cut.set(raw.subarray(0, packetDataAt + size));
  cut.set(options, packetDataAt + padded(size));
  view.setUint32(4, total, isLittle);
  view.setUint32(20, size, isLittle);
  view.setUint32(total - 4, total, isLittle);
  return cut;
}

/** Encodes a pcapng file: `section()`, an `interface()` for each, then packets and other blocks; the caller writes the bytes. */
export class PcapngEncoder {
  readonly endian: Endian;
  #ticksDivisors: bigint[] = [];

  constructor(endian: Endian = 'little') {
    this.endian = endian;
  }

  /** Starts a section; interfaces count from 0 again. */
  section(
    options: readonly BlockOption[] = [textOption(optionCodes.section.application, 'tsbpf')],
  ): Uint8Array<ArrayBuffer> {
    this.#ticksDivisors = [];
    const body = new ByteWriter(this.endian).u32(0x1a2b3c4d).u16(1).u16(0).u64(0xffff_ffff_ffff_ffffn);
    return this.block(blockTypes.section, body.append(encodeOptions(options, this.endian)).finish());
  }

  /** Describes the next interface. */
  interface(facts: InterfaceFacts): Uint8Array<ArrayBuffer> {
    const { linkType, snapLength = 0, name, description, filter, timestampDigits = 9 } = facts;
    const codes = optionCodes.interface;
    const options: BlockOption[] = [{ code: codes.resolution, value: Uint8Array.of(timestampDigits) }];
    if (name !== undefined) options.push(textOption(codes.name, name));
    if (description !== undefined) options.push(textOption(codes.description, description));
    if (filter !== undefined) options.push(textOption(codes.filter, `\0${filter}`));
    options.push(...(facts.options ?? []));
    this.#ticksDivisors.push(10n ** BigInt(9 - timestampDigits));
    const body = new ByteWriter(this.endian).u16(linkType).u16(0).u32(snapLength);
    return this.block(blockTypes.interface, body.append(encodeOptions(options, this.endian)).finish());
  }

  /** An Enhanced Packet Block. */
  packet(packet: PacketRecord, extras: PacketExtras = {}): Uint8Array<ArrayBuffer> {
    return this.#packet(packet, packet.timestampNs / (this.#ticksDivisors[extras.interface ?? 0] ?? 1n), extras);
  }

  /** An Enhanced Packet Block of an interface that was not described here: its timestamp in that one's own units. */
  packetAtTicks(packet: PacketRecord, extras: PacketExtras = {}): Uint8Array<ArrayBuffer> {
    return this.#packet(packet, packet.timestampNs, extras);
  }

  #packet(
    packet: PacketRecord,
    ticks: bigint,
    { interface: id = 0, options = [] }: PacketExtras,
  ): Uint8Array<ArrayBuffer> {
    const { high, low } = splitTime(ticks);
    const { data } = packet;
    const body = new ByteWriter(this.endian).u32(id).u32(high).u32(low);
    body
      .u32(data.byteLength)
      .u32(packet.originalLength ?? data.byteLength)
      .append(data)
      .align(4);
    return this.block(blockTypes.enhancedPacket, body.append(encodeOptions(options, this.endian)).finish());
  }

  /** An Interface Statistics Block. */
  statistics(facts: InterfaceStatistics): Uint8Array<ArrayBuffer> {
    const { high, low } = splitTime(facts.timestampNs / (this.#ticksDivisors[facts.interface] ?? 1n));
    const counter = (code: number, value: bigint | undefined): BlockOption[] =>
      value === undefined ? [] : [{ code, value: new ByteWriter(this.endian).u64(value).finish() }];
    const options = [...counter(4, facts.received), ...counter(5, facts.dropped)];
    const body = new ByteWriter(this.endian).u32(facts.interface).u32(high).u32(low);
    return this.block(blockTypes.interfaceStatistics, body.append(encodeOptions(options, this.endian)).finish());
  }

  /** Any block, from its type and body (padded to 32 bits here). */
  block(type: number, body: Uint8Array): Uint8Array<ArrayBuffer> {
    const size = 12 + padded(body.byteLength);
    return new ByteWriter(this.endian).u32(type).u32(size).append(body).align(4).u32(size).finish();
  }
}
