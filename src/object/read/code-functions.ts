// Cuts the code sections of an object into functions and gives each its relocations and debug information.

import { FormatError } from '../../base/index.ts';
import type { BtfExt, ExtSection, TypeId } from '../../btf/index.ts';
import type { ElfSection, ElfSymbol } from '../../elf/index.ts';
import type { CodeFunction, Use } from '../code-function.ts';
import type { ObjectFile } from './object-file.ts';
import { isHidden } from './object-file.ts';

/** A function's place in its section, in slots. */
export interface FunctionPlace {
  readonly symbol: ElfSymbol;
  readonly section: ElfSection;
  readonly start: number;
  readonly end: number;
}

/** All functions of an object, in the order of sections and places. */
export class FunctionTable {
  readonly file: ObjectFile;
  readonly places: readonly FunctionPlace[];
  readonly #bySection = new Map<number, readonly FunctionPlace[]>();
  readonly #indices = new Map<FunctionPlace, number>();

  /** @throws FormatError when a function's symbol does not lie on instructions of its section. */
  constructor(file: ObjectFile) {
    this.file = file;
    const symbols = new Map<number, ElfSymbol[]>();
    for (const symbol of file.symbols) {
      if (symbol.type !== 'function' || symbol.definition !== 'section') continue;
      const list = symbols.get(symbol.section);
      if (list) list.push(symbol);
      else symbols.set(symbol.section, [symbol]);
    }
    const places: FunctionPlace[] = [];
    for (const [index, role] of file.roles) {
      const section = file.elf.sections[index];
      if (role.kind !== 'code' || !section) continue;
      const own = placesIn(file.name, section, symbols.get(index) ?? []);
      this.#bySection.set(index, own);
      for (const place of own) places.push(place);
    }
    for (const [index, place] of places.entries()) this.#indices.set(place, index);
    this.places = places;
  }

  /** Places in a section, ascending. */
  in(sectionIndex: number): readonly FunctionPlace[] {
    return this.#bySection.get(sectionIndex) ?? [];
  }

  /** Index of the function that starts at that slot of a section; undefined where none does. */
  indexAt(sectionIndex: number, slot: number): number | undefined {
    const place = findPlace(this.in(sectionIndex), slot);
    return place?.start === slot ? this.#indices.get(place) : undefined;
  }
}

function placesIn(what: string, section: ElfSection, symbols: readonly ElfSymbol[]): FunctionPlace[] {
  if (section.size % 8 !== 0)
    throw new FormatError(what, `section ${section.name}: ${section.size} bytes are no whole instructions`);
  const places = symbols.map((symbol) => {
    const { value, size, name } = symbol;
    if (value % 8 !== 0 || size % 8 !== 0 || size === 0 || value + size > section.size)
      throw new FormatError(what, `function "${name}" does not lie on instructions of section ${section.name}`);
    return { symbol, section, start: value / 8, end: (value + size) / 8 };
  });
  places.sort((a, b) => a.start - b.start);
  // Two names may stand for the same code (`__attribute__((alias))`).
  const overlap = places.findIndex(({ start, end }, index) => {
    const before = places[index - 1];
    return before && start < before.end && !(start === before.start && end === before.end);
  });
  if (overlap > 0)
    throw new FormatError(
      what,
      `functions "${places[overlap - 1]?.symbol.name}" and "${places[overlap]?.symbol.name}" overlap`,
    );
  return places;
}

/** The place that holds a slot, by binary search. */
export function findPlace(places: readonly FunctionPlace[], slot: number): FunctionPlace | undefined {
  let low = 0;
  let high = places.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((places[middle]?.start ?? 0) <= slot) low = middle + 1;
    else high = middle;
  }
  const place = places[low - 1];
  return place && slot < place.end ? place : undefined;
}

/** What the relocations of a section's instructions mean, and the code they leave behind. */
export interface ResolvedSection {
  readonly code: Uint8Array;
  /** Slots count from the section's start; ascending. */
  readonly uses: readonly Use[];
}

/** The functions of an object, given the meaning of each section's relocations. */
export function codeFunctions(table: FunctionTable, resolved: ReadonlyMap<number, ResolvedSection>): CodeFunction[] {
  const { file, places } = table;
  const records = new ExtRecords(file.ext);
  // Without any section of its own, the only function of .text is a program (of unknown type).
  const onlyOne = places.length === 1;
  return places.map((place) => {
    const { symbol, section, start, end } = place;
    const { code, uses } = resolved.get(section.index) ?? { code: section.data, uses: [] };
    const inside = <T extends { readonly instruction: number }>(list: readonly T[]): T[] =>
      slice(list, start, end).map((record) => ({ ...record, instruction: record.instruction - start }));
    const isStatic = symbol.binding === 'local' || isHidden(symbol);
    return {
      name: symbol.name,
      section: section.name,
      linkage: isStatic ? 'static' : 'global',
      isProgram: symbol.binding !== 'local' && (section.index !== file.textIndex || onlyOne),
      code: code.slice(start * 8, end * 8),
      uses: inside(uses),
      type: records.functionType(section.name, start),
      lines: inside(records.lines(section.name)),
      core: inside(records.core(section.name)),
    };
  });
}

/** The records of `[start, end)`; the list is sorted. */
function slice<T extends { readonly instruction: number }>(list: readonly T[], start: number, end: number): T[] {
  const first = lowerBound(list, start);
  return list.slice(first, lowerBound(list, end));
}

function lowerBound(list: readonly { readonly instruction: number }[], slot: number): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((list[middle]?.instruction ?? 0) < slot) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** `.BTF.ext` by section, sorted. */
class ExtRecords {
  readonly #functions: ReadonlyMap<string, ReadonlyMap<number, TypeId>>;
  readonly #lines: ReadonlyMap<string, BtfExt['lines'][number]['records']>;
  readonly #core: ReadonlyMap<string, BtfExt['core'][number]['records']>;

  constructor(ext: BtfExt | undefined) {
    this.#lines = bySection(ext?.lines ?? []);
    this.#core = bySection(ext?.core ?? []);
    const functions = [...bySection(ext?.functions ?? [])];
    this.#functions = new Map(
      functions.map(([section, records]) => [
        section,
        new Map(records.map(({ instruction, type }) => [instruction, type])),
      ]),
    );
  }

  functionType(section: string, slot: number): TypeId | undefined {
    return this.#functions.get(section)?.get(slot);
  }
  lines(section: string): BtfExt['lines'][number]['records'] {
    return this.#lines.get(section) ?? [];
  }
  core(section: string): BtfExt['core'][number]['records'] {
    return this.#core.get(section) ?? [];
  }
}

function bySection<T extends { readonly instruction: number }>(
  sections: readonly ExtSection<T>[],
): Map<string, readonly T[]> {
  const merged = new Map<string, T[]>();
  for (const { section, records } of sections) {
    const list = merged.get(section);
    if (list) for (const record of records) list.push(record);
    else merged.set(section, [...records]);
  }
  for (const list of merged.values()) list.sort((a, b) => a.instruction - b.instruction);
  return merged;
}
