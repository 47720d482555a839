// Primitives of one field: direction, interface, length, packet filter logs, LLC, broadcast and multicast.

import { suggest } from '../../base/index.ts';
import { and, type Formula, not, TRUE } from '../ir/formula.ts';
import { AND, NO_BASE, OR, SUB } from '../ir/values.ts';
import type { LinkFamily } from '../link-types/tables/link-types.ts';
import { ancillary, any, type Generator } from './generator.ts';
import { arcnetHost, destinationOffset, linkHost } from './hosts.ts';
import { linkTypeIs } from './link-layer.ts';
import { etherType, LARGEST_LENGTH } from './numbers.ts';
import { isWlanData, onWlanDestination } from './wlan-frames.ts';

const PACKET_OUTGOING = 4;

type DirectionTest = (g: Generator, isOutbound: boolean) => Formula;

const directions: Readonly<Partial<Record<LinkFamily, DirectionTest>>> = {
  'linux-sll': (g, isOutbound) => outgoing(g.equals(g.fromHeader(2, 0), PACKET_OUTGOING), isOutbound),
  'linux-sll2': (g, isOutbound) => outgoing(g.equals(g.fromHeader(1, 10), PACKET_OUTGOING), isOutbound),
  pflog: (g, isOutbound) => g.equals(g.fromHeader(1, 60), isOutbound ? 2 : 1),
  ipnet: (g, isOutbound) => g.equals(g.fromHeader(2, 2), isOutbound ? 1 : 2),
  juniper: (g, isOutbound) => g.equalsMasked(g.fromHeader(1, 3), isOutbound ? 0 : 1, 1),
};

function outgoing(test: Formula, isOutbound: boolean): Formula {
  return isOutbound ? test : not(test);
}

/** `inbound` and `outbound`. */
export function direction(g: Generator, isOutbound: boolean): Formula {
  const { name } = g.linkType;
  if (name === 'SLIP') {
    const isIncoming = g.equals(g.fromHeader(1, 0), 0);
    return isOutbound ? not(isIncoming) : isIncoming;
  }
  if (name === 'PPP_PPPD') return g.equals(g.fromHeader(1, 0), isOutbound ? 1 : 0);
  const handler = directions[g.family];
  if (handler) return handler(g, isOutbound);
  return outgoing(g.equals(g.values.load(2, NO_BASE, ancillary.packetType), PACKET_OUTGOING), isOutbound);
}

/** `ifindex N`. */
export function interfaceIndex(g: Generator, index: number): Formula {
  if (g.family === 'linux-sll2') return g.equals(g.fromHeader(4, 4), index);
  return g.equals(g.values.load(4, NO_BASE, ancillary.interfaceIndex), index);
}

/** `less N`: at most; `greater N`: at least. */
export function length(g: Generator, kind: 'less' | 'greater', value: number): Formula {
  const packet = g.values.length();
  return kind === 'less' ? not(g.greater(packet, value)) : g.atLeast(packet, value);
}

/** `byte OFFSET OPERATOR VALUE`. */
export function byte(g: Generator, offset: number, operator: string, value: number): Formula {
  const field = g.fromHeader(1, offset);
  if (operator === '=') return g.equals(field, value);
  if (operator === '>') return g.greater(field, value);
  if (operator === '<') return not(g.atLeast(field, value));
  // libpcap makes no load for these two: what it tests is 0, though its optimiser does not know it.
  const { values } = g;
  const zero = values.binary(SUB, values.length(), values.length());
  return not(g.equals(values.withConstant(operator === '|' ? OR : AND, zero, value), 0));
}

const reasons: Readonly<Record<string, number>> = {
  match: 0,
  'bad-offset': 1,
  fragment: 2,
  short: 3,
  normalize: 4,
  memory: 5,
  'bad-timestamp': 6,
  congestion: 7,
  'ip-option': 8,
  'proto-cksum': 9,
  'state-mismatch': 10,
  'state-insert': 11,
  'state-limit': 12,
  'src-limit': 13,
  synproxy: 14,
};
const actions: Readonly<Record<string, number>> = {
  pass: 0,
  accept: 0,
  drop: 1,
  block: 1,
  nat: 4,
  nonat: 5,
  binat: 6,
  nobinat: 7,
  rdr: 8,
  nordr: 9,
  scrub: 2,
  noscrub: 3,
  'synproxy-drop': 10,
};

/** Offsets of fields in OpenBSD's and FreeBSD's pflog header. */
const pflog = { action: 2, reason: 3, ifname: 4, rset: 20, rnr: 36, srnr: 40, nameLength: 16 } as const;

function requirePflog(g: Generator, word: string): void {
  if (g.family !== 'pflog') throw g.refuse('pf', `"${word}" is for packet filter logs (PFLOG) only`);
}

function lookUp(g: Generator, table: Readonly<Record<string, number>>, name: string, what: string): number {
  const word = name.toLowerCase();
  if (Object.hasOwn(table, word)) return table[word] as number;
  const near = suggest(word, Object.keys(table));
  throw g.refuse(
    'unknown-word',
    `unknown ${what} "${name}"`,
    near ? `did you mean "${near}"?` : `known: ${Object.keys(table).join(', ')}`,
  );
}

/** `ifname NAME` and `rset NAME`. */
export function pfName(g: Generator, field: string, name: string): Formula {
  requirePflog(g, field);
  if (name.length >= pflog.nameLength)
    throw g.refuse('pf-name', `"${field}" takes names of up to ${pflog.nameLength - 1} characters`);
  const bytes = [...new TextEncoder().encode(name)];
  return g.bytesEqual(g.header, field === 'ifname' ? pflog.ifname : pflog.rset, bytes);
}

