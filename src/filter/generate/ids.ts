// Names, numbers and addresses with their qualifiers: which primitive they are.

import type { Formula, Prefix } from '../ir/formula.ts';
import { normalize } from '../ir/ranges.ts';
import { type Ipv4Parts, parseIpv4, parseIpv6, parseMac } from '../lex/addresses.ts';
import { UNSET } from '../link-types/tables/link-types.ts';
import type { Id, Primitive, PrimitiveOf, Qualifiers } from '../parse/ast.ts';
import { any, type Generator } from './generator.ts';
import { arcnetHost, decnetHost, ipv4Host, ipv6Host, ipv6Hosts, linkHost } from './hosts.ts';
import { etherNames, ipProtocol, isoNames } from './numbers.ts';
import { port } from './ports.ts';
import { protocolChain, protocolNumber } from './protocols.ts';

const FULL = 0xffffffff;
const fullMask6 = [FULL, FULL, FULL, FULL];

function prefixMask(bits: number): number {
  return bits === 0 ? 0 : (FULL << (32 - bits)) >>> 0;
}

/** The mask of one word of an IPv6 prefix. */
function prefixMask6(bits: number, word: number): number {
  return prefixMask(Math.min(32, Math.max(0, bits - 32 * word)));
}

function ipv4Parts(g: Generator, text: string): Ipv4Parts {
  const parts = parseIpv4(text);
  if (!parts) throw g.refuse('bad-ipv4', `invalid IPv4 address "${text}"`, 'each part is a decimal number up to 255');
  return parts;
}

function portProtocol(g: Generator, qualifiers: Qualifiers): number | undefined {
  const { protocol } = qualifiers;
  if (protocol === 'default') return undefined;
  if (protocol === 'tcp' || protocol === 'udp' || protocol === 'sctp') return ipProtocol[protocol];
  throw g.refuse('port-qualifier', `"${protocol}" cannot qualify a port`, 'tcp, udp and sctp have ports');
}

function checkPort(g: Generator, value: number): void {
  if (value > 65535) throw g.refuse('bad-port', `illegal port number ${value} > 65535`);
}

/** A number standing where an address may: the first bytes of an IPv4 network, or all of a host. */
function numericHost(g: Generator, q: Qualifiers, value: number): Formula {
  if (q.protocol === 'decnet') return decnetHost(g, value, q.direction);
  if (q.protocol === 'link')
    throw g.refuse('link-address', 'illegal link-layer address', 'an address has six parts: 00:11:22:33:44:55');
  let [address, mask] = [value, FULL];
  if (q.type === 'net') {
    while (address !== 0 && address >>> 24 === 0) {
      address = (address << 8) >>> 0;
      mask = (mask << 8) >>> 0;
    }
  }
  return ipv4Host(g, { address, mask, direction: q.direction }, q.protocol);
}

function numericId(g: Generator, q: Qualifiers, value: number): Formula {
  switch (q.type) {
    case 'port':
    case 'portrange':
      checkPort(g, value);
      return port(g, {
        first: value,
        last: value,
        isRange: q.type === 'portrange',
        direction: q.direction,
        protocol: portProtocol(g, q),
      });
    case 'proto':
      return protocolNumber(g, value, q.protocol);
    case 'protochain':
      return protocolChain(g, value, q.protocol);
    case 'gateway':
      throw g.refuse('gateway', '"gateway" needs a name');
    default:
      return numericHost(g, q, value);
  }
}

function decnetAddress(g: Generator, text: string): number {
  const parts = text.split('.');
  if (parts.some((part) => !/^\d+$/.test(part)))
    throw g.refuse('decnet', `malformed DECnet address "${text}"`, 'write area.node, as in 10.123');
  // As in libpcap, what follows area and node does not count.
  const [area, node] = parts.map(Number) as [number, number];
  return ((area << 10) | (node & 0x3ff)) & 0xffff;
}

