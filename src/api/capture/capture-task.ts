// What to do with a capture file, and what came of it.

import type { FormatError } from '../../base/index.ts';
import type { CaptureFormat, CaptureInterface, CaptureItem } from '../../pcap/index.ts';
import type { CaptureFile } from './open-capture.ts';
import type { PacketFilter } from './packet-filter.ts';

/** Takes what matches. */
export interface CaptureSink {
  /** Takes a matching packet, or another item; what it views is valid until this returns. False: nothing more is wanted. */
  item(item: CaptureItem): boolean;
  /** Whether matching packets, cut to the snap length, can be taken as they are in the file. */
  takesRecords?(from: CaptureInterface): boolean;
  /** Takes matching records, and blocks without packets, as they are in the file. */
  records?(bytes: Uint8Array): void;
}

/** What to do with a file. */
export interface CaptureFileTask {
  readonly file: CaptureFile;
  readonly filter: PacketFilter;
  /**
   * Makes what takes the matching packets, once the first interface is known and the expression fits it; without it they are only
   * counted.
   */
  readonly openSink?: ((format: CaptureFormat) => CaptureSink) | undefined;
  /** For a sink that takes records: to how many bytes packets are cut. */
  readonly snapLength?: number | undefined;
  /** Stop after so many matches. */
  readonly limit?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Told every now and then how far it is. */
  readonly onProgress?: ((progress: FilterProgress) => void) | undefined;
  /** Told every now and then: time to hand packets on. */
  readonly onBatch?: (() => void | Promise<void>) | undefined;
}

/** How far it is. */
export interface FilterProgress {
  /** Uncompressed bytes gone through, and how many there are in all, if that is known. */
  readonly bytes: number;
  readonly totalBytes: number | undefined;
  readonly packets: number;
}

/** How many packets there were, and how many matched. */
export interface FilterResult {
  readonly packets: number;
  readonly matches: number;
  /** The damage that ended it early; all packets before it were taken. */
  readonly fault: FormatError | undefined;
}
