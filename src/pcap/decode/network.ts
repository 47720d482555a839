// IPv4 and IPv6.

import { ipv4Address, ipv6Address } from './addresses.ts';
import { checksumOf, wordSum } from './checksum.ts';
import { decodeIcmp } from './icmp.ts';
import { decodeIcmp6 } from './icmp6.ts';
import { ipv4OptionsText, ipv6OptionsText } from './ip-options.ts';
import { after, type Layer, type LayerDecoder, type Rest } from './layers.ts';
import { decodeTcp, decodeUdp } from './transport.ts';

const ipv4HeaderBytes = 20;
const ipv6HeaderBytes = 40;

/** Decoders by IP protocol. A new one: a row here. */
const ipProtocols: Readonly<Record<number, LayerDecoder>> = {
  1: (rest, layers) => decodeIcmp(rest, layers, decodeIpv4),
  4: (rest, layers) => decodeIpv4(rest, layers),
  6: decodeTcp,
  17: decodeUdp,
  41: (rest, layers) => decodeIpv6(rest, layers),
  58: decodeIcmp6,
};

/** The header before, as the checksums of upper layers take part of it. */
interface HeaderFacts {
  readonly version: 4 | 6;
  readonly addresses: Uint8Array;
  readonly isFragment: boolean;
}

function decodeNext(next: number, rest: Rest, layers: Layer[], { version, addresses, isFragment }: HeaderFacts): void {
  const { scope } = rest;
  if (scope.detail > 0) Object.assign(scope, { version, pseudoSum: wordSum(addresses) + next, isFragment });
  const decode = Object.hasOwn(ipProtocols, next) ? ipProtocols[next] : undefined;
  if (decode) decode(rest, layers);
  else layers.push({ protocol: 'unknown', of: 'ip', type: next, length: rest.wireLength, data: rest.bytes });
}

/** Why it cannot be an IPv4 header. */
function ipv4Problem(
  version: number,
  headerBytes: number,
  totalLength: number,
): { text: string; of?: 'IP' } | undefined {
  if (version === 6) return { text: 'IP6, wrong link-layer encapsulation (invalid)' };
  if (version !== 4) return { text: `IP${version} (invalid)` };
  if (headerBytes < ipv4HeaderBytes) return { text: `bad-hlen ${headerBytes}`, of: 'IP' };
  return totalLength < headerBytes ? { text: `bad-len ${totalLength}`, of: 'IP' } : undefined;
}

/** IPv4 (RFC 791). */
export function decodeIpv4(rest: Rest, layers: Layer[]): void {
  const { view, bytes, scope } = rest;
  if (bytes.byteLength < ipv4HeaderBytes) {
    layers.push({ protocol: 'cut', of: 'ip' });
    return;
  }
  const headerBytes = (view.getUint8(0) & 15) * 4;
  const fragment = view.getUint16(6);
  const totalLength = view.getUint16(2) || rest.wireLength;
  const problem = ipv4Problem(view.getUint8(0) >> 4, headerBytes, totalLength);
  if (problem) {
    layers.push({ protocol: 'invalid', ...problem });
    return;
  }
  const next = view.getUint8(9);
  const isDetailed = scope.detail > 0;
  const isWhole = bytes.byteLength >= headerBytes;
  layers.push({
    protocol: 'ipv4',
    source: ipv4Address(bytes.subarray(12, 16)),
    destination: ipv4Address(bytes.subarray(16, 20)),
    ttl: view.getUint8(8),
    id: view.getUint16(4),
    next,
    totalLength,
    missing: Math.max(0, totalLength - rest.wireLength),
    fragmentOffset: (fragment & 0x1fff) * 8,
    moreFragments: (fragment & 0x2000) !== 0,
    dontFragment: (fragment & 0x4000) !== 0,
    typeOfService: view.getUint8(1),
    hasReservedFlag: (fragment & 0x8000) !== 0,
    options: isDetailed ? ipv4OptionsText(bytes, ipv4HeaderBytes, headerBytes) : '',
    checksum: isDetailed && isWhole ? checksumOf(bytes.subarray(0, headerBytes), 10) : undefined,
  });
  if ((fragment & 0x1fff) !== 0) return;
  const facts: HeaderFacts = { version: 4, addresses: bytes.subarray(12, 20), isFragment: (fragment & 0x2000) !== 0 };
  decodeNext(next, after(rest, headerBytes, totalLength - headerBytes), layers, facts);
}

/** What the extension headers of an IPv6 packet come to. */
interface Extensions {
  readonly texts: string[];
  next: number;
  size: number;
  isLaterFragment: boolean;
  isCut: boolean;
  /** Where a route ends; undefined: at the destination of the header. */
  lastHop?: Uint8Array | undefined;
}

const hex = (value: number, digits: number): string => `0x${value.toString(16).padStart(digits, '0')}`;

const noBytes = new Uint8Array(0);

