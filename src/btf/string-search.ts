// The string section as one long text: native code searches it many times faster than it is indexed for a few look-ups.

const utf8 = new TextDecoder();

/** A string section as text, in which offsets are those of the bytes. */
export class StringSearch {
  readonly #text: string;

  private constructor(text: string) {
    this.#text = text;
  }

  /** Undefined outside ASCII, where offsets differ. */
  static of(strings: Uint8Array): StringSearch | undefined {
    const text = utf8.decode(strings);
    return text.length === strings.length ? new StringSearch(text) : undefined;
  }

  /** Where a string stands; undefined where it is no string of its own. */
  offsetOf(name: string): number | undefined {
    const before = this.#text.indexOf(`\0${name}\0`);
    return before < 0 ? undefined : before + 1;
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