function ipv4Id(g: Generator, q: Qualifiers, id: Extract<Id, { form: 'ipv4' }>): Formula {
  if (id.length !== undefined || id.mask !== undefined) return ipv4Network(g, q, id);
  if (q.type === 'default' || q.type === 'host' || q.type === 'net') {
    if (q.protocol === 'decnet') return decnetHost(g, decnetAddress(g, id.address), q.direction);
    const { address, bits } = ipv4Parts(g, id.address);
    if (q.protocol === 'link')
      throw g.refuse('link-address', 'illegal link-layer address', 'drop the word before it, or write "ip host"');
    return ipv4Host(g, { address, mask: prefixMask(bits), direction: q.direction }, q.protocol);
  }
  throw g.refuse('modifier', `"${q.type}" takes a number or a name, no address`);
}

function ipv4Network(g: Generator, q: Qualifiers, id: Extract<Id, { form: 'ipv4' }>): Formula {
  const { address } = ipv4Parts(g, id.address);
  let mask: number;
  if (id.mask === undefined) {
    const bits = id.length as number;
    if (bits > 32) throw g.refuse('prefix-length', `prefix length ${bits} is greater than 32`);
    mask = prefixMask(bits);
  } else mask = ipv4Parts(g, id.mask).address;
  if ((address & ~mask) !== 0)
    throw g.refuse(
      'host-bits',
      'the address has bits set outside the mask',
      'clear the bits of the host part, or widen the mask',
    );
  if (q.type !== 'net') throw g.refuse('mask', 'a mask is for networks only', 'write "net" before it');
  // libpcap takes the last two bytes for a DECnet address.
  if (q.protocol === 'decnet') return decnetHost(g, address, q.direction);
  return ipv4Host(g, { address, mask, direction: q.direction }, q.protocol);
}

function ipv6Id(g: Generator, q: Qualifiers, id: Extract<Id, { form: 'ipv6' }>): Formula {
  const bits = id.length ?? 128;
  if (bits > 128) throw g.refuse('prefix-length', `prefix length ${bits} is greater than 128`);
  const address = parseIpv6(id.address);
  const mask = [0, 1, 2, 3].map((word) => prefixMask6(bits, word));
  if (address.some((word, index) => (word & ~(mask[index] as number)) !== 0)) {
    throw g.refuse(
      'host-bits',
      'the address has bits set outside the prefix',
      'clear the bits of the host part, or lengthen the prefix',
    );
  }
  if (q.type !== 'net' && q.type !== 'host' && q.type !== 'default')
    throw g.refuse('modifier', `"${q.type}" cannot qualify an IPv6 address`);
  if (q.type !== 'net' && bits !== 128)
    throw g.refuse('mask', 'a prefix length is for networks only', 'write "net" before it');
  return ipv6Host(g, { address, mask, direction: q.direction }, q.protocol);
}

function requireLinkHost(g: Generator, q: Qualifiers): void {
  const isHost = q.type === 'default' || q.type === 'host';
  if (!isHost || q.protocol !== 'link')
    throw g.refuse(
      'link-address',
      'a link-layer address outside "ether host" and its like',
      'write "ether host" before it',
    );
}

function unknown(g: Generator, what: string, name: string): never {
  throw g.refuse('unknown-name', `unknown ${what} "${name}"`);
}

function namedNetwork(g: Generator, q: Qualifiers, name: string): Formula {
  let address = g.options.resolver.network(name) ?? unknown(g, 'network', name);
  let mask = FULL;
  while (address !== 0 && address >>> 24 === 0) {
    address = (address << 8) >>> 0;
    mask = (mask << 8) >>> 0;
  }
  return ipv4Host(g, { address, mask, direction: q.direction }, q.protocol);
}

function namedHost(g: Generator, q: Qualifiers, name: string): Formula {
  const { resolver } = g.options;
  if (q.protocol === 'link') return linkHost(g, resolver.ether(name) ?? unknown(g, 'ethernet host', name), q.direction);
  if (q.protocol === 'decnet')
    throw g.refuse('decnet', `DECnet names cannot be looked up: "${name}"`, 'write the address: 10.123');
  const addresses = resolver.host(name) ?? unknown(g, 'host', name);
  // Where the link has no type field, only IP itself can be there.
  const isBare = g.type.offset === UNSET && q.protocol === 'default';
  const [protocol4, protocol6] = isBare ? ['ip', 'ip6'] : [q.protocol, q.protocol];
  const formulas: Formula[] = [];
  for (const one of addresses) {
    if (one.family === 4 && protocol4 !== 'ip6') {
      formulas.push(ipv4Host(g, { address: one.address, mask: FULL, direction: q.direction }, protocol4));
    }
    if (one.family === 6 && protocol6 !== 'ip') {
      formulas.push(ipv6Host(g, { address: one.address, mask: fullMask6, direction: q.direction }, protocol6));
    }
  }
  return formulas.length === 0 ? unknown(g, 'host (no address of that family)', name) : any(...formulas);
}

