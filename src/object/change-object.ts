// Changes to a blueprint before it is loaded. Each gives a new object; the old one stays as it is.

import { suggest, UsageError, ValueError } from '../base/index.ts';
import type { BpfObject, GlobalVariable, MapSpec, ProgramSpec } from './types.ts';

function unknown(what: string, name: string, known: readonly string[]): UsageError {
  const nearest = suggest(name, known);
  const hint = nearest ? `did you mean "${nearest}"?` : `it has: ${known.join(', ') || 'none'}`;
  return new UsageError(`the object has no ${what} "${name}"`, { hint });
}

/**
 * Sets the initial values of global variables, by name, in the object's own byte layout.
 * @throws UsageError for a variable that the object does not have; ValueError for a value of another size.
 */
export function setGlobals(object: BpfObject, values: Readonly<Record<string, Uint8Array>>): BpfObject {
  const maps = [...object.maps];
  const known: string[] = [];
  const places = new Map<string, { readonly index: number; readonly variable: GlobalVariable }>();
  for (const [index, map] of maps.entries())
    for (const variable of map.data?.variables ?? []) {
      known.push(variable.name);
      // Static variables of one name may be many, a global one is the only one.
      if (variable.linkage === 'global' || !places.has(variable.name)) places.set(variable.name, { index, variable });
    }
  for (const [name, bytes] of Object.entries(values)) {
    const place = places.get(name);
    if (!place) throw unknown('global variable', name, known);
    maps[place.index] = withVariable(maps[place.index] as MapSpec, place.variable, bytes);
  }
  return { ...object, maps };
}

function withVariable(map: MapSpec, { name, offset, size }: GlobalVariable, bytes: Uint8Array): MapSpec {
  if (!map.data) return map;
  if (bytes.length !== size) throw new ValueError(name, `${bytes.length} bytes given, it has ${size}`);
  if (offset + size > map.data.contents.length) throw new ValueError(name, 'lies outside its section');
  const contents = map.data.contents.slice();
  contents.set(bytes, offset);
  return { ...map, data: { ...map.data, contents } };
}

/**
 * Sets how many entries maps have, by name.
 * @throws UsageError for a map that the object does not have; ValueError for a number that no map can have.
 */
export function setMaxEntries(object: BpfObject, entries: Readonly<Record<string, number>>): BpfObject {
  const names = object.maps.map(({ name }) => name);
  for (const [name, count] of Object.entries(entries)) {
    if (!names.includes(name)) throw unknown('map', name, names);
    if (!Number.isInteger(count) || count < 0 || count > 0xffff_ffff)
      throw new ValueError(name, `${count} is no number of entries`);
  }
  const maps = object.maps.map((map) => {
    const maxEntries = Object.hasOwn(entries, map.name) ? entries[map.name] : undefined;
    return maxEntries === undefined ? map : { ...map, maxEntries };
  });
  return { ...object, maps };
}

/**
 * The object with these programs only, all of them to be loaded.
 * @throws UsageError for a program that the object does not have.
 */
export function selectPrograms(object: BpfObject, names: readonly string[]): BpfObject {
  const all = object.programs.map(({ name }) => name);
  for (const name of names) if (!all.includes(name)) throw unknown('program', name, all);
  const programs = object.programs
    .filter(({ name }) => names.includes(name))
    .map((program): ProgramSpec => ({ ...program, autoload: true }));
  return { ...object, programs };
}
