// Tunnels: VLAN, MPLS, PPPoE, GENEVE. Each tests for itself and moves the places of what follows in the expression.

import { and, assign, type Formula, not, or } from '../ir/formula.ts';
import { ADD, AND, MUL, NO_BASE, type Value } from '../ir/values.ts';
import { ancillary, any, type Generator, type Place } from './generator.ts';
import { linkTypeIs } from './link-layer.ts';
import { etherType, ipProtocol } from './numbers.ts';
import { portOver } from './ports.ts';

function moved(place: Place, distance: number): Place {
  return { base: place.base, offset: (place.offset + distance) >>> 0 };
}

const VLAN_TAG_LENGTH = 4;
const MPLS_ENTRY_LENGTH = 4;

/** `vlan [ID]`. */
export function vlan(g: Generator, id: number | undefined): Formula {
  if (g.mplsDepth > 0) throw g.refuse('vlan', 'a VLAN tag cannot be told inside MPLS');
  const isEthernet = g.family === 'ethernet';
  if (!isEthernet && (g.family !== '802.11' || g.linkType.prefix === 'ppi'))
    throw g.refuse('vlan', `${g.linkType.name} carries no VLAN tags`);
  if (id !== undefined && id > 4095) throw g.refuse('vlan-id', `VLAN ID ${id} is greater than 4095`);
  if (
    g.options.live &&
    g.linkType.name === 'EN10MB' &&
    g.payload.base === NO_BASE &&
    g.payload.offset === g.linkType.payload
  )
    return liveVlan(g, id);
  const tests = vlanTests(g, id);
  g.payload = moved(g.payload, VLAN_TAG_LENGTH);
  g.type = moved(g.type, VLAN_TAG_LENGTH);
  return tests.id ? and(tests.tag, tests.id) : tests.tag;
}

function vlanTests(g: Generator, id: number | undefined): { readonly tag: Formula; readonly id: Formula | undefined } {
  const { vlan: customer, vlanProvider, vlanQinq } = etherType;
  const tag = any(linkTypeIs(g, customer), linkTypeIs(g, vlanProvider), linkTypeIs(g, vlanQinq));
  return { tag, id: id === undefined ? undefined : g.equalsMasked(g.fromNetwork(2, 0), id, 0xfff) };
}

// The kernel takes the outermost tag out of the packet and keeps it beside it. Only a tag still in the packet moves
// what follows, and which of the two it is is known when the packet comes.
function liveVlan(g: Generator, id: number | undefined): Formula {
  const { values } = g;
  const isBeside = g.equals(values.load(1, NO_BASE, ancillary.vlanTagPresent), 1);
  const besideId = id === undefined ? undefined : g.equalsMasked(values.load(2, NO_BASE, ancillary.vlanTag), id, 0xfff);
  const inside = vlanTests(g, id);
  const distance = g.newSlot();
  const moves = (bytes: number): Formula => assign(distance, values.constant(bytes));
  const beside = besideId ? and(isBeside, besideId) : isBeside;
  const inPacket = and(not(isBeside), inside.id ? and(inside.tag, inside.id) : inside.tag);
  const result = or(and(beside, moves(0)), and(inPacket, moves(VLAN_TAG_LENGTH)));
  g.type = { base: values.slot(distance), offset: g.type.offset };
  g.payload = { base: values.slot(distance), offset: g.payload.offset };
  return result;
}

const PPP_MPLS_UNICAST = 0x281;

function mplsStart(g: Generator): Formula {
  // Deeper in the stack: the entry before is not the last one.
  if (g.mplsDepth > 0) return g.equals(g.values.withConstant(AND, g.fromNetwork(1, -MPLS_ENTRY_LENGTH + 2), 1), 0);
  if (g.family === 'ethernet' || g.family === 'cisco-hdlc') return linkTypeIs(g, etherType.mplsUnicast);
  // What PPPoE carries is PPP proper, as on the link type of that name.
  if (g.family === 'ppp' && (g.linkType.name === 'PPP' || g.isInPppoe)) return linkTypeIs(g, PPP_MPLS_UNICAST);
  throw g.refuse('mpls', `${g.linkType.name} carries no MPLS`);
}

