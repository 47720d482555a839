// Addresses as text.

/** `02:00:00:00:00:01` */
export function macAddress(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(':');
}

/** `10.0.0.1` */
export function ipv4Address(bytes: Uint8Array): string {
  return bytes.join('.');
}

/** Start and length of the first longest run of two or more zero words. */
function longestZeros(words: readonly number[]): { start: number; length: number } {
  let best = { start: -1, length: 1 };
  for (let start = 0; start < words.length; start++) {
    let length = 0;
    while (words[start + length] === 0) length++;
    if (length > best.length) best = { start, length };
  }
  return best;
}

/** In the form of RFC 5952, as inet_ntop(3) writes it. */
export function ipv6Address(bytes: Uint8Array): string {
  const words = Array.from({ length: 8 }, (_, index) => ((bytes[index * 2] ?? 0) << 8) | (bytes[index * 2 + 1] ?? 0));
  const { start, length } = longestZeros(words);
  const isIpv4 = start === 0 && (length === 6 || (length === 5 && words[5] === 0xffff));
  const hex = (part: readonly number[]): string => part.map((word) => word.toString(16)).join(':');
  if (isIpv4) return `${length === 6 ? '::' : '::ffff:'}${ipv4Address(bytes.subarray(12, 16))}`;
  if (start < 0) return hex(words);
  return `${hex(words.slice(0, start))}::${hex(words.slice(start + length))}`;
}
