// Reads an ELF file: relocatable BPF objects, and ordinary executables for probes and symbols.

import { ByteReader, FormatError } from '../base/index.ts';
import { sectionType, segmentType } from './constants.ts';
import { parseNotes } from './notes.ts';
import { looseU64, readHeaders } from './read-headers.ts';
import { emptySymbolTable, SymbolTable } from './symbol-table.ts';
import type { ElfFile, ElfHeader, ElfNote, ElfRelocation, ElfSection, ElfSegment, ElfSymbolTable } from './types.ts';

const gnuBuildId = 3;

/**
 * Reads the headers of an ELF file of either class and byte order; everything else is read when asked for.
 * @param name for messages
 * @throws FormatError when the bytes are not an ELF file or the headers are malformed.
 */
export function parseElf(bytes: Uint8Array, name = 'ELF file'): ElfFile {
  // Not a Buffer, whose slices are views where others' are copies.
  return new ParsedElf(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength), name);
}

class ParsedElf implements ElfFile {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly header: ElfHeader;
  readonly sections: readonly ElfSection[];
  readonly segments: readonly ElfSegment[];
  readonly #reader: ByteReader;
  readonly #byName = new Map<string, ElfSection>();
  #symbols: ElfSymbolTable | undefined;
  #dynamicSymbols: ElfSymbolTable | undefined;

  constructor(bytes: Uint8Array, name: string) {
    const { reader, header, sections, segments } = readHeaders(bytes, name);
    this.name = name;
    this.bytes = bytes;
    this.header = header;
    this.sections = sections;
    this.segments = segments;
    this.#reader = reader;
    for (const section of sections)
      if (section.type !== sectionType.null && !this.#byName.has(section.name)) this.#byName.set(section.name, section);
  }

  get symbols(): ElfSymbolTable {
    this.#symbols ??= this.#symbolTable(sectionType.symtab);
    return this.#symbols;
  }

  get dynamicSymbols(): ElfSymbolTable {
    this.#dynamicSymbols ??= this.#symbolTable(sectionType.dynsym);
    return this.#dynamicSymbols;
  }

  section(name: string): ElfSection | undefined {
    return this.#byName.get(name);
  }

  relocations(section: ElfSection): readonly ElfRelocation[] {
    const result: ElfRelocation[] = [];
    for (const table of this.sections) {
      const isRelocation = table.type === sectionType.rel || table.type === sectionType.rela;
      if (isRelocation && table.info === section.index && section.index !== 0)
        for (const record of this.#readRelocations(table)) result.push(record);
    }
    return result;
  }

  notes(): readonly ElfNote[] {
    const { endian } = this.header;
    const sections = this.sections.filter((section) => section.type === sectionType.note);
    if (sections.length > 0)
      return sections.flatMap((section) => {
        const reader = new ByteReader(section.data, this.name, endian);
        return parseNotes(reader, section.name, section.alignment);
      });
    const segments = this.segments.filter((segment) => segment.type === segmentType.note);
    return segments.flatMap((segment) => {
      const reader = new ByteReader(this.#reader.slice(segment.offset, segment.fileSize), this.name, endian);
      return parseNotes(reader, undefined, segment.alignment);
    });
  }

  buildId(): string | undefined {
    const note = this.notes().find(({ owner, type }) => owner === 'GNU' && type === gnuBuildId);
    return note && Array.from(note.description, (byte) => byte.toString(16).padStart(2, '0')).join('');
  }

  debugLink(): { readonly file: string; readonly crc: number } | undefined {
    const section = this.section('.gnu_debuglink');
    if (!section) return undefined;
    const reader = new ByteReader(section.data, `${this.name} .gnu_debuglink`, this.header.endian);
    const file = reader.cstring(0);
    const crcOffset = (section.data.indexOf(0) + 4) & ~3;
    return { file, crc: reader.u32(crcOffset) };
  }

  fileOffset(address: number): number | undefined {
    const segment = this.segments.find(
      (candidate) =>
        candidate.type === segmentType.load &&
        address >= candidate.address &&
        address < candidate.address + candidate.fileSize,
    );
    return segment && address - segment.address + segment.offset;
  }

  address(fileOffset: number): number | undefined {
    const segment = this.segments.find(
      (candidate) =>
        candidate.type === segmentType.load &&
        fileOffset >= candidate.offset &&
        fileOffset < candidate.offset + candidate.fileSize,
    );
    return segment && fileOffset - segment.offset + segment.address;
  }

  #symbolTable(type: number): ElfSymbolTable {
    const table = this.sections.find((section) => section.type === type);
    if (!table) return emptySymbolTable;
    const strings = this.sections[table.link];
    if (strings?.type !== sectionType.strtab)
      throw new FormatError(this.name, `section ${table.name}: its string table (section ${table.link}) is none`);
    const extended = this.sections.find(
      (section) => section.type === sectionType.symtabShndx && section.link === table.index,
    );
    extended?.data; // Checks its bounds once.
    return new SymbolTable({
      reader: this.#reader,
      wide: this.header.class === 64,
      table,
      strings,
      extended,
      sectionCount: this.sections.length,
    });
  }

  #readRelocations(table: ElfSection): ElfRelocation[] {
    const wide = this.header.class === 64;
    const hasAddend = table.type === sectionType.rela;
    const minimum = (wide ? 8 : 4) * (hasAddend ? 3 : 2);
    const size = table.entrySize === 0 ? minimum : table.entrySize;
    if (size < minimum || table.size % size !== 0)
      throw new FormatError(this.name, `section ${table.name}: ${table.size} bytes of relocations, ${size} each`);
    const reader = new ByteReader(table.data, `${this.name} ${table.name}`, this.header.endian);
    return Array.from({ length: table.size / size }, (_, index) =>
      wide ? readRelocation64(reader, index * size, hasAddend) : readRelocation32(reader, index * size, hasAddend),
    );
  }
}

function readRelocation64(reader: ByteReader, at: number, hasAddend: boolean): ElfRelocation {
  const info = reader.u64(at + 8);
  return {
    offset: looseU64(reader, at),
    type: Number(info & 0xffff_ffffn),
    symbol: Number(info >> 32n),
    addend: hasAddend ? Number(reader.i64(at + 16)) : undefined,
  };
}

function readRelocation32(reader: ByteReader, at: number, hasAddend: boolean): ElfRelocation {
  const info = reader.u32(at + 4);
  return {
    offset: reader.u32(at),
    type: info & 0xff,
    symbol: info >>> 8,
    addend: hasAddend ? reader.i32(at + 8) : undefined,
  };
}
