// Writes a blueprint as the relocatable ELF object that clang would have made of it, for libbpf, bpftool and `readObject`.

import { ByteWriter, encodeUtf8, UsageError } from '../base/index.ts';
import type { BtfExt, ExtSection } from '../btf/index.ts';
import { BtfBuilder, encodeBtfWithExt } from '../btf/index.ts';
import type { ElfRelocationInput, ElfSectionInput, ElfSymbolInput } from '../elf/index.ts';
import { bpfRelocation, sectionFlag, sectionType, writeElf } from '../elf/index.ts';
import type { CodeFunction, Use } from './code-function.ts';
import { copyTypes } from './read/object-types.ts';
import { findDatasec } from './type-queries.ts';
import type { BpfObject, DataSection, ExternSpec, GlobalVariable, MapSpec, StructOpsSpec } from './types.ts';
import type { MapPlace } from './write/map-types.ts';
import { describeMaps } from './write/map-types.ts';
import { splitPrograms } from './write/split-programs.ts';

/**
 * Writes an object as ELF. The same object gives the same bytes; reading them gives an equivalent object.
 * @throws UsageError when the object refers to maps, functions or externs that it does not have.
 */
export function writeObject(object: BpfObject): Uint8Array {
  return new ObjectWriter(object).write();
}

interface FunctionPlace {
  readonly section: number;
  /** In bytes. */
  readonly offset: number;
  readonly symbol: number;
}

interface WrittenSection extends ElfSectionInput {
  relocations: ElfRelocationInput[];
}

const pseudo = { call: 1, function: 4 } as const;

class ObjectWriter {
  readonly #object: BpfObject;
  readonly #types: BtfBuilder;
  readonly #functions: readonly CodeFunction[];
  readonly #sections: WrittenSection[] = [];
  readonly #symbols: ElfSymbolInput[] = [];
  readonly #sectionSymbols = new Map<number, number>();
  readonly #places: FunctionPlace[] = [];
  /** Symbols by name, of maps and of externs. */
  readonly #maps = new Map<string, number>();
  readonly #externs = new Map<string, number>();
  readonly #dataSections = new Map<string, number>();

  constructor(object: BpfObject) {
    this.#object = object;
    this.#types = object.btf ? copyTypes(object.btf) : new BtfBuilder();
    this.#functions = splitPrograms(object);
  }

  write(): Uint8Array {
    const { license, kernelVersion, maps, externs } = this.#object;
    this.#addCode();
    this.#addSection({ name: 'license', data: encodeUtf8(`${license}\0`) });
    if (kernelVersion !== 0) this.#addSection({ name: 'version', data: new ByteWriter().u32(kernelVersion).finish() });
    for (const map of maps) if (map.data && map.data.kind !== 'kconfig') this.#addData(map, map.data);
    this.#addVariables();
    const declared = maps.filter(({ data, structOps }) => !data && !structOps);
    const places = declared.length > 0 ? this.#addMaps(declared) : [];
    for (const { name, weak } of externs)
      this.#externs.set(name, this.#addSymbol({ name, binding: weak ? 'weak' : 'global' }));
    this.#relocateMaps(places);
    this.#addStructOps();
    for (const [index, part] of this.#functions.entries()) this.#relocateCode(index, part);
    this.#addTypes();
    return writeElf({ sections: this.#sections, symbols: this.#symbols });
  }

  #addSection(section: ElfSectionInput): number {
    this.#sections.push({ alignment: 1, ...section, relocations: [] });
    return this.#sections.length - 1;
  }

  #addSymbol(symbol: ElfSymbolInput): number {
    this.#symbols.push(symbol);
    return this.#symbols.length - 1;
  }

  /** The symbol that stands for the start of a section. */
  #sectionSymbol(section: number): number {
    const known = this.#sectionSymbols.get(section);
    if (known !== undefined) return known;
    const symbol = this.#addSymbol({ name: '', type: 'section', section });
    this.#sectionSymbols.set(section, symbol);
    return symbol;
  }

  #addCode(): void {
    const names = [...new Set(['.text', ...this.#functions.map(({ section }) => section)])];
    for (const name of names) {
      const parts = this.#functions.filter(({ section }) => section === name);
      if (parts.length === 0) continue;
      const writer = new ByteWriter();
      const section = this.#sections.length;
      for (const part of parts) {
        const { linkage, isProgram } = part;
        const symbol = this.#addSymbol({
          name: part.name,
          type: 'function',
          binding: linkage === 'static' && !isProgram ? 'local' : 'global',
          visibility: linkage === 'static' && isProgram ? 'hidden' : 'default',
          section,
          value: writer.length,
          size: part.code.length,
        });
        this.#places[this.#functions.indexOf(part)] = { section, offset: writer.length, symbol };
        writer.append(part.code);
      }
      const flags = sectionFlag.alloc | sectionFlag.execInstr;
      this.#addSection({ name, flags, alignment: 8, data: writer.finish() });
    }
  }

