// ARP and RARP (RFC 826, 903).

import { ipv4Address, macAddress } from './addresses.ts';
import type { LayerDecoder } from './layers.ts';

const headerBytes = 8;
const ipv4 = 0x0800;
/** Requests and replies of ARP, RARP and inverse ARP. */
const knownOperations: ReadonlySet<number> = new Set([1, 2, 3, 4, 8, 9]);

export const decodeArp: LayerDecoder = ({ view, bytes, wireLength }, layers) => {
  const isWhole =
    bytes.byteLength >= headerBytes && bytes.byteLength >= headerBytes + 2 * (view.getUint8(4) + view.getUint8(5));
  if (!isWhole) {
    layers.push({ protocol: 'cut', of: 'arp' });
    return;
  }
  const [protocolType, hardwareBytes, protocolBytes] = [view.getUint16(2), view.getUint8(4), view.getUint8(5)];
  const operation = view.getUint16(6);
  const isIpv4 = protocolType === ipv4 && protocolBytes === 4;
  const half = hardwareBytes + protocolBytes;
  const hardware = (at: number): string => macAddress(bytes.subarray(at, at + hardwareBytes));
  const address = (at: number): string => (isIpv4 ? ipv4Address(bytes.subarray(at, at + protocolBytes)) : '');
  layers.push({
    ...{ protocol: 'arp', operation, hardwareType: view.getUint16(0), hardwareBytes },
    ...{ protocolType, protocolBytes },
    senderHardware: hardware(headerBytes),
    senderAddress: address(headerBytes + hardwareBytes),
    targetHardware: hardware(headerBytes + half),
    targetAddress: address(headerBytes + half + hardwareBytes),
    length: wireLength,
    data: knownOperations.has(operation) ? undefined : bytes,
  });
};
