// What capture files hold: interfaces, packets, other blocks.

import type { Endian } from '../base/index.ts';

/** A kind of capture file. */
export type CaptureFormat = 'pcap' | 'pcapng';

/** One option of a pcapng block; the value is without padding, in the byte order of its section. */
export interface BlockOption {
  readonly code: number;
  readonly value: Uint8Array;
}

/** Where packets come from: the one interface of a pcap file, or an Interface Description Block. */
export interface CaptureInterface {
  /** Number within its section. */
  readonly index: number;
  /** LINKTYPE_ value, as in https://www.tcpdump.org/linktypes.html; 1 is Ethernet. */
  readonly linkType: number;
  /** Most bytes kept of a packet; 0: no limit. */
  readonly snapLength: number;
  /** Timestamp units per second. */
  readonly unitsPerSecond: bigint;
  /** Seconds to add to every timestamp. */
  readonly offsetSeconds: bigint;
  /** Bytes of frame check sequence at the end of every packet; undefined: not known. */
  readonly fcsBytes?: number | undefined;
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  /** The filter expression the capture was made with. */
  readonly filter?: string | undefined;
  /** All options of the block; none in pcap files. */
  readonly options: readonly BlockOption[];
  /** Byte order of the section. */
  readonly endian: Endian;
  /** Whether it is an Interface Description Block, its packets blocks too. */
  readonly isBlock: boolean;
}

/** One packet. `data`, `raw` and `options` are views of what was pushed: valid as long as the caller leaves that alone. */
export interface Packet {
  readonly kind: 'packet';
  readonly interface: CaptureInterface;
  /** Nanoseconds since 1970; 0 where the file tells none (Simple Packet Blocks). */
  readonly timestampNs: bigint;
  /** The captured bytes. */
  readonly data: Uint8Array;
  /** Length on the wire. */
  readonly originalLength: number;
  /** The encoded options of the block, in its section's byte order; empty in pcap files. */
  readonly options: Uint8Array;
  /** The whole record or block, as it is in the file. */
  readonly raw: Uint8Array;
}

/** A new section of a pcapng file: interfaces count from 0 again. */
export interface Section {
  readonly kind: 'section';
  readonly endian: Endian;
  readonly options: readonly BlockOption[];
  readonly raw: Uint8Array;
}

/** An interface was described. */
export interface InterfaceItem {
  readonly kind: 'interface';
  readonly interface: CaptureInterface;
  readonly raw: Uint8Array;
}

/** Any other block: name resolution, statistics, secrets, custom and unknown ones, uninterpreted. */
export interface OtherBlock {
  readonly kind: 'block';
  readonly type: number;
  readonly endian: Endian;
  /** Without type, lengths. */
  readonly body: Uint8Array;
  readonly raw: Uint8Array;
}

/** What a reader gives, in file order. For pcap files `raw` of the first two is empty or the file header. */
export type CaptureItem = Packet | Section | InterfaceItem | OtherBlock;
