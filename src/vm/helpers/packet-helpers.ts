// Helpers on packets, of socket buffers and XDP (net/core/filter.c, v6.18).

import type { Packet } from '../contexts/packet.ts';
import { errno } from '../errno.ts';
import { difference, foldChecksum, partialChecksum, replaceByDifference } from './checksum.ts';
import type { Helper, HelperCall } from './helper-call.ts';

const ETHERNET_HEADER = 14;
const MAX_LENGTH = 0xffff;

function packetOf(call: HelperCall): Packet {
  const { packet } = call.machine.run;
  if (!packet) call.fail('the program has no packet', 'helper');
  return packet;
}

/** After the packet moved, the context shows its new place. */
function moved(call: HelperCall, ok: boolean, failure: number): number {
  if (!ok) return -failure;
  call.machine.run.refresh();
  return 0;
}

function loadBytes(order: { offset: number; to: number; size: number }, failure: number): Helper {
  return (call) => {
    const size = call.u32(order.size);
    const to = call.writable(order.to, size);
    const offset = call.number(order.offset);
    const packet = packetOf(call);
    if (offset > MAX_LENGTH || offset + size > packet.length) {
      call.memory.u8.fill(0, to, to + size);
      return -failure;
    }
    call.memory.u8.copyWithin(to, packet.start + offset, packet.start + offset + size);
    return 0;
  };
}

function loadRelative(call: HelperCall): number {
  const header = call.u32(5);
  const size = call.u32(4);
  const to = call.writable(3, size);
  const packet = packetOf(call);
  const base = header === 0 ? 0 : call.machine.run.programType === 'cgroup_skb' ? 0 : ETHERNET_HEADER;
  const offset = base + call.u32(2);
  if (header > 1 || call.u32(2) > MAX_LENGTH || offset + size > packet.length) {
    call.memory.u8.fill(0, to, to + size);
    return -errno.EFAULT;
  }
  call.memory.u8.copyWithin(to, packet.start + offset, packet.start + offset + size);
  return 0;
}

/** BPF_F_RECOMPUTE_CSUM and BPF_F_INVALIDATE_HASH: neither shows in the machine. */
const STORE_FLAGS = 3;

function storeBytes(call: HelperCall, failure: number): number {
  const isXdp = call.name === 'xdp_store_bytes';
  const offset = call.number(2);
  const size = call.u32(4);
  const from = call.readable(3, size);
  const packet = packetOf(call);
  if (!isXdp && call.number(5) > STORE_FLAGS) return -errno.EINVAL;
  if (offset > MAX_LENGTH || offset + size > packet.length) return -failure;
  call.memory.u8.copyWithin(packet.start + offset, from, from + size);
  return 0;
}

/** The 16-bit checksum field at an offset given as argument 2; undefined where it is not in the packet. */
function fieldAt(call: HelperCall): number | undefined {
  const offset = call.number(2);
  const packet = packetOf(call);
  if (offset > MAX_LENGTH || offset % 2 !== 0 || offset + 2 > packet.length) return undefined;
  return packet.start + offset;
}

/** Difference that arguments 3 and 4 make: sizes 2 and 4 replace a value; 0 adds argument 4 as a difference. */
function replacement(call: HelperCall, size: number): number | undefined {
  const from = call.u32(3);
  const to = call.u32(4);
  if (size === 0) return from === 0 ? to : undefined;
  if (size === 2) return difference(from & 0xffff, to & 0xffff);
  return size === 4 ? difference(from, to) : undefined;
}

function replaceNetworkChecksum(call: HelperCall): number {
  const at = fieldAt(call);
  if (call.number(5) > 0xf) return -errno.EINVAL;
  if (at === undefined) return -errno.EFAULT;
  const change = replacement(call, call.u32(5));
  if (change === undefined) return -errno.EINVAL;
  const { view } = call.memory;
  view.setUint16(at, replaceByDifference(view.getUint16(at, true), change), true);
  return 0;
}

