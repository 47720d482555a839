// Loads from packets by the old instructions (`ld_abs`, `ld_ind`) with the negative offsets of Linux (net/core/filter.c,
// `bpf_internal_load_pointer_neg_helper`, v6.18).

import type { RunState } from '../contexts/run-state.ts';
import type { MachineMemory } from '../memory/machine-memory.ts';

/** Offsets from here on count from the network header. */
const NETWORK_OFFSET = -0x10_0000;
/** Offsets from here on count from the link header. */
const LINK_OFFSET = -0x20_0000;

const ETHERNET_HEADER = 14;

/** Where an offset points in the packet's data. */
function placeOf(run: RunState, offset: number): number {
  if (offset >= 0) return offset;
  const startsAtLink = run.programType === 'sched_cls' || run.programType === 'sched_act';
  if (offset >= NETWORK_OFFSET) return offset - NETWORK_OFFSET + (startsAtLink ? ETHERNET_HEADER : 0);
  if (offset >= LINK_OFFSET) return offset - LINK_OFFSET - (startsAtLink ? 0 : ETHERNET_HEADER);
  return -1;
}

/** A word in network order; undefined where it is not inside the packet. */
export function loadPacketWord(run: RunState, memory: MachineMemory, size: number, offset: number): number | undefined {
  const { packet } = run;
  if (!packet) return undefined;
  const place = placeOf(run, offset);
  if (place < 0 || place + size > packet.length) return undefined;
  const at = packet.start + place;
  if (size === 1) return memory.view.getUint8(at);
  return size === 2 ? memory.view.getUint16(at, false) : memory.view.getUint32(at, false);
}
