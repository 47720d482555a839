// The AF_PACKET socket of a live capture: interface, filter, ring, statistics.
// Source: Documentation/networking/packet_mmap.rst and include/uapi/linux/if_packet.h (v6.18).

import { InternalError, SyscallError, suggest, UnsupportedError, UsageError } from '../../base/index.ts';
import { type ClassicInstruction, encodeClassic } from '../../isa/index.ts';
import {
  addressFamilies,
  callSystem,
  type Fd,
  hasCapability,
  openSocket,
  setSocketOption,
  socketTypes,
  systemCalls,
} from '../../sys/index.ts';
import { cookedLinkType } from './cooked-packet.ts';

const solSocket = 1;
const solPacket = 263;
const attachFilter = 26;
const options = { addMembership: 1, receiveRing: 5, statistics: 6, version: 10 } as const;
const tpacketV3 = 2;
const membershipPromiscuous = 1;
const everyProtocol = 0x0300; // htons(ETH_P_ALL)
const interfaceNameBytes = 16;
const requestBytes = 40; // struct ifreq
const requests = { index: 0x8933, hardware: 0x8927, netmask: 0x891b } as const;

/** What a capture has to know of an interface. */
export interface CaptureDevice {
  readonly index: number;
  readonly name: string;
  /** LINKTYPE_ value. */
  readonly linkType: number;
  /** Index of the loopback interface, if it is among what is captured: whatever it sends comes in again. */
  readonly loopbackIndex: number | undefined;
  /** All interfaces: packets come without link header, see cooked-packet.ts. */
  readonly isCooked: boolean;
  /** IPv4 netmask as a host-order number; undefined where it has none. */
  readonly netmask: number | undefined;
}

const loopback = 772; // ARPHRD_LOOPBACK
/** The name that stands for all interfaces. */
export const everyInterface = 'any';

/** LINKTYPE_ values by ARPHRD_ value, for those whose packets come with the header of that link type. */
const linkTypes: ReadonlyMap<number, number> = new Map([
  [1, 1], // ETHER
  [loopback, 1],
  [512, 101], // PPP, without its header
  [768, 101], // TUNNEL
  [769, 101], // TUNNEL6
  [776, 101], // SIT
  [778, 101], // IPGRE
  [0xfffe, 101], // NONE: tun
  [0xffff, 101], // VOID
  [801, 105], // IEEE80211
  [802, 119], // IEEE80211_PRISM
  [803, 127], // IEEE80211_RADIOTAP
]);

function interfaceRequest(socket: Fd, request: number, name: string): Uint8Array | undefined {
  const bytes = new Uint8Array(requestBytes);
  const encoded = new TextEncoder().encode(name);
  if (encoded.byteLength === 0 || encoded.byteLength >= interfaceNameBytes) return undefined;
  bytes.set(encoded);
  return systemCalls().call('ioctl', socket.number, request, bytes) < 0 ? undefined : bytes;
}

/** Facts of an interface of this network namespace. @throws UsageError when there is none, UnsupportedError for its link type */
export function captureDevice(name: string, known: () => readonly string[]): CaptureDevice {
  using socket = openSocket(addressFamilies.inet, socketTypes.datagram, 0, 'socket');
  if (name === everyInterface) return everyDevice(socket);
  const request = interfaceRequest(socket, requests.index, name);
  if (!request) {
    const names = [...known(), everyInterface];
    const near = suggest(name, names);
    const hint = near ? `did you mean ${near}?` : `there are: ${names.join(', ')}`;
    throw new UsageError(`there is no network interface "${name}"`, { hint });
  }
  const at = interfaceNameBytes;
  const hardware = interfaceRequest(socket, requests.hardware, name) ?? new Uint8Array(requestBytes);
  const kind = new DataView(hardware.buffer).getUint16(at, true);
  const linkType = linkTypes.get(kind);
  if (linkType === undefined) throw new UnsupportedError(`capturing on ${name}, whose hardware type is ${kind},`);
  const mask = interfaceRequest(socket, requests.netmask, name);
  const index = indexIn(request);
  return {
    ...{ index, name, linkType, isCooked: false },
    loopbackIndex: kind === loopback ? index : undefined,
    netmask: mask && new DataView(mask.buffer).getUint32(at + 4, false),
  };
}

