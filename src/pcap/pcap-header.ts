// The file header of pcap, and what it says about the records.
// Source: draft-ietf-opsawg-pcap-05; sf-pcap.c of libpcap 1.10.

import { type Endian, FormatError } from '../base/index.ts';
import { maxCapturedBytes } from './limits.ts';

/** Bytes of the file header. */
export const pcapHeaderBytes = 24;

/** How the records of a pcap file are laid out. */
export interface PcapLayout {
  readonly endian: Endian;
  /** 16; 24 in files of Kuznetzov's patched libpcap. */
  readonly recordHeaderBytes: number;
  readonly unitsPerSecond: 1_000_000 | 1_000_000_000;
  /** LINKTYPE_ value. */
  readonly linkType: number;
  /** As in the header; packets are cut to it. */
  readonly snapLength: number;
  /** A captured length above this is damage. */
  readonly maxCapturedBytes: number;
  /** Bytes of frame check sequence at the end of every packet; undefined: not known. */
  readonly fcsBytes: number | undefined;
  /** Old files have the two lengths of a record in the other order, always or where the first is the larger. */
  readonly lengthOrder: 'captured-first' | 'original-first' | 'smaller-is-captured';
  /** The 24 bytes. */
  readonly raw: Uint8Array;
}

const magics = new Map<
  number,
  { readonly recordHeaderBytes: number; readonly unitsPerSecond: 1_000_000 | 1_000_000_000 }
>([
  [0xa1b2c3d4, { recordHeaderBytes: 16, unitsPerSecond: 1_000_000 }],
  [0xa1b23c4d, { recordHeaderBytes: 16, unitsPerSecond: 1_000_000_000 }],
  [0xa1b2cd34, { recordHeaderBytes: 24, unitsPerSecond: 1_000_000 }],
]);

function endianOf(bytes: Uint8Array): Endian | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.byteLength < 4) return undefined;
  if (magics.has(view.getUint32(0, true))) return 'little';
  return magics.has(view.getUint32(0, false)) ? 'big' : undefined;
}

/** Whether a file that starts so is a pcap file. */
export function isPcap(start: Uint8Array): boolean {
  return endianOf(start) !== undefined;
}

function lengthOrderOf(major: number, minor: number): PcapLayout['lengthOrder'] {
  if (major === 543 || minor < 3) return 'original-first';
  return minor === 3 ? 'smaller-is-captured' : 'captured-first';
}

/** Reads the file header. @throws FormatError */
export function parsePcapHeader(bytes: Uint8Array): PcapLayout {
  const what = 'pcap file header';
  const endian = endianOf(bytes);
  if (endian === undefined) throw new FormatError(what, 'unknown magic number', { offset: 0 });
  if (bytes.byteLength < pcapHeaderBytes) throw truncatedHeader(bytes.byteLength);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isLittle = endian === 'little';
  const kind = magics.get(view.getUint32(0, isLittle));
  const major = view.getUint16(4, isLittle);
  const minor = view.getUint16(6, isLittle);
  const isKnown = (major === 2 && minor <= 4) || (major === 543 && minor === 0);
  if (!kind || !isKnown) throw new FormatError(what, `version ${major}.${minor} is not known`, { offset: 4 });
  const link = view.getUint32(20, isLittle);
  const linkType = link & 0x03ff_ffff;
  const stated = view.getUint32(16, isLittle);
  const limit = maxCapturedBytes(linkType);
  return {
    ...kind,
    endian,
    linkType,
    snapLength: stated === 0 || stated > 0x7fff_ffff ? limit : stated,
    maxCapturedBytes: limit,
    fcsBytes: link & 0x0400_0000 ? (link >>> 28) * 2 : undefined,
    lengthOrder: lengthOrderOf(major, minor),
    raw: bytes.subarray(0, pcapHeaderBytes),
  };
}

/** The error for a file that ends within its header. */
export function truncatedHeader(size: number): FormatError {
  return new FormatError('pcap file header', `truncated: ${pcapHeaderBytes} bytes needed, ${size} in all`, {
    offset: 0,
  });
}

/** What a file header says. */
export interface PcapHeaderFacts {
  /** LINKTYPE_ value; default 1 (Ethernet). */
  readonly linkType?: number;
  /** Default 262144. */
  readonly snapLength?: number;
  /** Default `little`. */
  readonly endian?: Endian;
  /** Default 1,000,000. */
  readonly unitsPerSecond?: 1_000_000 | 1_000_000_000;
  readonly fcsBytes?: number | undefined;
}

/** Makes a file header. */
export function encodePcapHeader(facts: PcapHeaderFacts = {}): Uint8Array<ArrayBuffer> {
  const { linkType = 1, snapLength = 262144, endian = 'little', unitsPerSecond = 1_000_000, fcsBytes } = facts;
  const bytes = new Uint8Array(pcapHeaderBytes);
  const view = new DataView(bytes.buffer);
  const isLittle = endian === 'little';
  const fcs = fcsBytes === undefined ? 0 : (0x0400_0000 | ((fcsBytes >> 1) << 28)) >>> 0;
  view.setUint32(0, unitsPerSecond === 1_000_000 ? 0xa1b2c3d4 : 0xa1b23c4d, isLittle);
  view.setUint16(4, 2, isLittle);
  view.setUint16(6, 4, isLittle);
  view.setUint32(16, snapLength, isLittle);
  view.setUint32(20, ((linkType & 0x03ff_ffff) | fcs) >>> 0, isLittle);
  return bytes;
}
