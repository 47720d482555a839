// Versions of a library's symbols: `realpath@@GLIBC_2.3` is what new programs get, `realpath@GLIBC_2.2.5` what old ones keep.
// Source: Linux Standard Base Core 5.0, "Symbol Versioning" (sections .gnu.version and .gnu.version_d).

import { ByteReader } from '../base/index.ts';
import type { ElfFile } from '../elf/index.ts';

/** A symbol's version. */
export interface SymbolVersion {
  /** As in `GLIBC_2.3`; undefined for symbols without. */
  readonly name: string | undefined;
  /** Kept for old programs only: a newer version of the same name exists. */
  readonly hidden: boolean;
}

const hiddenBit = 0x8000;
const none: SymbolVersion = { name: undefined, hidden: false };

/** Versions of the dynamic symbols, by row of the table. @throws FormatError when a section is malformed */
export function symbolVersions(elf: ElfFile): (row: number) => SymbolVersion {
  const section = elf.section('.gnu.version');
  if (!section) return () => none;
  const versions = new ByteReader(section.data, '.gnu.version', elf.header.endian);
  const names = versionNames(elf);
  return (row) => {
    if (row * 2 + 2 > versions.length) return none;
    const value = versions.u16(row * 2);
    return { name: names.get(value & ~hiddenBit), hidden: (value & hiddenBit) !== 0 };
  };
}

/** Names of the versions that the library defines, by number. */
function versionNames(elf: ElfFile): Map<number, string> {
  const names = new Map<number, string>();
  const section = elf.section('.gnu.version_d');
  const strings = section && elf.sections[section.link];
  if (!section || !strings) return names;
  const reader = new ByteReader(section.data, '.gnu.version_d', elf.header.endian);
  const text = new ByteReader(strings.data, '.dynstr', elf.header.endian);
  // A definition: version, flags, number, count of names, hash, offset of the first name, offset of the next definition.
  for (let at = 0, left = section.info; left > 0; left--) {
    const firstName = at + reader.u32(at + 12);
    names.set(reader.u16(at + 4), text.cstring(reader.u32(firstName)));
    const next = reader.u32(at + 16);
    if (next === 0) break;
    at += next;
  }
  return names;
}