/** `mpls [LABEL]`. */
export function mpls(g: Generator, label: number | undefined): Formula {
  const start = mplsStart(g);
  if (label !== undefined && label > 0xfffff)
    throw g.refuse('mpls-label', `MPLS label ${label} is greater than 1048575`);
  const result = label === undefined ? start : and(start, g.equalsMasked(g.fromNetwork(4, 0), label << 12, 0xfffff000));
  g.net = (g.net + MPLS_ENTRY_LENGTH) >>> 0;
  g.nosnap = (g.nosnap + MPLS_ENTRY_LENGTH) >>> 0;
  g.mplsDepth++;
  return result;
}

const PPPOE_HEADER_LENGTH = 6;

/** `pppoes [SESSION]`: what follows is PPP. */
export function pppoeSession(g: Generator, session: number | undefined): Formula {
  const start = linkTypeIs(g, etherType.pppoeSession);
  if (session !== undefined && session > 0xffff)
    throw g.refuse('pppoe-session', `PPPoE session number ${session} is greater than 65535`);
  const result = session === undefined ? start : and(start, g.equalsMasked(g.fromNetwork(4, 0), session, 0xffff));
  g.outer = 'none';
  g.isInPppoe = true;
  g.family = 'ppp';
  g.header = moved(g.payload, g.net + PPPOE_HEADER_LENGTH);
  g.type = g.header;
  g.payload = moved(g.header, 2);
  g.net = 0;
  g.nosnap = 0;
  return result;
}

const GENEVE_PORT = 6081;
const GENEVE_HEADER_LENGTH = 8;
const UDP_HEADER_LENGTH = 8;

/** GENEVE over one version of IP: the port, version 0, the network identifier; `start` gets the IP header's length. */
function geneveOver(g: Generator, version: 4 | 6, vni: number | undefined, start: number): Formula {
  const { values } = g;
  const udp = {
    first: GENEVE_PORT,
    last: GENEVE_PORT,
    isRange: false,
    direction: 'dst',
    protocol: ipProtocol.udp,
  } as const;
  const field = (size: number, offset: number): Value =>
    version === 4
      ? g.fromIpv4Transport(size, UDP_HEADER_LENGTH + offset)
      : g.fromIpv6Transport(size, UDP_HEADER_LENGTH + offset);
  const isVersion0 = g.equalsMasked(field(1, 0), 0, 0xc0);
  let result = and(portOver(g, udp, version), isVersion0);
  if (vni !== undefined) result = and(result, g.equalsMasked(field(4, 4), vni << 8, 0xffffff00));
  const { base } = g.payload;
  const ipv6Length = base === NO_BASE ? values.constant(40) : values.withConstant(ADD, base, 40);
  return and(result, assign(start, version === 4 ? g.ipv4Transport().base : ipv6Length));
}

/** `geneve [VNI]`: what follows is what it carries, with an Ethernet header or without. */
export function geneve(g: Generator, vni: number | undefined): Formula {
  const { values } = g;
  if (vni !== undefined && vni > 0xffffff) throw g.refuse('geneve-vni', `GENEVE VNI ${vni} is greater than 16777215`);
  const [start, header, type, payload] = [g.newSlot(), g.newSlot(), g.newSlot(), g.newSlot()] as const;
  const outer = or(geneveOver(g, 4, vni, start), geneveOver(g, 6, vni, start));
  const at = { base: values.slot(start), offset: (g.payload.offset + g.net + UDP_HEADER_LENGTH) >>> 0 };
  const optionWords = values.withConstant(AND, g.load(1, at), 0x3f);
  const end = values.binary(
    ADD,
    values.withConstant(ADD, values.withConstant(MUL, optionWords, 4), GENEVE_HEADER_LENGTH + at.offset),
    at.base,
  );
  const inner = values.slot(header);
  const bridged = and(
    assign(type, values.withConstant(ADD, inner, 12)),
    assign(payload, values.withConstant(ADD, inner, 14)),
  );
  const routed = and(assign(type, values.withConstant(ADD, at.base, at.offset + 2)), assign(payload, inner));
  const isBridged = g.equals(g.load(2, at, 2), etherType.transparentBridging);
  g.hasInnerJumps = true;
  g.outer = 'geneve';
  g.family = 'ethernet';
  g.header = { base: inner, offset: 0 };
  g.type = { base: values.slot(type), offset: 0 };
  g.payload = { base: values.slot(payload), offset: 0 };
  g.net = 0;
  g.nosnap = 3;
  return and(outer, and(assign(header, end), or(and(isBridged, bridged), routed)));
}
