// Internet checksums as bpf_csum_diff and the replace helpers compute them (include/net/checksum.h, v6.18).

/** Folds a sum to 16 bits. */
export function foldChecksum(sum: number): number {
  let folded = sum;
  while (folded > 0xffff) folded = (folded & 0xffff) + Math.floor(folded / 0x1_0000);
  return folded;
}

/** 32-bit one's complement sum. */
function addChecksum(a: number, b: number): number {
  const sum = (a >>> 0) + (b >>> 0);
  return (sum >= 0x1_0000_0000 ? sum - 0xffff_ffff : sum) >>> 0;
}

/** One's complement sum of bytes taken as 16-bit little-endian words, as `csum_partial` on x86. */
export function partialChecksum(bytes: Uint8Array, seed: number): number {
  let sum = 0;
  for (let at = 0; at + 1 < bytes.length; at += 2) sum += (bytes[at] as number) | ((bytes[at + 1] as number) << 8);
  if (bytes.length % 2 === 1) sum += bytes[bytes.length - 1] as number;
  return addChecksum(seed, foldToWord(sum));
}

function foldToWord(sum: number): number {
  let folded = sum;
  while (folded > 0xffff_ffff) folded = (folded % 0x1_0000_0000) + Math.floor(folded / 0x1_0000_0000);
  return folded;
}

/** `csum_replace4`/`csum_replace_by_diff`: a 16-bit checksum field after a difference was added to what it covers. */
export function replaceByDifference(field: number, difference: number): number {
  return ~foldChecksum(addChecksum(difference, ~field & 0xffff)) & 0xffff;
}

/** Change from one value to another, for {@link replaceByDifference}. */
export function difference(from: number, to: number): number {
  return addChecksum(~from >>> 0, to);
}
