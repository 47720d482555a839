// "Is the payload of that protocol?", for every family of link types.

import { and, FALSE, type Formula, GT, not, or, TRUE, test } from '../ir/formula.ts';
import { AND } from '../ir/values.ts';
import type { LinkFamily } from '../link-types/tables/link-types.ts';
import { any, type Generator } from './generator.ts';
import { etherType, LARGEST_LENGTH, llcSap } from './numbers.ts';
import { isWlanData } from './wlan-frames.ts';

type LinkTest = (g: Generator, protocol: number) => Formula;

const { ip, ip6, arp, rarp, atalk, aarp, decnet } = etherType;
const { ip: ipSap, isons, stp, netbeui, ipx } = llcSap;

/** Told by both service access points, the destination's and the source's. */
function hasBothSaps(protocol: number): boolean {
  return protocol === ipSap || protocol === isons || protocol === netbeui;
}

function bothSaps(g: Generator, protocol: number): Formula {
  return g.equals(g.fromPayload(2, 0), (protocol << 8) | protocol);
}

const SNAP_ETHERNET = 0xaaaa0300;
const SNAP_APPLE = 0xaaaa0308;
const APPLE_OUI_LOW = 0x00070000;

/** A SNAP header with that organisation and protocol: the last word of it is looked at first. */
function snap(g: Generator, organisation: 'ethernet' | 'apple', protocol: number): Formula {
  const low = organisation === 'apple' ? (APPLE_OUI_LOW | protocol) >>> 0 : protocol;
  const high = organisation === 'apple' ? SNAP_APPLE : SNAP_ETHERNET;
  return and(g.equals(g.fromPayload(4, 4), low), g.equals(g.fromPayload(4, 0), high));
}

function hasLength(g: Generator): Formula {
  return not(test(GT, g.fromType(2), LARGEST_LENGTH));
}

function etherIpx(g: Generator): Formula {
  const sap = g.equals(g.fromPayload(1, 0), ipx);
  const raw = g.equals(g.fromPayload(2, 0), 0xffff);
  const framed = or(snap(g, 'ethernet', etherType.ipx), or(sap, raw));
  return or(g.equals(g.fromType(2), etherType.ipx), and(hasLength(g), framed));
}

function etherTypeTest(g: Generator, protocol: number): Formula {
  if (hasBothSaps(protocol)) return and(hasLength(g), bothSaps(g, protocol));
  if (protocol === ipx) return etherIpx(g);
  if (protocol === atalk || protocol === aarp) {
    const framed = and(hasLength(g), snap(g, protocol === atalk ? 'apple' : 'ethernet', protocol));
    return or(g.equals(g.fromType(2), protocol), framed);
  }
  if (protocol <= LARGEST_LENGTH) return and(hasLength(g), g.equals(g.fromPayload(1, 0), protocol));
  return g.equals(g.fromType(2), protocol);
}

function ethernet(g: Generator, protocol: number): Formula {
  const check = g.laneCheck();
  const type = etherTypeTest(g, protocol);
  return check ? and(check, type) : type;
}

/** By the 802.2 header, which every frame has. */
function llc(g: Generator, protocol: number): Formula {
  if (protocol === ip || protocol === ip6 || protocol === arp) return g.equals(g.fromPayload(2, 6), protocol);
  if (hasBothSaps(protocol)) return bothSaps(g, protocol);
  if (protocol === atalk) return snap(g, 'apple', atalk);
  if (protocol <= LARGEST_LENGTH) return g.equals(g.fromPayload(1, 0), protocol);
  return g.equals(g.fromPayload(2, 6), protocol);
}

function sllIpx(g: Generator): Formula {
  const sap = g.equals(g.fromPayload(1, 0), ipx);
  const framed = and(g.equals(g.fromType(2), linuxSll.llc), or(sap, snap(g, 'ethernet', etherType.ipx)));
  return or(g.equals(g.fromType(2), etherType.ipx), or(g.equals(g.fromType(2), linuxSll.novell), framed));
}

const linuxSll = { novell: 1, llc: 4 } as const;

function sll(g: Generator, protocol: number): Formula {
  const isLlc = g.equals(g.fromType(2), linuxSll.llc);
  if (hasBothSaps(protocol)) return and(isLlc, bothSaps(g, protocol));
  if (protocol === ipx) return sllIpx(g);
  if (protocol === atalk || protocol === aarp) {
    return or(
      g.equals(g.fromType(2), protocol),
      and(isLlc, snap(g, protocol === atalk ? 'apple' : 'ethernet', protocol)),
    );
  }
  if (protocol <= LARGEST_LENGTH) return and(isLlc, g.equals(g.fromPayload(1, 0), protocol));
  return g.equals(g.fromType(2), protocol);
}

const pppNumbers: ReadonlyMap<number, number> = new Map([
  [ip, 0x21],
  [ip6, 0x57],
  [decnet, 0x27],
  [atalk, 0x29],
  [etherType.ns, 0x25],
  [isons, 0x23],
  [stp, 0x31],
  [ipx, 0x2b],
]);

function ppp(g: Generator, protocol: number): Formula {
  return g.equals(g.fromType(2), pppNumbers.get(protocol) ?? protocol);
}

function pppBsdos(g: Generator, protocol: number): Formula {
  if (protocol !== ip) return ppp(g, protocol);
  const type = g.fromType(2);
  // Plain, and both forms that Van Jacobson's compression makes.
  return any(g.equals(type, 0x21), g.equals(type, 0x2d), g.equals(type, 0x2f));
}

