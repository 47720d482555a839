// A packet's layers, from its link type on: one row per link type and EtherType.

import { macAddress } from './addresses.ts';
import { decodeArp } from './arp.ts';
import { after, type Layer, type LayerDecoder, type Rest, restOf } from './layers.ts';
import { decodeIpv4, decodeIpv6 } from './network.ts';

const ethernetHeaderBytes = 14;
const vlanTagBytes = 4;

const decodeVlan: LayerDecoder = (rest, layers) => {
  if (rest.bytes.byteLength < vlanTagBytes) {
    layers.push({ protocol: 'cut', of: 'vlan' });
    return;
  }
  const tag = rest.view.getUint16(0);
  const type = rest.view.getUint16(2);
  layers.push({ protocol: 'vlan', id: tag & 0xfff, priority: tag >> 13, dropEligible: (tag & 0x1000) !== 0, type });
  decodeEtherType(type, after(rest, vlanTagBytes), layers);
};

/** Decoders by EtherType. A new one: a row here. */
const etherTypes: Readonly<Record<number, LayerDecoder>> = {
  2048: decodeIpv4,
  2054: decodeArp,
  32821: decodeArp,
  34525: decodeIpv6,
  33024: decodeVlan,
  34984: decodeVlan,
  37120: decodeVlan,
};

function decodeEtherType(type: number, rest: Rest, layers: Layer[]): void {
  const decode = Object.hasOwn(etherTypes, type) ? etherTypes[type] : undefined;
  if (decode) decode(rest, layers);
  else layers.push({ protocol: 'unknown', of: 'ethernet', type, length: rest.wireLength, data: rest.bytes });
}

const decodeEthernet: LayerDecoder = (rest, layers) => {
  if (rest.bytes.byteLength < ethernetHeaderBytes) {
    layers.push({ protocol: 'cut', of: 'ether' });
    return;
  }
  const type = rest.view.getUint16(12);
  const [destination, source] = [rest.bytes.subarray(0, 6), rest.bytes.subarray(6, 12)];
  layers.push({ protocol: 'ethernet', source: macAddress(source), destination: macAddress(destination), type });
  decodeEtherType(type, after(rest, ethernetHeaderBytes), layers);
};

const decodeIp: LayerDecoder = (rest, layers) => {
  const version = rest.bytes.byteLength > 0 ? rest.view.getUint8(0) >> 4 : 0;
  if (version === 6) decodeIpv6(rest, layers);
  else decodeIpv4(rest, layers);
};

/** A link header of `size` bytes with an EtherType at `typeAt`. */
const withEtherType =
  (size: number, typeAt: number): LayerDecoder =>
  (rest, layers): void => {
    if (rest.bytes.byteLength < size) layers.push({ protocol: 'cut', of: 'sll' });
    else decodeEtherType(rest.view.getUint16(typeAt), after(rest, size), layers);
  };

const cookedHeaderBytes = 20;
const cookedTypes = ['In', 'B', 'M', 'P', 'Out'] as const;

const decodeCooked: LayerDecoder = (rest, layers) => {
  const { bytes, view } = rest;
  if (bytes.byteLength < cookedHeaderBytes) {
    layers.push({ protocol: 'cut', of: 'sll2' });
    return;
  }
  const [type, interfaceIndex] = [view.getUint16(0), view.getUint32(4)];
  const addressBytes = Math.min(view.getUint8(11), 8);
  // tcpdump shows those of Ethernet's length.
  const address = addressBytes === 6 ? macAddress(bytes.subarray(12, 18)) : '';
  const packetType = cookedTypes[view.getUint8(10)] ?? '?';
  layers.push({ protocol: 'linux-sll2', interfaceIndex, packetType, address, type });
  decodeEtherType(type, after(rest, cookedHeaderBytes), layers);
};

/** A link header of four bytes that is an address family in some byte order; the version of IP tells as much. */
const afterFamily: LayerDecoder = (rest, layers) => decodeIp(after(rest, 4), layers);

/** Decoders by LINKTYPE_. A new one: a row here. */
const linkTypes: Readonly<Record<number, LayerDecoder>> = {
  0: afterFamily,
  1: decodeEthernet,
  12: decodeIp,
  14: decodeIp,
  101: decodeIp,
  108: afterFamily,
  113: withEtherType(16, 14),
  228: decodeIpv4,
  229: decodeIpv6,
  276: decodeCooked,
};

/**
 * What is understood of a packet, outermost layer first; never throws. `wireLength` is its length before it was cut; `detail` says
 * how much is wanted, as often as tcpdump is given -v.
 */
export function decodePacket(
  linkType: number,
  data: Uint8Array,
  wireLength: number = data.byteLength,
  detail = 0,
): readonly Layer[] {
  const layers: Layer[] = [];
  const decode = Object.hasOwn(linkTypes, linkType) ? linkTypes[linkType] : undefined;
  if (decode) decode(restOf(data, wireLength, { detail, version: 4, pseudoSum: 0, isFragment: false }), layers);
  else layers.push({ protocol: 'unknown', of: 'link', type: linkType, length: wireLength, data });
  return layers;
}
