// Sockets as far as attaching needs them: options, raw packet sockets, netlink requests.

import { FormatError } from '../base/index.ts';
import { callSystem, systemCallFailure } from './failure.ts';
import { Fd } from './fd.ts';

/** Address families in use. */
export const addressFamilies = { unix: 1, inet: 2, netlink: 16, packet: 17, inet6: 10 } as const;

/** Socket types in use. */
export const socketTypes = { stream: 1, datagram: 2, raw: 3 } as const;

/** Levels and names of socket options in use. */
export const socketOptions = {
  socket: 1, // SOL_SOCKET
  attachBpf: 50,
  detachBpf: 27,
  attachReuseportBpf: 52,
} as const;

const closeOnExec = 0x80000;

/** socket(2), close-on-exec. @throws SyscallError */
export function openSocket(family: number, type: number, protocol: number, label: string): Fd {
  return new Fd(callSystem('socket', [family, type | closeOnExec, protocol], label), label);
}

/** A raw packet socket, bound to one interface (0: all); it receives nothing else. @throws SyscallError */
export function openPacketSocket(interfaceIndex: number, label: string): Fd {
  const everyProtocol = 0x0300; // htons(ETH_P_ALL)
  const fd = openSocket(addressFamilies.packet, socketTypes.raw, everyProtocol, label);
  const address = new Uint8Array(20); // struct sockaddr_ll
  const view = new DataView(address.buffer);
  view.setUint16(0, addressFamilies.packet, true);
  view.setUint16(2, everyProtocol, true);
  view.setInt32(4, interfaceIndex, true);
  try {
    callSystem('bind', [fd.number, address, address.byteLength], label);
  } catch (error) {
    fd.close();
    throw error;
  }
  return fd;
}

/** setsockopt(2). @throws SyscallError */
export function setSocketOption(fd: number, option: { level: number; name: number }, value: Uint8Array): void {
  callSystem('setsockopt', [fd, option.level, option.name, value, value.byteLength]);
}

/** One message to the kernel. */
export interface NetlinkRequest {
  /** NETLINK_ROUTE (0), ... */
  readonly protocol: number;
  /** Message type, as in RTM_SETLINK (19). */
  readonly type: number;
  /** NLM_F_*; request and acknowledge are always set. */
  readonly flags?: number;
  readonly payload: Uint8Array;
  readonly label: string;
}

const headerBytes = 16;
const messageError = 2;
const messageDone = 3;
const flagMulti = 2;

/** Sends one netlink message and returns the payloads of the answers, without the acknowledgement. @throws SyscallError */
export function netlinkRequest(request: NetlinkRequest): Uint8Array[] {
  const fd = openSocket(addressFamilies.netlink, socketTypes.raw, request.protocol, request.label);
  try {
    const message = new Uint8Array(headerBytes + request.payload.byteLength);
    const view = new DataView(message.buffer);
    view.setUint32(0, message.byteLength, true);
    view.setUint16(4, request.type, true);
    view.setUint16(6, 1 | 4 | (request.flags ?? 0), true);
    view.setUint32(8, 1, true);
    message.set(request.payload, headerBytes);
    callSystem('sendto', [fd.number, message, message.byteLength, 0, 0, 0], request.label);
    return receiveAnswers(fd.number, request.label);
  } finally {
    fd.close();
  }
}

function receiveAnswers(fd: number, label: string): Uint8Array[] {
  const answers: Uint8Array[] = [];
  const buffer = new Uint8Array(65536);
  for (;;) {
    const length = callSystem('recvfrom', [fd, buffer, buffer.byteLength, 0, 0, 0], label);
    if (collectAnswers(buffer.subarray(0, length), answers, label)) return answers;
  }
}

/** True when the last message has come. */
function collectAnswers(bytes: Uint8Array, answers: Uint8Array[], label: string): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at + headerBytes <= bytes.byteLength; ) {
    const size = view.getUint32(at, true);
    if (size < headerBytes || at + size > bytes.byteLength) throw new FormatError('netlink message', `size ${size}`);
    const type = view.getUint16(at + 4, true);
    if (type === messageDone) return true;
    if (type === messageError) {
      const result = view.getInt32(at + headerBytes, true);
      if (result < 0) throw systemCallFailure('netlink', result, label);
      return (view.getUint16(at + 6, true) & flagMulti) === 0;
    }
    answers.push(bytes.slice(at + headerBytes, at + size));
    at += Math.ceil(size / 4) * 4;
  }
  return false;
}
