// Fills in what compilers leave open in an object's types: sizes and offsets of data sections, places of externs.

import { FormatError } from '../../base/index.ts';
import type { Btf, BtfExt, BtfSectionVariable, BtfType, BtfTypeOf, TypeId } from '../../btf/index.ts';
import { BtfBuilder, encodeBtfWithExt, sizeOf } from '../../btf/index.ts';
import type { ElfSymbol } from '../../elf/index.ts';
import type { ExternSpec } from '../types.ts';
import type { ObjectFile } from './object-file.ts';
import { isHidden } from './object-file.ts';

/** A copy with the same ids, in which some types are replaced. */
export function copyTypes(btf: Btf, replace: (type: BtfType, id: TypeId) => BtfType = (type) => type): BtfBuilder {
  const copy = new BtfBuilder();
  for (let id = 1; id < btf.length; id++) copy.define(copy.reserve(), replace(btf.type(id), id));
  return copy;
}

/**
 * The object's types with data sections as the ELF file lays them out.
 * @throws FormatError when the types are malformed.
 */
export function completeTypes(file: ObjectFile, btf: Btf, externs: readonly ExternSpec[]): BtfBuilder {
  const symbols = new Map(file.symbols.map((symbol) => [symbol.name, symbol]));
  const hidden = new Set(file.symbols.filter(isHidden).map(({ name }) => name));
  return copyTypes(btf, (type) => {
    // Hidden functions and variables are private to the object, which the kernel calls static.
    if ((type.kind === 'func' || type.kind === 'var') && type.linkage === 'global' && hidden.has(type.name))
      return { ...type, linkage: 'static' };
    return type.kind === 'datasec' ? completeSection({ file, btf, symbols, externs }, type) : type;
  });
}

interface Layout {
  readonly file: ObjectFile;
  readonly btf: Btf;
  readonly symbols: ReadonlyMap<string, ElfSymbol>;
  readonly externs: readonly ExternSpec[];
}

function completeSection(layout: Layout, section: BtfTypeOf<'datasec'>): BtfType {
  if (section.name === '.kconfig') return placeExterns(layout, section);
  const elfSection = layout.file.elf.section(section.name);
  if (!elfSection) return section;
  const variables = section.variables.map((variable) => {
    const type = layout.btf.type(variable.type);
    const symbol = type.kind === 'var' && type.linkage !== 'static' ? layout.symbols.get(type.name) : undefined;
    return symbol?.section === elfSection.index ? { ...variable, offset: symbol.value } : variable;
  });
  return { ...section, size: elfSection.size, variables: sorted(variables) };
}

function sorted(variables: readonly BtfSectionVariable[]): BtfSectionVariable[] {
  return [...variables].sort((a, b) => a.offset - b.offset);
}

function placeExterns({ btf, externs }: Layout, section: BtfTypeOf<'datasec'>): BtfType {
  const places = new Map(externs.filter(({ kind }) => kind === 'kconfig').map((extern) => [extern.name, extern]));
  // Declared, but never used: there is no symbol, and no place in the map.
  const variables = section.variables.flatMap((variable) => {
    const type = btf.type(variable.type);
    const extern = type.kind === 'var' ? places.get(type.name) : undefined;
    return extern ? [{ ...variable, offset: extern.offset, size: extern.size }] : [];
  });
  const size = Math.max(0, ...variables.map(({ offset, size }) => offset + size));
  return { ...section, size, variables: sorted(variables) };
}

/**
 * Encodes types for `BPF_BTF_LOAD`: externs become defined variables, since the kernel knows no others. Ids stay, and the
 * strings of line information are in it.
 * @throws FormatError when the types are malformed.
 */
export function encodeKernelTypes(btf: Btf, lines: BtfExt['lines']): Uint8Array {
  const copy = copyTypes(btf, (type) => {
    if (type.kind === 'var' && type.linkage === 'extern') return { ...type, linkage: 'global' };
    if (type.kind !== 'datasec') return type;
    // Kernels before 6.9 take no `?` in a name.
    const name = type.name.replace('?', '_');
    return { ...type, name, variables: type.variables.filter((variable) => fitsItsType(btf, variable)) };
  });
  for (let id = 1; id < btf.length; id++) {
    const type = btf.type(id);
    if (type.kind === 'datasec' && type.name === '.ksyms') defineKernelSymbols(btf, copy, id, type);
  }
  return encodeBtfWithExt(copy, { functions: [], lines, core: [] }).btf;
}

/** A variable of which the compiler kept only a part is smaller than its type, and the kernel would refuse all types. */
function fitsItsType(btf: Btf, { type, size }: BtfSectionVariable): boolean {
  try {
    return btf.type(type).kind === 'func' || sizeOf(btf, type) <= size;
  } catch (error) {
    // Void has no size, but `extern const void` is replaced.
    if (error instanceof FormatError) return true;
    throw error;
  }
}

const dummySize = 4;

/** Each extern of `.ksyms` is made a four-byte integer; functions stay, but a variable stands for them in the section. */
function defineKernelSymbols(btf: Btf, copy: BtfBuilder, id: TypeId, section: BtfTypeOf<'datasec'>): void {
  const int = copy.add({ kind: 'int', name: 'int', size: dummySize, encoding: 'signed', bits: 32, bitOffset: 0 });
  const dummy = copy.add({ kind: 'var', name: 'dummy_ksym', type: int, linkage: 'global' });
  const variables = section.variables.map((variable, index) => {
    const type = btf.type(variable.type);
    if (type.kind === 'var') copy.define(variable.type, { ...type, type: int, linkage: 'global' });
    else if (type.kind === 'func') defineFunction(btf, copy, variable.type, type);
    else throw new FormatError('BTF', `a ${type.kind} in .ksyms`);
    return {
      type: type.kind === 'func' ? dummy : variable.type,
      offset: index * dummySize,
      size: dummySize,
    };
  });
  copy.define(id, { ...section, size: variables.length * dummySize, variables });
}

/** The kernel wants defined functions to name their parameters. */
function defineFunction(btf: Btf, copy: BtfBuilder, id: TypeId, type: BtfTypeOf<'func'>): void {
  copy.define(id, { ...type, linkage: 'global' });
  const proto = btf.type(type.type);
  if (proto.kind !== 'funcProto') throw new FormatError('BTF', `function "${type.name}" has no prototype`);
  const parameters = proto.parameters.map((parameter) =>
    parameter.type !== 0 && parameter.name === '' ? { ...parameter, name: 'dummy_ksym' } : parameter,
  );
  copy.define(type.type, { ...proto, parameters });
}
