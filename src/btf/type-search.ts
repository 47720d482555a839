// Types of the kernel found by searching for the offset of their name: most names that a tool asks for stand near the front.

import { kindNumbers } from './constants.ts';
import type { StringSearch } from './string-search.ts';
import type { FetchWords, TypePositions } from './type-positions.ts';

/** Words that are searched at once. */
const windowWords = 1 << 15;

/** Searches to the end that cost about as much as an index. */
const maxSweeps = 10;

/** Occurrences beyond which an index is the better way: a small number stands everywhere. */
const maxOccurrences = 1000;

/** Searches the kernel's types, which name each string by one offset; gives up where an index is the better way. */
export class TypeSearch {
  readonly #positions: TypePositions;
  readonly #strings: StringSearch;
  readonly #fetch: FetchWords;
  #sweepsLeft = maxSweeps;

  constructor(positions: TypePositions, strings: StringSearch, fetch: FetchWords) {
    this.#positions = positions;
    this.#strings = strings;
    this.#fetch = fetch;
  }

  /** Positions of the first `most` types of a name and kind, ascending; undefined where this is not the way. */
  find(name: string, kind: number, most: number): number[] | undefined {
    const { words } = this.#positions;
    return this.#search(name, most, (at) => {
      if (kindOf(words, at) !== kind) return undefined;
      const position = this.#positions.positionAt(at);
      return this.#positions.startOf(position) === at ? position : undefined;
    });
  }

  /** Position of the first enum with an enumerator of a name, in a list; undefined where this is not the way. */
  findEnumerator(name: string): number[] | undefined {
    const { words } = this.#positions;
    return this.#search(name, 1, (at) => {
      const position = this.#positions.positionAt(at);
      const start = this.#positions.startOf(position) as number;
      const size = enumeratorWords[kindOf(words, start)];
      return size !== undefined && at >= start + 3 && (at - start - 3) % size === 0 ? position : undefined;
    });
  }

  /** What `take` makes of the places where the name's offset stands. */
  #search(name: string, most: number, take: (at: number) => number | undefined): number[] | undefined {
    if (this.#sweepsLeft === 0 || name === '' || name.includes('\0')) return undefined;
    const offset = this.#strings.offsetOf(name);
    if (offset === undefined) return undefined;
    const found: number[] = [];
    let occurrences = 0;
    for (const at of offset < 0 ? [] : this.#occurrences(offset)) {
      if (++occurrences > maxOccurrences) return undefined;
      const taken = take(at);
      if (taken !== undefined && found.push(taken) === most) return found;
    }
    this.#sweepsLeft--;
    return found;
  }

  *#occurrences(value: number): Generator<number> {
    const { words } = this.#positions;
    for (let start = 0; start < words.length; start += windowWords) {
      const end = Math.min(words.length, start + windowWords);
      this.#fetch(end);
      const part = words.subarray(start, end);
      for (let at = part.indexOf(value); at >= 0; at = part.indexOf(value, at + 1)) yield start + at;
    }
  }
}

/** Words of an enumerator, by kind of the enum. */
const enumeratorWords: Readonly<Record<number, number>> = { [kindNumbers.enum]: 2, [kindNumbers.enum64]: 3 };

function kindOf(words: Uint32Array, start: number): number {
  return ((words[start + 1] as number) >>> 24) & 0x1f;
}
