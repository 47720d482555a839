// ICMP and ICMPv6 in tcpdump's words, one row per type.

import { ipv4Address, ipv6Address } from './addresses.ts';
import type { IcmpLayer, Layer, LayerDecoder, Rest } from './layers.ts';

type Describe = (rest: Rest, code: number) => string;

const echo =
  (what: string): Describe =>
  ({ view }): string =>
    `${what}, id ${view.getUint16(4)}, seq ${view.getUint16(6)}`;

const transports: Readonly<Record<number, string>> = { 6: 'tcp', 17: 'udp' };

/** The packet that an ICMP error carries. */
function quotedIpv4({ view, bytes }: Rest): { destination: string; next: number; port: string } {
  if (bytes.byteLength < 28) return { destination: '[|icmp]', next: 0, port: '' };
  const next = view.getUint8(17);
  const at = 8 + (view.getUint8(8) & 15) * 4;
  const port = at + 4 <= bytes.byteLength ? String(view.getUint16(at + 2)) : '';
  return { destination: ipv4Address(bytes.subarray(24, 28)), next, port };
}

const unreachableCodes: Readonly<Record<number, Describe>> = {
  0: (rest) => `net ${quotedIpv4(rest).destination} unreachable`,
  1: (rest) => `host ${quotedIpv4(rest).destination} unreachable`,
  2: (rest) => `${quotedIpv4(rest).destination} protocol ${quotedIpv4(rest).next} unreachable`,
  3: (rest) => {
    const { destination, next, port } = quotedIpv4(rest);
    const name = transports[next];
    return name
      ? `${destination} ${name} port ${port} unreachable`
      : `${destination} protocol ${next} port ${port} unreachable`;
  },
  4: (rest) => {
    const mtu = rest.view.getUint16(6);
    const { destination } = quotedIpv4(rest);
    return mtu ? `${destination} unreachable - need to frag (mtu ${mtu})` : `${destination} unreachable - need to frag`;
  },
  5: (rest) => `${quotedIpv4(rest).destination} unreachable - source route failed`,
  6: (rest) => `net ${quotedIpv4(rest).destination} unreachable - unknown`,
  7: (rest) => `host ${quotedIpv4(rest).destination} unreachable - unknown`,
  8: (rest) => `${quotedIpv4(rest).destination} unreachable - source host isolated`,
  9: (rest) => `net ${quotedIpv4(rest).destination} unreachable - admin prohibited`,
  10: (rest) => `host ${quotedIpv4(rest).destination} unreachable - admin prohibited`,
  11: (rest) => `net ${quotedIpv4(rest).destination} unreachable - tos prohibited`,
  12: (rest) => `host ${quotedIpv4(rest).destination} unreachable - tos prohibited`,
  13: (rest) => `host ${quotedIpv4(rest).destination} unreachable - admin prohibited filter`,
  14: (rest) => `host ${quotedIpv4(rest).destination} unreachable - host precedence violation`,
  15: (rest) => `host ${quotedIpv4(rest).destination} unreachable - precedence cutoff`,
};

const redirectKinds = ['net', 'host', 'tos and net', 'tos and host'];

const icmpTypes: Readonly<Record<number, Describe>> = {
  0: echo('echo reply'),
  3: (rest, code) => unreachableCodes[code]?.(rest, code) ?? `${quotedIpv4(rest).destination} unreachable - #${code}`,
  4: () => 'source quench',
  5: (rest, code) => {
    const kind = redirectKinds[code];
    const [to, gateway] = [quotedIpv4(rest).destination, ipv4Address(rest.bytes.subarray(4, 8))];
    return kind ? `redirect ${to} to ${kind} ${gateway}` : `redirect-#${code} ${to} to net ${gateway}`;
  },
  8: echo('echo request'),
  9: () => 'router advertisement',
  10: () => 'router solicitation',
  11: (_, code) => ['time exceeded in-transit', 'ip reassembly time exceeded'][code] ?? `time exceeded-#${code}`,
  12: (_, code) => `parameter problem - ${code ? `code ${code}` : 'octet'}`,
  13: ({ view }) => `time stamp query id ${view.getUint16(4)} seq ${view.getUint16(6)}`,
  14: ({ view }) => `time stamp reply id ${view.getUint16(4)} seq ${view.getUint16(6)}`,
};

