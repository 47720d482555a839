// Reads the file header, section headers and program headers of either class and byte order.

import { ByteReader, decodeCString, FormatError } from '../base/index.ts';
import { reservedIndex, sectionFlag, sectionType } from './constants.ts';
import type { ElfHeader, ElfSection, ElfSegment } from './types.ts';

/** Where the header tables stand. */
interface Tables {
  readonly sectionOffset: number;
  readonly sectionEntrySize: number;
  readonly sectionCount: number;
  readonly nameSection: number;
  readonly segmentOffset: number;
  readonly segmentEntrySize: number;
  readonly segmentCount: number;
}

/** What the first reading of a file gives. */
export interface ElfHeaders {
  readonly reader: ByteReader;
  readonly header: ElfHeader;
  readonly sections: readonly ElfSection[];
  readonly segments: readonly ElfSegment[];
}

/** A 64-bit number, rounded above 2^53. */
export function looseU64(reader: ByteReader, offset: number): number {
  const little = reader.endian === 'little';
  const low = reader.u32(little ? offset : offset + 4);
  const high = reader.u32(little ? offset + 4 : offset);
  return high * 0x1_0000_0000 + low;
}

/** Reads every header. @throws FormatError when the bytes are not an ELF file. */
export function readHeaders(bytes: Uint8Array, what: string): ElfHeaders {
  const [a, b, c, d, bits, order] = bytes;
  if (a !== 0x7f || b !== 0x45 || c !== 0x4c || d !== 0x46) throw new FormatError(what, 'not an ELF file');
  if (bits !== 1 && bits !== 2) throw new FormatError(what, `unknown ELF class ${bits}`, { offset: 4 });
  if (order !== 1 && order !== 2) throw new FormatError(what, `unknown byte order ${order}`, { offset: 5 });
  const reader = new ByteReader(bytes, what, order === 1 ? 'little' : 'big');
  const wide = bits === 2;
  reader.check(0, wide ? 64 : 52);
  const header: ElfHeader = {
    class: wide ? 64 : 32,
    endian: reader.endian,
    type: reader.u16(16),
    machine: reader.u16(18),
    entry: wide ? looseU64(reader, 24) : reader.u32(24),
    flags: reader.u32(wide ? 48 : 36),
  };
  const tables = readTables(reader, wide);
  return { reader, header, sections: readSections(reader, wide, tables), segments: readSegments(reader, wide, tables) };
}

function readTables(reader: ByteReader, wide: boolean): Tables {
  const at = wide ? 54 : 42; // e_phentsize
  const sectionOffset = wide ? reader.size64(40) : reader.u32(32);
  let segmentCount = reader.u16(at + 2);
  let sectionCount = reader.u16(at + 6);
  let nameSection = reader.u16(at + 8);
  const sectionEntrySize = reader.u16(at + 4);
  if (sectionOffset > 0) {
    // Counts that do not fit into 16 bits stand in section 0.
    const first = readSection(reader, wide, sectionOffset);
    if (sectionCount === 0) sectionCount = first.size;
    if (nameSection === reservedIndex.extended) nameSection = first.link;
    if (segmentCount === 0xffff) segmentCount = first.info;
  }
  return {
    sectionOffset,
    sectionEntrySize,
    sectionCount: sectionOffset > 0 ? sectionCount : 0,
    nameSection,
    segmentOffset: wide ? reader.size64(32) : reader.u32(28),
    segmentEntrySize: reader.u16(at),
    segmentCount,
  };
}

interface RawSection extends Omit<ElfSection, 'name' | 'index' | 'data' | 'compressed'> {
  readonly nameOffset: number;
}

function readSection(reader: ByteReader, wide: boolean, at: number): RawSection {
  const word = (index: number): number =>
    // Layout: name, type (32 bits each), flags, address, offset, size (words), link, info (32), alignment, entry size (words).
    wide ? looseU64(reader, at + 8 + index * 8) : reader.u32(at + 8 + index * 4);
  const tail = at + (wide ? 40 : 24);
  reader.check(at, wide ? 64 : 40);
  return {
    nameOffset: reader.u32(at),
    type: reader.u32(at + 4),
    flags: word(0),
    address: word(1),
    offset: word(2),
    size: word(3),
    link: reader.u32(tail),
    info: reader.u32(tail + 4),
    alignment: wide ? looseU64(reader, tail + 8) : reader.u32(tail + 8),
    entrySize: wide ? looseU64(reader, tail + 16) : reader.u32(tail + 12),
  };
}

