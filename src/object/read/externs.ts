// What the kernel has to supply: configuration values, symbols and functions declared `extern`.

import { FormatError } from '../../base/index.ts';
import type { Btf, BtfType, TypeId } from '../../btf/index.ts';
import { alignOf, sizeOf } from '../../btf/index.ts';
import { isEnum, skipModifiers } from '../type-queries.ts';
import type { ExternSpec } from '../types.ts';
import type { ObjectFile } from './object-file.ts';
import { isExtern } from './object-file.ts';

interface Declaration {
  /** Id of the `var` or `func`. */
  readonly id: TypeId;
  readonly type: Extract<BtfType, { kind: 'var' | 'func' }>;
  readonly section: string;
}

/**
 * The externs of an object: kernel configuration first, in the order of their places in the `.kconfig` map, then symbols
 * and functions by name.
 * @throws FormatError when one is not declared as libbpf's `__kconfig` and `__ksym` do.
 */
export function readExterns(file: ObjectFile): ExternSpec[] {
  const symbols = file.symbols.filter(isExtern);
  if (symbols.length === 0) return [];
  const declarations = externDeclarations(file.btf);
  const externs = symbols.map(({ name, binding }) => {
    const declaration = declarations.get(name);
    if (!declaration || !file.btf)
      throw new FormatError(file.name, `extern "${name}" has no type information`, {
        hint: 'declare it with __ksym or __kconfig; memcpy and the like must be inlined (__builtin_memcpy)',
      });
    return externSpec(file.btf, declaration, binding === 'weak');
  });
  return placeKconfig(file.btf as Btf, externs);
}

function externDeclarations(btf: Btf | undefined): Map<string, Declaration> {
  const found = new Map<string, Declaration>();
  for (let id = btf?.firstId ?? 0; btf && id < btf.length; id++) {
    const section = btf.type(id);
    if (section.kind !== 'datasec') continue;
    for (const variable of section.variables) {
      const type = btf.type(variable.type);
      if ((type.kind === 'var' || type.kind === 'func') && type.linkage === 'extern')
        found.set(type.name, { id: variable.type, type, section: section.name });
    }
  }
  return found;
}

function externSpec(btf: Btf, { id, type, section }: Declaration, weak: boolean): ExternSpec {
  const { name } = type;
  if (section === '.kconfig') {
    if (type.kind === 'func') throw new FormatError('BTF', `extern function "${name}" in .kconfig`);
    if (!kconfigKind(btf, type.type)) throw new FormatError('BTF', `extern "${name}" is of no type that .kconfig has`);
    return { name, kind: 'kconfig', weak, type: type.type, offset: 0, size: sizeOf(btf, type.type) };
  }
  if (section !== '.ksyms') throw new FormatError('BTF', `extern "${name}" in the unknown section ${section}`);
  if (type.kind === 'func') return { name, kind: 'kfunc', weak, type: id, offset: 0, size: 0 };
  const isTyped = skipModifiers(btf, type.type).type.kind !== 'void';
  return { name, kind: 'ksym', weak, type: isTyped ? type.type : 0, offset: 0, size: 0 };
}

/** Kind of a configuration variable. */
export type KconfigKind = 'bool' | 'tristate' | 'char' | 'integer' | 'string';

/** How a variable of that type takes its value; undefined where it cannot. */
export function kconfigKind(btf: Btf, id: TypeId): KconfigKind | undefined {
  const { type } = skipModifiers(btf, id);
  if (type.kind === 'int') {
    if (type.encoding === 'bool') return type.size === 1 ? 'bool' : undefined;
    if (type.size === 1) return 'char';
    return [2, 4, 8].includes(type.size) ? 'integer' : undefined;
  }
  if (isEnum(type)) return type.name === 'libbpf_tristate' && type.size === 4 ? 'tristate' : undefined;
  if (type.kind === 'array' && type.length > 0) return kconfigKind(btf, type.type) === 'char' ? 'string' : undefined;
  return undefined;
}

/**
 * Gives configuration variables their places in the `.kconfig` map and sorts all externs, as libbpf does: largest
 * alignment first, then smallest size, then name; those that are not configuration come last, by name.
 * @throws FormatError when the type of one has no alignment.
 */
export function placeKconfig(btf: Btf, externs: readonly ExternSpec[]): ExternSpec[] {
  const alignment = (extern: ExternSpec): number => alignOf(btf, extern.type);
  const byName = (a: ExternSpec, b: ExternSpec): number => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
  const kconfig = externs
    .filter(({ kind }) => kind === 'kconfig')
    .sort((a, b) => alignment(b) - alignment(a) || a.size - b.size || byName(a, b));
  let end = 0;
  const placed = kconfig.map((extern) => {
    const align = alignment(extern);
    const offset = Math.ceil(end / align) * align;
    end = offset + extern.size;
    return { ...extern, offset };
  });
  return [...placed, ...externs.filter(({ kind }) => kind !== 'kconfig').sort(byName)];
}
