// Options of IPv4 headers, and of IPv6 extension headers, in tcpdump's words.

import { ipv4Address, ipv6Address } from './addresses.ts';

const optionNames: Readonly<Record<number, string>> = {
  0: 'EOL',
  1: 'NOP',
  7: 'RR',
  68: 'timestamp',
  82: 'traceroute',
  130: 'security',
  131: 'LSRR',
  137: 'SSRR',
  148: 'RA',
};

/** Addresses of a route; a comma marks where it has come to. The last may go beyond the option. */
function routeText(option: Uint8Array, rest: Uint8Array): string {
  const pointer = (option[2] ?? 0) - 1;
  let text = option.length < 3 || (option.length + 1) % 4 !== 0 ? ` [bad length ${option.length}]` : '';
  if (option.length < 3) return text;
  if (pointer < 3 || (pointer + 1) % 4 !== 0) text += ` [bad ptr ${option[2]}]`;
  for (let at = 3; at < option.length && at + 4 <= rest.length; at += 4) {
    text += ` ${ipv4Address(rest.subarray(at, at + 4))}${at < pointer ? ',' : ''}`;
  }
  return text;
}

const timestampKinds: Readonly<Record<number, string>> = { 0: 'TSONLY', 1: 'TS+ADDR', 3: 'PRESPEC' };

/** Times of hosts, `^` where the next one goes. */
function timestampText(option: Uint8Array): string {
  const [length, pointer, flags] = [option.length, option[2] ?? 0, option[3] ?? 0];
  const kind = timestampKinds[flags & 15];
  const size = (flags & 15) === 0 ? 4 : 8;
  const view = new DataView(option.buffer, option.byteOffset, length);
  let text = length < 4 || (length - 4) % size !== 0 ? `[bad length ${length}]` : '';
  if (length < 4) return ` TS{${text}}`;
  if (pointer < 5 || (pointer - 1) % 4 !== 0) text += `[bad ptr ${pointer}]`;
  text += kind ?? `[bad ts type ${flags & 15}]`;
  if (!kind) return ` TS{${text}}`;
  let at = 4;
  for (; at + size <= length; at += size) {
    const address = size === 8 ? ipv4Address(option.subarray(at, at + 4)) : '';
    text += `${at + 1 === pointer ? ' ^ ' : ' '}${view.getUint32(at + size - 4)}@${address}`;
  }
  text += at + 1 === pointer ? ' ^ ' : '';
  return ` TS{${text}${flags >> 4 ? ` [${flags >> 4} hops not recorded]} ` : '}'}`;
}

function alertText(option: Uint8Array): string {
  if (option.length < 4) return ` [bad length ${option.length}]`;
  const value = ((option[2] ?? 0) << 8) | (option[3] ?? 0);
  return value === 0 ? '' : ` value ${value}`;
}

const optionTexts: Readonly<Record<number, (option: Uint8Array, rest: Uint8Array) => string>> = {
  7: routeText,
  68: timestampText,
  131: routeText,
  137: routeText,
  148: alertText,
};

/** Options of an IPv4 header, from the packet's bytes and where they start and end. */
export function ipv4OptionsText(packet: Uint8Array, start: number, end: number): string {
  const bytes = packet.subarray(start, end);
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    const kind = bytes[at] as number;
    const name = optionNames[kind] ?? `unknown ${kind}`;
    if (kind <= 1) {
      parts.push(name);
      at++;
      if (kind === 0) break;
      continue;
    }
    const size = bytes[at + 1] ?? 0;
    if (size < 2 || at + size > bytes.length) {
      parts.push(at + 1 < bytes.length ? `${name} [bad length ${size}]` : `${name} [truncated-option]`);
      break;
    }
    parts.push(`${name}${optionTexts[kind]?.(bytes.subarray(at, at + size), packet.subarray(start + at)) ?? ''}`);
    at += size;
  }
  return parts.join(',');
}

const word = (bytes: Uint8Array): number => bytes.reduce((value, byte) => value * 256 + byte, 0);

/** Options that IPv6 nodes know: what is in the parentheses, from the value; what follows a wrong length is not known. */
const ipv6Options: Readonly<
  Record<number, readonly [size: number, wrong: string, text: (value: Uint8Array) => string]>
> = {
  5: [
    2,
    '(rtalert: invalid len SIZE)',
    (value): string => `(rtalert: 0x${word(value).toString(16).padStart(4, '0')}) `,
  ],
  194: [4, '(jumbo: invalid len SIZE)', (value): string => `(jumbo: ${word(value)} - payload len != 0) `],
  201: [16, '(homeaddr: trunc)', (value): string => `(homeaddr: ${ipv6Address(value)})`],
};

/** Options of a hop-by-hop or destination options header, up to one that cannot be. */
export function ipv6OptionsText(bytes: Uint8Array): { readonly text: string; readonly isCut: boolean } {
  let text = '';
  for (let at = 0; at < bytes.length; ) {
    const kind = bytes[at] as number;
    const size = kind === 0 ? -1 : (bytes[at + 1] ?? bytes.length);
    if (at + 2 + size > bytes.length) return { text, isCut: true };
    const known = Object.hasOwn(ipv6Options, kind) ? ipv6Options[kind] : undefined;
    if (known && known[0] !== size) return { text: text + known[1].replace('SIZE', String(size)), isCut: true };
    if (kind === 0) text += '(pad1)';
    else if (kind === 1) text += '(padn)';
    else text += known ? known[2](bytes.subarray(at + 2, at + 2 + size)) : unknownText(kind, size);
    at += 2 + size;
  }
  return { text, isCut: false };
}

const unknownText = (kind: number, size: number): string =>
  `(opt_type 0x${kind.toString(16).padStart(2, '0')}: len=${size})`;
