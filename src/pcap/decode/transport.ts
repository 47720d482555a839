// TCP and UDP headers, and what they carry by port.

import { decodeDns, text } from './dns.ts';
import { after, type Layer, type LayerDecoder, type Rest, type TcpOption } from './layers.ts';

const tcpHeaderBytes = 20;
const udpHeaderBytes = 8;
const tcpFlagLetters = 'FSRP.UEW';

const tcpOptionNames: Readonly<Record<number, string>> = {
  0: 'eol',
  1: 'nop',
  2: 'mss',
  3: 'wscale',
  4: 'sackOK',
  5: 'sack',
  8: 'TS',
  19: 'md5',
  28: 'uto',
  29: 'tcp-ao',
  30: 'mptcp',
  34: 'tfo',
};

/** Values of the options that have any, from the bytes after kind and length. */
const tcpOptionValues: Readonly<Record<number, (view: DataView, start: number, size: number) => number[]>> = {
  2: (view, start, size) => (size >= 2 ? [view.getUint16(start)] : []),
  3: (view, start, size) => (size >= 1 ? [view.getUint8(start)] : []),
  5: (view, start, size) => Array.from({ length: size >> 2 }, (_, index) => view.getUint32(start + index * 4)),
  8: (view, start, size) => (size >= 8 ? [view.getUint32(start), view.getUint32(start + 4)] : []),
};

/** Options up to the end of the list, or to one whose length cannot be. */
function tcpOptions({ view }: Rest, end: number): TcpOption[] {
  const options: TcpOption[] = [];
  for (let at = tcpHeaderBytes; at < end; ) {
    const kind = view.getUint8(at);
    const name = tcpOptionNames[kind] ?? `unknown-${kind}`;
    if (kind <= 1) {
      options.push({ name });
      at++;
      if (kind === 0) break;
      continue;
    }
    const size = at + 1 < end ? view.getUint8(at + 1) : 0;
    if (size < 2 || at + size > end) return [...options, { name: 'bad opt' }];
    const values = tcpOptionValues[kind]?.(view, at + 2, size - 2);
    options.push(values && values.length > 0 ? { name, values } : { name });
    at += size;
  }
  return options;
}

const httpStart = /^(GET|POST|HEAD|PUT|DELETE|OPTIONS|TRACE|CONNECT|PATCH|PROPFIND|HTTP\/\d)[ .]/;

function decodeHttp({ bytes }: Rest, layers: Layer[]): void {
  const head = bytes.subarray(0, 512);
  const end = head.findIndex((byte) => byte === 10 || byte === 13);
  const line = text(end < 0 ? head : head.subarray(0, end));
  layers.push({ protocol: 'http', line: httpStart.test(line) ? line : '' });
}

/** What TCP carries, by port. */
const tcpPorts: Readonly<Record<number, LayerDecoder>> = {
  // A length of two bytes comes before the message.
  53: (rest, layers) => decodeDns(after(rest, 2), layers),
  80: decodeHttp,
  8080: decodeHttp,
};

/** What UDP carries, by port. */
const udpPorts: Readonly<Record<number, LayerDecoder>> = { 53: decodeDns, 5353: decodeDns };

function decodePayload(
  table: Readonly<Record<number, LayerDecoder>>,
  ports: readonly number[],
  rest: Rest,
  layers: Layer[],
): void {
  if (rest.wireLength === 0) return;
  const port = ports.find((candidate) => Object.hasOwn(table, candidate));
  if (port !== undefined) table[port]?.(rest, layers);
}

const portsOf = ({ view, bytes }: Rest): [number, number] | undefined =>
  bytes.byteLength < 4 ? undefined : [view.getUint16(0), view.getUint16(2)];

/** TCP (RFC 9293). */
export const decodeTcp: LayerDecoder = (rest, layers) => {
  const { view, bytes, wireLength } = rest;
  const headerBytes = bytes.byteLength > 12 ? (view.getUint8(12) >> 4) * 4 : 0;
  if (bytes.byteLength < tcpHeaderBytes || headerBytes < tcpHeaderBytes) {
    layers.push({ protocol: 'cut', of: 'tcp', ports: portsOf(rest) });
    return;
  }
  const bits = view.getUint8(13);
  const sourcePort = view.getUint16(0);
  const destinationPort = view.getUint16(2);
  layers.push({
    protocol: 'tcp',
    sourcePort,
    destinationPort,
    flags: [...tcpFlagLetters].filter((_, bit) => bits & (1 << bit)).join(''),
    sequence: view.getUint32(4),
    acknowledgement: view.getUint32(8),
    window: view.getUint16(14),
    urgent: view.getUint16(18),
    options: tcpOptions(rest, Math.min(headerBytes, bytes.byteLength)),
    length: Math.max(0, wireLength - headerBytes),
  });
  decodePayload(tcpPorts, [sourcePort, destinationPort], after(rest, headerBytes), layers);
};

/** UDP (RFC 768). */
export const decodeUdp: LayerDecoder = (rest, layers) => {
  const { view, bytes } = rest;
  if (bytes.byteLength < udpHeaderBytes) {
    layers.push({ protocol: 'cut', of: 'udp', ports: portsOf(rest) });
    return;
  }
  const sourcePort = view.getUint16(0);
  const destinationPort = view.getUint16(2);
  const length = Math.max(0, view.getUint16(4) - udpHeaderBytes);
  layers.push({ protocol: 'udp', sourcePort, destinationPort, length });
  decodePayload(
    udpPorts,
    [sourcePort, destinationPort],
    after(rest, udpHeaderBytes, Math.min(length, rest.wireLength)),
    layers,
  );
};
