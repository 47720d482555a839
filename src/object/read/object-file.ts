// The parts of a compiled object: which section is what, before anything is made of them.

import { ByteReader, decodeCString, FormatError } from '../../base/index.ts';
import type { BtfExt, ParsedBtf } from '../../btf/index.ts';
import { parseBtf, parseBtfExt } from '../../btf/index.ts';
import type { ElfFile, ElfSection, ElfSymbol } from '../../elf/index.ts';
import { fileType, machine, parseElf, sectionFlag, sectionType } from '../../elf/index.ts';
import type { DataSection } from '../types.ts';

/** What a section is for; sections of no interest (debug information, strings) have no role. */
export type SectionRole =
  | { readonly kind: 'code' }
  | { readonly kind: 'data'; readonly data: Exclude<DataSection['kind'], 'kconfig'> }
  | { readonly kind: 'maps' }
  | { readonly kind: 'legacy-maps' }
  | { readonly kind: 'struct-ops'; readonly link: boolean; readonly autocreate: boolean };

/** A compiled object taken apart. */
export interface ObjectFile {
  readonly name: string;
  readonly elf: ElfFile;
  readonly symbols: readonly ElfSymbol[];
  /** By section index. */
  readonly roles: ReadonlyMap<number, SectionRole>;
  /** The section of subprograms; 0 where there is none. */
  readonly textIndex: number;
  readonly btf: ParsedBtf | undefined;
  readonly ext: BtfExt | undefined;
  readonly license: string;
  readonly kernelVersion: number;
}

/** @throws FormatError when this is no relocatable BPF object. */
export function openObjectFile(bytes: Uint8Array, name: string): ObjectFile {
  // Node's Buffer is a Uint8Array whose `slice` does not copy.
  const elf = parseElf(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength), name);
  checkHeader(elf);
  const roles = new Map<number, SectionRole>();
  for (const section of elf.sections) {
    const role = roleOf(section);
    if (role) roles.set(section.index, role);
  }
  const btfSection = elf.section('.BTF');
  const btf = btfSection && parseBtf(btfSection.data, { name: `${name} .BTF` });
  const extSection = elf.section('.BTF.ext');
  const text = elf.sections.find(({ index, name }) => name === '.text' && roles.has(index));
  return {
    name,
    elf,
    symbols: [...elf.symbols],
    roles,
    textIndex: text?.index ?? 0,
    btf,
    ext: btf && extSection && parseBtfExt(extSection.data, btf),
    license: decodeCString(elf.section('license')?.data ?? new Uint8Array(0)),
    kernelVersion: readVersion(elf),
  };
}

function checkHeader({ name, header }: ElfFile): void {
  if (header.type !== fileType.relocatable)
    throw new FormatError(name, 'is no relocatable object', { hint: 'compile with -c, and do not link' });
  // Old versions of LLVM wrote no machine.
  if (header.machine !== machine.bpf && header.machine !== machine.none)
    throw new FormatError(name, `is for machine ${header.machine}, not BPF`, { hint: 'compile with -target bpf' });
  if (header.class !== 64) throw new FormatError(name, 'is no 64-bit object');
  if (header.endian !== 'little')
    throw new FormatError(name, 'is big-endian', { hint: 'compile with -target bpfel, or bpf on this machine' });
}

function readVersion(elf: ElfFile): number {
  const section = elf.section('version');
  return section && section.data.length >= 4 ? new ByteReader(section.data, `${elf.name} version`).u32(0) : 0;
}

const structOpsPattern = /^(\?)?\.struct_ops(\.link)?$/;

function roleOf(section: ElfSection): SectionRole | undefined {
  const { name, type, flags, size } = section;
  if (size === 0) return undefined;
  if (type === sectionType.nobits)
    return name === '.bss' || name.startsWith('.bss.') ? { kind: 'data', data: 'bss' } : undefined;
  if (type !== sectionType.progbits) return undefined;
  if (name === '.maps') return { kind: 'maps' };
  if (name === 'maps') return { kind: 'legacy-maps' };
  const [isStructOps, optional, link] = structOpsPattern.exec(name) ?? [];
  if (isStructOps !== undefined)
    return { kind: 'struct-ops', link: link !== undefined, autocreate: optional === undefined };
  if (flags & sectionFlag.execInstr) return { kind: 'code' };
  if (name === '.data' || name.startsWith('.data.')) return { kind: 'data', data: 'data' };
  if (name === '.rodata' || name.startsWith('.rodata.')) return { kind: 'data', data: 'rodata' };
  return undefined;
}

/** Whether the symbol is to be supplied by the kernel. */
export function isExtern({ definition, binding, type, name }: ElfSymbol): boolean {
  return definition === 'undefined' && (binding === 'global' || binding === 'weak') && type === 'none' && name !== '';
}

/** Whether the symbol, though not local, is not to be seen by others. */
export function isHidden({ visibility }: ElfSymbol): boolean {
  return visibility === 'hidden' || visibility === 'internal';
}

/** The section of an index. @throws FormatError when there is none. */
export function sectionAt({ elf, name }: ObjectFile, index: number): ElfSection {
  const section = elf.sections[index];
  if (!section) throw new FormatError(name, `no section ${index}`);
  return section;
}

/** The symbol of a row. @throws FormatError when there is none. */
export function symbolAt({ symbols, name }: ObjectFile, row: number): ElfSymbol {
  const symbol = symbols[row];
  if (!symbol) throw new FormatError(name, `relocation by symbol ${row}, which is not`);
  return symbol;
}
