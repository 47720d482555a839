// Loads of classic programs that are not packet bytes: Linux's ancillary facts and offsets from headers
// (net/core/filter.c, `bpf_convert_filter` and `convert_bpf_extensions`, v6.18).

import { ancillaryLoads, specialOffsets } from '../../isa/index.ts';

/** What Linux knows of a packet besides its bytes. Left out: 0. */
export interface PacketFacts {
  /** Link-layer protocol in host order, as 0x800. */
  readonly protocol?: number;
  readonly pkttype?: number;
  readonly ifindex?: number;
  readonly mark?: number;
  readonly queue?: number;
  readonly hatype?: number;
  readonly rxhash?: number;
  readonly cpu?: number;
  readonly vlan_tag?: number;
  readonly vlan_tag_present?: number;
  readonly vlan_tpid?: number;
  readonly pay_offset?: number;
  /** 32 random bits. */
  readonly random?: () => number;
  /** Where the network header starts in the data; default 14. */
  readonly networkOffset?: number;
}

/** A special load: registers and packet at the time. */
export interface SpecialLoad {
  readonly data: Uint8Array;
  readonly offset: number;
  readonly size: number;
  /** Absolute loads reach the ancillary facts; others only bytes counted from headers. */
  readonly absolute: boolean;
  readonly a: number;
  readonly x: number;
}

const names = new Map<number, string>(ancillaryLoads.map(({ offset, name }) => [offset, name]));
const ATTRIBUTE_HEADER = 4;

function littleWord(data: Uint8Array, at: number): number {
  return (data[at] as number) | ((data[at + 1] as number) << 8);
}

/** Offset of the netlink attribute of a type in `[from, end)`; 0 where there is none (`nla_find`). */
function findAttribute(data: Uint8Array, from: number, end: number, type: number): number {
  let at = from;
  while (at + ATTRIBUTE_HEADER <= end) {
    const length = littleWord(data, at);
    if (length < ATTRIBUTE_HEADER || at + length > end) return 0;
    if ((littleWord(data, at + 2) & 0x3fff) === (type & 0xffff)) return at;
    at += Math.ceil(length / 4) * 4;
  }
  return 0;
}

const computed: Readonly<Record<string, (load: SpecialLoad, facts: PacketFacts) => number>> = {
  alu_xor_x: ({ a, x }) => (a ^ x) >>> 0,
  random: (_, facts) => (facts.random?.() ?? 0) >>> 0,
  nlattr: ({ data, a, x }) => (a > data.length - ATTRIBUTE_HEADER ? 0 : findAttribute(data, a, data.length, x)),
  nlattr_nest: ({ data, a, x }) => {
    if (a > data.length - ATTRIBUTE_HEADER) return 0;
    const length = littleWord(data, a);
    return a + length > data.length ? 0 : findAttribute(data, a + ATTRIBUTE_HEADER, a + length, x);
  },
};

function ancillary(load: SpecialLoad, facts: PacketFacts, name: string): number {
  const compute = computed[name];
  if (compute) return compute(load, facts);
  return (facts[name as 'protocol'] ?? 0) >>> 0;
}

/** Big-endian bytes of the packet; undefined outside. */
export function packetWord(data: Uint8Array, offset: number, size: number): number | undefined {
  if (offset < 0 || offset + size > data.length) return undefined;
  let value = data[offset] as number;
  if (size > 1) value = (value << 8) | (data[offset + 1] as number);
  if (size > 2) value = (value << 16) | ((data[offset + 2] as number) << 8) | (data[offset + 3] as number);
  return value >>> 0;
}

/** The value of a load at `SKF_LL_OFF` or above; undefined ends the program with 0. */
export function specialWord(load: SpecialLoad, facts: PacketFacts): number | undefined {
  const offset = load.offset >>> 0;
  if (load.absolute && offset >= specialOffsets.ancillary) {
    const name = names.get(offset - specialOffsets.ancillary);
    if (name !== undefined) return ancillary(load, facts, name);
  }
  if (offset >= specialOffsets.network) {
    return packetWord(load.data, offset - specialOffsets.network + (facts.networkOffset ?? 14), load.size);
  }
  return packetWord(load.data, offset - specialOffsets.linkLayer, load.size);
}