/** `rnr N` and `srnr N`. */
export function pfNumber(g: Generator, field: string, value: number): Formula {
  requirePflog(g, field);
  return g.equals(g.fromHeader(4, field === 'rnr' ? pflog.rnr : pflog.srnr), value);
}

/** `reason CODE`. */
export function pfReason(g: Generator, reason: number | string): Formula {
  const code = typeof reason === 'number' ? reason : lookUp(g, reasons, reason, 'PF reason');
  requirePflog(g, 'reason');
  return g.equals(g.fromHeader(1, pflog.reason), code);
}

/** `action NAME`. */
export function pfAction(g: Generator, name: string): Formula {
  const code = lookUp(g, actions, name, 'PF action');
  requirePflog(g, 'action');
  return g.equals(g.fromHeader(1, pflog.action), code);
}

const broadcastAddress = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff];

/** `[ether|ip] broadcast`. */
export function broadcast(g: Generator, protocol: string): Formula {
  if (protocol === 'default' || protocol === 'link') {
    if (g.family === 'arcnet') return arcnetHost(g, 0, 'dst');
    if (g.family !== '802.11' && destinationOffset(g) === undefined)
      throw g.refuse('broadcast', `${g.linkType.name} has no link-layer broadcasts`);
    return linkHost(g, broadcastAddress, 'dst');
  }
  if (protocol !== 'ip')
    throw g.refuse('broadcast', `there is no "${protocol} broadcast"`, 'only ether and ip have broadcasts');
  const { netmask } = g.options;
  if (netmask === undefined)
    throw g.refuse(
      'netmask',
      '"ip broadcast" needs the netmask of the interface, which is not known',
      'give the netmask, or write "ether broadcast"',
    );
  const hostMask = ~netmask >>> 0;
  const destination = g.fromNetwork(4, 16);
  const isBroadcast = any(g.equalsMasked(destination, 0, hostMask), g.equalsMasked(destination, hostMask, hostMask));
  return and(linkTypeIs(g, etherType.ip), isBroadcast);
}

function linkMulticast(g: Generator): Formula {
  if (g.family === 'arcnet') return arcnetHost(g, 0, 'dst');
  if (g.family === '802.11') return onWlanDestination(g, (offset) => g.anyBit(g.fromHeader(1, offset), 1));
  const offset = destinationOffset(g);
  if (offset === undefined) throw g.refuse('multicast', `${g.linkType.name} has no link-layer multicasts`);
  const check = g.family === 'ethernet' ? g.outerCheck() : undefined;
  const isGroup = g.anyBit(g.fromHeader(1, offset), 1);
  return check ? and(check, isGroup) : isGroup;
}

/** `[ether|ip|ip6] multicast`. */
export function multicast(g: Generator, protocol: string): Formula {
  if (protocol === 'default' || protocol === 'link') return linkMulticast(g);
  if (protocol === 'ip') return and(linkTypeIs(g, etherType.ip), g.atLeast(g.fromNetwork(1, 16), 224));
  if (protocol === 'ip6') return and(linkTypeIs(g, etherType.ip6), g.equals(g.fromNetwork(1, 24), 255));
  throw g.refuse('multicast', `there is no "${protocol} multicast"`, 'only ether, ip and ip6 have multicasts');
}

const llcSupervisory: Readonly<Record<string, number>> = { rr: 0x01, rnr: 0x05, rej: 0x09 };
const llcUnnumbered: Readonly<Record<string, number>> = {
  ui: 0x03,
  ua: 0x63,
  disc: 0x43,
  sabme: 0x6f,
  test: 0xe3,
  xid: 0xaf,
  frmr: 0x87,
};

const alwaysLlc = new Set<LinkFamily>(['token-ring', 'fddi', 'llc']);

function hasLlc(g: Generator): Formula {
  if (g.isPlainEthernet()) {
    const isFrame = not(g.greater(g.fromType(2), LARGEST_LENGTH));
    return and(isFrame, not(g.equals(g.fromPayload(2, 0), 0xffff)));
  }
  if (g.family === 'sunatm') return g.equals(g.values.withConstant(AND, g.fromHeader(1, 0), 0xf), 2);
  if (g.family === '802.11') return isWlanData(g);
  if (alwaysLlc.has(g.family) && g.linkType.name !== 'ATM_CLIP') return TRUE;
  throw g.refuse('llc', `${g.linkType.name} has no LLC header`);
}

/** `llc [TYPE]`. */
export function llc(g: Generator, name: string | undefined): Formula {
  const has = hasLlc(g);
  if (name === undefined) return has;
  const type = name.toLowerCase();
  const control = g.fromPayload(1, 2);
  if (type === 'i') return and(has, not(g.anyBit(control, 1)));
  if (type === 's') return and(has, g.equalsMasked(control, 1, 3));
  if (type === 'u') return and(has, g.equalsMasked(control, 3, 3));
  if (Object.hasOwn(llcSupervisory, type))
    return and(has, g.equalsMasked(control, llcSupervisory[type] as number, 0x0f));
  const code = lookUp(g, { i: 0, s: 0, u: 0, ...llcSupervisory, ...llcUnnumbered }, type, 'LLC type');
  return and(has, g.equalsMasked(control, code, 0xef));
}
