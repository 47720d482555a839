// What each relocation of an instruction means: a map, a global variable, an extern, another function.

import { FormatError } from '../../base/index.ts';
import type { ElfRelocation, ElfSection, ElfSymbol } from '../../elf/index.ts';
import { bpfRelocation } from '../../elf/index.ts';
import type { Use } from '../code-function.ts';
import type { ExternSpec } from '../types.ts';
import type { FunctionTable, ResolvedSection } from './code-functions.ts';
import type { ObjectFile } from './object-file.ts';
import { isExtern, symbolAt } from './object-file.ts';

/** Where names of the object's maps stand. */
export interface RelocationScope {
  readonly table: FunctionTable;
  readonly externs: ReadonlyMap<string, ExternSpec>;
  /** Name of the map declared at an offset of a section of maps. */
  mapAt(sectionIndex: number, offset: number): string | undefined;
  /** Name of the map of a data section. */
  dataMap(sectionIndex: number): string | undefined;
  /** Name of the `.kconfig` map. */
  readonly kconfigMap: string;
}

const lddw = 0x18;
const call = 0x85;
const pseudo = { mapFd: 1, mapValue: 2, call: 1, function: 4, kfunc: 2 } as const;

/** An instruction under relocation. */
interface Site {
  readonly scope: RelocationScope;
  readonly section: ElfSection;
  readonly view: DataView;
  readonly slot: number;
  readonly symbol: ElfSymbol;
  /** What a `RELA` record adds; 0 for the usual `REL`. */
  readonly addend: number;
}

/**
 * Resolves every relocation of a code section, and the calls that need none because they stay inside the section.
 * @throws FormatError naming the section when one makes no sense.
 */
export function resolveSection(scope: RelocationScope, section: ElfSection): ResolvedSection {
  const { file } = scope.table;
  const code = section.data.slice();
  const view = new DataView(code.buffer);
  const uses = new Map<number, Use>();
  for (const relocation of file.elf.relocations(section)) {
    const site = siteOf(scope, section, view, relocation);
    if (uses.has(site.slot)) throw problem(site, 'is relocated twice');
    uses.set(site.slot, resolveSite(site));
  }
  for (const { start, end } of scope.table.in(section.index))
    for (let slot = start; slot < end; slot++) {
      const opcode = view.getUint8(slot * 8);
      if (opcode === call && view.getUint8(slot * 8 + 1) >> 4 === pseudo.call && !uses.has(slot))
        uses.set(slot, localCall(scope, section, view, slot));
      if (opcode === lddw && ++slot === end)
        throw new FormatError(`${file.name} section ${section.name}`, 'a function ends inside a 64-bit immediate load');
    }
  return { code, uses: [...uses.values()].sort((a, b) => a.instruction - b.instruction) };
}

function siteOf(scope: RelocationScope, section: ElfSection, view: DataView, relocation: ElfRelocation): Site {
  const { file } = scope.table;
  const { offset, type, addend = 0 } = relocation;
  const where = `${file.name} section ${section.name}`;
  if (offset % 8 !== 0 || offset + 8 > view.byteLength)
    throw new FormatError(where, 'a relocation applies to no instruction', { offset });
  const expected = relocationOf(view.getUint8(offset));
  if (expected === undefined || (type !== expected && type !== bpfRelocation.none))
    throw new FormatError(where, `unsupported relocation of type ${type} at instruction ${offset / 8}`, { offset });
  if (expected === bpfRelocation.imm64 && offset + 16 > view.byteLength)
    throw new FormatError(where, 'a 64-bit immediate load is cut off', { offset });
  return { scope, section, view, slot: offset / 8, symbol: symbolAt(file, relocation.symbol), addend };
}

function relocationOf(opcode: number): number | undefined {
  if (opcode === lddw) return bpfRelocation.imm64;
  return opcode === call ? bpfRelocation.imm32 : undefined;
}

function problem({ scope, section, slot, symbol }: Site, text: string): FormatError {
  const what = symbol.name === '' ? '' : ` ("${symbol.name}")`;
  return new FormatError(`${scope.table.file.name} section ${section.name}`, `instruction ${slot}${what} ${text}`);
}