const target = ({ bytes }: Rest): string => (bytes.byteLength >= 24 ? ipv6Address(bytes.subarray(8, 24)) : '[|icmp6]');

/** The destination of the packet that an ICMPv6 error carries, and its transport. */
function quotedIpv6({ bytes, view }: Rest): { destination: string; port: string } {
  if (bytes.byteLength < 48) return { destination: '[|icmp6]', port: '' };
  const name = transports[view.getUint8(14)];
  const port = bytes.byteLength >= 52 ? view.getUint16(50) : 0;
  return {
    destination: ipv6Address(bytes.subarray(32, 48)),
    port: name ? `${name} port ${port}` : `protocol ${view.getUint8(14)} port ${port}`,
  };
}

const unreachableRoutes: Readonly<Record<number, Describe>> = {
  0: (rest) => `unreachable route ${quotedIpv6(rest).destination}`,
  1: (rest) => `unreachable prohibited ${quotedIpv6(rest).destination}`,
  2: (rest) => `beyond scope ${quotedIpv6(rest).destination}`,
  3: (rest) => `unreachable address ${quotedIpv6(rest).destination}`,
  4: (rest) => `unreachable port, ${quotedIpv6(rest).destination} ${quotedIpv6(rest).port}`,
};

const icmp6Types: Readonly<Record<number, Describe>> = {
  1: (rest, code) =>
    `destination unreachable, ${unreachableRoutes[code]?.(rest, code) ?? `unknown unreach code (${code})`}`,
  2: ({ view }) => `packet too big, mtu ${view.getUint32(4)}`,
  3: (rest, code) =>
    code === 0 ? `time exceeded in-transit for ${quotedIpv6(rest).destination}` : `ip6 reassembly time exceeded`,
  4: (_, code) => `parameter problem, code #${code}`,
  128: echo('echo request'),
  129: echo('echo reply'),
  130: () => 'multicast listener query',
  131: (rest) => `multicast listener reportmax resp delay: ${rest.view.getUint16(4)} addr: ${target(rest)}`,
  132: (rest) => `multicast listener donemax resp delay: ${rest.view.getUint16(4)} addr: ${target(rest)}`,
  133: () => 'router solicitation',
  134: () => 'router advertisement',
  135: (rest) => `neighbor solicitation, who has ${target(rest)}`,
  136: (rest) => `neighbor advertisement, tgt is ${target(rest)}`,
  137: (rest) => `redirect, ${ipv6Address(rest.bytes.subarray(24, 40))} to ${target(rest)}`,
  143: ({ view }) => `multicast listener report v2, ${view.getUint16(6)} group record(s)`,
};

function decoder(protocol: IcmpLayer['protocol'], types: Readonly<Record<number, Describe>>): LayerDecoder {
  const unknown = (type: number): string => (protocol === 'icmp' ? `type-#${type}` : `unknown icmp6 type (${type})`);
  return (rest: Rest, layers: Layer[]): void => {
    if (rest.bytes.byteLength < 8) {
      layers.push({ protocol: 'cut', of: protocol });
      return;
    }
    const type = rest.view.getUint8(0);
    const code = rest.view.getUint8(1);
    const description = Object.hasOwn(types, type) ? types[type]?.(rest, code) : undefined;
    layers.push({ protocol, type, code, text: description ?? unknown(type), length: rest.wireLength });
  };
}

/** ICMP (RFC 792). */
export const decodeIcmp: LayerDecoder = decoder('icmp', icmpTypes);
/** ICMPv6 (RFC 4443, 4861). */
export const decodeIcmp6: LayerDecoder = decoder('icmp6', icmp6Types);
