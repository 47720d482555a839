// Protocols by number and by word: in the IP header, in OSI's header, along the chain of extension headers.

import { and, type Formula, or } from '../ir/formula.ts';
import { NO_BASE } from '../ir/values.ts';
import { any, type Generator } from './generator.ts';
import { linkTypeIs } from './link-layer.ts';
import { etherType, ipFragment, ipProtocol, isisPdu, isoNames, llcSap } from './numbers.ts';

function ipv4Protocol(g: Generator, protocol: number): Formula {
  return and(linkTypeIs(g, etherType.ip), g.equals(g.fromNetwork(1, 9), protocol));
}

/** The next header, or the one behind a fragment header. */
function ipv6Protocol(g: Generator, protocol: number): Formula {
  const next = g.fromNetwork(1, 6);
  const behindFragment = and(g.equals(next, ipFragment), g.equals(g.fromNetwork(1, 40), protocol));
  return and(linkTypeIs(g, etherType.ip6), or(g.equals(next, protocol), behindFragment));
}

function isoProtocol(g: Generator, protocol: number): Formula {
  if (g.family === 'frame-relay') return g.equals(g.fromHeader(2, 2), 0x0300 | protocol);
  if (g.family === 'cisco-hdlc') {
    const isIso = linkTypeIs(g, (llcSap.isons << 8) | llcSap.isons);
    return and(isIso, g.equals(g.fromNosnap(1, 1), protocol));
  }
  return and(linkTypeIs(g, llcSap.isons), g.equals(g.fromNosnap(1, 0), protocol));
}

function isisType(g: Generator, type: number): Formula {
  return and(isoProtocol(g, isoNames.isis as number), g.equals(g.fromNosnap(1, 4), type));
}

/** `QUALIFIER proto NUMBER`. */
export function protocolNumber(g: Generator, protocol: number, qualifier: string): Formula {
  const handler = numbered[qualifier];
  if (!handler)
    throw g.refuse(
      'proto-qualifier',
      `"${qualifier} proto" makes no sense`,
      'proto goes with ip, ip6, ether, iso, isis or alone',
    );
  return handler(g, protocol);
}

const numbered: Readonly<Record<string, (g: Generator, protocol: number) => Formula>> = {
  default: (g, protocol) => or(ipv4Protocol(g, protocol), ipv6Protocol(g, protocol)),
  link: linkTypeIs,
  ip: ipv4Protocol,
  ip6: ipv6Protocol,
  iso: isoProtocol,
  isis: isisType,
};

/** `QUALIFIER protochain NUMBER`. */
export function protocolChain(g: Generator, protocol: number, qualifier: string): Formula {
  if (g.payload.base !== NO_BASE)
    throw g.refuse('protochain', 'protochain does not work where headers have a variable length');
  const versions = qualifier === 'default' ? [4, 6] : qualifier === 'ip' ? [4] : qualifier === 'ip6' ? [6] : [];
  if (versions.length === 0)
    throw g.refuse('protochain', `"${qualifier} protochain" makes no sense`, 'protochain goes with ip, ip6 or alone');
  g.hasInnerJumps = true;
  const offset = (g.payload.offset + g.net) >>> 0;
  const chain = (version: 4 | 6): Formula =>
    and(linkTypeIs(g, version === 4 ? etherType.ip : etherType.ip6), {
      kind: 'protochain',
      chain: { version, protocol, offset },
    });
  return any(...versions.map((version) => chain(version as 4 | 6)));
}

const ipOnly = new Set(['icmp', 'igmp', 'igrp', 'vrrp', 'carp']);
const linkWords: Readonly<Record<string, number>> = {
  ip: etherType.ip,
  arp: etherType.arp,
  rarp: etherType.rarp,
  ip6: etherType.ip6,
  atalk: etherType.atalk,
  aarp: etherType.aarp,
  decnet: etherType.decnet,
  sca: etherType.sca,
  lat: etherType.lat,
  mopdl: etherType.mopdl,
  moprc: etherType.moprc,
  iso: llcSap.isons,
  stp: llcSap.stp,
  ipx: llcSap.ipx,
  netbeui: llcSap.netbeui,
};
const isisWords: Readonly<Record<string, readonly number[]>> = {
  l1: [isisPdu.l1Psnp, isisPdu.l1Csnp, isisPdu.l1Lsp, isisPdu.l1LanHello, isisPdu.pointToPointHello],
  l2: [isisPdu.l2Psnp, isisPdu.l2Csnp, isisPdu.l2Lsp, isisPdu.l2LanHello, isisPdu.pointToPointHello],
  iih: [isisPdu.pointToPointHello, isisPdu.l1LanHello, isisPdu.l2LanHello],
  lsp: [isisPdu.l1Lsp, isisPdu.l2Lsp],
  snp: [isisPdu.l2Psnp, isisPdu.l1Psnp, isisPdu.l1Csnp, isisPdu.l2Csnp],
  csnp: [isisPdu.l1Csnp, isisPdu.l2Csnp],
  psnp: [isisPdu.l1Psnp, isisPdu.l2Psnp],
};

type WordTest = (g: Generator) => Formula;

function testsOf<Row>(
  table: Readonly<Record<string, Row>>,
  test: (g: Generator, row: Row, word: string) => Formula,
): [string, WordTest][] {
  return Object.entries(table).map(([word, row]) => [word, (g): Formula => test(g, row, word)]);
}

function ipWord(g: Generator, protocol: number, word: string): Formula {
  return protocolNumber(g, protocol, word === 'icmp6' ? 'ip6' : ipOnly.has(word) ? 'ip' : 'default');
}

/** What the words stand for when they stand alone. */
const wordTests: ReadonlyMap<string, WordTest> = new Map([
  ...testsOf(linkWords, linkTypeIs),
  ...testsOf(ipProtocol, ipWord),
  ...testsOf(isoNames, isoProtocol),
  ...testsOf(isisWords, (g, types): Formula => any(...types.map((type) => isisType(g, type)))),
]);

/** A protocol word standing alone. */
export function protocolWord(g: Generator, word: string): Formula {
  const test = wordTests.get(word);
  if (test) return test(g);
  throw g.refuse(
    'protocol',
    `"${word}" says nothing by itself`,
    'it goes before an address or an index: ether host ..., link[0]',
  );
}
