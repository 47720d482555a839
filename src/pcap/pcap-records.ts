// Reads the records of a pcap file.

import { FormatError } from '../base/index.ts';
import type { ByteWindow } from './byte-window.ts';
import { type PcapLayout, parsePcapHeader, pcapHeaderBytes, truncatedHeader } from './pcap-header.ts';
import type { CaptureInterface, CaptureItem, Packet } from './types.ts';

/** Takes items off the window, one at a time. */
export interface Decoder {
  /** The next item; undefined when it is not complete yet. @throws FormatError */
  next(window: ByteWindow): CaptureItem | undefined;
  /** Called at the end of the input. @throws FormatError when an item is incomplete. */
  end(window: ByteWindow): void;
}

/** The error for a file that ends `size` bytes into a record at `offset`. */
function truncatedRecord({ recordHeaderBytes }: PcapLayout, size: number, offset: number): FormatError {
  const problem =
    size < recordHeaderBytes
      ? `truncated: the last record header has ${size} of ${recordHeaderBytes} bytes`
      : `truncated: the file ends ${size - recordHeaderBytes} bytes into the last packet`;
  return new FormatError('pcap file', problem, { offset });
}

/** The error for a record that claims to hold more than its link type can. */
function implausibleRecord({ maxCapturedBytes }: PcapLayout, captured: number, offset: number): FormatError {
  const problem = `captured length ${captured} is larger than the most possible, ${maxCapturedBytes}`;
  return new FormatError('pcap record', problem, { offset });
}

const noBytes = new Uint8Array(0);

function interfaceOf(layout: PcapLayout): CaptureInterface {
  const { linkType, snapLength, unitsPerSecond, fcsBytes, endian } = layout;
  const units = BigInt(unitsPerSecond);
  return {
    index: 0,
    linkType,
    snapLength,
    unitsPerSecond: units,
    offsetSeconds: 0n,
    fcsBytes,
    options: [],
    endian,
    isBlock: false,
  };
}

/** Decoder of pcap files. */
export class PcapDecoder implements Decoder {
  #layout: PcapLayout | undefined;
  #interface: CaptureInterface | undefined;

  next(window: ByteWindow): CaptureItem | undefined {
    if (!this.#layout || !this.#interface) return this.#header(window);
    return this.#record(window, this.#layout, this.#interface);
  }

  end(window: ByteWindow): void {
    const size = window.available;
    if (!this.#layout) throw truncatedHeader(size);
    if (size > 0) throw truncatedRecord(this.#layout, size, window.offset);
  }

  #header(window: ByteWindow): CaptureItem | undefined {
    if (!window.ensure(pcapHeaderBytes)) return undefined;
    this.#layout = parsePcapHeader(window.bytes.subarray(window.at, window.at + pcapHeaderBytes));
    this.#interface = interfaceOf(this.#layout);
    window.at += pcapHeaderBytes;
    return { kind: 'interface', interface: this.#interface, raw: this.#layout.raw };
  }

  #record(window: ByteWindow, layout: PcapLayout, from: CaptureInterface): Packet | undefined {
    const { recordHeaderBytes } = layout;
    if (!window.ensure(recordHeaderBytes)) return undefined;
    const { captured, original } = this.#lengths(window, layout);
    if (captured > layout.maxCapturedBytes) throw implausibleRecord(layout, captured, window.offset);
    const size = recordHeaderBytes + captured;
    if (!window.ensure(size)) return undefined;
    const { at, bytes, view } = window;
    const isLittle = layout.endian === 'little';
    const fraction = view.getUint32(at + 4, isLittle) * (layout.unitsPerSecond === 1_000_000 ? 1000 : 1);
    const start = at + recordHeaderBytes;
    window.at = at + size;
    return {
      kind: 'packet',
      interface: from,
      timestampNs: BigInt(view.getUint32(at, isLittle)) * 1_000_000_000n + BigInt(fraction),
      data: bytes.subarray(start, start + Math.min(captured, layout.snapLength)),
      originalLength: original,
      options: noBytes,
      raw: bytes.subarray(at, at + size),
    };
  }

  #lengths({ view, at }: ByteWindow, { endian, lengthOrder }: PcapLayout): { captured: number; original: number } {
    const first = view.getUint32(at + 8, endian === 'little');
    const second = view.getUint32(at + 12, endian === 'little');
    const isSwapped = lengthOrder === 'original-first' || (lengthOrder === 'smaller-is-captured' && first > second);
    return isSwapped ? { captured: second, original: first } : { captured: first, original: second };
  }
}
