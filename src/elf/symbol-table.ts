// Symbol tables, decoded row by row: libc's thousands of symbols cost nothing until one is asked for.

import { type ByteReader, encodeUtf8, FormatError } from '../base/index.ts';
import { reservedIndex, symbolBindings, symbolTypes, symbolVisibilities } from './constants.ts';
import { looseU64, sectionString } from './read-headers.ts';
import type { ElfDefinition, ElfSection, ElfSymbol, ElfSymbolTable, ElfSymbolType } from './types.ts';

/** Where the parts of a symbol table stand in the file. */
export interface SymbolTableParts {
  readonly reader: ByteReader;
  readonly wide: boolean;
  readonly table: ElfSection;
  /** The string table its names are in. */
  readonly strings: ElfSection;
  /** `SHT_SYMTAB_SHNDX`, for files of more than 65279 sections. */
  readonly extended: ElfSection | undefined;
  readonly sectionCount: number;
}

const functionType = 2;
const objectType = 1;
const indirectFunctionType = 10;

/** A table without rows, for files that have none. */
export const emptySymbolTable: ElfSymbolTable = {
  length: 0,
  at(index): never {
    throw new FormatError('ELF symbol table', `no symbol ${index}: there is no table`);
  },
  find: () => undefined,
  resolve: () => undefined,
  [Symbol.iterator]: () => [][Symbol.iterator](),
};

/** The lazy reader of one `.symtab` or `.dynsym`. */
export class SymbolTable implements ElfSymbolTable {
  readonly length: number;
  readonly #parts: SymbolTableParts;
  readonly #entrySize: number;
  #byAddress: AddressIndex | undefined;

  /** @throws FormatError when table or strings lie outside the file. */
  constructor(parts: SymbolTableParts) {
    const { reader, table, strings, wide } = parts;
    const minimum = wide ? 24 : 16;
    this.#entrySize = table.entrySize === 0 ? minimum : table.entrySize;
    if (this.#entrySize < minimum)
      throw new FormatError(reader.what, `symbols of ${table.entrySize} bytes, ${minimum} needed`);
    reader.check(table.offset, table.size);
    reader.check(strings.offset, strings.size);
    this.#parts = parts;
    this.length = Math.floor(table.size / this.#entrySize);
  }

  at(index: number): ElfSymbol {
    const { reader, strings, wide } = this.#parts;
    const at = this.#offset(index);
    const info = reader.u8(at + (wide ? 4 : 12));
    const other = reader.u8(at + (wide ? 5 : 13));
    const [definition, section] = this.#definition(index, reader.u16(at + (wide ? 6 : 14)));
    return {
      index,
      name: sectionString(reader, strings, reader.u32(at)),
      value: this.#value(at),
      size: this.#size(at),
      type: symbolTypeName(info & 0xf),
      binding: symbolBindings[info >> 4] ?? (info >> 4 === 10 ? 'unique' : 'other'),
      visibility: symbolVisibilities[other & 3] ?? 'default',
      definition,
      section,
    };
  }

  find(name: string): ElfSymbol | undefined {
    const { reader, strings, wide } = this.#parts;
    const wanted = encodeUtf8(name);
    const text = strings.data;
    let undefinedMatch: number | undefined;
    for (let index = 1; index < this.length; index++) {
      const at = this.#offset(index);
      if (!equalsAt(text, reader.u32(at), wanted)) continue;
      if (reader.u16(at + (wide ? 6 : 14)) !== reservedIndex.undefined) return this.at(index);
      undefinedMatch ??= index;
    }
    return undefinedMatch === undefined ? undefined : this.at(undefinedMatch);
  }

  resolve(address: number): ElfSymbol | undefined {
    this.#byAddress ??= this.#indexAddresses();
    const index = this.#byAddress.lookup(address);
    return index === undefined ? undefined : this.at(index);
  }

  *[Symbol.iterator](): IterableIterator<ElfSymbol> {
    for (let index = 0; index < this.length; index++) yield this.at(index);
  }

  #offset(index: number): number {
    if (!(index >= 0 && index < this.length))
      throw new FormatError(this.#parts.reader.what, `no symbol ${index}: the table has ${this.length}`);
    return this.#parts.table.offset + index * this.#entrySize;
  }

  #value(at: number): number {
    const { reader, wide } = this.#parts;
    return wide ? looseU64(reader, at + 8) : reader.u32(at + 4);
  }

  #size(at: number): number {
    const { reader, wide } = this.#parts;
    return wide ? looseU64(reader, at + 16) : reader.u32(at + 8);
  }

