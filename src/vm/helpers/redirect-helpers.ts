// Helpers that send packets elsewhere: the machine records where to.

import { errno } from '../errno.ts';
import { HashMap } from '../maps/hash-map.ts';
import { SlotMap } from '../maps/slot-map.ts';
import type { Helper, HelperCall } from './helper-call.ts';

const XDP_REDIRECT = 4;
const XDP_ABORTED = 0;
const TC_REDIRECT = 7;
const TC_SHOT = 2;
const SK_DROP = 0;
const SK_PASS = 1;
/** Low bits of the flags of bpf_redirect_map: what to return when there is no such entry. */
const DEFAULT_MASK = 3;

function redirect(call: HelperCall): number {
  const isXdp = call.machine.run.programType === 'xdp';
  const flags = call.u64(2);
  if (isXdp ? flags !== 0n : flags > 1n) return isXdp ? XDP_ABORTED : TC_SHOT;
  call.machine.record({ kind: 'redirect', ifindex: call.u32(1), flags });
  return isXdp ? XDP_REDIRECT : TC_REDIRECT;
}

/** Address of an entry's value in a device, CPU or XSK map; 0 where there is none. */
function entryOf(call: HelperCall, key: number): number {
  const map = call.map(1);
  if (map instanceof SlotMap) return map.at(key);
  if (!(map instanceof HashMap)) call.fail(`map "${map.spec.name}" of type ${map.spec.type} holds no devices`);
  const cell = call.memory.allocate('key of a redirect', 4, 'none');
  call.memory.setU32(cell.start, key);
  const value = map.read(cell.start);
  call.memory.free(cell);
  return value;
}

function redirectMap(call: HelperCall): number {
  const key = call.u32(2);
  const flags = call.u64(3);
  const { name } = call.map(1).spec;
  const broadcast = (flags & 8n) !== 0n;
  const entry = broadcast ? 0 : entryOf(call, key);
  if (entry === 0 && !broadcast) return Number(flags) & DEFAULT_MASK;
  const ifindex = entry === 0 ? 0 : call.memory.u32(entry);
  call.machine.record({ kind: 'redirect', ifindex, flags, map: name, key });
  return XDP_REDIRECT;
}

function redirectPeer(call: HelperCall): number {
  if (call.u64(2) !== 0n) return TC_SHOT;
  call.machine.record({ kind: 'redirect', ifindex: call.u32(1), flags: 0n });
  return TC_REDIRECT;
}

function redirectNeighbour(call: HelperCall): number {
  if (call.u64(4) !== 0n) return TC_SHOT;
  call.machine.record({ kind: 'redirect', ifindex: call.u32(1), flags: 0n });
  return TC_REDIRECT;
}

function cloneRedirect(call: HelperCall): number {
  const flags = call.u64(3);
  if (flags > 1n) return -errno.EINVAL;
  const packet = call.machine.run.packet?.bytes() ?? new Uint8Array(0);
  call.machine.record({ kind: 'clone-redirect', ifindex: call.u32(2), flags, packet });
  return 0;
}

/** The entry of a socket map that argument 3 names: the index itself, or a pointer to the key. */
function socketKey(call: HelperCall, byPointer: boolean): { key: number; entry: number } {
  const map = call.map(2);
  const at = byPointer ? call.readable(3, map.spec.keySize) : 0;
  if (map instanceof HashMap && byPointer) return { key: call.memory.u32(at), entry: map.read(at) };
  if (!(map instanceof SlotMap)) call.fail(`map "${map.spec.name}" of type ${map.spec.type} holds no sockets`);
  const key = byPointer ? call.memory.u32(at) : call.u32(3);
  return { key, entry: map.at(key) };
}

/** Socket maps: the socket is recorded and the verdict is to pass; to drop where there is none (net/core/sock_map.c, v6.18). */
function redirectSocket(byPointer: boolean): Helper {
  return (call) => {
    const flags = call.u64(4);
    const { key, entry } = socketKey(call, byPointer);
    if (flags > 1n || entry === 0) return SK_DROP;
    call.machine.record({ kind: 'redirect', ifindex: 0, flags, map: call.map(2).spec.name, key });
    return SK_PASS;
  };
}

/** The socket of a group that is to get the packet (net/core/filter.c `sk_select_reuseport`, v6.18). */
function selectSocket(call: HelperCall): number {
  const { key, entry } = socketKey(call, true);
  if (entry === 0) return -errno.ENOENT;
  return call.machine.record({ kind: 'redirect', ifindex: 0, flags: 0n, map: call.map(2).spec.name, key });
}

/** Helpers by name without `bpf_`. */
export const redirectHelpers: Record<string, Helper> = {
  redirect,
  redirect_map: redirectMap,
  redirect_peer: redirectPeer,
  redirect_neigh: redirectNeighbour,
  clone_redirect: cloneRedirect,
  sk_redirect_map: redirectSocket(false),
  msg_redirect_map: redirectSocket(false),
  sk_redirect_hash: redirectSocket(true),
  msg_redirect_hash: redirectSocket(true),
  sk_select_reuseport: selectSocket,
  sk_assign: (call) => call.machine.record({ kind: 'assign-socket', socket: call.u64(2) }),
};
