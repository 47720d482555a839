/**
 * ELF files: a lazy reader of objects and executables of either class and byte order, and a writer of relocatable
 * BPF objects. Bytes in, bytes out; malformed ones give `FormatError`.
 * @module
 */
export { bpfRelocation, fileType, machine, sectionFlag, sectionType, segmentType } from './constants.ts';
export { parseElf } from './parse-elf.ts';
export type {
  ElfDefinition,
  ElfFile,
  ElfHeader,
  ElfNote,
  ElfRelocation,
  ElfSection,
  ElfSegment,
  ElfSymbol,
  ElfSymbolBinding,
  ElfSymbolTable,
  ElfSymbolType,
  ElfVisibility,
} from './types.ts';
export type { ElfImage, ElfRelocationInput, ElfSectionInput, ElfSymbolInput } from './write-elf.ts';
export { writeElf } from './write-elf.ts';
