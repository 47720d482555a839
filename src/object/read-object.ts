// Reads a compiled BPF object (ELF) into the blueprint that hosts load.

import { FormatError } from '../base/index.ts';
import type { CodeFunction } from './code-function.ts';
import { linkProgram } from './link.ts';
import { dataMapName } from './map-name.ts';
import { programKind } from './program-kind.ts';
import { codeFunctions, FunctionTable } from './read/code-functions.ts';
import { readExterns } from './read/externs.ts';
import type { ObjectMaps } from './read/maps.ts';
import { readMaps } from './read/maps.ts';
import { openObjectFile } from './read/object-file.ts';
import { completeTypes, encodeKernelTypes } from './read/object-types.ts';
import type { RelocationScope } from './read/relocations.ts';
import { resolveSection } from './read/relocations.ts';
import type { BpfObject, MapSpec, ProgramSpec } from './types.ts';

/** How to read an object. */
export interface ReadObjectOptions {
  /** File name, for messages; its part before the first dot is the prefix of the maps of global variables. */
  readonly name: string;
}

/**
 * Reads a relocatable object as clang (`-target bpf -c`) or gcc (`bpf-unknown-none-gcc`) writes it: programs linked with the
 * functions they call, maps, global variables, externs, types. The result depends on the bytes and the name alone.
 * @throws FormatError when the object is malformed or holds something unsupported.
 */
export function readObject(bytes: Uint8Array, { name }: ReadObjectOptions): BpfObject {
  const file = openObjectFile(bytes, name);
  const externs = readExterns(file);
  const btf = file.btf && completeTypes(file, file.btf, externs);
  const table = new FunctionTable(file);
  const maps = readMaps(table, btf, externs);
  const scope: RelocationScope = {
    table,
    externs: new Map(externs.map((extern) => [extern.name, extern])),
    kconfigMap: dataMapName(name, '.kconfig'),
    ...mapFinders(maps),
  };
  const sections = [...file.roles].filter(([, { kind }]) => kind === 'code').map(([index]) => index);
  const resolved = new Map(
    sections.map((index) => [index, resolveSection(scope, sectionOf(file.elf.sections, index))]),
  );
  const functions = codeFunctions(table, resolved);
  return {
    name,
    license: file.license,
    kernelVersion: file.kernelVersion,
    programs: functions.filter(({ isProgram }) => isProgram).map((entry) => toProgram(functions, entry, maps.all)),
    maps: maps.all,
    btf,
    btfBytes: btf && encodeKernelTypes(btf, file.ext),
    externs,
  };
}

function sectionOf<T>(sections: readonly T[], index: number): T {
  const section = sections[index];
  if (!section) throw new FormatError('ELF', `no section ${index}`);
  return section;
}

function mapFinders({ placed }: ObjectMaps): Pick<RelocationScope, 'mapAt' | 'dataMap'> {
  const byPlace = new Map(placed.map(({ map, sectionIndex, offset }) => [`${sectionIndex} ${offset}`, map]));
  return {
    mapAt: (sectionIndex, offset) => byPlace.get(`${sectionIndex} ${offset}`)?.name,
    dataMap: (sectionIndex): string | undefined => {
      const map = byPlace.get(`${sectionIndex} 0`);
      return map?.data ? map.name : undefined;
    },
  };
}

function toProgram(functions: readonly CodeFunction[], entry: CodeFunction, maps: readonly MapSpec[]): ProgramSpec {
  const kind = programKind(entry.section);
  const owner = kind.type === 'struct_ops' ? structOpsMap(maps, entry.name) : undefined;
  return {
    name: entry.name,
    section: kind.section,
    type: kind.type,
    attachType: kind.attachType,
    attachTypeOptional: kind.attachTypeOptional,
    attachBtf: kind.attachBtf,
    attach: owner ? { kind: 'struct-ops', map: owner } : kind.attach,
    flags: kind.flags,
    autoload: kind.autoload,
    ...linkProgram(functions, entry),
  };
}

function structOpsMap(maps: readonly MapSpec[], program: string): string | undefined {
  return maps.find(({ structOps }) => structOps?.functions.some((slot) => slot.program === program))?.name;
}