function resolveSite(site: Site): Use {
  const { view, slot, symbol } = site;
  const isCall = view.getUint8(slot * 8) === call;
  if (isExtern(symbol)) return resolveExtern(site, isCall);
  if (symbol.definition !== 'section')
    throw problem(site, symbol.definition === 'undefined' ? 'refers to an unknown symbol' : 'refers to no section');
  return isCall ? resolveCall(site) : resolveAddress(site);
}

/** Rewrites the fields of the instruction that the reference decides: pseudo source, offset, both immediates. */
function rewrite({ view, slot }: Site, source: number, immediates: readonly [number, number]): void {
  const at = slot * 8;
  view.setUint8(at + 1, (view.getUint8(at + 1) & 0x0f) | (source << 4));
  view.setInt16(at + 2, 0, true);
  view.setInt32(at + 4, immediates[0], true);
  if (view.getUint8(at) === lddw) view.setInt32(at + 12, immediates[1], true);
}

function resolveExtern(site: Site, isCall: boolean): Use {
  const { scope, symbol, slot: instruction } = site;
  const extern = scope.externs.get(symbol.name);
  if (!extern) throw problem(site, 'refers to an extern that is not declared');
  if (isCall) {
    if (extern.kind !== 'kfunc') throw problem(site, 'calls a variable');
    rewrite(site, pseudo.kfunc, [0, 0]);
    return { kind: 'kfunc', instruction, extern: extern.name };
  }
  if (extern.kind === 'kconfig') {
    rewrite(site, pseudo.mapValue, [0, extern.offset]);
    return { kind: 'map-value', instruction, map: scope.kconfigMap, offset: extern.offset };
  }
  rewrite(site, 0, [0, 0]);
  return { kind: 'ksym', instruction, extern: extern.name };
}

function resolveCall(site: Site): Use {
  const { scope, view, slot: instruction, symbol, addend } = site;
  if (view.getUint8(instruction * 8 + 1) >> 4 !== pseudo.call) throw problem(site, 'is no call of a function');
  // Calls of static functions go by the section, with the distance of the function in the immediate.
  const immediate = view.getInt32(instruction * 8 + 4, true);
  const callee = scope.table.indexAt(symbol.section, (symbol.value + addend) / 8 + immediate + 1);
  if (callee === undefined) throw problem(site, 'calls something that is no function');
  return { kind: 'function', instruction, callee };
}

function resolveAddress(site: Site): Use {
  const { scope, view, slot: instruction, symbol, addend } = site;
  const offset = symbol.value + addend + view.getInt32(instruction * 8 + 4, true);
  const role = scope.table.file.roles.get(symbol.section);
  if (role?.kind === 'code') {
    const callee = scope.table.indexAt(symbol.section, offset / 8);
    if (callee === undefined) throw problem(site, 'takes the address of something that is no function');
    rewrite(site, pseudo.function, [0, 0]);
    return { kind: 'function', instruction, callee };
  }
  if (role?.kind === 'maps' || role?.kind === 'legacy-maps') {
    const map = scope.mapAt(symbol.section, offset);
    if (map === undefined) throw problem(site, 'refers to no map');
    rewrite(site, pseudo.mapFd, [0, 0]);
    return { kind: 'map', instruction, map };
  }
  const map = scope.dataMap(symbol.section);
  if (map === undefined) throw problem(site, `refers to data of section ${sectionName(scope.table.file, symbol)}`);
  rewrite(site, pseudo.mapValue, [0, offset]);
  return { kind: 'map-value', instruction, map, offset };
}

function sectionName({ elf }: ObjectFile, symbol: ElfSymbol): string {
  return elf.sections[symbol.section]?.name ?? '?';
}

function localCall(scope: RelocationScope, section: ElfSection, view: DataView, slot: number): Use {
  const target = slot + 1 + view.getInt32(slot * 8 + 4, true);
  const callee = scope.table.indexAt(section.index, target);
  if (callee === undefined)
    throw new FormatError(`${scope.table.file.name} section ${section.name}`, `instruction ${slot} calls no function`);
  return { kind: 'function', instruction: slot, callee };
}
