// Sets of numbers and addresses as maps: a hash where every word counts, a trie of prefixes elsewhere.

import { emptyMap, type MapSpec } from '../../object/index.ts';
import type { Prefix } from '../ir/formula.ts';

/** Prefixes of the same number of words each. */
export type PrefixSet = readonly Prefix[];

/** Tries take their memory as they grow (`BPF_F_NO_PREALLOC`); the kernel insists. */
const NO_PREALLOCATION = 1;

const present = Uint8Array.of(1);

/** Words of each address. */
export function wordsOf(set: PrefixSet): number {
  return set[0]?.address.length ?? 1;
}

/** Whether each member is one address. */
export function isExact(set: PrefixSet): boolean {
  const all = 32 * wordsOf(set);
  return set.every(({ bits }) => bits === all);
}

/** The map of a set, filled. */
export function mapOf(name: string, set: PrefixSet): MapSpec {
  const exact = isExact(set);
  return {
    ...emptyMap(name),
    type: exact ? 'hash' : 'lpm_trie',
    keySize: 4 * wordsOf(set) + (exact ? 0 : 4),
    valueSize: present.length,
    maxEntries: set.length,
    flags: exact ? 0 : NO_PREALLOCATION,
    entries: set.map((prefix) => [exact ? exactKey(prefix) : prefixKey(prefix), present] as const),
  };
}

/** Words in the machine's order, the last one first: as they lie in scratch memory. */
function exactKey({ address }: Prefix): Uint8Array {
  const key = new DataView(new ArrayBuffer(4 * address.length));
  address.toReversed().forEach((word, index) => {
    key.setUint32(4 * index, word, true);
  });
  return new Uint8Array(key.buffer);
}

/** As `struct bpf_lpm_trie_key`: how many bits count, then the address in network order. */
function prefixKey({ address, bits }: Prefix): Uint8Array {
  const key = new DataView(new ArrayBuffer(4 + 4 * address.length));
  key.setUint32(0, bits, true);
  address.forEach((word, index) => {
    key.setUint32(4 + 4 * index, word);
  });
  return new Uint8Array(key.buffer);
}
