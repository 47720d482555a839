// Tables of names that cost nothing until a name is looked up in them.

import type { DeclarationRows, FunctionRows, MacroRows, NameRows } from './rows.ts';

/** Texts by name. */
export interface Names {
  /** C text of a name: a macro's definition (as after `#define`) or a declaration. */
  get(name: string): string | undefined;
  keys(): Iterable<string>;
}

const newline = 10;
const tab = 9;
const blank = 32;

/** Names in the order of their rows; of two rows with one name the later counts. */
abstract class NameTable implements Names {
  readonly #parts: readonly NameRows[];
  #text = '';
  /** Where what follows each name stands in the text. */
  #places: Map<string, number> | undefined;

  constructor(parts: readonly NameRows[]) {
    this.#parts = parts;
  }

  get(name: string): string | undefined {
    const place = this.#read().get(name);
    return place === undefined ? undefined : this.row(name, this.#text.slice(place, rowEnd(this.#text, place)));
  }

  keys(): Iterable<string> {
    return this.#read().keys();
  }

  /** Adds the place behind each name of a text. */
  protected abstract find(text: string, places: Map<string, number>): void;

  /** A name's text, out of what follows the name. */
  protected abstract row(name: string, rest: string): string;

  #read(): Map<string, number> {
    if (!this.#places) {
      this.#places = new Map();
      this.#text = this.#parts.map(({ text }) => text()).join('\n');
      this.find(this.#text, this.#places);
    }
    return this.#places;
  }
}

/** Macros by name, found in their text when one is first asked for. */
export class MacroNames extends NameTable {
  constructor(...parts: readonly MacroRows[]) {
    super(parts);
  }

  protected override find(text: string, places: Map<string, number>): void {
    const name = /^\w+/gm;
    while (name.test(text)) places.set(lastLine(text, name.lastIndex), name.lastIndex);
  }

  protected override row(name: string, rest: string): string {
    return `${name}${rest.replace(/\s*\n\s*/g, ' ').trimEnd()}`;
  }
}

/** Declarations by the names that they declare, found in their text when one is first asked for. */
export class DeclarationNames extends NameTable {
  constructor(...parts: readonly DeclarationRows[]) {
    super(parts);
  }

  protected override find(text: string, places: Map<string, number>): void {
    const heading = /^\w[\w, ]*:/gm;
    while (heading.test(text)) {
      const names = lastLine(text, heading.lastIndex - 1);
      for (const name of names.split(', ')) places.set(name, heading.lastIndex);
    }
  }

  protected override row(_name: string, rest: string): string {
    return rest.trim();
  }
}

/** Inline functions, searched in their text: few are asked for. */
export class FunctionNames implements Names {
  readonly #parts: readonly FunctionRows[];

  constructor(...parts: readonly FunctionRows[]) {
    this.#parts = parts;
  }

  get(name: string): string | undefined {
    for (const part of this.#parts) {
      const text = part.text();
      for (let at = text.indexOf(`${name}(`); at >= 0; at = text.indexOf(`${name}(`, at + 1)) {
        const declarator = lastLine(text, at);
        if (!/^\w[^(]*[ *]$/.test(declarator)) continue;
        return `static inline __attribute__((always_inline)) ${text.slice(at - declarator.length, rowEnd(text, at)).trim()}`;
      }
    }
    return undefined;
  }

  *keys(): Generator<string> {
    for (const { text } of this.#parts) for (const [, name = ''] of text().matchAll(/^\w.*?(\w+)\(/gm)) yield name;
  }
}

/** What stands in a line before a place. */
function lastLine(text: string, end: number): string {
  return text.slice(text.lastIndexOf('\n', end - 1) + 1, end);
}

/** The line break before the next line that is neither empty nor starts with a blank. */
function rowEnd(text: string, from: number): number {
  for (let end = text.indexOf('\n', from); end >= 0; end = text.indexOf('\n', end + 1)) {
    const next = text.charCodeAt(end + 1);
    if (next !== blank && next !== tab && next !== newline) return end;
  }
  return text.length;
}

/** Thousands of integer constants, searched in their sorted text: lines `NAME VALUE SOURCE`. */
export class ConstantTable implements Names {
  readonly #text: string;

  /** @param text starts and ends with a line break */
  constructor(text: string) {
    this.#text = text;
  }

  get(name: string): string | undefined {
    const at = this.#find(`${name} `);
    if (at === undefined) return undefined;
    const [, value = ''] = this.#text.slice(at, this.#text.indexOf('\n', at)).split(' ');
    return `${name} ${value.startsWith('-') ? `(${value})` : value}`;
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
