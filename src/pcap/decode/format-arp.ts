// ARP and RARP packets as tcpdump prints them.

import type { ArpLayer } from './layers.ts';
import { dumpPacket } from './packet-dump.ts';

const operations: Readonly<Record<number, (layer: ArpLayer) => string>> = {
  1: (layer) => {
    const { targetHardware } = layer;
    const isKnown = !/^(00:){5}00$|^(ff:){5}ff$/.test(targetHardware);
    return `Request who-has ${target(layer)}${isKnown ? ` (${targetHardware})` : ''} tell ${sender(layer)}`;
  },
  2: (layer) => `Reply ${sender(layer)} is-at ${layer.senderHardware}`,
  3: ({ targetHardware, senderHardware }) => `Reverse Request who-is ${targetHardware} tell ${senderHardware}`,
  4: (layer) => `Reverse Reply ${layer.targetHardware} at ${target(layer)}`,
  8: ({ targetHardware, senderHardware }) => `Inverse Request who-is ${targetHardware} tell ${senderHardware}`,
  9: (layer) => `Inverse Reply ${layer.senderHardware} at ${sender(layer)}`,
};

const noAddress = '<wrong proto type>';
const sender = ({ senderAddress }: ArpLayer): string => senderAddress || noAddress;
const target = ({ targetAddress }: ArpLayer): string => targetAddress || noAddress;

const hardwareNames: Readonly<Record<number, string>> = {
  1: 'Ethernet',
  6: 'TokenRing',
  7: 'ArcNet',
  15: 'FrameRelay',
  23: 'Strip',
  24: 'IEEE 1394',
  32: 'InfiniBand',
};
const protocolNames: Readonly<Record<number, string>> = { 2048: 'IPv4', 2054: 'ARP', 34525: 'IPv6' };
const ipv4 = 2048;
/** Of ATM's inverse ARP. */
const refused = 10;

/** The kinds of addresses are told where they are not the usual ones. */
export function arpText(layer: ArpLayer, isDetailed: boolean, hasDump: boolean): string {
  const { operation, hardwareType, hardwareBytes, protocolType, protocolBytes, length, data } = layer;
  const isUsual = protocolType === ipv4 && protocolBytes === 4 && hardwareBytes > 0;
  const hardware = hardwareNames[hardwareType] ?? `Unknown Hardware (${hardwareType})`;
  const protocol = protocolNames[protocolType] ?? `Unknown Protocol (0x${protocolType.toString(16).padStart(4, '0')})`;
  const kinds =
    isUsual && !isDetailed ? '' : `${hardware} (len ${hardwareBytes}), ${protocol} (len ${protocolBytes}), `;
  if (!isUsual && !isDetailed) return `${kinds}length ${length}`;
  const text = operations[operation]?.(layer);
  if (text !== undefined || !data) return `${kinds}${text}, length ${length}`;
  const name = operation === refused ? 'NACK Reply' : `Unknown (${operation})`;
  return `${kinds}${name} ${hasDump ? '' : dumpPacket(data, 'hex-and-characters')}`;
}
