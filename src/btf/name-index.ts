// Finds types by name without making a string of any: a hash table of ids, chained in ascending order.

import { hashAt } from './strings.ts';

/** What the index needs of a table: names as places in bytes. Positions count from 0 at the table's first own type. */
export interface NamedTypes {
  readonly count: number;
  /** Kind number of the type at a position. */
  kindAt(position: number): number;
  /** Hash of its name, as {@link hashAt} makes it; -1 when it has none. */
  nameHash(position: number): number;
}

/** Index of the types of some kinds. */
export class NameIndex {
  readonly #heads: Int32Array;
  readonly #next: Int32Array;
  readonly #mask: number;

  /** @param kinds by kind number, whether the index holds types of that kind */
  constructor(types: NamedTypes, kinds: readonly boolean[]) {
    let size = 16;
    while (size < types.count / 2) size *= 2;
    this.#heads = new Int32Array(size).fill(-1);
    this.#next = new Int32Array(types.count);
    this.#mask = size - 1;
    for (let position = types.count - 1; position >= 0; position--) {
      if (!kinds[types.kindAt(position)]) continue;
      const hash = types.nameHash(position);
      if (hash < 0) continue;
      const bucket = hash & this.#mask;
      this.#next[position] = this.#heads[bucket] ?? -1;
      this.#heads[bucket] = position;
    }
  }

  /** Positions whose names may hash alike, ascending. */
  *candidates(name: Uint8Array): IterableIterator<number> {
    for (let at = this.#heads[hashAt(name, 0) & this.#mask] ?? -1; at >= 0; at = this.#next[at] ?? -1) yield at;
  }
}