interface NamedPort {
  readonly port: number;
  /** The only protocol that the name stands for; undefined for several. */
  readonly protocol: number | undefined;
}

function serviceByName(g: Generator, name: string): NamedPort {
  const { port: number, protocol } = g.options.resolver.service(name) ?? unknown(g, 'port', name);
  return { port: number, protocol: protocol && ipProtocol[protocol] };
}

/** The protocol that ports are looked for in: the qualifier's, or else the one that their name stands for. */
function protocolOfName(g: Generator, q: Qualifiers, name: string, known: number | undefined): number | undefined {
  const wanted = portProtocol(g, q);
  if (wanted !== undefined && known !== undefined && wanted !== known) {
    const word = Object.keys(ipProtocol).find((key) => ipProtocol[key] === known);
    throw g.refuse('port-protocol', `port "${name}" is ${word}`, `write "${word} ${q.type} ${name}"`);
  }
  return wanted ?? known;
}

function namedPort(g: Generator, q: Qualifiers, name: string): Formula {
  const { port: number, protocol: known } = serviceByName(g, name);
  const protocol = protocolOfName(g, q, name, known);
  return port(g, { first: number, last: number, isRange: false, direction: q.direction, protocol });
}

function rangeEnd(g: Generator, text: string): NamedPort {
  if (!/^-?\d+$/.test(text)) return serviceByName(g, text);
  const value = Number(text);
  if (value < 0) throw g.refuse('bad-port', `illegal port number ${value} < 0`);
  checkPort(g, value);
  return { port: value, protocol: undefined };
}

function namedRange(g: Generator, q: Qualifiers, text: string): Formula {
  portProtocol(g, q);
  // As libpcap reads it, what stands behind two numbers does not count.
  const numbers = /^(\d+)-(-?\d+)/.exec(text);
  const [, low, high] = numbers ?? /^([^-]+)-(.+)$/.exec(text) ?? [];
  if (!low || !high) throw g.refuse('port-range', `"${text}" is no port range`, 'write it as 6000-6008');
  const first = rangeEnd(g, low);
  const last = rangeEnd(g, high);
  const protocol = protocolOfName(g, q, text, first.protocol === last.protocol ? first.protocol : undefined);
  const [from, to] = first.port <= last.port ? [first.port, last.port] : [last.port, first.port];
  return port(g, { first: from, last: to, isRange: true, direction: q.direction, protocol });
}

/** A protocol by name, as the qualifier says. */
function protocolByName(g: Generator, q: Qualifiers, name: string): number {
  const tables: Readonly<Record<string, Readonly<Record<string, number>>>> = { link: etherNames, iso: isoNames };
  const table = tables[q.protocol];
  if (table)
    return Object.hasOwn(table, name)
      ? (table[name] as number)
      : unknown(g, `${q.protocol === 'link' ? 'ether' : 'osi'} protocol`, name);
  if (q.protocol !== 'default' && q.protocol !== 'ip' && q.protocol !== 'ip6') return unknown(g, 'protocol', name);
  return g.options.resolver.protocol(name) ?? unknown(g, 'IP protocol', name);
}

function namedId(g: Generator, q: Qualifiers, name: string): Formula {
  switch (q.type) {
    case 'net':
      return namedNetwork(g, q, name);
    case 'port':
      return namedPort(g, q, name);
    case 'portrange':
      return namedRange(g, q, name);
    case 'proto':
      return protocolNumber(g, protocolByName(g, q, name), q.protocol);
    case 'protochain':
      return protocolChain(g, protocolByName(g, q, name), q.protocol);
    case 'gateway':
      throw g.refuse(
        'gateway',
        '"gateway" is not supported, as in libpcap with IPv6',
        'write "ether host ADDRESS and not host ADDRESS"',
      );
    default:
      return namedHost(g, q, name);
  }
}

