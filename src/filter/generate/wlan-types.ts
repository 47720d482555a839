// `type`, `subtype` and `dir` of 802.11 frames.

import { suggest } from '../../base/index.ts';
import type { Formula } from '../ir/formula.ts';
import type { Generator } from './generator.ts';

const types: Readonly<Record<string, number>> = {
  mgt: 0x00,
  management: 0x00,
  ctl: 0x04,
  control: 0x04,
  data: 0x08,
};

const subtypes: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  mgt: {
    'assoc-req': 0x00,
    assocreq: 0x00,
    'assoc-resp': 0x10,
    assocresp: 0x10,
    'reassoc-req': 0x20,
    reassocreq: 0x20,
    'reassoc-resp': 0x30,
    reassocresp: 0x30,
    'probe-req': 0x40,
    probereq: 0x40,
    'probe-resp': 0x50,
    proberesp: 0x50,
    beacon: 0x80,
    atim: 0x90,
    disassoc: 0xa0,
    disassociation: 0xa0,
    auth: 0xb0,
    authentication: 0xb0,
    deauth: 0xc0,
    deauthentication: 0xc0,
  },
  ctl: {
    'ps-poll': 0xa0,
    rts: 0xb0,
    cts: 0xc0,
    ack: 0xd0,
    'cf-end': 0xe0,
    'cf-end-ack': 0xf0,
  },
  data: {
    data: 0x00,
    'data-cf-ack': 0x10,
    'data-cf-poll': 0x20,
    'data-cf-ack-poll': 0x30,
    null: 0x40,
    'cf-ack': 0x50,
    'cf-poll': 0x60,
    'cf-ack-poll': 0x70,
    'qos-data': 0x80,
    'qos-data-cf-ack': 0x90,
    'qos-data-cf-poll': 0xa0,
    'qos-data-cf-ack-poll': 0xb0,
    qos: 0xc0,
    'qos-cf-poll': 0xe0,
    'qos-cf-ack-poll': 0xf0,
  },
};

const directions: Readonly<Record<string, number>> = { nods: 0, tods: 1, fromds: 2, dstods: 3 };

const TYPE_MASK = 0x0c;
const SUBTYPE_MASK = 0xf0;

function unknown(g: Generator, what: string, name: string, known: readonly string[]): never {
  const near = suggest(name, known);
  throw g.refuse(
    'unknown-word',
    `unknown 802.11 ${what} "${name}"`,
    near ? `did you mean "${near}"?` : `known: ${known.join(', ')}`,
  );
}

function lookUp(g: Generator, what: string, table: Readonly<Record<string, number>>, name: string): number {
  const key = name.toLowerCase();
  return Object.hasOwn(table, key) ? (table[key] as number) : unknown(g, what, name, Object.keys(table));
}

function typeNumber(g: Generator, type: number | string): number {
  if (typeof type === 'string') return lookUp(g, 'type', types, type);
  if ((type & ~TYPE_MASK) !== 0) throw g.refuse('wlan-type', `invalid 802.11 type ${type}`, 'a type is 0, 4 or 8');
  return type;
}

function subtypeNumber(g: Generator, type: number, subtype: number | string): number {
  if (typeof subtype === 'number') {
    if ((subtype & ~SUBTYPE_MASK) !== 0)
      throw g.refuse('wlan-type', `invalid 802.11 subtype ${subtype}`, 'a subtype is a multiple of 16 up to 240');
    return subtype;
  }
  const name = Object.keys(types).find((key) => types[key] === type);
  return lookUp(g, 'subtype', subtypes[name ?? ''] ?? {}, subtype);
}

function byNameAlone(g: Generator, name: string): number {
  const key = name.toLowerCase();
  for (const [type, table] of Object.entries(subtypes)) {
    if (Object.hasOwn(table, key)) return (types[type] as number) | (table[key] as number);
  }
  return unknown(
    g,
    'type',
    name,
    Object.values(subtypes).flatMap((table) => Object.keys(table)),
  );
}

function requireWlan(g: Generator, what: string): void {
  // As in libpcap, not behind a PPI header.
  if (g.family !== '802.11' || g.linkType.prefix === 'ppi') throw g.refuse('wlan', `${what} is for 802.11 only`);
}

/** `type T`, `type T subtype S` and `subtype S`. */
export function wlanType(
  g: Generator,
  type: number | string | undefined,
  subtype: number | string | undefined,
): Formula {
  if (type === undefined) {
    const both = byNameAlone(g, subtype as string);
    requireWlan(g, '"subtype"');
    return g.equalsMasked(g.fromHeader(1, 0), both, TYPE_MASK | SUBTYPE_MASK);
  }
  const number = typeNumber(g, type);
  const full = subtype === undefined ? number : number | subtypeNumber(g, number, subtype);
  requireWlan(g, '"type"');
  return g.equalsMasked(g.fromHeader(1, 0), full, subtype === undefined ? TYPE_MASK : TYPE_MASK | SUBTYPE_MASK);
}

/** `dir DIRECTION`. */
export function wlanDirection(g: Generator, direction: number | string): Formula {
  const code = typeof direction === 'number' ? direction : lookUp(g, 'direction', directions, direction);
  requireWlan(g, '"dir"');
  return g.equalsMasked(g.fromHeader(1, 1), code, 3);
}
