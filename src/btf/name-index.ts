// Finds names among many without making a string of any: a hash table of their positions, chained in ascending order.

import { equalsAt, hashAt } from './strings.ts';

/** Where strings of BTF stand. */
export interface Strings {
  /** The table's own. */
  readonly strings: Uint8Array;
  /** Offset of the first of `strings`; names below stand in the base's. */
  readonly stringsStart: number;
  /** The bytes that hold the string of an offset, the base's included; undefined where there is none. */
  locate(nameOffset: number): { readonly bytes: Uint8Array; readonly offset: number } | undefined;
}

/** Index of a list of names. */
export class NameIndex {
  readonly #strings: Strings;
  readonly #names: Uint32Array;
  readonly #heads: Int32Array;
  readonly #next: Int32Array;
  readonly #mask: number;

  /** @param names offsets of the names */
  constructor(strings: Strings, names: Uint32Array) {
    let size = 16;
    while (size < names.length) size *= 2;
    this.#strings = strings;
    this.#names = names;
    this.#heads = new Int32Array(size).fill(-1);
    this.#next = new Int32Array(names.length);
    this.#mask = size - 1;
    this.#fill();
  }

  // One plain loop over arrays: it runs once, in a process that has just started, and must be quick before it is hot.
  #fill(): void {
    const { strings, stringsStart } = this.#strings;
    const names = this.#names;
    const heads = this.#heads;
    const next = this.#next;
    const mask = this.#mask;
    for (let position = names.length - 1; position >= 0; position--) {
      const name = names[position] as number;
      const own = name - stringsStart;
      if (own >= strings.length) continue;
      const hash = own >= 0 ? hashAt(strings, own) : this.#baseHash(name);
      const bucket = hash & mask;
      next[position] = heads[bucket] as number;
      heads[bucket] = position;
    }
  }

  #baseHash(name: number): number {
    const place = this.#strings.locate(name);
    return place ? hashAt(place.bytes, place.offset) : 0;
  }

  /** Positions in the list of names that are `wanted`, ascending. */
  *find(wanted: Uint8Array): IterableIterator<number> {
    for (let at = this.#heads[hashAt(wanted, 0) & this.#mask] ?? -1; at >= 0; at = this.#next[at] ?? -1) {
      const name = this.#strings.locate(this.#names[at] as number);
      if (name && equalsAt(name.bytes, name.offset, wanted)) yield at;
    }
  }
}
