// All maps of an object: declared ones, those of global variables, those of struct_ops.

import { FormatError } from '../../base/index.ts';
import type { Btf, TypeId } from '../../btf/index.ts';
import { sizeOf } from '../../btf/index.ts';
import type { ElfRelocation, ElfSection } from '../../elf/index.ts';
import { dataMapName } from '../map-name.ts';
import { declarationTags, findDatasec, isComposite, skipModifiers } from '../type-queries.ts';
import type { DataSection, ExternSpec, GlobalVariable, MapSpec } from '../types.ts';
import type { FunctionTable } from './code-functions.ts';
import type { PlacedMap } from './legacy-maps.ts';
import { readLegacyMaps } from './legacy-maps.ts';
import { emptyMap, readMapDefinition } from './map-definition.ts';
import type { ObjectFile, SectionRole } from './object-file.ts';
import { symbolAt } from './object-file.ts';
import { readStructOps } from './struct-ops.ts';

const readOnlyFlag = 1 << 7;
const mmapableFlag = 1 << 10;

/** Maps as the reader of an object knows them; those without a place are the host's (`.kconfig`). */
export interface ObjectMaps {
  readonly placed: readonly PlacedMap[];
  readonly kconfig: MapSpec | undefined;
  /** In libbpf's order. */
  readonly all: readonly MapSpec[];
}

/** @throws FormatError when a definition is malformed or a name stands for two maps. */
export function readMaps(table: FunctionTable, btf: Btf | undefined, externs: readonly ExternSpec[]): ObjectMaps {
  const { file } = table;
  const byRole = (role: SectionRole['kind']): ElfSection[] =>
    file.elf.sections.filter(({ index }) => file.roles.get(index)?.kind === role);
  const declared = [
    ...byRole('legacy-maps').flatMap((section) => readLegacyMaps(file, section)),
    ...byRole('maps').flatMap((section) => readDeclaredMaps(table, btf, section)),
  ];
  const data = byRole('data').map((section) => dataMap(file, btf, section));
  const structOps = byRole('struct-ops').flatMap((section) => readStructOps(table, btf, section));
  const kconfig = kconfigMap(file.name, btf, externs);
  const placed = [...declared, ...data, ...structOps];
  const all = placed.map(({ map }) => map);
  if (kconfig) all.push(kconfig);
  checkNames(all);
  return { placed, kconfig, all };
}

function checkNames(maps: readonly MapSpec[]): void {
  const seen = new Set<string>();
  for (const { name } of maps) {
    if (seen.has(name)) throw new FormatError(`map "${name}"`, 'is declared twice');
    seen.add(name);
  }
}

function readDeclaredMaps(table: FunctionTable, btf: Btf | undefined, section: ElfSection): PlacedMap[] {
  const { file } = table;
  const datasec = btf && findDatasec(btf, '.maps');
  if (!btf || !datasec)
    throw new FormatError(`${file.name} section .maps`, 'has no type information', { hint: 'compile with -g' });
  const tags = declarationTags(btf);
  const maps = datasec.variables.map(({ type, offset, size }): PlacedMap & { size: number } => {
    const variable = btf.type(type);
    if (variable.kind !== 'var' || variable.linkage === 'extern')
      throw new FormatError(`${file.name} section .maps`, `type ${type} is no map`);
    if (offset + size > section.size) throw new FormatError(`map "${variable.name}"`, 'lies outside its section');
    const definition = readMapDefinition(btf, variable.name, variable.type);
    const tagged = tags.get(type);
    const map = tagged ? { ...definition, tags: tagged } : definition;
    return { map, sectionIndex: section.index, offset, size };
  });
  for (const relocation of file.elf.relocations(section)) setInitial(table, btf, { section, maps, relocation });
  return maps;
}

interface InitialSlot {
  readonly section: ElfSection;
  readonly maps: (PlacedMap & { size: number })[];
  readonly relocation: ElfRelocation;
}

