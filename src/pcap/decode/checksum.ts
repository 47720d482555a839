// Internet checksums (RFC 1071): of headers, and of what goes with a pseudo-header.

import type { Checksum, Rest } from './layers.ts';

const fold = (sum: number): number => {
  const once = (sum & 0xffff) + Math.floor(sum / 0x10000);
  return (once & 0xffff) + (once >>> 16);
};

/** Sum of the 16-bit words, not folded. */
export function wordSum(bytes: Uint8Array): number {
  let sum = 0;
  const even = bytes.byteLength & ~1;
  for (let at = 0; at < even; at += 2) sum += ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
  return even < bytes.byteLength ? sum + ((bytes[even] as number) << 8) : sum;
}

/** The checksum at `at` over bytes and what is added from elsewhere. */
export function checksumOf(bytes: Uint8Array, at: number, more = 0): Checksum {
  const stored = ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  const rest = ~fold(wordSum(bytes) + more) & 0xffff;
  return { stored, expected: rest === 0 ? stored : fold(stored + rest) };
}

/** That of an upper layer of `length` bytes with the pseudo-header of its packet; undefined where it cannot be checked, or need not. */
export function upperChecksum({ bytes, scope }: Rest, at: number, length: number): Checksum | undefined {
  if (scope.detail === 0 || scope.isFragment || bytes.byteLength < length) return undefined;
  return checksumOf(bytes.subarray(0, length), at, scope.pseudoSum + length);
}
