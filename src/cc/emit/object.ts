// Puts the object together: maps, data, externs, types, programs with their tables.

import { FormatError } from '../../base/index.ts';
import type { BtfBuilder, TypeId } from '../../btf/index.ts';
import { callKfunc, encode } from '../../isa/index.ts';
import {
  type BpfObject,
  type CodeFunction,
  dataMapName,
  type ExternSpec,
  type MapSpec,
  makeObject,
  mapOfData,
  placeKconfig,
  readMapDefinition,
  type Use,
} from '../../object/index.ts';
import { isVoid, sizeOf } from '../check/ctypes.ts';
import type { FunctionSymbol, Variable } from '../check/types.ts';
import type { Diagnostics } from '../diagnostics.ts';
import type { LoweredModule } from '../lower/module.ts';
import { BtfEmitter } from './btf.ts';
import { legacyMap } from './legacy-maps.ts';
import { lineTable } from './line-table.ts';
import { placeVariables, refuseAddresses, usedSymbols, type VariableSection } from './sections.ts';
import { structOpsMap } from './struct-ops.ts';
import type { EncodedFunction, Fixup } from './types.ts';

/** What the object's maker knows. */
export interface ObjectInput {
  readonly name: string;
  readonly module: LoweredModule;
  readonly code: readonly EncodedFunction[];
  readonly diagnostics: Diagnostics;
}

const dataKinds = ['data', 'bss', 'rodata'] as const;

class ObjectBuilder {
  readonly input: ObjectInput;
  readonly types = new BtfEmitter();
  readonly sections: readonly VariableSection[];
  readonly #used: Set<string>;
  readonly #places = new Map<string, { readonly section: VariableSection; readonly offset: number }>();
  readonly #maps = new Map<string, MapSpec>();
  #externs: readonly ExternSpec[] = [];

  constructor(input: ObjectInput) {
    this.input = input;
    this.#used = usedSymbols(input.module);
    this.sections = placeVariables(input.module, this.#used);
    for (const section of this.sections) {
      for (const { variable, offset } of section.variables) this.#places.set(variable.symbol, { section, offset });
    }
  }

  build(): BpfObject {
    const { name, module, diagnostics } = this.input;
    refuseAddresses(this.sections, diagnostics);
    const functionTypes = this.#functionTypes();
    this.#externs = this.#declareExterns();
    for (const section of this.sections) this.#datasec(section);
    for (const type of module.program.keptTypes ?? []) this.types.type(type);
    const coreTypes = module.relocations.map(({ type }) => this.types.type(type));
    this.types.finish();
    const { builder: btf } = this.types;
    this.#externs = placeKconfig(btf, this.#externs);
    this.#completeKconfig(btf);
    for (const section of this.sections) this.#declareMaps(section, btf);
    this.#kconfigMap(btf);
    diagnostics.throwIfErrors();
    const functions = this.#codeFunctions(functionTypes, coreTypes);
    return makeObject({
      ...{ name, license: module.program.license ?? '', kernelVersion: this.#version(), functions, btf },
      ...{ maps: [...this.#maps.values()], externs: this.#externs },
    });
  }

  #version(): number {
    const bytes = this.sections.find(({ name }) => name === 'version')?.contents;
    return bytes && bytes.length >= 4 ? new DataView(bytes.buffer).getUint32(0, true) : 0;
  }

  #symbol(name: string): Variable | FunctionSymbol | undefined {
    return this.input.module.symbols.get(name);
  }

  #functionTypes(): Map<string, TypeId> {
    const ids = new Map<string, TypeId>();
    for (const { name } of this.input.code) {
      const symbol = this.#symbol(name);
      if (symbol?.kind !== 'function') continue;
      ids.set(name, this.types.function(symbol, symbol.storage === 'static' || symbol.hidden ? 'static' : 'global'));
    }
    return ids;
  }

  /** Externs in use, with their BTF in `.kconfig` and `.ksyms`. */
  #declareExterns(): ExternSpec[] {
    const externs: ExternSpec[] = [];
    const ids: Record<string, TypeId[]> = { '.kconfig': [], '.ksyms': [] };
    for (const name of [...this.#used].sort()) {
      const symbol = this.#symbol(name);
      if (symbol?.storage !== 'extern') continue;
      const section = symbol.section ?? '';
      const list = ids[section];
      if (!list) {
        this.#undefinedExtern(symbol);
        continue;
      }
      const [id, extern] =
        symbol.kind === 'function' ? this.#externFunction(symbol) : this.#externVariable(symbol, section);
      list.push(id);
      externs.push(extern);
    }
    for (const [section, list] of Object.entries(ids)) {
      if (list.length === 0) continue;
      const variables = list.map((type) => ({ type, offset: 0, size: 0 }));
      this.types.builder.add({ kind: 'datasec', name: section, size: 0, variables });
    }
    return externs;
  }

  #undefinedExtern(symbol: Variable | FunctionSymbol): void {
    const what =
      symbol.kind === 'function'
        ? `function '${symbol.name}' is declared but not defined`
        : `extern '${symbol.name}' is not defined`;
    this.input.diagnostics.error('undefined-symbol', what, symbol.span, {
      hint: 'externs of the kernel are declared with __ksym or __kconfig',
    });
  }

