// Reads the blocks of a pcapng file.
// Source: draft-ietf-opsawg-pcapng-03; sf-pcapng.c of libpcap 1.10 for what is refused.

import { decodeCString, type Endian, FormatError } from '../base/index.ts';
import { optionCodes, parseOptions } from './block-options.ts';
import type { ByteWindow } from './byte-window.ts';
import { maxBlockBytes, maxCapturedBytes, usualMaxBlockBytes } from './limits.ts';
import type { Decoder } from './pcap-records.ts';
import type { BlockOption, CaptureInterface, CaptureItem, OtherBlock, Packet, Section } from './types.ts';

/** Block types that are interpreted. */
export const blockTypes = {
  section: 0x0a0d0d0a,
  interface: 1,
  obsoletePacket: 2,
  simplePacket: 3,
  nameResolution: 4,
  interfaceStatistics: 5,
  enhancedPacket: 6,
  decryptionSecrets: 10,
} as const;

const byteOrderMagic = 0x1a2b3c4d;
/** Type, total length, and total length again at the end. */
const frameBytes = 12;
const smallestSection = 28;

/** One block in the window. */
interface Block {
  readonly type: number;
  readonly raw: Uint8Array;
  readonly view: DataView;
  readonly isLittle: boolean;
  /** Offset in the file. */
  readonly offset: number;
}

function fault(block: { readonly offset: number }, problem: string): FormatError {
  return new FormatError('pcapng block', problem, { offset: block.offset });
}

const noBytes = new Uint8Array(0);

/** Timestamp units per second, from `if_tsresol`. */
function unitsPerSecond(options: readonly BlockOption[], block: Block): bigint {
  const value = options.find(({ code }) => code === optionCodes.interface.resolution)?.value[0];
  if (value === undefined) return 1_000_000n;
  const exponent = value & 0x7f;
  const isBinary = (value & 0x80) !== 0;
  if (exponent > (isBinary ? 63 : 19)) throw fault(block, `timestamp resolution 0x${value.toString(16)} is too fine`);
  return (isBinary ? 2n : 10n) ** BigInt(exponent);
}

function offsetSeconds(options: readonly BlockOption[], isLittle: boolean): bigint {
  const value = options.find(({ code }) => code === optionCodes.interface.offset)?.value;
  if (value?.byteLength !== 8) return 0n;
  return new DataView(value.buffer, value.byteOffset, 8).getBigInt64(0, isLittle);
}

/** Decoder of pcapng files. */
export class PcapngDecoder implements Decoder {
  #endian: Endian = 'little';
  #interfaces: CaptureInterface[] = [];
  #maxBlockBytes = usualMaxBlockBytes;
  #isStarted = false;