/** By the first nibble of the IP header. */
function raw(g: Generator, protocol: number): Formula {
  const version = g.values.withConstant(AND, g.fromHeader(1, 0), 0xf0);
  if (protocol === ip) return g.equals(version, 0x40);
  return protocol === ip6 ? g.equals(version, 0x60) : FALSE;
}

const addressFamily = { inet: 2, inet6: 10, ipnetInet6: 26 } as const;

/** By an address family in a 32-bit word, in the byte order of the machine that captured: little-endian where we are. */
function loopback(g: Generator, protocol: number): Formula {
  if (protocol === ip) return g.equals(g.fromHeader(4, 0), addressFamily.inet << 24);
  return protocol === ip6 ? g.equals(g.fromHeader(4, 0), addressFamily.inet6 << 24) : FALSE;
}

function loopbackNetworkOrder(g: Generator, protocol: number): Formula {
  if (protocol === ip) return g.equals(g.fromHeader(4, 0), addressFamily.inet);
  return protocol === ip6 ? g.equals(g.fromHeader(4, 0), addressFamily.inet6) : FALSE;
}

function byteFamily(ipNumber: number, ip6Number: number): LinkTest {
  return (g, protocol) => {
    if (protocol === ip) return g.equals(g.fromHeader(1, 1), ipNumber);
    return protocol === ip6 ? g.equals(g.fromHeader(1, 1), ip6Number) : FALSE;
  };
}

const arcnetTypes: ReadonlyMap<number, readonly number[]> = new Map([
  [ip6, [196]],
  [ip, [212, 240]],
  [arp, [213, 241]],
  [rarp, [214]],
  [atalk, [221]],
]);

function arcnet(g: Generator, protocol: number): Formula {
  const types = arcnetTypes.get(protocol);
  return types ? any(...types.map((type) => g.equals(g.fromType(1), type))) : FALSE;
}

const frameRelayTypes: ReadonlyMap<number, readonly number[]> = new Map([
  [ip, [0xcc]],
  [ip6, [0x8e]],
  [isons, [0x81, 0x82, 0x83]],
]);

function frameRelay(g: Generator, protocol: number): Formula {
  const types = frameRelayTypes.get(protocol);
  // Unnumbered information (0x03), then the network layer's identifier.
  return types ? any(...types.map((type) => g.equals(g.fromHeader(2, 2), 0x0300 | type))) : FALSE;
}

function ciscoHdlc(g: Generator, protocol: number): Formula {
  return g.equals(g.fromType(2), protocol === isons ? (isons << 8) | isons : protocol);
}

/** Only the magic number: what follows it has too many forms. */
function juniper(g: Generator): Formula {
  return g.equalsMasked(g.fromHeader(4, 0), 0x4d474300, 0xffffff00);
}

function notImplemented(g: Generator): Formula {
  throw g.refuse(
    'link-layer',
    `protocols are not told apart on ${g.linkType.name} (${g.linkType.description})`,
    'only link[], len, less, greater and the like work there',
  );
}

const tests: Readonly<Record<LinkFamily, LinkTest>> = {
  ethernet,
  'token-ring': llc,
  fddi: llc,
  llc,
  'fibre-channel': llc,
  sunatm: (g, protocol) => and(g.equals(g.values.withConstant(AND, g.fromHeader(1, 0), 0xf), 2), llc(g, protocol)),
  '802.11': (g, protocol) => and(isWlanData(g), llc(g, protocol)),
  'linux-sll': sll,
  'linux-sll2': (g, protocol) => g.equals(g.fromType(2), protocol),
  'ether-type': (g, protocol) => g.equals(g.fromType(2), protocol),
  raw,
  ipv4: (_, protocol) => (protocol === ip ? TRUE : FALSE),
  ipv6: (_, protocol) => (protocol === ip6 ? TRUE : FALSE),
  ppp,
  'ppp-bsdos': pppBsdos,
  loopback,
  'loopback-network-order': loopbackNetworkOrder,
  pflog: byteFamily(addressFamily.inet, addressFamily.inet6),
  ipnet: byteFamily(addressFamily.inet, addressFamily.ipnetInet6),
  arcnet,
  localtalk: (_, protocol) => (protocol === atalk ? TRUE : FALSE),
  'frame-relay': frameRelay,
  'cisco-hdlc': ciscoHdlc,
  juniper,
  bacnet: (g) => g.equalsMasked(g.fromHeader(4, 0), 0x55ff0000, 0xffff0000),
  mtp2: notImplemented,
  opaque: notImplemented,
};

/** Inside MPLS there is no type field; the first nibble behind the stack tells IPv4 from IPv6. */
function mplsPayload(g: Generator, protocol: number): Formula {
  const bottom = g.equals(g.values.withConstant(AND, g.fromNetwork(1, -2), 1), 1);
  const nibble = g.values.withConstant(AND, g.fromNetwork(1, 0), 0xf0);
  if (protocol === ip) return and(bottom, g.equals(nibble, 0x40));
  if (protocol === ip6) return and(bottom, g.equals(nibble, 0x60));
  throw g.refuse('mpls-payload', 'only IPv4 and IPv6 can be told apart inside MPLS');
}

/** Whether the payload is of a protocol: an Ethernet type, or an LLC service access point up to 1500. */
export function linkTypeIs(g: Generator, protocol: number): Formula {
  if (g.mplsDepth > 0) return mplsPayload(g, protocol);
  return tests[g.family](g, protocol);
}
