// Writes relocatable ELF64 objects; the same input gives the same bytes everywhere.

import { ByteWriter, type Endian, UsageError } from '../base/index.ts';
import {
  fileType,
  machine,
  reservedIndex,
  sectionFlag,
  sectionType,
  symbolBindings,
  symbolTypes,
  symbolVisibilities,
} from './constants.ts';
import type { ElfDefinition, ElfSymbolBinding, ElfSymbolType, ElfVisibility } from './types.ts';

/** A relocation of the section it is listed in. */
export interface ElfRelocationInput {
  readonly offset: number;
  readonly type: number;
  /** Index into {@link ElfImage.symbols}. */
  readonly symbol: number;
}

/** A section to be written. Symbol table, string table and relocation sections are made by the writer. */
export interface ElfSectionInput {
  readonly name: string;
  /** Default: `sectionType.progbits`. */
  readonly type?: number;
  readonly flags?: number;
  /** A power of two; default 1. */
  readonly alignment?: number;
  readonly entrySize?: number;
  readonly data?: Uint8Array;
  /** For `sectionType.nobits`, which has no data. */
  readonly size?: number;
  readonly relocations?: readonly ElfRelocationInput[];
}

/** A symbol to be written. */
export interface ElfSymbolInput {
  readonly name: string;
  readonly type?: Exclude<ElfSymbolType, 'ifunc' | 'other'>;
  /** Default: `local`, and `global` for undefined symbols. */
  readonly binding?: Exclude<ElfSymbolBinding, 'unique' | 'other'>;
  readonly visibility?: ElfVisibility;
  /** Default: `section` where `section` is given, else `undefined`. */
  readonly definition?: ElfDefinition;
  /** Index into {@link ElfImage.sections}. */
  readonly section?: number;
  readonly value?: number;
  readonly size?: number;
}

/** What {@link writeElf} takes. */
export interface ElfImage {
  readonly sections: readonly ElfSectionInput[];
  readonly symbols: readonly ElfSymbolInput[];
  /** Default: `machine.bpf`. */
  readonly machine?: number;
  readonly flags?: number;
  /** Default: little. */
  readonly endian?: Endian;
}

interface OutputSection {
  readonly name: string;
  readonly type: number;
  readonly flags: number;
  readonly alignment: number;
  readonly entrySize: number;
  readonly link: number;
  readonly info: number;
  readonly data: Uint8Array;
  readonly size: number;
}

const headerSize = 64;
const sectionHeaderSize = 64;
const symbolSize = 24;
const relocationSize = 16;

/**
 * Writes a relocatable ELF64 object. Local symbols are moved before the others, as the format demands; relocations follow.
 * Section `i` of the input gets number `i + 1`.
 * @throws UsageError when a symbol or relocation refers to something that is not there.
 */
export function writeElf(image: ElfImage): Uint8Array<ArrayBuffer> {
  const endian = image.endian ?? 'little';
  const order = symbolOrder(image.symbols);
  const strings = new StringTable();
  const sections = image.sections.map(inputSection);
  const symtabIndex = 1 + sections.length + image.sections.filter(hasRelocations).length;
  for (const [index, section] of image.sections.entries())
    if (hasRelocations(section))
      sections.push(relocationSection({ endian, order, symtabIndex, section, target: index + 1 }));
  sections.push(symbolSection(image, order, strings, symtabIndex + 1));
  for (const { name } of sections) strings.add(name);
  strings.add('.strtab');
  sections.push({
    ...plainSection('.strtab', sectionType.strtab),
    data: strings.bytes(),
    size: strings.bytes().length,
  });
  return layout(image, sections, strings);
}

function hasRelocations(section: ElfSectionInput): boolean {
  return (section.relocations?.length ?? 0) > 0;
}

function plainSection(name: string, type: number): OutputSection {
  return { name, type, flags: 0, alignment: 1, entrySize: 0, link: 0, info: 0, data: new Uint8Array(0), size: 0 };
}

function inputSection(section: ElfSectionInput): OutputSection {
  const data = section.data ?? new Uint8Array(0);
  return {
    ...plainSection(section.name, section.type ?? sectionType.progbits),
    flags: section.flags ?? 0,
    alignment: section.alignment ?? 1,
    entrySize: section.entrySize ?? 0,
    data,
    size: section.type === sectionType.nobits ? (section.size ?? 0) : data.length,
  };
}

/** New row number by index of the input: locals first, row 0 being the empty symbol. */
function symbolOrder(symbols: readonly ElfSymbolInput[]): {
  readonly rows: readonly number[];
  readonly locals: number;
} {
  const rows = new Array<number>(symbols.length);
  let next = 1;
  for (const [index, symbol] of symbols.entries()) if (bindingOf(symbol) === 'local') rows[index] = next++;
  const locals = next;
  for (const [index, symbol] of symbols.entries()) if (bindingOf(symbol) !== 'local') rows[index] = next++;
  return { rows, locals };
}

interface RelocationSectionInput {
  readonly endian: Endian;
  readonly order: { readonly rows: readonly number[] };
  readonly symtabIndex: number;
  readonly section: ElfSectionInput;
  readonly target: number;
}