  #definition(index: number, section: number): [ElfDefinition, number] {
    const { reader, extended, sectionCount } = this.#parts;
    let real = section;
    if (section === reservedIndex.extended) {
      if (!extended) throw new FormatError(reader.what, `symbol ${index} wants a table of section numbers`);
      if (index * 4 + 4 > extended.size) throw new FormatError(reader.what, `symbol ${index} has no section number`);
      real = reader.u32(extended.offset + index * 4);
    } else if (section === reservedIndex.undefined) return ['undefined', 0];
    else if (section === reservedIndex.common) return ['common', 0];
    else if (section >= reservedIndex.low) return ['absolute', 0];
    if (real >= sectionCount) throw new FormatError(reader.what, `symbol ${index} is in section ${real}, which is not`);
    return ['section', real];
  }

  #indexAddresses(): AddressIndex {
    const { reader, wide } = this.#parts;
    const rows: number[] = [];
    for (let index = 1; index < this.length; index++) {
      const at = this.#offset(index);
      const type = reader.u8(at + (wide ? 4 : 12)) & 0xf;
      const covers = type === functionType || type === objectType || type === indirectFunctionType;
      if (covers && reader.u16(at + (wide ? 6 : 14)) !== reservedIndex.undefined) rows.push(index);
    }
    const values = new Float64Array(this.length);
    for (const row of rows) values[row] = this.#value(this.#offset(row));
    rows.sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0) || a - b);
    return new AddressIndex(rows, values, (row) => this.#size(this.#offset(row)));
  }
}

function symbolTypeName(type: number): ElfSymbolType {
  return symbolTypes[type] ?? (type === indirectFunctionType ? 'ifunc' : 'other');
}

/** Whether `text` holds `wanted` and a NUL at `offset`. */
function equalsAt(text: Uint8Array, offset: number, wanted: Uint8Array): boolean {
  const end = offset + wanted.length;
  if (end >= text.length || text[end] !== 0) return false;
  for (let i = 0; i < wanted.length; i++) if (text[offset + i] !== wanted[i]) return false;
  return true;
}

// How many symbols below an address are looked at.
const nearest = 64;

/** Rows sorted by address. */
class AddressIndex {
  readonly #rows: Uint32Array;
  readonly #starts: Float64Array;
  readonly #sizes: Float64Array;

  constructor(rows: readonly number[], values: Float64Array, sizeOf: (row: number) => number) {
    this.#rows = Uint32Array.from(rows);
    this.#starts = Float64Array.from(rows, (row) => values[row] ?? 0);
    this.#sizes = Float64Array.from(rows, sizeOf);
  }

  lookup(address: number): number | undefined {
    let low = 0;
    let high = this.#starts.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#starts[middle] ?? 0) <= address) low = middle + 1;
      else high = middle;
    }
    // Aliases share a start; the first in the table wins. What does not reach the address (labels within a function of
    // assembly, of size 0) does not hide what does.
    let best: number | undefined;
    let bestStart = -1;
    for (let i = low - 1; i >= 0 && i >= low - nearest; i--) {
      const start = this.#starts[i] ?? 0;
      if (best !== undefined && start !== bestStart) break;
      if (address >= start + Math.max(1, this.#sizes[i] ?? 0)) continue;
      best = this.#rows[i];
      bestStart = start;
    }
    return best;
  }
}
