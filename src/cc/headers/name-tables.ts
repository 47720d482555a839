// Tables of names that cost nothing until a name is looked up in them.

import type { NameRow, NameRows } from './rows.ts';

/** Rows by name. */
export interface Names {
  get(name: string): NameRow | undefined;
  keys(): Iterable<string>;
}

/** Rows by name, read when one is first asked for; of two rows with one name the later counts. */
export class NameTable implements Names {
  readonly #parts: readonly NameRows[];
  #rows: Map<string, NameRow> | undefined;

  constructor(...parts: readonly NameRows[]) {
    this.#parts = parts;
  }

  get(name: string): NameRow | undefined {
    return this.#read().get(name);
  }

  keys(): Iterable<string> {
    return this.#read().keys();
  }

  #read(): Map<string, NameRow> {
    if (!this.#rows) {
      this.#rows = new Map();
      for (const part of this.#parts) for (const row of part) this.#rows.set(row.name, row);
    }
    return this.#rows;
  }
}

const newline = 10;

/** Thousands of integer constants, searched in their sorted text: lines `NAME VALUE SOURCE`, the source by its number. */
export class ConstantTable implements Names {
  readonly #text: string;
  readonly #sources: readonly string[];

  /** @param text starts and ends with a line break */
  constructor(text: string, sources: readonly string[]) {
    this.#text = text;
    this.#sources = sources;
  }

  get(name: string): NameRow | undefined {
    const at = this.#find(`${name} `);
    if (at === undefined) return undefined;
    const [, value = '', source = ''] = this.#text.slice(at, this.#text.indexOf('\n', at)).split(' ');
    const text = `${name} ${value.startsWith('-') ? `(${value})` : value}`;
    return { name, text, source: this.#sources[Number(source)] ?? '' };
  }

  *keys(): Generator<string> {
    for (const [name] of this.#text.matchAll(/^\w+/gm)) yield name;
  }

  /** Where the line that starts so begins. */
  #find(start: string): number | undefined {
    const text = this.#text;
    // Places of the line breaks before the lines that may be it.
    let low = 0;
    let high = text.length - 1;
    while (low < high) {
      const lineBreak = text.lastIndexOf('\n', (low + high) >>> 1);
      const order = compareAt(text, lineBreak + 1, start);
      if (order === 0) return lineBreak + 1;
      if (order > 0) high = lineBreak;
      else low = text.indexOf('\n', lineBreak + 1);
    }
    return undefined;
  }
}

/** Sign of the difference between the text at a place and what is looked for, which no line is a part of. */
function compareAt(text: string, at: number, wanted: string): number {
  for (let i = 0; i < wanted.length; i++) {
    const unit = text.charCodeAt(at + i);
    const order = unit - wanted.charCodeAt(i);
    if (order !== 0) return order;
    if (unit === newline) return -1;
  }
  return 0;
}
