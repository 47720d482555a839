// The two sections of BTF, by its header.
// Source: Linux include/uapi/linux/btf.h (v6.18), struct btf_header.

import { ByteReader, type Endian, FormatError } from '../base/index.ts';
import { btfHeaderSize, btfMagic } from './constants.ts';

/** The byte order that the magic number tells. @throws FormatError when it is none. */
export function btfEndian(bytes: Uint8Array, what: string): Endian {
  if (bytes[0] === (btfMagic & 0xff) && bytes[1] === btfMagic >> 8) return 'little';
  if (bytes[0] === btfMagic >> 8 && bytes[1] === (btfMagic & 0xff)) return 'big';
  throw new FormatError(what, 'no BTF magic number', { offset: 0 });
}

/** Where the sections are, in bytes from the start. */
export interface BtfSections {
  readonly endian: Endian;
  readonly typesStart: number;
  readonly types: Uint8Array;
  readonly stringsStart: number;
  readonly strings: Uint8Array;
}

/** @throws FormatError when the header is malformed. */
export function btfSections(bytes: Uint8Array, what: string): BtfSections {
  const endian = btfEndian(bytes, what);
  const reader = new ByteReader(bytes, what, endian);
  if (reader.u8(2) !== 1) throw new FormatError(what, `unknown version ${reader.u8(2)}`, { offset: 2 });
  const headerSize = reader.u32(4);
  if (headerSize < btfHeaderSize) throw new FormatError(what, `header of ${headerSize} bytes`, { offset: 4 });
  const typeSize = reader.u32(12);
  if (typeSize % 4 !== 0) throw new FormatError(what, `type section of ${typeSize} bytes`, { offset: 12 });
  const typesStart = headerSize + reader.u32(8);
  const stringsStart = headerSize + reader.u32(16);
  const types = reader.slice(typesStart, typeSize);
  return { endian, typesStart, types, stringsStart, strings: reader.slice(stringsStart, reader.u32(20)) };
}

const nativeIsLittle = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

/** Whether {@link nativeWords} are a view of the bytes. */
export function areNative({ endian, types }: BtfSections): boolean {
  return (endian === 'little') === nativeIsLittle && types.byteOffset % 4 === 0;
}

/** The types as 32-bit words; a view where alignment and byte order allow, else a copy. */
export function nativeWords(sections: BtfSections): Uint32Array {
  const { endian, types } = sections;
  if (areNative(sections)) return new Uint32Array(types.buffer, types.byteOffset, types.length / 4);
  const copy = new Uint32Array(types.slice().buffer);
  if ((endian === 'little') !== nativeIsLittle) {
    const view = new DataView(copy.buffer);
    for (let i = 0; i < copy.length; i++) copy[i] = view.getUint32(i * 4, endian === 'little');
  }
  return copy;
}
