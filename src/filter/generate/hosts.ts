// Addresses: IPv4, IPv6, DECnet and link-layer hosts and networks.

import { and, type Formula, or, type Prefix, type Ranges } from '../ir/formula.ts';
import { MOST_IN_CODE } from '../ir/prefixes.ts';
import { AND } from '../ir/values.ts';
import type { LinkFamily } from '../link-types/tables/link-types.ts';
import type { Direction } from '../parse/ast.ts';
import type { Generator } from './generator.ts';
import { ipv6SetTest } from './ipv6-sets.ts';
import { linkTypeIs } from './link-layer.ts';
import { etherType } from './numbers.ts';
import { wlanHost } from './wlan-frames.ts';

/** Joins the conditions on source and destination as the direction says. */
export function byDirection(g: Generator, direction: Direction, side: (isSource: boolean) => Formula): Formula {
  switch (direction) {
    case 'src':
      return side(true);
    case 'dst':
      return side(false);
    case 'src and dst':
      return and(side(true), side(false));
    case 'default':
    case 'src or dst':
      return or(side(true), side(false));
    default:
      throw g.refuse('direction', `"${direction}" is for link-layer addresses on 802.11 only`);
  }
}

/** Offsets of source and destination in the header of a network protocol. */
interface AddressOffsets {
  readonly type: number;
  readonly source: number;
  readonly destination: number;
}

const ip: AddressOffsets = { type: etherType.ip, source: 12, destination: 16 };
const arp: AddressOffsets = { type: etherType.arp, source: 14, destination: 24 };
const rarp: AddressOffsets = { type: etherType.rarp, source: 14, destination: 24 };
const ipv4Carriers: ReadonlyMap<string, AddressOffsets> = new Map([
  ['ip', ip],
  ['arp', arp],
  ['rarp', rarp],
]);

/** One IPv4 address or network in a protocol that carries such. */
function ipv4In(g: Generator, carrier: AddressOffsets, address: Ipv4Match): Formula {
  return byDirection(g, address.direction, (isSource) => {
    const field = g.fromNetwork(4, isSource ? carrier.source : carrier.destination);
    const { ranges } = address;
    const matches: Formula = ranges
      ? { kind: 'member', value: field, ranges }
      : g.equalsMasked(field, address.address, address.mask);
    return and(linkTypeIs(g, carrier.type), matches);
  });
}

/** What is looked for: `address` under `mask`, both host order; or any of `ranges` instead. */
export interface Ipv4Match {
  readonly address: number;
  readonly mask: number;
  readonly direction: Direction;
  readonly ranges?: Ranges;
}

/** An IPv4 host or network, in the protocols that the qualifier allows. */
export function ipv4Host(g: Generator, match: Ipv4Match, protocol: string): Formula {
  const carrier = ipv4Carriers.get(protocol);
  if (carrier) return ipv4In(g, carrier, match);
  if (protocol !== 'default') throw g.refuse('modifier', `"${protocol}" cannot qualify an IPv4 host or network`);
  const inIp = ipv4In(g, ip, match);
  if (g.mplsDepth > 0) return inIp;
  return or(or(inIp, ipv4In(g, arp, match)), ipv4In(g, rarp, match));
}

/** What is looked for: four words of address and of mask. */
export interface Ipv6Match {
  readonly address: readonly number[];
  readonly mask: readonly number[];
  readonly direction: Direction;
}

/** An IPv6 host or network. */
export function ipv6Host(g: Generator, match: Ipv6Match, protocol: string): Formula {
  if (protocol !== 'default' && protocol !== 'ip6')
    throw g.refuse('modifier', `"${protocol}" cannot qualify an IPv6 host or network`);
  return byDirection(g, match.direction, (isSource) => {
    const start = isSource ? 8 : 24;
    const word = (index: number): Formula =>
      g.equalsMasked(g.fromNetwork(4, start + 4 * index), match.address[index] as number, match.mask[index] as number);
    return and(linkTypeIs(g, etherType.ip6), and(word(0), and(word(1), and(word(2), word(3)))));
  });
}

/** Any of many IPv6 hosts and networks. */
export function ipv6Hosts(g: Generator, prefixes: readonly Prefix[], direction: Direction): Formula {
  return byDirection(g, direction, (isSource) => {
    const start = isSource ? 8 : 24;
    const matches: Formula =
      g.options.maps && prefixes.length > MOST_IN_CODE
        ? { kind: 'lookup', value: g.fromNetwork(4, start), prefixes }
        : ipv6SetTest(prefixes, (word) => g.fromNetwork(4, start + 4 * word));
    return and(linkTypeIs(g, etherType.ip6), matches);
  });
}

/** Sixteen bits of a DECnet address lie low byte first. */
function swap(address: number): number {
  return ((address & 0xff) << 8) | ((address >>> 8) & 0xff);
}

/** A DECnet host: in the short and the long form of the header, each with and without padding. */
export function decnetHost(g: Generator, address: number, direction: Direction): Formula {
  return byDirection(g, direction, (isSource) => {
    const { values } = g;
    const flags = values.withConstant(AND, g.fromNetwork(1, 2), 7);
    const padded = values.withConstant(AND, g.fromNetwork(2, 2), 0xff07);
    const at = (offset: number): Formula => g.equals(g.fromNetwork(2, offset), swap(address));
    const [short, long] = isSource ? [5, 17] : [3, 9];
    const shortForm = or(and(g.equals(flags, 2), at(short)), and(g.equals(padded, 0x8102), at(short + 1)));
    const longForm = or(and(g.equals(flags, 6), at(long)), and(g.equals(padded, 0x8106), at(long + 1)));
    return and(linkTypeIs(g, etherType.decnet), or(shortForm, longForm));
  });
}

/** Offsets of source and destination in link-layer headers. */
const linkAddressOffsets: Readonly<Partial<Record<LinkFamily, { source: number; destination: number }>>> = {
  ethernet: { source: 6, destination: 0 },
  fddi: { source: 7, destination: 1 },
  'token-ring': { source: 8, destination: 2 },
  'fibre-channel': { source: 10, destination: 2 },
};

/** A condition on the header that ATM LANE puts around Ethernet, in front of `formula`. */
function outerChecked(g: Generator, formula: Formula): Formula {
  const check = g.outerCheck();
  return check ? and(check, formula) : formula;
}

/** A link-layer host. */
export function linkHost(g: Generator, address: readonly number[], direction: Direction): Formula {
  if (g.family === '802.11') return wlanHost(g, address, direction);
  const offsets = linkAddressOffsets[g.family];
  if (!offsets) throw g.refuse('link-address', `${g.linkType.name} has no link-layer addresses that could be compared`);
  const { header } = g;
  const host = byDirection(g, direction, (isSource) =>
    g.bytesEqual(header, isSource ? offsets.source : offsets.destination, address),
  );
  return g.family === 'ethernet' ? outerChecked(g, host) : host;
}

/** An ARCnet host: one byte. */
export function arcnetHost(g: Generator, address: number, direction: Direction): Formula {
  if (g.family !== 'arcnet') throw g.refuse('arcnet-address', 'ARCnet addresses are for ARCnet only');
  return byDirection(g, direction, (isSource) => g.equals(g.fromHeader(1, isSource ? 0 : 1), address));
}

/** Offset of the first byte of the destination address, whose lowest bit says multicast; undefined where there is none. */
export function destinationOffset(g: Generator): number | undefined {
  return linkAddressOffsets[g.family]?.destination;
}
