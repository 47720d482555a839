// Where each type of a type section begins: found in order, as far as anyone has asked.

import { FormatError } from '../base/index.ts';
import { kindTable } from './constants.ts';

const fixedWords = Int32Array.from(kindTable, ({ fixed }) => fixed);
const wordsPerEntry = Int32Array.from(kindTable, ({ perEntry }) => perEntry);

/** Types that are gone through at once. */
const stride = 4096;

/** Words that are made readable at once: each time, the kernel's file is opened. */
const readAhead = 1 << 14;

/** Makes the words before `end` readable, where they are read bit by bit. */
export type FetchWords = (end: number) => void;

/** Words of a type section, and where its types begin. */
export class TypePositions {
  readonly words: Uint32Array;
  readonly #what: string;
  readonly #fetch: FetchWords;
  #starts = new Uint32Array(stride);
  #count = 0;
  /** Where the next type begins. */
  #next = 0;

  constructor(words: Uint32Array, what: string, fetch: FetchWords) {
    this.words = words;
    this.#what = what;
    this.#fetch = fetch;
  }

  /** Word offset of a type; undefined when there are fewer. @throws FormatError as {@link all} */
  startOf(position: number): number | undefined {
    while (position >= this.#count && this.#next < this.words.length) this.#advance();
    return position < this.#count ? this.#starts[position] : undefined;
  }

  /** The last type that begins at or before a word. @throws FormatError as {@link all} */
  positionAt(word: number): number {
    while (word >= this.#next && this.#next < this.words.length) this.#advance();
    let low = 0;
    let high = this.#count;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if ((this.#starts[middle] as number) <= word) low = middle;
      else high = middle;
    }
    return low;
  }

  /** Word offsets of all types. @throws FormatError when a kind is unknown or the last type is cut off. */
  all(): Uint32Array {
    while (this.#next < this.words.length) this.#advance();
    return this.#starts.subarray(0, this.#count);
  }

  #advance(): void {
    const capacity = this.#count + stride;
    if (capacity > this.#starts.length) {
      const larger = new Uint32Array(capacity * 2);
      larger.set(this.#starts);
      this.#starts = larger;
    }
    this.#scan(capacity);
  }

  // One plain loop over arrays: it runs once, in a process that has just started, and must be quick before it is hot.
  #scan(capacity: number): void {
    const words = this.words;
    const end = words.length;
    const starts = this.#starts;
    const kinds = fixedWords.length;
    let count = this.#count;
    let at = this.#next;
    let readable = at;
    while (at < end && count < capacity) {
      if (at + 3 > readable) {
        readable = Math.min(end, at + readAhead);
        this.#fetch(readable);
      }
      const info = words[at + 1] as number;
      const kind = (info >>> 24) & 0x1f;
      if (at + 3 > end) throw new FormatError(this.#what, `truncated: type ${count + 1} is cut off`);
      if (kind === 0 || kind >= kinds)
        throw new FormatError(this.#what, `type ${count + 1} has the unknown kind ${kind}`);
      starts[count++] = at;
      at += 3 + (fixedWords[kind] as number) + (wordsPerEntry[kind] as number) * (info & 0xffff);
    }
    if (at > end) throw new FormatError(this.#what, `truncated: type ${count} is cut off`);
    this.#fetch(at);
    this.#count = count;
    this.#next = at;
  }
}
