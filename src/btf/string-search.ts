// A string section as text, piece by piece: native code searches it many times faster than it is indexed for a few look-ups.

import { decodeUtf8 } from '../base/index.ts';

/** Bytes that become text at once. */
const pieceSize = 1 << 16;

/** Longest name that is searched for, with the NULs around it; the kernel takes 511 bytes. */
const longestWanted = 1024;

/** A string section that is searched from the front, and read no further than that needs. */
export class StringSearch {
  readonly #strings: Uint8Array;
  readonly #fetch: (end: number) => void;
  readonly #pieces: (string | undefined)[] = [];

  /** @param fetch makes the bytes up to `end` readable */
  constructor(strings: Uint8Array, fetch: (end: number) => void) {
    this.#strings = strings;
    this.#fetch = fetch;
  }

  /** Where a string stands, -1 where it is no string of its own; undefined where this is not the way to find out. */
  offsetOf(name: string): number | undefined {
    const wanted = `\0${name}\0`;
    if (wanted.length > longestWanted) return undefined;
    for (let start = 0; start < this.#strings.length; start += pieceSize) {
      const before = this.#piece(start)?.indexOf(wanted);
      if (before === undefined) return undefined;
      if (before >= 0) return start + before + 1;
    }
    return -1;
  }

  /** Every string that begins with `start`, in order; undefined where this is not the way to find out. */
  startingWith(start: string): string[] | undefined {
    const found: string[] = [];
    for (let first = 0; first < this.#strings.length; first += pieceSize) {
      const text = this.#piece(first);
      if (text === undefined) return undefined;
      for (let at = text.indexOf(`\0${start}`); at >= 0 && at < pieceSize; at = text.indexOf(`\0${start}`, at + 1)) {
        const end = text.indexOf('\0', at + 1);
        if (end < 0) return undefined;
        found.push(text.slice(at + 1, end));
      }
    }
    return found;
  }

  /** The text from `start` on, with the beginning of the next piece; undefined outside ASCII, where offsets differ. */
  #piece(start: number): string | undefined {
    const index = start / pieceSize;
    const known = this.#pieces[index];
    if (known !== undefined) return known;
    const end = Math.min(this.#strings.length, start + pieceSize + longestWanted);
    this.#fetch(end);
    const text = decodeUtf8(this.#strings.subarray(start, end));
    if (text.length !== end - start) return undefined;
    this.#pieces[index] = text;
    return text;
  }
}
