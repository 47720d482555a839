// TCP and UDP headers, and what they carry by port.

import { upperChecksum } from './checksum.ts';
import { decodeDns, decodeDnsOverTcp, text } from './dns.ts';
import { decodeHttp } from './http.ts';
import { after, type Layer, type LayerDecoder, type Rest } from './layers.ts';
import { tcpOptions } from './tcp-options.ts';

const tcpHeaderBytes = 20;
const udpHeaderBytes = 8;
const tcpFlagLetters = 'FSRP.UEW';
const resetFlag = 4;
const shownResetBytes = 30;

/** What TCP carries, by port. */
const tcpPorts: Readonly<Record<number, LayerDecoder>> = {
  53: decodeDnsOverTcp,
  80: decodeHttp,
  8080: decodeHttp,
};

/** What UDP carries, by port. */
const udpPorts: Readonly<Record<number, LayerDecoder>> = {
  53: decodeDns,
  5353: (rest, layers) => decodeDns(rest, layers, true),
};

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

function decodeReset({ bytes, wireLength }: Rest, layers: Layer[]): void {
  if (wireLength === 0) return;
  const more = wireLength > shownResetBytes ? '+' : '';
  const cut = bytes.byteLength < Math.min(wireLength, shownResetBytes) ? '!' : '';
  layers.push({
    protocol: 'invalid',
    text: ` [${cut}RST${more} ${text(bytes.subarray(0, shownResetBytes))}]`,
    isPayload: true,
  });
}

const flagLetters = (bits: number): string => [...tcpFlagLetters].filter((_, bit) => bits & (1 << bit)).join('');

/** Why the header cannot be so long. */
function tcpProblem({ bytes, view, wireLength }: Rest, headerBytes: number): string | undefined {
  if (headerBytes < tcpHeaderBytes)
    return ` tcp ${wireLength - headerBytes} [bad hdr length ${headerBytes} - too short, < ${tcpHeaderBytes}]`;
  if (headerBytes <= wireLength || bytes.byteLength < tcpHeaderBytes) return undefined;
  const flags = flagLetters(view.getUint8(13)) || 'none';
  return `Flags [${flags}] [bad hdr length ${headerBytes} - too long, > ${wireLength}]`;
}

/** TCP (RFC 9293). */
export const decodeTcp: LayerDecoder = (rest, layers) => {
  const { view, bytes, wireLength, scope } = rest;
  const headerBytes = bytes.byteLength > 12 ? (view.getUint8(12) >> 4) * 4 : tcpHeaderBytes;
  const problem = tcpProblem(rest, headerBytes);
  if (bytes.byteLength < tcpHeaderBytes || problem) {
    layers.push({ protocol: 'cut', of: 'tcp', ports: portsOf(rest), problem });
    return;
  }
  const bits = view.getUint8(13);
  const sourcePort = view.getUint16(0);
  const destinationPort = view.getUint16(2);
  const { options, isBad } = tcpOptions(bytes.subarray(tcpHeaderBytes, headerBytes));
  layers.push({
    protocol: 'tcp',
    sourcePort,
    destinationPort,
    flags: flagLetters(bits),
    sequence: view.getUint32(4),
    acknowledgement: view.getUint32(8),
    window: view.getUint16(14),
    urgent: view.getUint16(18),
    options,
    optionsEnd: bytes.byteLength < headerBytes ? 'cut' : isBad ? 'bad' : 'whole',
    length: Math.max(0, wireLength - headerBytes),
    checksum: upperChecksum(rest, 16, wireLength),
  });
  if (bytes.byteLength < headerBytes) return;
  const payload = after(rest, headerBytes);
  // With details, the reason for a reset takes the place of a message.
  if (scope.detail > 0 && bits & resetFlag) decodeReset(payload, layers);
  else decodePayload(tcpPorts, [sourcePort, destinationPort], payload, layers);
};

/** UDP (RFC 768). */
export const decodeUdp: LayerDecoder = (rest, layers) => {
  const { view, bytes, wireLength, scope } = rest;
  if (bytes.byteLength < udpHeaderBytes) {
    layers.push({ protocol: 'cut', of: 'udp', ports: portsOf(rest) });
    return;
  }
  const sourcePort = view.getUint16(0);
  const destinationPort = view.getUint16(2);
  const size = view.getUint16(4);
  const length = Math.max(0, size - udpHeaderBytes);
  const available = size > wireLength ? Math.max(0, wireLength - udpHeaderBytes) : undefined;
  const isUnchecked = scope.version === 4 && !scope.isFragment && scope.detail > 0 && view.getUint16(6) === 0;
  const checksum = isUnchecked ? 'none' : upperChecksum(rest, 6, Math.min(size, wireLength));
  layers.push({ protocol: 'udp', sourcePort, destinationPort, length, checksum, available });
  decodePayload(
    udpPorts,
    [sourcePort, destinationPort],
    after(rest, udpHeaderBytes, Math.min(length, rest.wireLength)),
    layers,
  );
};