function readSections(reader: ByteReader, wide: boolean, tables: Tables): ElfSection[] {
  const { sectionOffset, sectionEntrySize, sectionCount, nameSection } = tables;
  if (sectionCount === 0) return [];
  const minimum = wide ? 64 : 40;
  if (sectionEntrySize < minimum)
    throw new FormatError(reader.what, `section headers of ${sectionEntrySize} bytes, ${minimum} needed`);
  reader.check(sectionOffset, sectionCount * sectionEntrySize);
  const raw: RawSection[] = [];
  for (let index = 0; index < sectionCount; index++)
    raw.push(readSection(reader, wide, sectionOffset + index * sectionEntrySize));
  const names = raw[nameSection];
  if (!names && nameSection !== 0) throw new FormatError(reader.what, `no section ${nameSection} for the names`);
  return raw.map((section, index) => {
    const name = names && nameSection !== 0 ? sectionString(reader, names, section.nameOffset, longestSectionName) : '';
    return new Section(reader, section, index, name);
  });
}

// Longer names are an attack: many that share one long string would take forever.
const longestSectionName = 4096;
const longestName = 65_536;

/** The string at `offset` of a string table section. @throws FormatError when it does not end, or is absurdly long. */
export function sectionString(
  reader: ByteReader,
  table: { readonly offset: number; readonly size: number },
  offset: number,
  longest = longestName,
): string {
  if (offset === 0 && table.size === 0) return '';
  if (offset >= table.size)
    throw new FormatError(reader.what, `string ${offset} outside a string table of ${table.size} bytes`);
  const end = Math.min(table.offset + table.size, table.offset + offset + longest);
  reader.check(table.offset, table.size);
  let text = '';
  for (let at = table.offset + offset; at < end; at++) {
    const byte = reader.bytes[at] ?? 0;
    if (byte === 0) return text;
    // Names are ASCII but for a few of C++ and Rust, which go the long way.
    if (byte >= 0x80) return utf8String(reader, table.offset + offset, end);
    text += String.fromCharCode(byte);
  }
  throw new FormatError(reader.what, `string ${offset} does not end within ${longest} bytes`);
}

function utf8String(reader: ByteReader, offset: number, end: number): string {
  const bytes = reader.bytes.subarray(offset, end);
  if (!bytes.includes(0)) throw new FormatError(reader.what, 'string without terminating NUL', { offset });
  return decodeCString(bytes);
}

function readSegments(reader: ByteReader, wide: boolean, tables: Tables): ElfSegment[] {
  const { segmentOffset, segmentEntrySize, segmentCount } = tables;
  if (segmentCount === 0 || segmentOffset === 0) return [];
  const minimum = wide ? 56 : 32;
  if (segmentEntrySize < minimum)
    throw new FormatError(reader.what, `program headers of ${segmentEntrySize} bytes, ${minimum} needed`);
  reader.check(segmentOffset, segmentCount * segmentEntrySize);
  return Array.from({ length: segmentCount }, (_, index) => {
    const at = segmentOffset + index * segmentEntrySize;
    return wide ? readSegment64(reader, at) : readSegment32(reader, at);
  });
}

function readSegment64(reader: ByteReader, at: number): ElfSegment {
  return {
    type: reader.u32(at),
    flags: reader.u32(at + 4),
    offset: looseU64(reader, at + 8),
    address: looseU64(reader, at + 16),
    fileSize: looseU64(reader, at + 32),
    memorySize: looseU64(reader, at + 40),
    alignment: looseU64(reader, at + 48),
  };
}

function readSegment32(reader: ByteReader, at: number): ElfSegment {
  return {
    type: reader.u32(at),
    offset: reader.u32(at + 4),
    address: reader.u32(at + 8),
    fileSize: reader.u32(at + 16),
    memorySize: reader.u32(at + 20),
    flags: reader.u32(at + 24),
    alignment: reader.u32(at + 28),
  };
}

class Section implements ElfSection {
  readonly index: number;
  readonly name: string;
  readonly type: number;
  readonly flags: number;
  readonly address: number;
  readonly offset: number;
  readonly size: number;
  readonly link: number;
  readonly info: number;
  readonly alignment: number;
  readonly entrySize: number;
  readonly #reader: ByteReader;

  constructor(reader: ByteReader, raw: RawSection, index: number, name: string) {
    this.#reader = reader;
    this.index = index;
    this.name = name;
    this.type = raw.type;
    this.flags = raw.flags;
    this.address = raw.address;
    this.offset = raw.offset;
    this.size = raw.size;
    this.link = raw.link;
    this.info = raw.info;
    this.alignment = raw.alignment;
    this.entrySize = raw.entrySize;
  }

  get compressed(): boolean {
    return (this.flags & sectionFlag.compressed) !== 0;
  }

  get data(): Uint8Array {
    if (this.type === sectionType.nobits || this.type === sectionType.null) return new Uint8Array(0);
    return this.#reader.slice(this.offset, this.size);
  }
}
