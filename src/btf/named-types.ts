// The named types of a table, and the enumerators of its enums, each list with an index of its names.

import { kindNumbers } from './constants.ts';
import { NameIndex, type Strings } from './name-index.ts';

/** A table's own types (positions count from 0 at the first) and its strings. */
export interface TypeTable extends Strings {
  readonly words: Uint32Array;
  /** Word offset of each type: its name's offset stands there, its kind in the next. */
  readonly starts: Uint32Array;
}

/** Types by name. */
export class NamedTypes {
  /** Position of the type that each name is of. */
  readonly #positions: Uint32Array;
  readonly #index: NameIndex;

  private constructor(table: TypeTable, positions: Uint32Array, names: Uint32Array) {
    this.#positions = positions;
    this.#index = new NameIndex(table, names);
  }

  /** The types at some positions, ascending. */
  static at(table: TypeTable, positions: Uint32Array): NamedTypes {
    const { words, starts } = table;
    return new NamedTypes(
      table,
      positions,
      positions.map((position) => words[starts[position] as number] as number),
    );
  }

  /** @param kinds by kind number, 1 for types of that kind */
  static ofKinds(table: TypeTable, kinds: Uint8Array): NamedTypes {
    const { words, starts } = table;
    const positions = new Uint32Array(starts.length);
    let count = 0;
    for (let position = 0; position < starts.length; position++) {
      const start = starts[position] as number;
      if (words[start] !== 0 && kinds[((words[start + 1] as number) >>> 24) & 0x1f] === 1)
        positions[count++] = position;
    }
    return NamedTypes.at(table, positions.slice(0, count));
  }

  /** Enums by the names of their enumerators. */
  static ofEnumerators(table: TypeTable): NamedTypes {
    const { words, starts } = table;
    const positions: number[] = [];
    const names: number[] = [];
    for (let position = 0; position < starts.length; position++) {
      const start = starts[position] as number;
      const info = words[start + 1] as number;
      const kind = (info >>> 24) & 0x1f;
      if (kind !== kindNumbers.enum && kind !== kindNumbers.enum64) continue;
      const size = kind === kindNumbers.enum ? 2 : 3;
      const end = start + 3 + size * (info & 0xffff);
      for (let at = start + 3; at < end; at += size) {
        positions.push(position);
        names.push(words[at] as number);
      }
    }
    return new NamedTypes(table, Uint32Array.from(positions), Uint32Array.from(names));
  }

  /** Positions of the types of that name, ascending. */
  *find(name: Uint8Array): IterableIterator<number> {
    if (name.length > 0) for (const at of this.#index.find(name)) yield this.#positions[at] as number;
  }
}