/** Of the usual form: next header, length in 8 bytes less one, options. */
const withOptions =
  (name: string, cut: string) =>
  (rest: Rest, at: number, extensions: Extensions): string => {
    const size = (rest.view.getUint8(at + 1) + 1) * 8;
    const isWhole = at + size <= rest.bytes.byteLength;
    const wanted = isWhole && rest.scope.detail > 0 ? rest.bytes.subarray(at + 2, at + size) : noBytes;
    const options = ipv6OptionsText(wanted);
    extensions.isCut = !isWhole || options.isCut;
    extensions.size = at + size;
    return [name, options.text, extensions.isCut ? cut : ''].filter(Boolean).join(' ');
  };

function routing({ view, bytes, scope }: Rest, at: number, extensions: Extensions): string {
  const [length, type, left] = [view.getUint8(at + 1), view.getUint8(at + 2), view.getUint8(at + 3)];
  extensions.size = at + (length + 1) * 8;
  const kind = type === 0 ? '0 [Deprecated]' : String(type);
  const start = `RT6 (len=${length}, type=${kind}, segleft=${left}`;
  extensions.isCut = extensions.size > bytes.byteLength;
  if (extensions.isCut) return `${start} [|srcrt]`;
  if (type !== 0 && type !== 2) return `${start})`;
  if (left > 0 && length > 1) extensions.lastHop = bytes.subarray(extensions.size - 16, extensions.size);
  const addresses = Array.from({ length: length >> 1 }, (_, index) => {
    const from = at + 8 + index * 16;
    return `, [${index}]${ipv6Address(bytes.subarray(from, from + 16))}`;
  });
  const reserved = scope.detail > 0 ? `, rsv=${hex(view.getUint32(at + 4), 0)}` : '';
  return `${start}${reserved}${addresses.join('')})`;
}

function fragment({ view, wireLength, scope }: Rest, at: number, extensions: Extensions): string {
  const field = view.getUint16(at + 2);
  extensions.size = at + 8;
  extensions.isLaterFragment = (field & 0xfff8) !== 0;
  const id = scope.detail > 0 ? `${hex(view.getUint32(at + 4), 8)}:` : '';
  return `frag (${id}${field & 0xfff8}|${wireLength - at - 8})`;
}

const extensionHeaders: Readonly<Record<number, (rest: Rest, at: number, extensions: Extensions) => string>> = {
  0: withOptions('HBH', '[|hbhopt]'),
  43: routing,
  44: fragment,
  60: withOptions('DSTOPT', '[|dstopt]'),
};

function passExtensions(rest: Rest, first: number): Extensions {
  const extensions: Extensions = {
    texts: [],
    next: first,
    size: ipv6HeaderBytes,
    isLaterFragment: false,
    isCut: false,
  };
  while (!extensions.isLaterFragment && !extensions.isCut && extensions.size + 8 <= rest.bytes.byteLength) {
    const describe = Object.hasOwn(extensionHeaders, extensions.next) ? extensionHeaders[extensions.next] : undefined;
    if (!describe) break;
    const at = extensions.size;
    extensions.texts.push(describe(rest, at, extensions));
    extensions.next = rest.view.getUint8(at);
  }
  return extensions;
}

/** IPv6 (RFC 8200). */
export function decodeIpv6(rest: Rest, layers: Layer[]): void {
  const { view, bytes } = rest;
  if (bytes.byteLength < ipv6HeaderBytes) {
    layers.push({ protocol: 'cut', of: 'ip6' });
    return;
  }
  const version = view.getUint8(0) >> 4;
  if (version !== 6) {
    layers.push({ protocol: 'invalid', text: `version error: ${version} != 6`, of: 'IP6' });
    return;
  }
  const payloadLength = view.getUint16(4);
  const wireLength = payloadLength === 0 ? rest.wireLength : payloadLength + ipv6HeaderBytes;
  const packet = after(rest, 0, wireLength);
  const first = view.getUint8(6);
  const { texts, next, size, isLaterFragment, isCut, lastHop } = passExtensions(packet, first);
  layers.push({
    protocol: 'ipv6',
    source: ipv6Address(bytes.subarray(8, 24)),
    destination: ipv6Address(bytes.subarray(24, 40)),
    trafficClass: (view.getUint16(0) >> 4) & 0xff,
    flowLabel: view.getUint32(0) & 0xfffff,
    hopLimit: view.getUint8(7),
    next: first,
    payloadLength,
    missing: Math.max(0, payloadLength + ipv6HeaderBytes - rest.wireLength),
    extensions: texts,
    isCut,
  });
  if (isLaterFragment || isCut) return;
  const addresses = new Uint8Array(bytes.subarray(8, 40));
  if (lastHop) addresses.set(lastHop, 16);
  const facts: HeaderFacts = { version: 6, addresses, isFragment: texts.some((text) => text.startsWith('frag')) };
  decodeNext(next, after(packet, size), layers, facts);
}
