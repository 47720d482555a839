// What lies where in a packet, in words: the names that an explanation uses.

import type { LinkType } from '../link-types/tables/link-types.ts';

/** A field by its place behind the network header's start. */
interface Field {
  readonly offset: number;
  readonly size: number;
  readonly name: string;
}

const ip: readonly Field[] = [
  { offset: 0, size: 1, name: 'IP version and header length' },
  { offset: 2, size: 2, name: 'IP total length' },
  { offset: 6, size: 2, name: 'IP fragment flags and offset' },
  { offset: 6, size: 1, name: 'IPv6 next header, or IP flags' },
  { offset: 8, size: 1, name: 'IP time to live' },
  { offset: 9, size: 1, name: 'IP protocol' },
  { offset: 12, size: 4, name: 'IP source address' },
  { offset: 16, size: 4, name: 'IP destination address' },
  { offset: 14, size: 4, name: 'ARP sender address' },
  { offset: 24, size: 4, name: 'ARP target address, or IPv6 destination' },
  { offset: 8, size: 4, name: 'IPv6 source address, first word' },
  { offset: 40, size: 2, name: 'IPv6 source port' },
  { offset: 42, size: 2, name: 'IPv6 destination port' },
];

const transport: readonly Field[] = [
  { offset: 0, size: 2, name: 'source port' },
  { offset: 2, size: 2, name: 'destination port' },
  { offset: 12, size: 1, name: 'TCP data offset' },
  { offset: 13, size: 1, name: 'TCP flags' },
];

const ethernet: readonly Field[] = [
  { offset: 12, size: 2, name: 'Ethernet type' },
  { offset: 0, size: 1, name: 'first byte of the destination address' },
  { offset: 0, size: 2, name: 'Ethernet destination, first two bytes' },
  { offset: 2, size: 4, name: 'Ethernet destination, last four bytes' },
  { offset: 6, size: 2, name: 'Ethernet source, first two bytes' },
  { offset: 8, size: 4, name: 'Ethernet source, last four bytes' },
];

const ancillaryNames: Readonly<Record<number, string>> = {
  4: 'direction of the packet',
  8: 'interface index',
  44: 'VLAN tag kept by the kernel',
  48: 'whether the kernel keeps a VLAN tag',
};

function find(fields: readonly Field[], offset: number, size: number): string | undefined {
  return fields.find((field) => field.offset === offset && field.size === size)?.name;
}

function bytes(size: number): string {
  return size === 1 ? 'byte' : `${size} bytes`;
}

/** A load at a fixed place, in words. */
export function fixedField(linkType: LinkType, offset: number, size: number): string {
  if (offset >= 0xfffff000) return ancillaryNames[offset - 0xfffff000] ?? 'a special load';
  const onLink = linkType.name === 'EN10MB' ? find(ethernet, offset, size) : undefined;
  const net = (linkType.payload ?? 0) + (linkType.net ?? 0);
  if (onLink) return onLink;
  const isTypeField = linkType.type === offset && size === 2;
  if (isTypeField) return 'payload type';
  return (offset >= net ? find(ip, offset - net, size) : undefined) ?? `${bytes(size)} at ${offset}`;
}

/** A load behind what X holds, in words. */
export function movingField(linkType: LinkType, offset: number, size: number): string {
  const net = (linkType.payload ?? 0) + (linkType.net ?? 0);
  return (offset >= net ? find(transport, offset - net, size) : undefined) ?? `${bytes(size)} at X + ${offset}`;
}

const etherTypes: Readonly<Record<number, string>> = {
  2048: 'IPv4',
  2054: 'ARP',
  32821: 'RARP',
  34525: 'IPv6',
  33024: 'a VLAN tag',
  34984: 'a provider VLAN tag',
  34887: 'MPLS',
  34916: 'PPPoE',
};
const protocols: Readonly<Record<number, string>> = {
  1: 'ICMP',
  6: 'TCP',
  17: 'UDP',
  58: 'ICMPv6',
  132: 'SCTP',
  44: 'a fragment',
};

/** A number as a field of that name shows it. */
export function describeNumber(field: string, k: number): string {
  if (field.includes('type') && etherTypes[k]) return `${etherTypes[k]} (0x${k.toString(16)})`;
  if ((field.includes('protocol') || field.includes('next header')) && protocols[k]) return `${protocols[k]} (${k})`;
  if (field.includes('address') && k > 0xffff) return [k >>> 24, (k >>> 16) & 255, (k >>> 8) & 255, k & 255].join('.');
  return k > 9 && k > 0xffff ? `0x${k.toString(16)}` : String(k);
}