const indexIn = (request: Uint8Array): number => new DataView(request.buffer).getInt32(interfaceNameBytes, true);

function everyDevice(socket: Fd): CaptureDevice {
  const request = interfaceRequest(socket, requests.index, 'lo');
  return {
    ...{ index: 0, name: everyInterface, linkType: cookedLinkType, isCooked: true, netmask: undefined },
    loopbackIndex: request && indexIn(request),
  };
}

/** Sizes of the ring. */
export interface RingShape {
  /** A power of two, at least a page. */
  readonly blockBytes: number;
  readonly blockCount: number;
  /** A block that is not full is handed over after so long. */
  readonly timeoutMs: number;
}

const option = (fd: number, name: number, value: Uint8Array): void =>
  setSocketOption(fd, { level: solPacket, name }, value);
const words = (...values: readonly number[]): Uint8Array => new Uint8Array(Uint32Array.from(values).buffer);

/** A packet socket that receives nothing yet. @throws SyscallError with the capability that is missing */
export function openCaptureSocket({ isCooked }: CaptureDevice, label: string): Fd {
  try {
    return openSocket(addressFamilies.packet, isCooked ? socketTypes.datagram : socketTypes.raw, 0, label);
  } catch (cause) {
    if (!(cause instanceof SyscallError) || hasCapability('CAP_NET_RAW')) throw cause;
    const hint =
      'this process lacks CAP_NET_RAW: run it with sudo, or give node the capability (setcap cap_net_raw+ep)';
    throw new SyscallError(cause.call, cause.errno, { cause, hint, context: label });
  }
}

/** Lets the kernel drop what the program does not match. @throws SyscallError */
export function attachClassicFilter(fd: Fd, program: readonly ClassicInstruction[]): void {
  const code = encodeClassic(program);
  const descriptor = new Uint8Array(16); // struct sock_fprog
  const view = new DataView(descriptor.buffer);
  view.setUint16(0, program.length, true);
  view.setBigUint64(8, systemCalls().address(code), true);
  setSocketOption(fd.number, { level: solSocket, name: attachFilter }, descriptor);
  // Until here, where the kernel has copied the program, its bytes must not be collected.
  if (code.byteLength !== program.length * 8) throw new InternalError('classic instructions are 8 bytes each');
}

/** Makes the ring, which the caller maps. @throws SyscallError */
export function requestRing(fd: Fd, { blockBytes, blockCount, timeoutMs }: RingShape): void {
  option(fd.number, options.version, words(tpacketV3));
  const frameBytes = 2048; // only its product counts in version 3
  option(
    fd.number,
    options.receiveRing,
    words(blockBytes, blockCount, frameBytes, (blockBytes / frameBytes) * blockCount, timeoutMs, 0, 0),
  );
}

/** Begins to receive from one interface. @throws SyscallError */
export function bindToInterface(fd: Fd, device: CaptureDevice, isPromiscuous: boolean): void {
  const address = new Uint8Array(20); // struct sockaddr_ll
  const view = new DataView(address.buffer);
  view.setUint16(0, addressFamilies.packet, true);
  view.setUint16(2, everyProtocol, true);
  view.setInt32(4, device.index, true);
  callSystem('bind', [fd.number, address, address.byteLength], fd.label);
  // All interfaces cannot be switched at once.
  if (!isPromiscuous || device.index === 0) return;
  const membership = new Uint8Array(16); // struct packet_mreq
  new DataView(membership.buffer).setInt32(0, device.index, true);
  new DataView(membership.buffer).setUint16(4, membershipPromiscuous, true);
  option(fd.number, options.addMembership, membership);
}

/** Counters since the last call: packets the filter let through (those dropped too), and those without room. */
export function takeStatistics(fd: Fd): { readonly received: number; readonly dropped: number } {
  const value = new Uint8Array(12); // struct tpacket_stats_v3
  const size = words(value.byteLength);
  callSystem('getsockopt', [fd.number, solPacket, options.statistics, value, size], fd.label);
  const view = new DataView(value.buffer);
  return { received: view.getUint32(0, true), dropped: view.getUint32(4, true) };
}