  #addData({ name }: MapSpec, { section: sectionName, kind, contents, variables }: DataSection): void {
    const isZero = kind === 'bss' && contents.every((byte) => byte === 0);
    if (kind === 'bss' && !isZero)
      throw new UsageError(`map "${name}": ${sectionName} holds only zeros in a file`, {
        hint: 'give the variable an initial value, so that it goes to .data',
      });
    const flags = sectionFlag.alloc | (kind === 'rodata' ? 0 : sectionFlag.write);
    const content = isZero ? { type: sectionType.nobits, size: contents.length } : { data: contents };
    this.#dataSections.set(name, this.#addSection({ name: sectionName, flags, alignment: 8, ...content }));
    if (this.#object.btf) return;
    for (const variable of variables) this.#addVariable(sectionName, variable);
  }

  /** Every variable of a written section has a symbol: libbpf looks for it. */
  #addVariables(): void {
    for (let id = 1; id < this.#types.length; id++) {
      const datasec = this.#types.type(id);
      if (datasec.kind !== 'datasec' || datasec.name === '.maps' || datasec.name.includes('.struct_ops')) continue;
      for (const { type: variableId, offset, size } of datasec.variables) {
        const variable = this.#types.type(variableId);
        if (variable.kind !== 'var' || variable.linkage === 'extern') continue;
        this.#addVariable(datasec.name, { name: variable.name, offset, size, linkage: variable.linkage });
      }
    }
  }

  #addVariable(sectionName: string, variable: Pick<GlobalVariable, 'name' | 'offset' | 'size' | 'linkage'>): void {
    const section = this.#sections.findIndex(({ name }) => name === sectionName);
    const { name, offset: value, size, linkage } = variable;
    const binding = linkage === 'static' ? 'local' : 'global';
    if (section >= 0) this.#addSymbol({ name, type: 'object', binding, section, value, size });
  }

  #addMaps(maps: readonly MapSpec[]): readonly MapPlace[] {
    const filled = maps.find(({ entries }) => entries);
    if (filled) throw new UsageError(`map "${filled.name}": a file has no place for its entries`);
    const places = describeMaps(this.#types, maps);
    const last = places.at(-1);
    const data = new Uint8Array(last ? last.offset + last.size : 0);
    const flags = sectionFlag.alloc | sectionFlag.write;
    const section = this.#addSection({ name: '.maps', flags, alignment: 8, data });
    for (const { map, offset: value, size } of places)
      this.#maps.set(
        map.name,
        this.#addSymbol({ name: map.name, type: 'object', binding: 'global', section, value, size }),
      );
    return places;
  }

  /** Declared contents are relocations inside the maps' definitions. */
  #relocateMaps(places: readonly MapPlace[]): void {
    const section = this.#sections.find(({ name }) => name === '.maps');
    for (const { map, offset, valuesOffset } of places)
      for (const { index, name } of map.initial) {
        const symbol = map.type === 'prog_array' ? this.#programSymbol(name) : this.#maps.get(name);
        if (symbol === undefined) throw new UsageError(`map "${map.name}": it holds "${name}", which is not there`);
        section?.relocations.push({ offset: offset + valuesOffset + index * 8, type: bpfRelocation.abs64, symbol });
      }
  }

  #programSymbol(name: string): number | undefined {
    const index = this.#functions.findIndex((part) => part.isProgram && part.name === name);
    return this.#places[index]?.symbol;
  }

  #addStructOps(): void {
    const tables = this.#object.maps.flatMap(({ name, structOps }) => (structOps ? [{ name, structOps }] : []));
    for (const sectionName of new Set(tables.map(({ structOps }) => structOps.section))) {
      const datasec = findDatasec(this.#types, sectionName);
      const section = this.#addSection({
        name: sectionName,
        flags: sectionFlag.alloc | sectionFlag.write,
        alignment: 8,
        data: new Uint8Array(datasec?.size ?? 0),
      });
      for (const table of tables) {
        if (table.structOps.section !== sectionName) continue;
        const place = datasec?.variables.find(({ type }) => this.#isVariable(type, table.name));
        if (!place)
          throw new UsageError(`struct_ops "${table.name}": its object's types do not place it in ${sectionName}`);
        this.#addTable(section, place.offset, table);
      }
    }
  }

  #isVariable(id: number, name: string): boolean {
    const type = this.#types.type(id);
    return type.kind === 'var' && type.name === name;
  }

  #addTable(
    section: number,
    offset: number,
    table: { readonly name: string; readonly structOps: StructOpsSpec },
  ): void {
    const { contents, type, functions } = table.structOps;
    const written = this.#sections[section];
    const struct = this.#types.type(type);
    if (!written?.data || struct.kind !== 'struct' || offset + contents.length > written.data.length)
      throw new UsageError(`struct_ops "${table.name}": its type does not fit its section`);
    written.data.set(contents, offset);
    const { name } = table;
    this.#addSymbol({ name, type: 'object', binding: 'global', section, value: offset, size: contents.length });
    for (const { memberIndex, program } of functions) {
      const symbol = this.#programSymbol(program);
      const member = struct.members[memberIndex];
      if (symbol === undefined || !member)
        throw new UsageError(`struct_ops "${name}": it holds "${program}", which is not there`);
      written.relocations.push({ offset: offset + member.bitOffset / 8, type: bpfRelocation.abs64, symbol });
    }
  }

  #relocateCode(index: number, part: CodeFunction): void {
    const place = this.#places[index];
    const section = place && this.#sections[place.section];
    if (!place || !section?.data) return;
    const view = new DataView(section.data.buffer, place.offset);
    for (const use of part.uses) {
      const { instruction } = use;
      const opcode = part.code[instruction * 8];
      const isCall = opcode === callOpcode;
      if (!isCall && (opcode !== lddwOpcode || (instruction + 2) * 8 > part.code.length))
        throw new UsageError(`function "${part.name}": instruction ${instruction} can refer to nothing`);
      const { symbol, source, immediate } = this.#target(use, isCall);
      view.setUint8(instruction * 8 + 1, (view.getUint8(instruction * 8 + 1) & 0x0f) | (source << 4));
      view.setInt32(instruction * 8 + 4, immediate, true);
      if (!isCall) view.setInt32(instruction * 8 + 12, 0, true);
      const type = isCall ? bpfRelocation.imm32 : bpfRelocation.imm64;
      section.relocations.push({ offset: place.offset + instruction * 8, type, symbol });
    }
    section.relocations.sort((a, b) => a.offset - b.offset);
  }

  /** Symbol of what a slot refers to, and what its instruction holds before relocation. */
  #target(use: Use, isCall: boolean): { readonly symbol: number; readonly source: number; readonly immediate: number } {
    switch (use.kind) {
      case 'function':
        return this.#functionTarget(use.callee, isCall);
      case 'map':
        return { symbol: this.#required(this.#maps.get(use.map), `map "${use.map}"`), source: 0, immediate: 0 };
      case 'map-value':
        return this.#dataTarget(use.map, use.offset);
      case 'ksym':
        return { symbol: this.#required(this.#externs.get(use.extern), use.extern), source: 0, immediate: 0 };
      case 'kfunc':
        return {
          symbol: this.#required(this.#externs.get(use.extern), use.extern),
          source: pseudo.call,
          immediate: -1,
        };
    }
  }

  #required(symbol: number | undefined, what: string): number {
    if (symbol === undefined) throw new UsageError(`a program refers to ${what}, which is not there`);
    return symbol;
  }

  #functionTarget(callee: number, isCall: boolean): { symbol: number; source: number; immediate: number } {
    const place = this.#places[callee];
    if (!place) throw new UsageError('a program calls a function that is not there');
    if (isCall) return { symbol: place.symbol, source: pseudo.call, immediate: -1 };
    // libbpf wants the addresses of static functions by section.
    const isStatic = this.#functions[callee]?.linkage === 'static';
    if (isStatic) return { symbol: this.#sectionSymbol(place.section), source: 0, immediate: place.offset };
    return { symbol: place.symbol, source: 0, immediate: 0 };
  }

  #dataTarget(map: string, offset: number): { symbol: number; source: number; immediate: number } {
    const section = this.#dataSections.get(map);
    if (section !== undefined) return { symbol: this.#sectionSymbol(section), source: 0, immediate: offset };
    const isKconfig = this.#object.maps.some(({ name, data }) => name === map && data?.kind === 'kconfig');
    const extern = this.#object.externs.find(
      (candidate: ExternSpec) => candidate.kind === 'kconfig' && candidate.offset === offset,
    );
    const symbol = isKconfig && extern ? this.#externs.get(extern.name) : undefined;
    return { symbol: this.#required(symbol, `byte ${offset} of map "${map}"`), source: 0, immediate: 0 };
  }

  #addTypes(): void {
    if (this.#types.length <= 1) return;
    const ext: BtfExt = {
      functions: this.#records((part) => (part.type === undefined ? [] : [{ instruction: 0, type: part.type }])),
      lines: this.#records(({ lines }) => lines),
      core: this.#records(({ core }) => core),
    };
    const encoded = encodeBtfWithExt(this.#types, ext);
    this.#addSection({ name: '.BTF', alignment: 4, data: encoded.btf });
    // libbpf refuses an empty one, and the types with it.
    const hasRecords = [ext.functions, ext.lines, ext.core].some((sections) => sections.length > 0);
    if (this.#object.btf && hasRecords) this.#addSection({ name: '.BTF.ext', alignment: 4, data: encoded.ext });
  }

  #records<T extends { readonly instruction: number }>(pick: (part: CodeFunction) => readonly T[]): ExtSection<T>[] {
    const bySection = new Map<string, T[]>();
    const order = this.#functions.map((part, index) => ({ part, offset: this.#places[index]?.offset ?? 0 }));
    for (const { part, offset } of order.sort((a, b) => a.offset - b.offset)) {
      const records = bySection.get(part.section) ?? [];
      for (const record of pick(part)) records.push({ ...record, instruction: record.instruction + offset / 8 });
      if (records.length > 0) bySection.set(part.section, records);
    }
    return [...bySection].map(([section, records]) => ({ section, records }));
  }
}

const callOpcode = 0x85;
const lddwOpcode = 0x18;