/** Flags of bpf_l4_csum_replace: size, then pseudo header (0x10), zero means no checksum (0x20), enforce (0x40). */
const l4Flags = { size: 0xf, mangledZero: 0x20, enforce: 0x40, all: 0xff } as const;

function replaceTransportChecksum(call: HelperCall): number {
  const flags = call.number(5);
  if (flags > l4Flags.all) return -errno.EINVAL;
  const at = fieldAt(call);
  if (at === undefined) return -errno.EFAULT;
  const { view } = call.memory;
  const old = view.getUint16(at, true);
  if ((flags & l4Flags.mangledZero) !== 0 && (flags & l4Flags.enforce) === 0 && old === 0) return 0;
  const change = replacement(call, flags & l4Flags.size);
  if (change === undefined) return -errno.EINVAL;
  let next = replaceByDifference(old, change);
  if ((flags & l4Flags.mangledZero) !== 0 && next === 0) next = 0xffff;
  view.setUint16(at, next, true);
  return 0;
}

function checksumDifference(call: HelperCall): number {
  const fromSize = call.u32(2);
  const toSize = call.u32(4);
  if (fromSize % 4 !== 0 || toSize % 4 !== 0) return -errno.EINVAL;
  const from = call.memory.copy(call.readable(1, fromSize), fromSize);
  const to = call.memory.copy(call.readable(3, toSize), toSize);
  const inverted = from.map((byte) => ~byte);
  // The kernel returns it folded since 6.14 (csum_from32to16), so that all architectures agree.
  return foldChecksum(partialChecksum(to, partialChecksum(inverted, call.u32(5))));
}

function changeTail(call: HelperCall): number {
  const packet = packetOf(call);
  const length = call.number(2);
  if (call.number(3) !== 0 || length > MAX_LENGTH || length < ETHERNET_HEADER) return -errno.EINVAL;
  return moved(call, packet.move(packet.meta, packet.start, packet.start + length), errno.ENOMEM);
}

function changeHead(call: HelperCall): number {
  const packet = packetOf(call);
  const room = call.number(2);
  if (call.number(3) !== 0 || packet.length + room > MAX_LENGTH) return -errno.EINVAL;
  const start = packet.start - room;
  const ok = packet.move(start, start, packet.end);
  if (ok) call.memory.u8.fill(0, start, start + room);
  return moved(call, ok, errno.ENOMEM);
}

function pullData(call: HelperCall): number {
  return call.u32(2) > packetOf(call).length ? -errno.ENOMEM : 0;
}

function pushVlan(call: HelperCall): number {
  const packet = packetOf(call);
  const protocol = call.u32(2) & 0xffff;
  const tag = call.u32(3) & 0xffff;
  if (!packet.splice(12, 4)) return -errno.ENOMEM;
  const { view } = call.memory;
  // The protocol is in network order already; the tag is in host order.
  view.setUint16(packet.start + 12, protocol, true);
  view.setUint16(packet.start + 14, tag, false);
  return moved(call, true, 0);
}

function popVlan(call: HelperCall): number {
  const packet = packetOf(call);
  const type = packet.length >= 18 ? call.memory.view.getUint16(packet.start + 12, false) : 0;
  if (type !== 0x8100 && type !== 0x88a8) return 0;
  return moved(call, packet.splice(12, -4), errno.ENOMEM);
}

/** Modes of bpf_skb_adjust_room: behind the network header (0) or the link header (1). */
function adjustRoom(call: HelperCall): number {
  const packet = packetOf(call);
  const delta = call.i32(2);
  const mode = call.u32(3);
  if (Math.abs(delta) > 0xfff) return -errno.EFAULT;
  if (mode > 1) return -errno.ENOTSUPP;
  const isIpv6 = call.memory.view.getUint16(packet.start + 12, false) === 0x86dd;
  const offset = ETHERNET_HEADER + (mode === 1 ? 0 : isIpv6 ? 40 : 20);
  if (packet.length < offset) return -errno.EINVAL;
  return moved(call, packet.splice(offset, delta), errno.ENOMEM);
}

