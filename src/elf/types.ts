// What the reader gives of an ELF file and what the writer takes.
// Source: System V ABI, chapters 4 and 5 (edition 4.1, with the gABI drafts); Linux include/uapi/linux/elf.h (v6.18).

import type { Endian } from '../base/index.ts';

/** One section header, and its bytes on demand. */
export interface ElfSection {
  readonly index: number;
  readonly name: string;
  /** `sh_type`, see {@link sectionType}. */
  readonly type: number;
  /** `sh_flags`, see {@link sectionFlag}. */
  readonly flags: number;
  /** Virtual address; 0 in relocatable objects. Rounded above 2^53. */
  readonly address: number;
  /** In the file. */
  readonly offset: number;
  /** In memory; what `data` holds, too, but for sections without bytes in the file (`.bss`). */
  readonly size: number;
  readonly link: number;
  readonly info: number;
  readonly alignment: number;
  readonly entrySize: number;
  /** Compressed (`SHF_COMPRESSED`): `data` is the compressed bytes with their header. */
  readonly compressed: boolean;
  /**
   * The bytes in the file (a view, not a copy); empty for `.bss`.
   * @throws FormatError when they lie outside the file.
   */
  readonly data: Uint8Array;
}

/** What a symbol stands for. */
export type ElfSymbolType = 'none' | 'object' | 'function' | 'section' | 'file' | 'common' | 'tls' | 'ifunc' | 'other';

/** How a symbol is seen from other objects. */
export type ElfSymbolBinding = 'local' | 'global' | 'weak' | 'unique' | 'other';

/** Visibility to other components. */
export type ElfVisibility = 'default' | 'internal' | 'hidden' | 'protected';

/** Where a symbol's value counts from: a section, nowhere (extern), zero, or not yet allocated. */
export type ElfDefinition = 'section' | 'undefined' | 'absolute' | 'common';

/** One row of a symbol table. */
export interface ElfSymbol {
  /** Row number: what relocations refer to. */
  readonly index: number;
  /** Without the version (`@GLIBC_2.2.5`). */
  readonly name: string;
  /** Offset in the section (relocatable objects) or virtual address. Rounded above 2^53. */
  readonly value: number;
  readonly size: number;
  readonly type: ElfSymbolType;
  readonly binding: ElfSymbolBinding;
  readonly visibility: ElfVisibility;
  readonly definition: ElfDefinition;
  /** Index of the section it is defined in (`SHN_XINDEX` resolved); 0 where `definition` is not `section`. */
  readonly section: number;
}

/** One relocation record. */
export interface ElfRelocation {
  /** In the section that it applies to. */
  readonly offset: number;
  readonly type: number;
  /** Row of the symbol table. */
  readonly symbol: number;
  /** Undefined for `REL` records: the addend is what the section holds at `offset`. */
  readonly addend: number | undefined;
}

/** One program header. Addresses are rounded above 2^53. */
export interface ElfSegment {
  /** `p_type`: 1 is `PT_LOAD`. */
  readonly type: number;
  /** 1: execute, 2: write, 4: read. */
  readonly flags: number;
  readonly offset: number;
  readonly address: number;
  readonly fileSize: number;
  readonly memorySize: number;
  readonly alignment: number;
}

/** One note: a build id, a USDT probe, ... */
export interface ElfNote {
  /** Section it stands in; undefined for files without section headers. */
  readonly section: string | undefined;
  /** As in `GNU` or `stapsdt`. */
  readonly owner: string;
  readonly type: number;
  readonly description: Uint8Array;
}

/** Facts of the file header. */
export interface ElfHeader {
  readonly class: 32 | 64;
  readonly endian: Endian;
  /** `e_type`: 1 relocatable, 2 executable, 3 shared object, 4 core. */
  readonly type: number;
  /** `e_machine`: 247 is BPF, 62 x86-64, 183 AArch64. */
  readonly machine: number;
  readonly entry: number;
  readonly flags: number;
}

/** A symbol table, decoded row by row as asked for. */
export interface ElfSymbolTable extends Iterable<ElfSymbol> {
  /** Number of rows, the empty row 0 included. */
  readonly length: number;
  /** @throws FormatError when there is no such row or it is malformed. */
  at(index: number): ElfSymbol;
  /** First defined symbol of that name, else the first undefined one; compares bytes, decodes nothing else. */
  find(name: string): ElfSymbol | undefined;
  /** The function or object that covers the address (nearest start below, within its size); binary search. */
  resolve(address: number): ElfSymbol | undefined;
}

/** An ELF file: its headers read, everything else on demand. */
export interface ElfFile {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly header: ElfHeader;
  /** All, the empty section 0 included: `sections[i].index === i`. */
  readonly sections: readonly ElfSection[];
  readonly segments: readonly ElfSegment[];
  /** `.symtab`: row numbers are those of relocations. Empty for stripped files. */
  readonly symbols: ElfSymbolTable;
  /** `.dynsym`. Empty for relocatable objects and static executables. */
  readonly dynamicSymbols: ElfSymbolTable;
  /** The first section of that name. */
  section(name: string): ElfSection | undefined;
  /** Records that apply to the section, in file order. @throws FormatError when they are malformed. */
  relocations(section: ElfSection): readonly ElfRelocation[];
  /** @throws FormatError when a note is malformed. */
  notes(): readonly ElfNote[];
  /** The GNU build id in hex; undefined where there is none. */
  buildId(): string | undefined;
  /** `.gnu_debuglink`: name and CRC-32 of the file with the symbols. */
  debugLink(): { readonly file: string; readonly crc: number } | undefined;
  /** Offset in the file of what is loaded at that virtual address; undefined where nothing of the file is. */
  fileOffset(address: number): number | undefined;
  /** Virtual address of what stands at that offset of the file; undefined where it is not loaded. */
  address(fileOffset: number): number | undefined;
}
