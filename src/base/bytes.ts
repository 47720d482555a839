// Reading and writing of bytes in either byte order, with bounds that give typed errors.

import { FormatError } from './errors.ts';

/** Byte order of multi-byte integers. */
export type Endian = 'little' | 'big';

const utf8 = new TextDecoder();
const utf8Encoder = new TextEncoder();

/** Bounds-checked view of bytes; reading outside throws {@link FormatError} naming `what`. */
export class ByteReader {
  readonly bytes: Uint8Array;
  readonly what: string;
  readonly endian: Endian;
  readonly #view: DataView;
  readonly #little: boolean;

  constructor(bytes: Uint8Array, what: string, endian: Endian = 'little') {
    this.bytes = bytes;
    this.what = what;
    this.endian = endian;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#little = endian === 'little';
  }

  get length(): number {
    return this.bytes.byteLength;
  }

  /** @throws FormatError unless `[offset, offset + size)` lies inside. */
  check(offset: number, size: number): void {
    if (offset < 0 || size < 0 || offset + size > this.bytes.byteLength || !Number.isSafeInteger(offset + size)) {
      throw new FormatError(this.what, `truncated: ${size} bytes needed, ${this.bytes.byteLength} in all`, { offset });
    }
  }

  u8(offset: number): number {
    this.check(offset, 1);
    return this.#view.getUint8(offset);
  }
  u16(offset: number): number {
    this.check(offset, 2);
    return this.#view.getUint16(offset, this.#little);
  }
  u32(offset: number): number {
    this.check(offset, 4);
    return this.#view.getUint32(offset, this.#little);
  }
  i16(offset: number): number {
    this.check(offset, 2);
    return this.#view.getInt16(offset, this.#little);
  }
  i32(offset: number): number {
    this.check(offset, 4);
    return this.#view.getInt32(offset, this.#little);
  }
  u64(offset: number): bigint {
    this.check(offset, 8);
    return this.#view.getBigUint64(offset, this.#little);
  }
  i64(offset: number): bigint {
    this.check(offset, 8);
    return this.#view.getBigInt64(offset, this.#little);
  }

  /** A 64-bit value used as an offset or size. @throws FormatError past 2^53. */
  size64(offset: number): number {
    const value = this.u64(offset);
    if (value > BigInt(Number.MAX_SAFE_INTEGER))
      throw new FormatError(this.what, `size ${value} is too large`, { offset });
    return Number(value);
  }

  /** A view (not a copy) of `size` bytes. */
  slice(offset: number, size: number): Uint8Array {
    this.check(offset, size);
    return this.bytes.subarray(offset, offset + size);
  }

  /** The NUL-terminated UTF-8 string at `offset`. */
  cstring(offset: number): string {
    this.check(offset, 1);
    const end = this.bytes.indexOf(0, offset);
    if (end < 0) throw new FormatError(this.what, 'string without terminating NUL', { offset });
    return utf8.decode(this.bytes.subarray(offset, end));
  }
}

/** Growing buffer of bytes written in one byte order. */
export class ByteWriter {
  readonly endian: Endian;
  #bytes = new Uint8Array(256);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;
  readonly #little: boolean;

  constructor(endian: Endian = 'little') {
    this.endian = endian;
    this.#little = endian === 'little';
  }

  /** Bytes written so far. */
  get length(): number {
    return this.#length;
  }

  u8(value: number): this {
    const at = this.#reserve(1);
    this.#view.setUint8(at, value);
    return this;
  }
  u16(value: number): this {
    const at = this.#reserve(2);
    this.#view.setUint16(at, value, this.#little);
    return this;
  }
  u32(value: number): this {
    const at = this.#reserve(4);
    this.#view.setUint32(at, value, this.#little);
    return this;
  }
  i32(value: number): this {
    const at = this.#reserve(4);
    this.#view.setInt32(at, value, this.#little);
    return this;
  }
  u64(value: bigint): this {
    const at = this.#reserve(8);
    this.#view.setBigUint64(at, BigInt.asUintN(64, value), this.#little);
    return this;
  }

  append(bytes: Uint8Array): this {
    const at = this.#reserve(bytes.byteLength);
    this.#bytes.set(bytes, at);
    return this;
  }

  /** UTF-8 with a terminating NUL. */
  cstring(text: string): this {
    return this.append(utf8Encoder.encode(text)).u8(0);
  }

  /** Zero bytes up to the next multiple of `alignment`. */
  align(alignment: number): this {
    const padding = (alignment - (this.#length % alignment)) % alignment;
    this.#reserve(padding);
    return this;
  }

  /** Overwrites 32 bits at `offset`, which must have been written before. */
  patchU32(offset: number, value: number): void {
    if (offset + 4 > this.#length) throw new RangeError('patch outside what was written');
    this.#view.setUint32(offset, value, this.#little);
  }

  /** A copy of all that was written. */
  finish(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#length);
  }

  #reserve(size: number): number {
    const at = this.#length;
    const needed = at + size;
    if (needed > this.#bytes.byteLength) {
      const grown = new Uint8Array(Math.max(needed, this.#bytes.byteLength * 2));
      grown.set(this.#bytes.subarray(0, at));
      this.#bytes = grown;
      this.#view = new DataView(grown.buffer);
    }
    this.#length = needed;
    return at;
  }
}

/** UTF-8 up to the first NUL, or all of it where there is none. */
export function decodeCString(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return utf8.decode(end < 0 ? bytes : bytes.subarray(0, end));
}

/** Text of UTF-8 bytes. */
export function decodeUtf8(bytes: Uint8Array): string {
  return utf8.decode(bytes);
}

/** UTF-8 bytes of `text`, without a NUL. */
export function encodeUtf8(text: string): Uint8Array<ArrayBuffer> {
  return utf8Encoder.encode(text);
}