/** Ids that can be tested together: the same qualifiers, and a range of addresses or ports each, or an IPv6 prefix. */
export type Groupable = RangeGroupable | { readonly key: string; readonly prefix: Prefix };

interface RangeGroupable {
  /** Equal for those that may come together. */
  readonly key: string;
  readonly first: number;
  readonly last: number;
}

/** Whether a test can come together with others joined to it by `or`: addresses and ports by number. */
export function groupable(node: Primitive): Groupable | undefined {
  if (node.kind !== 'id') return undefined;
  const { qualifiers: q, id } = node;
  // "src and dst" asks for two addresses at once: no union of sets.
  if (q.direction === 'src and dst') return undefined;
  if (q.type === 'port' && id.form === 'number' && id.value <= 65535)
    return { key: keyOf('port', q), first: id.value, last: id.value };
  const isAddress = q.type === 'host' || q.type === 'default' || q.type === 'net';
  if (!isAddress) return undefined;
  if (id.form === 'ipv6') return ipv6Prefix(q, id);
  if (id.form !== 'ipv4' || id.mask !== undefined) return undefined;
  if (q.protocol !== 'default' && q.protocol !== 'ip' && q.protocol !== 'arp' && q.protocol !== 'rarp')
    return undefined;
  return addressRange(q, id);
}

function keyOf(what: string, q: Qualifiers): string {
  return `${what} ${q.protocol} ${q.direction === 'default' ? 'src or dst' : q.direction}`;
}

function ipv6Prefix(q: Qualifiers, id: Extract<Id, { form: 'ipv6' }>): Groupable | undefined {
  const bits = id.length ?? 128;
  if (bits === 0 || bits > 128 || (bits < 128 && q.type !== 'net')) return undefined;
  if (q.protocol !== 'default' && q.protocol !== 'ip6') return undefined;
  const address = parseIpv6(id.address);
  if (address.some((word, index) => (word & ~prefixMask6(bits, index)) !== 0)) return undefined;
  return { key: keyOf('address6', q), prefix: { address, bits } };
}

function addressRange(q: Qualifiers, id: Extract<Id, { form: 'ipv4' }>): Groupable | undefined {
  const parts = parseIpv4(id.address);
  if (!parts) return undefined;
  const { address: first } = parts;
  const bits = id.length ?? parts.bits;
  if (bits > 32 || (id.length !== undefined && q.type !== 'net')) return undefined;
  const size = 2 ** (32 - bits);
  return first % size === 0 ? { key: keyOf('address', q), first, last: first + size - 1 } : undefined;
}

/** The test for any of a group, whose first primitive stands for its qualifiers. */
export function groupTest(g: Generator, node: PrimitiveOf<'id'>, group: readonly Groupable[]): Formula {
  const { qualifiers: q } = node;
  const { direction } = q;
  const pairs: number[] = [];
  const prefixes: Prefix[] = [];
  for (const one of group) {
    if ('prefix' in one) prefixes.push(one.prefix);
    else pairs.push(one.first, one.last);
  }
  if (prefixes.length > 0) return ipv6Hosts(g, prefixes, direction);
  const ranges = normalize(pairs);
  if (q.type === 'port')
    return port(g, { first: 0, last: 0, isRange: false, ranges, direction, protocol: portProtocol(g, q) });
  return ipv4Host(g, { address: 0, mask: FULL, direction, ranges }, q.protocol);
}

/** An id with its qualifiers. */
export function idTest(g: Generator, node: Extract<Primitive, { kind: 'id' }>): Formula {
  const { qualifiers: q, id } = node;
  switch (id.form) {
    case 'name':
      return namedId(g, q, id.name);
    case 'number':
      return numericId(g, q, id.value);
    case 'ipv4':
      return ipv4Id(g, q, id);
    case 'ipv6':
      return ipv6Id(g, q, id);
    case 'mac':
      requireLinkHost(g, q);
      return linkHost(g, parseMac(id.address), q.direction);
    case 'arcnet':
      requireLinkHost(g, q);
      return arcnetHost(g, id.address, q.direction);
  }
}
