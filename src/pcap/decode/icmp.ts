// ICMP in tcpdump's words, one row per type.

import { ipv4Address } from './addresses.ts';
import { checksumOf } from './checksum.ts';
import { after, type Layer, type LayerDecoder, type Rest } from './layers.ts';

/** Fields of a message in words. Reads beyond what was captured throw RangeError: the message is cut. */
type Describe = (rest: Rest, code: number) => string;

const echo =
  (what: string): Describe =>
  ({ view }): string =>
    `${what}, id ${view.getUint16(4)}, seq ${view.getUint16(6)}`;

/** The address at an offset. @throws RangeError */
function addressAt({ view, bytes }: Rest, at: number): string {
  view.getUint32(at);
  return ipv4Address(bytes.subarray(at, at + 4));
}

const transports: Readonly<Record<number, string>> = { 6: 'tcp', 17: 'udp' };
const quotedAt = 8;
/** Destination of the packet that an error is about. */
const quoted = (rest: Rest): string => addressAt(rest, quotedAt + 16);

function unreachablePort(rest: Rest): string {
  const { view } = rest;
  const next = view.getUint8(quotedAt + 9);
  const port = view.getUint16(quotedAt + (view.getUint8(quotedAt) & 15) * 4 + 2);
  return `${quoted(rest)} ${transports[next] ?? `protocol ${next}`} port ${port} unreachable`;
}

function tooLarge(rest: Rest): string {
  const mtu = rest.view.getUint16(6);
  return `${quoted(rest)} unreachable - need to frag${mtu ? ` (mtu ${mtu})` : ''}`;
}

const unreachableCodes: Readonly<Record<number, Describe>> = {
  0: (rest) => `net ${quoted(rest)} unreachable`,
  1: (rest) => `host ${quoted(rest)} unreachable`,
  2: (rest) => `${quoted(rest)} protocol ${rest.view.getUint8(quotedAt + 9)} unreachable`,
  3: unreachablePort,
  4: tooLarge,
  5: (rest) => `${quoted(rest)} unreachable - source route failed`,
  6: (rest) => `net ${quoted(rest)} unreachable - unknown`,
  7: (rest) => `host ${quoted(rest)} unreachable - unknown`,
  8: (rest) => `${quoted(rest)} unreachable - source host isolated`,
  9: (rest) => `net ${quoted(rest)} unreachable - admin prohibited`,
  10: (rest) => `host ${quoted(rest)} unreachable - admin prohibited`,
  11: (rest) => `net ${quoted(rest)} unreachable - tos prohibited`,
  12: (rest) => `host ${quoted(rest)} unreachable - tos prohibited`,
  13: (rest) => `host ${quoted(rest)} unreachable - admin prohibited filter`,
  14: (rest) => `host ${quoted(rest)} unreachable - host precedence violation`,
  15: (rest) => `host ${quoted(rest)} unreachable - precedence cutoff`,
};

const redirects: readonly (readonly [start: string, end: string])[] = [
  ['redirect', 'to net '],
  ['redirect', 'to host '],
  ['redirect-tos', 'to net '],
  ['redirect-tos', 'to host '],
];

function redirect(rest: Rest, code: number): string {
  const [start, end] = redirects[code] ?? [`redirect-#${code}`, 'to '];
  return `${start} ${quoted(rest)} ${end}${addressAt(rest, 4)}`;
}

const two = (value: number): string => String(value).padStart(2, '0');

function lifetime(seconds: number): string {
  const [minutes, hours] = [Math.floor(seconds / 60), Math.floor(seconds / 3600)];
  if (hours > 0) return `${hours}:${two(minutes % 60)}:${two(seconds % 60)}`;
  return minutes > 0 ? `${minutes}:${two(seconds % 60)}` : String(seconds);
}

function routerAdvertisement(rest: Rest): string {
  const { view } = rest;
  const [count, size] = [view.getUint8(4), view.getUint8(5)];
  const start = `router advertisement lifetime ${lifetime(view.getUint16(6))} ${count}:`;
  if (size !== 2) return `${start} [size ${size}]`;
  const routers = Array.from({ length: count }, (_, index) => {
    const at = 8 + index * 8;
    return ` {${addressAt(rest, at)} ${view.getUint32(at + 4)}}`;
  });
  return start + routers.join('');
}

/** Milliseconds since midnight. */
function timeOfDay(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const clock = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60].map(two).join(':');
  return `${clock}.${String(ms % 1000).padStart(3, '0')}`;
}

const identity = ({ view }: Rest): string => `id ${view.getUint16(4)} seq ${view.getUint16(6)}`;

const icmpTypes: Readonly<Record<number, Describe>> = {
  0: echo('echo reply'),
  3: (rest, code) => unreachableCodes[code]?.(rest, code) ?? `${quoted(rest)} unreachable - #${code}`,
  4: () => 'source quench',
  5: redirect,
  8: echo('echo request'),
  9: routerAdvertisement,
  10: () => 'router solicitation',
  11: (rest, code) => {
    quoted(rest);
    return ['time exceeded in-transit', 'ip reassembly time exceeded'][code] ?? `time exceeded-#${code}`;
  },
  12: ({ view }, code) => `parameter problem - ${code ? `code ${code}` : `octet ${view.getUint8(4)}`}`,
  13: (rest) => `time stamp query ${identity(rest)}`,
  14: (rest) => {
    const [org, received, sent] = [8, 12, 16].map((at) => timeOfDay(rest.view.getUint32(at)));
    return `time stamp reply ${identity(rest)}: org ${org}, recv ${received}, xmit ${sent}`;
  },
  15: () => 'information request',
  16: () => 'information reply',
  17: () => 'address mask request',
  18: ({ view }) => `address mask is 0x${view.getUint32(8).toString(16).padStart(8, '0')}`,
};

/** Errors that carry the packet they are about. */
const errors: ReadonlySet<number> = new Set([3, 4, 5, 11, 12]);

function quotedLayers(rest: Rest, decodeIpv4: LayerDecoder): readonly Layer[] {
  const inner = after(rest, quotedAt);
  const length = inner.bytes.byteLength >= 4 ? inner.view.getUint16(2) : 0;
  const layers: Layer[] = [];
  decodeIpv4(after(inner, 0, length), layers);
  return layers[0]?.protocol === 'cut' ? [{ protocol: 'cut', of: 'icmp' }] : layers;
}

/** ICMP (RFC 792); `decodeIpv4` decodes the packets that errors carry. */
export function decodeIcmp(rest: Rest, layers: Layer[], decodeIpv4: LayerDecoder): void {
  const { bytes, view, wireLength: length, scope } = rest;
  try {
    const [type, code] = [view.getUint8(0), view.getUint8(1)];
    const describe = Object.hasOwn(icmpTypes, type) ? icmpTypes[type] : undefined;
    const text = describe ? describe(rest, code) : `type-#${type}`;
    const isDetailed = scope.detail > 0;
    const isWhole = bytes.byteLength >= length && !scope.isFragment;
    const checksum = isDetailed && isWhole ? checksumOf(bytes.subarray(0, length), 2) : undefined;
    const about = isDetailed && errors.has(type) ? quotedLayers(rest, decodeIpv4) : undefined;
    layers.push({
      protocol: 'icmp',
      type,
      code,
      text,
      length,
      isCut: false,
      hasLength: false,
      checksum,
      quoted: about,
    });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    layers.push({ protocol: 'cut', of: 'icmp' });
  }
}
