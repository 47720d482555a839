// Reading of NUL-terminated strings, fast for the short ASCII ones that names are.

import { decodeUtf8, FormatError } from '../base/index.ts';

/** The string at `offset`. @throws FormatError when it starts or ends outside, or is longer than `longest`. */
export function stringAt(bytes: Uint8Array, offset: number, what: string, longest = Number.POSITIVE_INFINITY): string {
  if (offset >= bytes.length)
    throw new FormatError(what, `string ${offset} outside the ${bytes.length} bytes of strings`);
  let text = '';
  for (let at = offset; at < bytes.length; at++) {
    const byte = bytes[at] as number;
    if (byte === 0) return text;
    if (byte >= 0x80 || at - offset > 256) return longString(bytes.subarray(offset, offset + longest), offset, what);
    text += String.fromCharCode(byte);
  }
  throw new FormatError(what, `string ${offset} without terminating NUL`);
}

function longString(bytes: Uint8Array, offset: number, what: string): string {
  const end = bytes.indexOf(0);
  if (end < 0) throw new FormatError(what, `string ${offset} does not end within ${bytes.length} bytes`);
  return decodeUtf8(bytes.subarray(0, end));
}

/** Whether `bytes` hold `wanted` and a NUL at `offset`. */
export function equalsAt(bytes: Uint8Array, offset: number, wanted: Uint8Array): boolean {
  const end = offset + wanted.length;
  if (end >= bytes.length || bytes[end] !== 0) return false;
  for (let i = 0; i < wanted.length; i++) if (bytes[offset + i] !== wanted[i]) return false;
  return true;
}

// Hostile names have no end; what tells real ones apart stands in their first bytes.
const hashedBytes = 256;

/** Hash of the string at `offset`: FNV-1a with the high bits folded in. */
export function hashAt(bytes: Uint8Array, offset: number): number {
  const end = Math.min(bytes.length, offset + hashedBytes);
  let hash = 0x811c9dc5;
  for (let at = offset; at < end; at++) {
    const byte = bytes[at] as number;
    if (byte === 0) break;
    hash = Math.imul(hash ^ byte, 0x01000193);
  }
  return (hash ^ (hash >>> 15)) >>> 0;
}

/** Every string that begins with `start`, in order, whatever the bytes. */
export function stringsStartingWith(bytes: Uint8Array, start: string): string[] {
  return decodeUtf8(bytes)
    .split('\0')
    .filter((text) => text.startsWith(start));
}
