// Finds types by name without making a string of any: a hash table of ids, chained in ascending order.

import { hashAt } from './strings.ts';

/** What the index is made from: the table's own types (positions count from 0 at the first) and strings. */
export interface NamedTypes {
  readonly words: Uint32Array;
  /** Word offset of each type: its name's offset stands there, its kind in the next. */
  readonly starts: Uint32Array;
  readonly strings: Uint8Array;
  /** Offset of the first of `strings`; names below stand in the base's. */
  readonly stringsStart: number;
  /** Hash of a name of the base; -1 when there is none at that offset. */
  baseHash(nameOffset: number): number;
}

/** Index of the types of some kinds. */
export class NameIndex {
  readonly #heads: Int32Array;
  readonly #next: Int32Array;
  readonly #mask: number;

  /** @param kinds by kind number, 1 where the index holds types of that kind */
  constructor(types: NamedTypes, kinds: Uint8Array) {
    const { words, starts, strings, stringsStart } = types;
    const count = starts.length;
    let size = 16;
    while (size < count / 2) size *= 2;
    const heads = new Int32Array(size).fill(-1);
    const next = new Int32Array(count);
    const mask = size - 1;
    // One plain loop over arrays: it runs once, in a process that has just started, and must be quick before it is hot.
    for (let position = count - 1; position >= 0; position--) {
      const start = starts[position] as number;
      if (kinds[((words[start + 1] as number) >>> 24) & 0x1f] === 0) continue;
      const name = words[start] as number;
      if (name === 0) continue;
      const own = name - stringsStart;
      if (own >= strings.length) continue;
      const hash = own >= 0 ? hashAt(strings, own) : types.baseHash(name);
      if (hash < 0) continue;
      const bucket = hash & mask;
      next[position] = heads[bucket] as number;
      heads[bucket] = position;
    }
    this.#heads = heads;
    this.#next = next;
    this.#mask = mask;
  }

  /** Positions whose names may hash alike, ascending. */
  *candidates(name: Uint8Array): IterableIterator<number> {
    for (let at = this.#heads[hashAt(name, 0) & this.#mask] ?? -1; at >= 0; at = this.#next[at] ?? -1) yield at;
  }
}
