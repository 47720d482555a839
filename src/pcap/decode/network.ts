// IPv4, IPv6 and ARP.

import { ipv4Address, ipv6Address, macAddress } from './addresses.ts';
import { decodeIcmp, decodeIcmp6 } from './icmp.ts';
import { after, type Layer, type LayerDecoder, type Rest } from './layers.ts';
import { decodeTcp, decodeUdp } from './transport.ts';

const ipv4HeaderBytes = 20;
const ipv6HeaderBytes = 40;

/** Decoders by IP protocol. A new one: a row here. */
const ipProtocols: Readonly<Record<number, LayerDecoder>> = {
  1: decodeIcmp,
  4: (rest, layers) => decodeIpv4(rest, layers),
  6: decodeTcp,
  17: decodeUdp,
  41: (rest, layers) => decodeIpv6(rest, layers),
  58: decodeIcmp6,
};

function decodeNext(next: number, rest: Rest, layers: Layer[]): void {
  const decode = Object.hasOwn(ipProtocols, next) ? ipProtocols[next] : undefined;
  if (decode) decode(rest, layers);
  else layers.push({ protocol: 'unknown', of: 'ip', type: next, length: rest.wireLength, data: rest.bytes });
}

/** IPv4 (RFC 791). */
export const decodeIpv4: LayerDecoder = (rest, layers) => {
  const { view, bytes } = rest;
  const headerBytes = bytes.byteLength > 0 ? (view.getUint8(0) & 15) * 4 : 0;
  if (bytes.byteLength < ipv4HeaderBytes || headerBytes < ipv4HeaderBytes) {
    layers.push({ protocol: 'cut', of: 'ip' });
    return;
  }
  const fragment = view.getUint16(6);
  const totalLength = view.getUint16(2) || rest.wireLength;
  const next = view.getUint8(9);
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
  });
  if ((fragment & 0x1fff) !== 0) return;
  decodeNext(next, after(rest, headerBytes, Math.min(totalLength, rest.wireLength) - headerBytes), layers);
};

/** Names of extension headers of the usual form: next header, length in 8 bytes less one. */
const extensionNames: Readonly<Record<number, string>> = { 0: 'HBH', 43: 'srcrt', 60: 'DSTOPT' };
const fragmentHeader = 44;

interface Extensions {
  readonly names: readonly string[];
  readonly next: number;
  readonly size: number;
  readonly isLaterFragment: boolean;
}

function passExtensions({ bytes, view, wireLength }: Rest, first: number): Extensions {
  const names: string[] = [];
  let next = first;
  let at = ipv6HeaderBytes;
  while (at + 8 <= bytes.byteLength) {
    const name = extensionNames[next];
    if (next === fragmentHeader) {
      const field = view.getUint16(at + 2);
      names.push(`frag (${field & 0xfff8}|${wireLength - at - 8})`);
      next = view.getUint8(at);
      at += 8;
      if (field & 0xfff8) return { names, next, size: at, isLaterFragment: true };
    } else if (name !== undefined) {
      names.push(name);
      next = view.getUint8(at);
      at += (view.getUint8(at + 1) + 1) * 8;
    } else break;
  }
  return { names, next, size: at, isLaterFragment: false };
}

/** IPv6 (RFC 8200). */
export const decodeIpv6: LayerDecoder = (rest, layers) => {
  const { view, bytes } = rest;
  if (bytes.byteLength < ipv6HeaderBytes) {
    layers.push({ protocol: 'cut', of: 'ip6' });
    return;
  }
  const payloadLength = view.getUint16(4);
  const wireLength = payloadLength === 0 ? rest.wireLength : Math.min(rest.wireLength, payloadLength + ipv6HeaderBytes);
  const packet = after(rest, 0, wireLength);
  const { names, next, size, isLaterFragment } = passExtensions(packet, view.getUint8(6));
  layers.push({
    protocol: 'ipv6',
    source: ipv6Address(bytes.subarray(8, 24)),
    destination: ipv6Address(bytes.subarray(24, 40)),
    hopLimit: view.getUint8(7),
    next,
    payloadLength,
    missing: Math.max(0, payloadLength + ipv6HeaderBytes - rest.wireLength),
    extensions: names,
  });
  if (!isLaterFragment && next !== 59) decodeNext(next, after(packet, size), layers);
};

/** ARP (RFC 826) for IPv4 over Ethernet. */
export const decodeArp: LayerDecoder = (rest, layers) => {
  const { view, bytes } = rest;
  const isUsual =
    bytes.byteLength >= 8 && view.getUint16(2) === 0x0800 && view.getUint8(4) === 6 && view.getUint8(5) === 4;
  if (!isUsual || bytes.byteLength < 28) {
    layers.push({ protocol: 'cut', of: 'arp' });
    return;
  }
  layers.push({
    protocol: 'arp',
    operation: view.getUint16(6),
    senderHardware: macAddress(bytes.subarray(8, 14)),
    senderAddress: ipv4Address(bytes.subarray(14, 18)),
    targetHardware: macAddress(bytes.subarray(18, 24)),
    targetAddress: ipv4Address(bytes.subarray(24, 28)),
    length: rest.wireLength,
  });
};
