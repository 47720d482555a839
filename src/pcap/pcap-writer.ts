// Encodes pcap files.

import type { Endian } from '../base/index.ts';
import { encodePcapHeader, type PcapHeaderFacts } from './pcap-header.ts';

/** What is written of a packet. */
export interface PacketRecord {
  /** Nanoseconds since 1970. */
  readonly timestampNs: bigint;
  readonly data: Uint8Array;
  /** Length on the wire; default: that of `data`. */
  readonly originalLength?: number;
}

const recordHeaderBytes = 16;

/** A record of a pcap file with usual record headers, its data cut to `size` bytes. */
export function cutRecord(raw: Uint8Array, endian: Endian, size: number): Uint8Array<ArrayBuffer> {
  const cut = new Uint8Array(raw.subarray(0, recordHeaderBytes + size));
  new DataView(cut.buffer).setUint32(8, size, endian === 'little');
  return cut;
}

/** Encodes a pcap file: `header()` first, then `packet(...)` for each; the caller writes the bytes where they belong. */
export class PcapEncoder {
  readonly #facts: PcapHeaderFacts;
  readonly #isLittle: boolean;
  readonly #isNano: boolean;

  constructor(facts: PcapHeaderFacts = {}) {
    this.#facts = facts;
    this.#isLittle = (facts.endian ?? 'little') === 'little';
    this.#isNano = facts.unitsPerSecond === 1_000_000_000;
  }

  header(): Uint8Array<ArrayBuffer> {
    return encodePcapHeader(this.#facts);
  }

  packet({ timestampNs, data, originalLength = data.byteLength }: PacketRecord): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(recordHeaderBytes + data.byteLength);
    const view = new DataView(bytes.buffer);
    const fraction = Number(BigInt.asUintN(64, timestampNs) % 1_000_000_000n);
    view.setUint32(0, Number(BigInt.asUintN(32, timestampNs / 1_000_000_000n)), this.#isLittle);
    view.setUint32(4, this.#isNano ? fraction : Math.floor(fraction / 1000), this.#isLittle);
    view.setUint32(8, data.byteLength, this.#isLittle);
    view.setUint32(12, originalLength, this.#isLittle);
    bytes.set(data, recordHeaderBytes);
    return bytes;
  }
}