/** A relocation inside a map's definition fills one slot of its `values`. */
function setInitial(table: FunctionTable, btf: Btf, { section, maps, relocation }: InitialSlot): void {
  const { file } = table;
  const where = `${file.name} section .maps`;
  const place = maps.findIndex(({ offset, size }) => relocation.offset >= offset && relocation.offset < offset + size);
  const owner = maps[place];
  if (!owner) throw new FormatError(where, 'a relocation belongs to no map', { offset: relocation.offset });
  const start = valuesOffset(btf, owner.map.name);
  const index = (relocation.offset - owner.offset - start) / 8;
  if (!Number.isInteger(index) || index < 0)
    throw new FormatError(`map "${owner.map.name}"`, 'a relocation does not lie in its "values"');
  const symbol = symbolAt(file, relocation.symbol);
  let name: string | undefined;
  if (owner.map.type === 'prog_array') {
    const target = table.indexAt(symbol.section, symbol.value / 8);
    if (symbol.type === 'function') name = target === undefined ? undefined : table.places[target]?.symbol.name;
  } else if (symbol.section === section.index) {
    name = maps.find(({ offset }) => offset === symbol.value)?.map.name;
  }
  if (name === undefined || symbol.definition !== 'section')
    throw new FormatError(`map "${owner.map.name}"`, `its value ${index} ("${symbol.name}") is not what it can hold`);
  maps[place] = { ...owner, map: { ...owner.map, initial: [...owner.map.initial, { index, name }] } };
}

function valuesOffset(btf: Btf, map: string): number {
  const id = btf.findAll(map).find((candidate) => btf.type(candidate).kind === 'var');
  const variable = id === undefined ? undefined : btf.type(id);
  const struct = variable?.kind === 'var' ? skipModifiers(btf, variable.type).type : undefined;
  const member = struct && isComposite(struct) ? struct.members.find(({ name }) => name === 'values') : undefined;
  if (!member) throw new FormatError(`map "${map}"`, 'has no "values"');
  return member.bitOffset / 8;
}

function dataMap(file: ObjectFile, btf: Btf | undefined, section: ElfSection): PlacedMap {
  const role = file.roles.get(section.index);
  const kind = role?.kind === 'data' ? role.data : 'data';
  const contents = kind === 'bss' ? zeros(section.name, section.size) : section.data.slice();
  const data = { section: section.name, kind, contents, variables: variablesOf(btf, section.name) };
  return { map: mapOfData(file.name, btf, data), sectionIndex: section.index, offset: 0 };
}

/** Far more than any kernel lets a program have. */
const maxDataSize = 1 << 28;

function zeros(section: string, size: number): Uint8Array {
  if (size > maxDataSize) throw new FormatError(`section ${section}`, `${size} bytes are too many`);
  return new Uint8Array(size);
}

function variablesOf(btf: Btf | undefined, section: string): GlobalVariable[] {
  const datasec = btf && findDatasec(btf, section);
  return (datasec?.variables ?? []).flatMap(({ type, offset, size }): GlobalVariable[] => {
    const variable = btf?.type(type);
    if (variable?.kind !== 'var') return [];
    const linkage = variable.linkage === 'static' ? 'static' : 'global';
    // Of a static struct the compiler may keep only the members in use: what is left has no type.
    const isWhole = hasSize(btf, variable.type, size);
    return [{ name: variable.name, offset, size, type: isWhole ? variable.type : 0, linkage }];
  });
}

function hasSize(btf: Btf | undefined, type: TypeId, size: number): boolean {
  try {
    return btf !== undefined && sizeOf(btf, type) === size;
  } catch (error) {
    if (error instanceof FormatError) return false;
    throw error;
  }
}

/** The map that holds a section of global variables. */
export function mapOfData(objectName: string, btf: Btf | undefined, data: DataSection): MapSpec {
  const valueType = btf?.find(data.section, 'datasec') ?? 0;
  // Static variables are the program's own; others are for user space to see.
  const isShared = valueType !== 0 && data.variables.some(({ linkage }) => linkage !== 'static');
  const isConstant = data.kind === 'rodata' || data.kind === 'kconfig';
  return {
    ...emptyMap(dataMapName(objectName, data.section)),
    type: 'array',
    keySize: 4,
    valueSize: data.contents.length,
    maxEntries: 1,
    flags: (isConstant ? readOnlyFlag : 0) | (isShared ? mmapableFlag : 0),
    valueType,
    data,
  };
}

/** The map of an object's configuration variables, all zero; undefined where it has none. */
export function kconfigMap(
  objectName: string,
  btf: Btf | undefined,
  externs: readonly ExternSpec[],
): MapSpec | undefined {
  const kconfig = externs.filter(({ kind }) => kind === 'kconfig');
  if (kconfig.length === 0) return undefined;
  const size = Math.max(...kconfig.map((extern) => extern.offset + extern.size));
  const variables = kconfig.map(
    ({ name, offset, size, type }): GlobalVariable => ({ name, offset, size, type, linkage: 'global' }),
  );
  const data = { section: '.kconfig', kind: 'kconfig', contents: zeros('.kconfig', size), variables } as const;
  return mapOfData(objectName, btf, data);
}
