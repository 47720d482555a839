// Options of pcapng blocks: code, length, value padded to 32 bits.
// Source: draft-ietf-opsawg-pcapng-03, section 3.5.

import { ByteWriter, type Endian, encodeUtf8, FormatError } from '../base/index.ts';
import type { BlockOption } from './types.ts';

/** Codes of options, by the block they belong to. */
export const optionCodes = {
  end: 0,
  comment: 1,
  section: { hardware: 2, os: 3, application: 4 },
  interface: { name: 2, description: 3, resolution: 9, filter: 11, os: 12, fcsLength: 13, offset: 14, hardware: 15 },
  packet: { flags: 2, hash: 3, dropCount: 4, packetId: 5, queue: 6 },
} as const;

/** Options in encoded form. Ends at `opt_endofopt` or with the bytes. @throws FormatError */
export function parseOptions(bytes: Uint8Array, endian: Endian, offset = 0): BlockOption[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isLittle = endian === 'little';
  const options: BlockOption[] = [];
  for (let at = 0; at + 4 <= bytes.byteLength; ) {
    const code = view.getUint16(at, isLittle);
    const length = view.getUint16(at + 2, isLittle);
    if (code === optionCodes.end) break;
    const start = at + 4;
    if (start + length > bytes.byteLength) {
      throw new FormatError('pcapng option', `${length} bytes do not fit in the block`, { offset: offset + at });
    }
    options.push({ code, value: bytes.subarray(start, start + length) });
    at = start + Math.ceil(length / 4) * 4;
  }
  return options;
}

/** The encoded form, with `opt_endofopt`; nothing for no options. */
export function encodeOptions(options: readonly BlockOption[], endian: Endian): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter(endian);
  for (const { code, value } of options) writer.u16(code).u16(value.byteLength).append(value).align(4);
  if (options.length > 0) writer.u32(0);
  return writer.finish();
}

/** An option that is text. */
export function textOption(code: number, text: string): BlockOption {
  return { code, value: encodeUtf8(text) };
}
