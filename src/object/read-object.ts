// Reads a compiled BPF object (ELF) into the blueprint that hosts load.

import { FormatError } from '../base/index.ts';
import { makeObject } from './make-object.ts';
import { dataMapName } from './map-name.ts';
import { codeFunctions, FunctionTable } from './read/code-functions.ts';
import { readExterns } from './read/externs.ts';
import type { ObjectMaps } from './read/maps.ts';
import { readMaps } from './read/maps.ts';
import { openObjectFile } from './read/object-file.ts';
import { completeTypes } from './read/object-types.ts';
import type { RelocationScope } from './read/relocations.ts';
import { resolveSection } from './read/relocations.ts';
import type { BpfObject } from './types.ts';

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
  return makeObject({
    name,
    license: file.license,
    kernelVersion: file.kernelVersion,
    functions: codeFunctions(table, resolved),
    maps: maps.all,
    btf,
    externs,
  });
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
