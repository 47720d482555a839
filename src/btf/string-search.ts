// Searching the string section as one long text: native code, and many times faster than indexing it for a few look-ups.

const utf8 = new TextDecoder();

/** Occurrences beyond which an index is the better way. */
const maxOccurrences = 8;

/** The string section as text. */
export class StringSearch {
  readonly #text: string;

  private constructor(text: string) {
    this.#text = text;
  }

  /** Undefined where offsets in the text are not offsets in the bytes: outside ASCII. */
  static of(strings: Uint8Array): StringSearch | undefined {
    const text = utf8.decode(strings);
    return text.length === strings.length ? new StringSearch(text) : undefined;
  }

  /** Where `name` stands, also as the end of a longer string; undefined when that is in too many places. */
  offsetsOf(name: string): readonly number[] | undefined {
    const offsets: number[] = [];
    const wanted = `${name}\0`;
    for (let at = this.#text.indexOf(wanted); at >= 0; at = this.#text.indexOf(wanted, at + 1)) {
      if (offsets.push(at) > maxOccurrences) return undefined;
    }
    return offsets;
  }

  /** Every string that begins with `start`, in order. */
  startingWith(start: string): string[] {
    const found: string[] = [];
    const text = this.#text;
    for (let at = text.indexOf(`\0${start}`); at >= 0; at = text.indexOf(`\0${start}`, at + 1)) {
      const end = text.indexOf('\0', at + 1);
      found.push(text.slice(at + 1, end < 0 ? undefined : end));
    }
    return found;
  }
}

/** Hits beyond which an index is the better way: a small number stands everywhere. */
const maxHits = 1000;

/** Positions in the sorted `starts` at which `words` hold `value`; undefined when it stands in too many other places, too. */
export function positionsOf(words: Uint32Array, starts: Uint32Array, value: number): number[] | undefined {
  const positions: number[] = [];
  let hits = 0;
  for (let at = words.indexOf(value); at >= 0; at = words.indexOf(value, at + 1)) {
    if (++hits > maxHits) return undefined;
    const position = positionIn(starts, at);
    if (position !== undefined) positions.push(position);
  }
  return positions;
}

function positionIn(sorted: Uint32Array, wanted: number): number | undefined {
  let low = 0;
  let high = sorted.length - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const value = sorted[middle] as number;
    if (value === wanted) return middle;
    if (value < wanted) low = middle + 1;
    else high = middle - 1;
  }
  return undefined;
}
