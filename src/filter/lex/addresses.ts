// Recognition of link-layer and IPv6 addresses inside expressions, by longest match.

import { codeAt } from './characters.ts';

const COLON = 58;
const DOT = 46;
const MINUS = 45;

/** The value of a hexadecimal digit, or -1. */
function digitAt(text: string, at: number): number {
  const c = codeAt(text, at);
  if (c >= 48 && c <= 57) return c - 48;
  const letter = c | 32;
  return letter >= 97 && letter <= 102 ? letter - 87 : -1;
}

/** End of the hexadecimal digits at `at`, of which there are `most` at most. */
function digitsEnd(text: string, at: number, most: number): number {
  let end = at;
  while (end < at + most && digitAt(text, end) >= 0) end++;
  return end;
}

/** The number that hexadecimal digits are. */
function hexNumber(text: string, start: number, end: number): number {
  let value = 0;
  for (let at = start; at < end; at++) value = value * 16 + digitAt(text, at);
  return value;
}

/** End of six bytes of one or two digits with that character between them, or `at`. */
function sixBytes(text: string, at: number, separator: number): number {
  let end = at;
  for (let part = 0; part < 6; part++) {
    if (part > 0 && codeAt(text, end++) !== separator) return at;
    const next = digitsEnd(text, end, 2);
    if (next === end) return at;
    end = next;
  }
  return end;
}

/** End of three groups of four digits with dots between them, or `at`. */
function threeWords(text: string, at: number): number {
  let end = at;
  for (let part = 0; part < 3; part++) {
    if (part > 0 && codeAt(text, end++) !== DOT) return at;
    const next = digitsEnd(text, end, 4);
    if (next !== end + 4) return at;
    end = next;
  }
  return end;
}

/** End of the link-layer address at `at`, or `at`. */
export function matchMac(text: string, at: number): number {
  const digits = digitsEnd(text, at, 12);
  if (digits === at + 12) return digits;
  const separator = codeAt(text, digits);
  if (digits > at + 4 || (separator !== COLON && separator !== MINUS && separator !== DOT)) return at;
  const end = digits <= at + 2 ? sixBytes(text, at, separator) : at;
  return separator === DOT ? Math.max(end, threeWords(text, at)) : end;
}

/** End of something that starts like a link-layer address but is none: `1:2:`; or `at`. */
export function matchTornMac(text: string, at: number): number {
  let end = at;
  for (let parts = 0; ; parts++) {
    const digits = digitsEnd(text, end, 2);
    let next = digits;
    while (codeAt(text, next) === COLON) next++;
    if (digits === end || next === digits) return parts >= 2 ? end : at;
    end = next;
  }
}

/** End of a number of a dotted quad, decimal or with `0x`; `at` where there is none. */
function quadPartEnd(text: string, at: number): number {
  if (codeAt(text, at) === 48 && (codeAt(text, at + 1) | 32) === 120 && digitAt(text, at + 2) >= 0)
    return digitsEnd(text, at + 2, text.length);
  let end = at;
  for (let c = codeAt(text, end); c >= 48 && c <= 57; c = codeAt(text, end)) end++;
  return end;
}

/** End of the dotted quad at `at`, or `at`. */
function quadEnd(text: string, at: number): number {
  let end = at;
  for (let part = 0; part < 4; part++) {
    if (part > 0 && codeAt(text, end++) !== DOT) return at;
    const next = quadPartEnd(text, end);
    if (next === end) return at;
    end = next;
  }
  return end;
}

/** Whether so many groups are an address: eight, or up to seven where `::` stands for the rest. */
function isWhole(groups: number, hasGap: boolean): boolean {
  return hasGap ? groups <= 7 : groups === 8;
}

/** End of the longest IPv6 address at `at`, or `at`. */
export function matchIpv6(text: string, at: number): number {
  let longest = at;
  let end = at;
  let groups = 0;
  let hasGap = false;
  for (;;) {
    if (!hasGap && codeAt(text, end) === COLON && codeAt(text, end + 1) === COLON) {
      hasGap = true;
      end += 2;
      if (isWhole(groups, hasGap)) longest = end;
    } else if (groups > 0) {
      if (codeAt(text, end) !== COLON) return longest;
      end++;
    }
    const quad = quadEnd(text, end);
    if (quad > end && isWhole(groups + 2, hasGap)) return quad;
    const next = digitsEnd(text, end, 4);
    if (next === end || ++groups > 8) return longest;
    end = next;
    if (isWhole(groups, hasGap)) longest = end;
  }
}

/** The eight 16-bit groups of an IPv6 address already recognised, as four 32-bit words. */
export function parseIpv6(text: string): readonly [number, number, number, number] {
  const groups: number[] = [];
  let gap = -1;
  for (let at = 0; at < text.length; ) {
    if (codeAt(text, at) === COLON) {
      if (codeAt(text, at + 1) === COLON) gap = groups.length;
      at++;
      continue;
    }
    const end = digitsEnd(text, at, 4);
    if (codeAt(text, end) === DOT || (codeAt(text, end) | 32) === 120) {
      const [a, b, c, d] = text.slice(at).split('.').map(Number) as [number, number, number, number];
      groups.push((a << 8) | b, (c << 8) | d);
      break;
    }
    groups.push(hexNumber(text, at, end));
    at = end;
  }
  if (gap >= 0) groups.splice(gap, 0, ...new Array<number>(8 - groups.length).fill(0));
  const word = (index: number): number => (((groups[index] as number) << 16) | (groups[index + 1] as number)) >>> 0;
  return [word(0), word(2), word(4), word(6)];
}

/** An IPv4 address, left-justified, and how many bits its parts have. */
export interface Ipv4Parts {
  readonly address: number;
  readonly bits: number;
}

/** An IPv4 address of one to four decimal parts; undefined where a part is none, or more than 255. */
export function parseIpv4(text: string): Ipv4Parts | undefined {
  let address = 0;
  let part = 0;
  let bits = 8;
  for (let at = 0; at < text.length; at++) {
    const c = text.charCodeAt(at);
    if (c === DOT) {
      address = address * 256 + part;
      part = 0;
      bits += 8;
    } else part = part * 10 + c - 48;
    if ((c !== DOT && (c < 48 || c > 57)) || part > 255) return undefined;
  }
  return { address: (address * 256 + part) * 2 ** (32 - bits), bits };
}

/** The six bytes of a link-layer address already recognised. */
export function parseMac(text: string): readonly number[] {
  const bytes: number[] = [];
  const hasBytes = digitsEnd(text, 0, 4) <= 2;
  for (let at = 0; at < text.length; ) {
    const end = digitsEnd(text, at, 2);
    if (end > at) bytes.push(hexNumber(text, at, end));
    at = hasBytes || end === at ? end + 1 : end;
  }
  return bytes;
}