function changeProtocol(call: HelperCall): number {
  const packet = packetOf(call);
  const to = call.u32(2) & 0xffff;
  const { view } = call.memory;
  const from = view.getUint16(packet.start + 12, true);
  const ipv4 = 0x0008;
  const ipv6 = 0xdd86;
  if (call.number(3) !== 0) return -errno.EINVAL;
  const grows = from === ipv4 && to === ipv6;
  if (!grows && !(from === ipv6 && to === ipv4)) return -errno.ENOTSUPP;
  const ok = packet.splice(ETHERNET_HEADER, grows ? 20 : -20);
  if (ok) view.setUint16(packet.start + 12, to, true);
  return moved(call, ok, errno.ENOMEM);
}

function adjustHead(call: HelperCall): number {
  const packet = packetOf(call);
  const start = packet.start + call.i32(2);
  // Metadata stays before the packet; without any, its place moves along.
  const meta = packet.meta === packet.start ? start : packet.meta;
  const ok = start <= packet.end - ETHERNET_HEADER && packet.move(meta, start, packet.end);
  return moved(call, ok, errno.EINVAL);
}

function adjustTail(call: HelperCall): number {
  const packet = packetOf(call);
  const end = packet.end + call.i32(2);
  return moved(
    call,
    end >= packet.start + ETHERNET_HEADER && packet.move(packet.meta, packet.start, end),
    errno.EINVAL,
  );
}

function adjustMeta(call: HelperCall): number {
  const packet = packetOf(call);
  const meta = packet.meta + call.i32(2);
  const size = packet.start - meta;
  if (size < 0) return -errno.EINVAL;
  if (size % 4 !== 0 || size > 252) return -errno.EACCES;
  return moved(call, packet.move(meta, packet.start, packet.end), errno.EINVAL);
}

/** A hash of the flow: any number will do, the same for the same bytes of the headers. */
function flowHash(call: HelperCall): number {
  const packet = packetOf(call);
  let hash = 0x811c_9dc5;
  for (const byte of packet.bytes().subarray(0, 54)) hash = Math.imul(hash ^ byte, 0x0100_0193);
  return hash >>> 0;
}

const ignored: Helper = () => 0;

/** Helpers by name without `bpf_`. */
export const packetHelpers: Record<string, Helper> = {
  skb_load_bytes: loadBytes({ offset: 2, to: 3, size: 4 }, errno.EFAULT),
  xdp_load_bytes: loadBytes({ offset: 2, to: 3, size: 4 }, errno.EINVAL),
  skb_load_bytes_relative: loadRelative,
  skb_store_bytes: (call) => storeBytes(call, errno.EFAULT),
  xdp_store_bytes: (call) => storeBytes(call, errno.EINVAL),
  l3_csum_replace: replaceNetworkChecksum,
  l4_csum_replace: replaceTransportChecksum,
  csum_diff: checksumDifference,
  csum_update: () => -errno.ENOTSUPP,
  csum_level: ignored,
  skb_pull_data: pullData,
  skb_change_tail: changeTail,
  skb_change_head: changeHead,
  skb_change_proto: changeProtocol,
  skb_change_type: ignored,
  skb_adjust_room: adjustRoom,
  skb_vlan_push: pushVlan,
  skb_vlan_pop: popVlan,
  skb_ecn_set_ce: ignored,
  get_hash_recalc: flowHash,
  set_hash_invalid: () => undefined,
  set_hash: ignored,
  xdp_adjust_head: adjustHead,
  xdp_adjust_tail: adjustTail,
  xdp_adjust_meta: adjustMeta,
  xdp_get_buff_len: (call) => packetOf(call).length,
  check_mtu: ignored,
  get_socket_cookie: ({ machine }) => machine.environment.socketCookie,
  get_netns_cookie: () => 1n,
  get_socket_uid: ({ machine }) => machine.environment.task.uid,
};