  #externFunction(symbol: FunctionSymbol): [TypeId, ExternSpec] {
    const id = this.types.function(symbol, 'extern');
    return [id, { name: symbol.name, kind: 'kfunc', weak: symbol.weak, type: id, offset: 0, size: 0 }];
  }

  #externVariable(variable: Variable, section: string): [TypeId, ExternSpec] {
    const { name, weak, type } = variable;
    const id = this.types.variable(name, type, 'extern');
    const typeId = isVoid(type) ? 0 : this.types.type(type);
    const base = { name, weak, type: typeId, offset: 0 };
    if (section === '.kconfig') return [id, { ...base, kind: 'kconfig', size: sizeOf(type) ?? 0 }];
    return [id, { ...base, kind: 'ksym', size: 0 }];
  }

  #completeKconfig(btf: BtfBuilder): void {
    const id = btf.find('.kconfig', 'datasec');
    const section = id === undefined ? undefined : btf.type(id);
    if (id === undefined || section?.kind !== 'datasec') return;
    const variables = section.variables.map((row) => {
      const variable = btf.type(row.type);
      const extern = variable.kind === 'var' ? this.#externs.find(({ name }) => name === variable.name) : undefined;
      return { type: row.type, offset: extern?.offset ?? 0, size: extern?.size ?? 0 };
    });
    variables.sort((a, b) => a.offset - b.offset);
    const size = variables.reduce((end, row) => Math.max(end, row.offset + row.size), 0);
    btf.define(id, { ...section, size, variables });
  }

  #datasec({ name, variables, contents }: VariableSection): void {
    if (name.startsWith('.rodata.str') || name === 'maps') return;
    const rows = variables.map(({ variable, offset, size }) => {
      const linkage = variable.storage === 'static' || variable.hidden ? 'static' : 'global';
      const declare = name === '.maps' ? 'map' : 'variable';
      return { type: this.types[declare](variable.symbol, variable.type, linkage, variable.declTags), offset, size };
    });
    this.types.builder.add({ kind: 'datasec', name, size: contents.length, variables: rows });
  }

  #declareMaps(section: VariableSection, btf: BtfBuilder): void {
    const { name } = section;
    if (name === '.maps') for (const { variable } of section.variables) this.#declaredMap(variable, btf);
    else if (name === 'maps')
      for (const { variable } of section.variables) this.#maps.set(variable.symbol, legacyMap(variable));
    else if (name.startsWith('.struct_ops')) {
      for (const { variable } of section.variables) this.#maps.set(variable.symbol, structOpsMap(variable, name, btf));
    } else {
      const kind = dataKinds.find((candidate) => name === `.${candidate}` || name.startsWith(`.${candidate}.`));
      if (kind) this.#dataMap(section, kind, btf);
    }
  }

  #declaredMap(variable: Variable, btf: BtfBuilder): void {
    const id = btf.findAll(variable.name).find((candidate) => btf.type(candidate).kind === 'var');
    const found = id === undefined ? undefined : btf.type(id);
    if (found?.kind !== 'var') return;
    try {
      const map = readMapDefinition(btf, variable.name, found.type);
      this.#maps.set(variable.symbol, { ...map, tags: variable.declTags, initial: initialSlots(variable) });
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      this.input.diagnostics.error('map-definition', error.message, variable.span);
    }
  }

  #dataMap(section: VariableSection, kind: (typeof dataKinds)[number], btf: BtfBuilder): void {
    const datasec = btf.find(section.name, 'datasec');
    const rows = datasec === undefined ? undefined : btf.type(datasec);
    const variables = section.variables.map(({ variable, offset, size }, i) => {
      const row = rows?.kind === 'datasec' ? btf.type(rows.variables[i]?.type ?? 0) : undefined;
      const linkage = variable.storage === 'static' || variable.hidden ? 'static' : 'global';
      return { name: variable.symbol, offset, size, type: row?.kind === 'var' ? row.type : 0, linkage } as const;
    });
    const data = {
      section: section.name,
      kind,
      contents: section.contents,
      variables: datasec === undefined ? [] : variables,
    };
    this.#maps.set(section.name, mapOfData(this.input.name, btf, data));
  }

  #kconfigMap(btf: BtfBuilder): void {
    const kconfig = this.#externs.filter(({ kind }) => kind === 'kconfig');
    if (kconfig.length === 0) return;
    const size = Math.max(...kconfig.map((extern) => extern.offset + extern.size));
    const variables = kconfig.map(
      ({ name, offset, size: bytes, type }) => ({ name, offset, size: bytes, type, linkage: 'global' }) as const,
    );
    this.#maps.set(
      '.kconfig',
      mapOfData(this.input.name, btf, {
        section: '.kconfig',
        kind: 'kconfig',
        contents: new Uint8Array(size),
        variables,
      }),
    );
  }

  #codeFunctions(functionTypes: ReadonlyMap<string, TypeId>, coreTypes: readonly TypeId[]): CodeFunction[] {
    const { code, module } = this.input;
    const index = new Map(code.map(({ name }, i) => [name, i]));
    return code.map((encoded): CodeFunction => {
      const symbol = this.#symbol(encoded.name) as FunctionSymbol;
      const bytes = encoded.code.slice();
      const uses = encoded.fixups.map((fixup) => this.#use(fixup, bytes, index)).filter((use) => use !== undefined);
      return {
        name: encoded.name,
        section: symbol.section ?? '.text',
        linkage: symbol.storage === 'static' || symbol.hidden ? 'static' : 'global',
        isProgram: module.ir.functions.get(encoded.name)?.linkage === 'program',
        code: bytes,
        uses,
        type: functionTypes.get(encoded.name),
        lines: lineTable(encoded, symbol.span),
        core: encoded.core.map(({ slot, relocation }) => {
          const { access, kind } = module.relocations[relocation] as LoweredModule['relocations'][number];
          return { instruction: slot, type: coreTypes[relocation] as TypeId, access, kind };
        }),
      };
    });
  }

  /** What a slot refers to; writes the pseudo source the reference asks for. */
  #use(fixup: Fixup, bytes: Uint8Array, index: ReadonlyMap<string, number>): Use | undefined {
    const instruction = fixup.slot;
    if (fixup.kind === 'call') {
      const { target } = fixup;
      if (target.kind === 'kfunc' || this.#symbol(target.name)?.storage === 'extern') {
        // Of what assembly calls, only the name was known when it was encoded.
        bytes.set(encode([callKfunc(0)]), instruction * 8);
        return { kind: 'kfunc', instruction, extern: target.name };
      }
      return { kind: 'function', instruction, callee: index.get(target.name) ?? -1 };
    }
    const symbol = this.#symbol(fixup.name);
    if (symbol?.kind === 'function') {
      setImmediateSource(bytes, instruction, symbol.body ? 4 : 0, [0, 0]);
      if (!symbol.body) return { kind: 'ksym', instruction, extern: symbol.name };
      return { kind: 'function', instruction, callee: index.get(fixup.name) ?? -1 };
    }
    return symbol && this.#variableUse(symbol, fixup, bytes);
  }

  #variableUse(
    variable: Variable,
    { slot: instruction, offset }: Fixup & { readonly kind: 'symbol' },
    bytes: Uint8Array,
  ): Use | undefined {
    if (variable.storage === 'extern') {
      if (variable.section !== '.kconfig') {
        setImmediateSource(bytes, instruction, 0, [0, 0]);
        return { kind: 'ksym', instruction, extern: variable.name };
      }
      const at = (this.#externs.find(({ name }) => name === variable.name)?.offset ?? 0) + offset;
      setImmediateSource(bytes, instruction, 2, [0, at]);
      return { kind: 'map-value', instruction, map: dataMapName(this.input.name, '.kconfig'), offset: at };
    }
    const place = this.#places.get(variable.symbol);
    if (!place) return undefined;
    const { name } = place.section;
    if (name === '.maps' || name === 'maps' || name.startsWith('.struct_ops')) {
      setImmediateSource(bytes, instruction, 1, [0, 0]);
      return { kind: 'map', instruction, map: variable.name };
    }
    const at = place.offset + offset;
    setImmediateSource(bytes, instruction, 2, [0, at]);
    return { kind: 'map-value', instruction, map: dataMapName(this.input.name, name), offset: at };
  }
}

/** Pseudo source of a 64-bit load, and both immediates. */
function setImmediateSource(
  bytes: Uint8Array,
  slot: number,
  source: number,
  immediates: readonly [number, number],
): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const at = slot * 8;
  view.setUint8(at + 1, (view.getUint8(at + 1) & 0x0f) | (source << 4));
  view.setInt32(at + 4, immediates[0], true);
  view.setInt32(at + 12, immediates[1], true);
}

/** Declared contents of a map: addresses in its `values`. */
function initialSlots(variable: Variable): { readonly index: number; readonly name: string }[] {
  const record = variable.type.canonical;
  const values = record.kind === 'record' ? record.layout?.members.find(({ name }) => name === 'values') : undefined;
  if (!values) return [];
  return (variable.initial?.addresses ?? []).map(({ offset, target }) => ({
    index: (offset - values.offset) / 8,
    name: target.name,
  }));
}

/** Makes the object. @throws SourceError where something cannot be expressed in one. */
export function buildObject(input: ObjectInput): BpfObject {
  return new ObjectBuilder(input).build();
}
