// Helpers on maps.

import { errno } from '../errno.ts';
import type { MapStore } from '../maps/map-store.ts';
import { holdsReferences } from '../maps/reference-maps.ts';
import type { Helper, HelperCall } from './helper-call.ts';

/** Flags as a number; anything past 32 bits is past every limit. */
function flagsOf(call: HelperCall, n: number): number {
  const flags = call.number(n);
  return flags > 0x7fff_ffff ? 0x7fff_ffff : flags;
}

function keyOf(call: HelperCall, map: MapStore): number {
  return call.readable(2, map.spec.keySize);
}

const CALLBACK_FLAGS = 0;

/** Helpers by name without `bpf_`. */
export const mapHelpers: Record<string, Helper> = {
  map_lookup_elem: (call) => {
    const map = call.map(1);
    return map.lookup(keyOf(call, map));
  },
  map_update_elem: (call) => {
    const map = call.map(1);
    return map.update(keyOf(call, map), call.readable(3, map.spec.valueSize), flagsOf(call, 4));
  },
  map_delete_elem: (call) => {
    const map = call.map(1);
    // Programs cannot delete from maps that only user space fills.
    return holdsReferences(map) ? -errno.EINVAL : map.remove(keyOf(call, map));
  },
  map_push_elem: (call) => {
    const map = call.map(1);
    return map.push(call.readable(2, map.spec.valueSize), flagsOf(call, 3));
  },
  map_pop_elem: (call) => {
    const map = call.map(1);
    return map.pop(call.writable(2, map.spec.valueSize));
  },
  map_peek_elem: (call) => {
    const map = call.map(1);
    return map.peek(call.readable(2, map.spec.valueSize));
  },
  map_lookup_percpu_elem: (call) => {
    const map = call.map(1);
    return map.lookupOnCpu(keyOf(call, map), call.u32(3));
  },
  for_each_map_elem: (call) => {
    const map = call.map(1);
    const callback = call.number(2);
    const context = call.number(3);
    if (call.number(4) !== CALLBACK_FLAGS) return -errno.EINVAL;
    return map.visitAll((key, value) => call.invoke(callback, map.handle, key, value, context) !== 0n);
  },
};