  readonly #handlers: Readonly<Record<number, (block: Block) => CaptureItem>> = {
    [blockTypes.section]: (block) => this.#section(block),
    [blockTypes.interface]: (block) => this.#describedInterface(block),
    [blockTypes.enhancedPacket]: (block) => this.#enhancedPacket(block),
    [blockTypes.simplePacket]: (block) => this.#simplePacket(block),
    [blockTypes.obsoletePacket]: (block) => this.#obsoletePacket(block),
  };

  next(window: ByteWindow): CaptureItem | undefined {
    const block = this.#block(window);
    if (!block) return undefined;
    const handler = Object.hasOwn(this.#handlers, block.type) ? this.#handlers[block.type] : undefined;
    const item = handler ? handler(block) : this.#other(block);
    window.at += block.raw.byteLength;
    return item;
  }

  end(window: ByteWindow): void {
    if (window.available === 0 && this.#isStarted) return;
    const problem = `truncated: the last block has ${window.available} bytes left of it`;
    throw new FormatError('pcapng file', problem, { offset: window.offset });
  }

  #block(window: ByteWindow): Block | undefined {
    if (!window.ensure(frameBytes)) return undefined;
    const { offset } = window;
    const isSection = window.view.getUint32(window.at, true) === blockTypes.section;
    const isLittle = isSection ? this.#sectionIsLittle(window) : this.#endian === 'little';
    const type = window.view.getUint32(window.at, isLittle);
    const size = window.view.getUint32(window.at + 4, isLittle);
    if (size < (isSection ? smallestSection : frameBytes)) throw fault({ offset }, `length ${size} is too small`);
    if (size % 4 !== 0) throw fault({ offset }, `length ${size} is not a multiple of 4`);
    if (size > this.#maxBlockBytes)
      throw fault({ offset }, `length ${size} is larger than the most possible, ${this.#maxBlockBytes}`);
    if (!window.ensure(size)) return undefined;
    const raw = window.bytes.subarray(window.at, window.at + size);
    const view = new DataView(raw.buffer, raw.byteOffset, size);
    // Not of sections, as in libpcap.
    if (!isSection && view.getUint32(size - 4, isLittle) !== size)
      throw fault({ offset }, 'the lengths at its start and end differ');
    return { type, raw, view, isLittle, offset };
  }

  #sectionIsLittle({ view, at, offset }: ByteWindow): boolean {
    if (view.getUint32(at + 8, true) === byteOrderMagic) return true;
    if (view.getUint32(at + 8, false) === byteOrderMagic) return false;
    throw fault({ offset }, 'unknown byte-order magic');
  }

  #options(block: Block, start: number): BlockOption[] {
    const end = block.raw.byteLength - 4;
    return parseOptions(
      block.raw.subarray(Math.min(start, end), end),
      block.isLittle ? 'little' : 'big',
      block.offset + start,
    );
  }

  #section(block: Block): Section {
    const major = block.view.getUint16(12, block.isLittle);
    const minor = block.view.getUint16(14, block.isLittle);
    if (major !== 1 || (minor !== 0 && minor !== 2)) throw fault(block, `version ${major}.${minor} is not known`);
    this.#isStarted = true;
    this.#endian = block.isLittle ? 'little' : 'big';
    this.#interfaces = [];
    this.#maxBlockBytes = usualMaxBlockBytes;
    return { kind: 'section', endian: this.#endian, options: this.#sectionOptions(block), raw: block.raw };
  }

  /** They only inform: damage in them, which libpcap does not look at, loses no packet. */
  #sectionOptions(block: Block): BlockOption[] {
    try {
      return this.#options(block, 24);
    } catch (error) {
      if (error instanceof FormatError) return [];
      throw error;
    }
  }

  #describedInterface(block: Block): CaptureItem {
    this.#require(block, 20);
    const options = this.#options(block, 16);
    const linkType = block.view.getUint16(8, block.isLittle);
    const text = (wanted: number): string | undefined => {
      const option = options.find(({ code }) => code === wanted);
      return option && decodeCString(option.value);
    };
    const codes = optionCodes.interface;
    const filter = options.find(({ code }) => code === codes.filter)?.value;
    const described: CaptureInterface = {
      index: this.#interfaces.length,
      linkType,
      snapLength: block.view.getUint32(12, block.isLittle),
      unitsPerSecond: unitsPerSecond(options, block),
      offsetSeconds: offsetSeconds(options, block.isLittle),
      fcsBytes: options.find(({ code }) => code === codes.fcsLength)?.value[0],
      name: text(codes.name),
      description: text(codes.description),
      filter: filter && filter[0] === 0 ? decodeCString(filter.subarray(1)) : undefined,
      options,
      endian: this.#endian,
      isBlock: true,
    };
    this.#interfaces.push(described);
    this.#maxBlockBytes = Math.max(this.#maxBlockBytes, maxBlockBytes(linkType));
    return { kind: 'interface', interface: described, raw: block.raw };
  }

  #enhancedPacket(block: Block): Packet {
    this.#require(block, 32);
    return this.#packet(block, { id: block.view.getUint32(8, block.isLittle), timeAt: 12, capturedAt: 20, dataAt: 28 });
  }

  #obsoletePacket(block: Block): Packet {
    this.#require(block, 32);
    return this.#packet(block, { id: block.view.getUint16(8, block.isLittle), timeAt: 12, capturedAt: 20, dataAt: 28 });
  }

  #simplePacket(block: Block): Packet {
    this.#require(block, 16);
    const from = this.#interfaceOf(block, 0);
    const original = block.view.getUint32(8, block.isLittle);
    const room = block.raw.byteLength - 16;
    const captured = from.snapLength === 0 ? original : Math.min(original, from.snapLength);
    if (captured > room) throw fault(block, `captured length ${captured} is larger than the block`);
    this.#checkCaptured(block, captured, from);
    const data = block.raw.subarray(12, 12 + captured);
    return {
      kind: 'packet',
      interface: from,
      timestampNs: 0n,
      data,
      originalLength: original,
      options: noBytes,
      raw: block.raw,
    };
  }

  #packet(block: Block, layout: { id: number; timeAt: number; capturedAt: number; dataAt: number }): Packet {
    const { view, isLittle, raw } = block;
    const from = this.#interfaceOf(block, layout.id);
    const captured = view.getUint32(layout.capturedAt, isLittle);
    const end = raw.byteLength - 4;
    if (layout.dataAt + captured > end) throw fault(block, `captured length ${captured} is larger than the block`);
    this.#checkCaptured(block, captured, from);
    const ticks =
      (BigInt(view.getUint32(layout.timeAt, isLittle)) << 32n) | BigInt(view.getUint32(layout.timeAt + 4, isLittle));
    return {
      kind: 'packet',
      interface: from,
      timestampNs: (ticks * 1_000_000_000n) / from.unitsPerSecond + from.offsetSeconds * 1_000_000_000n,
      data: raw.subarray(layout.dataAt, layout.dataAt + captured),
      originalLength: view.getUint32(layout.capturedAt + 4, isLittle),
      options: raw.subarray(Math.min(layout.dataAt + Math.ceil(captured / 4) * 4, end), end),
      raw,
    };
  }

  #checkCaptured(block: Block, captured: number, { linkType }: CaptureInterface): void {
    const limit = maxCapturedBytes(linkType);
    if (captured > limit) throw fault(block, `captured length ${captured} is larger than the most possible, ${limit}`);
  }

  #interfaceOf(block: Block, id: number): CaptureInterface {
    const found = this.#interfaces[id];
    if (!found) throw fault(block, `interface ${id} has not been described`);
    return found;
  }

  #other(block: Block): OtherBlock {
    const { type, raw } = block;
    return { kind: 'block', type, endian: this.#endian, body: raw.subarray(8, raw.byteLength - 4), raw };
  }

  #require(block: Block, least: number): void {
    if (block.raw.byteLength < least) throw fault(block, `length ${block.raw.byteLength} is too small for its type`);
  }
}
