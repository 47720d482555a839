// What tcpdump -v tells of headers: the fields of IP, and whether checksums are right.

import type { Checksum, Ipv4Layer, Ipv6Layer, TcpLayer, UdpLayer } from './layers.ts';

const protocolNames: Readonly<Record<number, string>> = {
  0: 'Options',
  1: 'ICMP',
  2: 'IGMP',
  4: 'IPIP',
  6: 'TCP',
  8: 'EGP',
  9: 'IGRP',
  17: 'UDP',
  33: 'DCCP',
  41: 'IPv6',
  43: 'Routing',
  44: 'Fragment',
  46: 'RSVP',
  47: 'GRE',
  50: 'ESP',
  51: 'AH',
  55: 'Mobile IP',
  58: 'ICMPv6',
  62: 'Mobile IP (old)',
  88: 'EIGRP',
  89: 'OSPF',
  103: 'PIM',
  108: 'Compressed IP',
  112: 'VRRP',
  113: 'PGM',
  132: 'SCTP',
  135: 'Mobility',
  143: 'Ethernet',
};

const protocolText = (protocol: number): string => `${protocolNames[protocol] ?? 'unknown'} (${protocol})`;
const hex = (value: number, digits = 0): string => `0x${value.toString(16).padStart(digits, '0')}`;
const congestion = ['', ',ECT(1)', ',ECT(0)', ',CE'];

/** `(tos 0x0, ...)`, and the start of the next line. */
export function ipv4Facts(layer: Ipv4Layer): string {
  const { typeOfService, ttl, id, fragmentOffset, moreFragments, dontFragment, hasReservedFlag } = layer;
  const flags = [moreFragments ? '+' : '', dontFragment ? 'DF' : '', hasReservedFlag ? 'rsvd' : ''].filter(Boolean);
  const facts = [
    `tos ${hex(typeOfService)}${congestion[typeOfService & 3]}`,
    ...(ttl > 0 ? [`ttl ${ttl}`] : []),
    `id ${id}`,
    `offset ${fragmentOffset}`,
    `flags [${flags.join(', ') || 'none'}]`,
    `proto ${protocolText(layer.next)}`,
    `length ${layer.totalLength}`,
    ...(layer.options ? [`options (${layer.options})`] : []),
    ...wrong(
      layer.checksum,
      ({ stored, expected }) => `bad cksum ${stored.toString(16)} (->${expected.toString(16)})!`,
    ),
  ];
  return `(${facts.join(', ')})\n    `;
}

/** `(hlim 64, ...) ` */
export function ipv6Facts({ trafficClass, flowLabel, hopLimit, next, payloadLength }: Ipv6Layer): string {
  const kind = trafficClass ? `class ${hex(trafficClass, 2)}, ` : '';
  const flow = flowLabel ? `flowlabel ${hex(flowLabel, 5)}, ` : '';
  return `(${kind}${flow}hlim ${hopLimit}, next-header ${protocolText(next)} payload length: ${payloadLength}) `;
}

/** The text for a checksum that is not right; nothing for one that is, or is not known. */
function wrong(checksum: Checksum | undefined, text: (checksum: Checksum) => string): string[] {
  return checksum && checksum.stored !== checksum.expected ? [text(checksum)] : [];
}

/** `, cksum 0x1234 (correct)` */
export function tcpChecksumText({ checksum }: TcpLayer): string {
  if (!checksum) return '';
  const { stored, expected } = checksum;
  return `, cksum ${hex(stored, 4)} (${stored === expected ? 'correct' : `incorrect -> ${hex(expected, 4)}`})`;
}

/** `[udp sum ok] `; over IPv4 only with more details than one -v. */
export function udpChecksumText(
  { checksum }: UdpLayer,
  { version, detail }: { version: 4 | 6; detail: number },
): string {
  if (!checksum || (version === 4 && detail < 2)) return '';
  return checksum === 'none' ? '[no cksum] ' : sumText('udp', checksum);
}

function sumText(name: string, { stored, expected }: Checksum): string {
  return stored === expected ? `[${name} sum ok] ` : `[bad ${name} cksum ${hex(stored, 4)} -> ${hex(expected, 4)}!] `;
}

/** ` (wrong icmp cksum 0 (->1234)!)` */
export function icmpChecksumText(checksum: Checksum | undefined): string {
  return wrong(
    checksum,
    ({ stored, expected }) => ` (wrong icmp cksum ${stored.toString(16)} (->${expected.toString(16)})!)`,
  ).join('');
}

/** `[icmp6 sum ok] ` */
export function icmp6ChecksumText(checksum: Checksum | undefined): string {
  return checksum ? sumText('icmp6', checksum) : '';
}