function relocationSection(input: RelocationSectionInput): OutputSection {
  const { endian, order, symtabIndex, section, target } = input;
  const writer = new ByteWriter(endian);
  for (const { offset, type, symbol } of section.relocations ?? []) {
    const row = order.rows[symbol];
    if (row === undefined)
      throw new UsageError(`section ${section.name}: relocation by symbol ${symbol}, which is not`);
    writer.u64(BigInt(offset)).u64((BigInt(row) << 32n) | BigInt(type >>> 0));
  }
  const data = writer.finish();
  return {
    ...plainSection(`.rel${section.name}`, sectionType.rel),
    flags: sectionFlag.infoLink,
    alignment: 8,
    entrySize: relocationSize,
    link: symtabIndex,
    info: target,
    data,
    size: data.length,
  };
}

function symbolSection(
  image: ElfImage,
  order: { readonly rows: readonly number[]; readonly locals: number },
  strings: StringTable,
  strtabIndex: number,
): OutputSection {
  const byRow: ElfSymbolInput[] = [];
  for (const [index, row] of order.rows.entries()) byRow[row - 1] = image.symbols[index] as ElfSymbolInput;
  const writer = new ByteWriter(image.endian ?? 'little');
  writer.append(new Uint8Array(symbolSize));
  for (const symbol of byRow) {
    const type = symbolTypes.indexOf(symbol.type ?? 'none');
    const binding = symbolBindings.indexOf(bindingOf(symbol));
    writer.u32(strings.add(symbol.name)).u8((binding << 4) | type);
    writer.u8(symbolVisibilities.indexOf(symbol.visibility ?? 'default')).u16(sectionNumber(symbol, image));
    writer.u64(BigInt(symbol.value ?? 0)).u64(BigInt(symbol.size ?? 0));
  }
  const data = writer.finish();
  return {
    ...plainSection('.symtab', sectionType.symtab),
    alignment: 8,
    entrySize: symbolSize,
    link: strtabIndex,
    info: order.locals,
    data,
    size: data.length,
  };
}

function definitionOf(symbol: ElfSymbolInput): ElfDefinition {
  return symbol.definition ?? (symbol.section === undefined ? 'undefined' : 'section');
}

function bindingOf(symbol: ElfSymbolInput): 'local' | 'global' | 'weak' {
  return symbol.binding ?? (definitionOf(symbol) === 'undefined' ? 'global' : 'local');
}

function sectionNumber(symbol: ElfSymbolInput, image: ElfImage): number {
  const definition = definitionOf(symbol);
  if (definition !== 'section') return reservedIndex[definition];
  const index = symbol.section ?? -1;
  if (!image.sections[index]) throw new UsageError(`symbol ${symbol.name} is in section ${index}, which is not`);
  return index + 1;
}

/** Header, sections in order, section headers. */
function layout(image: ElfImage, sections: readonly OutputSection[], strings: StringTable): Uint8Array<ArrayBuffer> {
  if (sections.length + 1 >= reservedIndex.low) throw new UsageError(`${sections.length} sections are too many`);
  const writer = new ByteWriter(image.endian ?? 'little');
  writer.append(new Uint8Array(headerSize));
  const offsets = sections.map((section) => {
    writer.align(Math.max(1, section.alignment));
    const offset = writer.length;
    if (section.type !== sectionType.nobits) writer.append(section.data);
    return offset;
  });
  writer.align(8);
  const sectionOffset = writer.length;
  writer.append(new Uint8Array(sectionHeaderSize));
  for (const [index, section] of sections.entries()) {
    writer.u32(strings.add(section.name)).u32(section.type).u64(BigInt(section.flags)).u64(0n);
    writer
      .u64(BigInt(offsets[index] ?? 0))
      .u64(BigInt(section.size))
      .u32(section.link)
      .u32(section.info);
    writer.u64(BigInt(Math.max(1, section.alignment))).u64(BigInt(section.entrySize));
  }
  const bytes = writer.finish();
  bytes.set(fileHeader(image, sectionOffset, sections.length + 1));
  return bytes;
}

function fileHeader(image: ElfImage, sectionOffset: number, sectionCount: number): Uint8Array {
  const endian = image.endian ?? 'little';
  const header = new ByteWriter(endian);
  header.append(Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 2, endian === 'little' ? 1 : 2, 1, 0));
  header
    .u64(0n)
    .u16(fileType.relocatable)
    .u16(image.machine ?? machine.bpf)
    .u32(1)
    .u64(0n)
    .u64(0n);
  header
    .u64(BigInt(sectionOffset))
    .u32(image.flags ?? 0)
    .u16(headerSize)
    .u16(0)
    .u16(0);
  header
    .u16(sectionHeaderSize)
    .u16(sectionCount)
    .u16(sectionCount - 1);
  return header.finish();
}

/** Strings once each, in the order they came. */
class StringTable {
  readonly #writer = new ByteWriter();
  readonly #offsets = new Map<string, number>([['', 0]]);

  constructor() {
    this.#writer.u8(0);
  }

  add(text: string): number {
    const known = this.#offsets.get(text);
    if (known !== undefined) return known;
    const offset = this.#writer.length;
    this.#writer.cstring(text);
    this.#offsets.set(text, offset);
    return offset;
  }

  bytes(): Uint8Array {
    return this.#writer.finish();
  }
}
