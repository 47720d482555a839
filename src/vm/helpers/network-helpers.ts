// Helpers that ask a kernel's tables of routes and sockets: here they ask the machine's surroundings.

import type { ContextField } from '../contexts/layouts.ts';
import { contextLayouts } from '../contexts/layouts.ts';
import type { SocketQuery } from '../environment.ts';
import { errno } from '../errno.ts';
import type { Helper, HelperCall } from './helper-call.ts';

const AF_INET = 2;
const AF_INET6 = 10;

/** Offsets in `struct bpf_fib_lookup` (uapi/linux/bpf.h, v6.18); addresses of IPv4 take the first of 16 bytes. */
const fib = { family: 0, mtu: 6, ifindex: 8, metric: 12, source: 16, destination: 32, vlan: 48, size: 64 } as const;
const fibMacs = { source: 52, destination: 58 } as const;
const fibResult = { success: 0, notForwarded: 4, fragmentNeeded: 8 } as const;
/** All flags of bpf_fib_lookup up to `BPF_FIB_LOOKUP_MARK`. */
const FIB_FLAGS = 0x3f;

function lookUpRoute(call: HelperCall): number {
  const size = call.u32(3);
  if (size < fib.size || call.number(4) > FIB_FLAGS) return -errno.EINVAL;
  const at = call.writable(2, fib.size);
  const { memory } = call;
  const family = memory.u8[at + fib.family] as number;
  if (family !== AF_INET && family !== AF_INET6) return -errno.EAFNOSUPPORT;
  const addressSize = family === AF_INET ? 4 : 16;
  const route = call.machine.environment.route({
    family: family === AF_INET ? 'ipv4' : 'ipv6',
    ifindex: memory.u32(at + fib.ifindex),
    source: memory.copy(at + fib.source, addressSize),
    destination: memory.copy(at + fib.destination, addressSize),
  });
  if (!route) return fibResult.notForwarded;
  const length = memory.view.getUint16(at + fib.mtu, true);
  const mtu = route.mtu ?? 1500;
  memory.view.setUint16(at + fib.mtu, mtu, true);
  if (length > mtu) return fibResult.fragmentNeeded;
  memory.setU32(at + fib.ifindex, route.ifindex);
  memory.setU32(at + fib.metric, 0);
  memory.setU32(at + fib.vlan, 0);
  memory.u8.set(route.sourceMac.subarray(0, 6), at + fibMacs.source);
  memory.u8.set(route.destinationMac.subarray(0, 6), at + fibMacs.destination);
  return fibResult.success;
}

const callbackFlags = contextLayouts.bpf_sock_ops.fields.bpf_sock_ops_cb_flags as ContextField;
/** `BPF_SOCK_OPS_ALL_CB_FLAGS`. */
const ALL_CALLBACKS = 0x7f;

/** Sizes of `struct bpf_sock_tuple`: two addresses and two ports. */
const tupleSizes = { ipv4: 12, ipv6: 36 } as const;

function lookUpSocket(protocol: SocketQuery['protocol']): Helper {
  return (call) => {
    const size = call.u32(3);
    const family = size === tupleSizes.ipv4 ? 'ipv4' : 'ipv6';
    if (size !== tupleSizes[family] || call.u64(5) !== 0n) return 0;
    const tuple = call.memory.copy(call.readable(2, size), size);
    const addressSize = (size - 4) / 2;
    const view = new DataView(tuple.buffer, tuple.byteOffset);
    const found = call.machine.environment.socket({
      protocol,
      family,
      source: tuple.slice(0, addressSize),
      destination: tuple.slice(addressSize, 2 * addressSize),
      sourcePort: view.getUint16(2 * addressSize),
      destinationPort: view.getUint16(2 * addressSize + 2),
    });
    return found ?? 0n;
  };
}

/** Which callbacks of `sock_ops` programs are wanted; those that there are not come back (net/core/filter.c, v6.18). */
function wantCallbacks(call: HelperCall): number {
  const { offset } = callbackFlags;
  const wanted = call.u32(2);
  call.memory.setU32(call.writable(1, offset + 4) + offset, wanted & ALL_CALLBACKS);
  return wanted & ~ALL_CALLBACKS;
}

/** A socket as a more special kind: the machine knows only sockets that are all kinds at once. */
const same: Helper = (call) => call.u64(1);

/** Helpers by name without `bpf_`. */
export const networkHelpers: Record<string, Helper> = {
  fib_lookup: lookUpRoute,
  sk_lookup_tcp: lookUpSocket('tcp'),
  skc_lookup_tcp: lookUpSocket('tcp'),
  sk_lookup_udp: lookUpSocket('udp'),
  sk_release: () => 0,
  sk_fullsock: same,
  tcp_sock: same,
  skc_to_tcp_sock: same,
  skc_to_tcp6_sock: same,
  skc_to_tcp_request_sock: same,
  skc_to_tcp_timewait_sock: same,
  skc_to_udp6_sock: same,
  skc_to_unix_sock: same,
  skc_to_mptcp_sock: same,
  sock_ops_cb_flags_set: wantCallbacks,
};
