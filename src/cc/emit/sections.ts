// Global variables: which are kept, which section each goes to, where in it.

import { alignOf, isConst, isVolatile, sizeOf } from '../check/ctypes.ts';
import type { Variable } from '../check/types.ts';
import type { Diagnostics } from '../diagnostics.ts';
import type { IrFunction } from '../ir/types.ts';
import type { LoweredModule } from '../lower/module.ts';

/** A variable at its place. */
export interface PlacedVariable {
  readonly variable: Variable;
  readonly offset: number;
  readonly size: number;
}

/** A section of variables. */
export interface VariableSection {
  readonly name: string;
  readonly variables: readonly PlacedVariable[];
  readonly contents: Uint8Array;
  readonly isZero: boolean;
}

/** Section of a variable, by attribute or by what it holds. */
export function sectionOf(variable: Variable): string {
  if (variable.section !== undefined) return variable.section;
  if (isConst(variable.type)) return '.rodata';
  const isZero =
    !variable.initial ||
    (variable.initial.addresses.length === 0 && variable.initial.bytes.every((byte) => byte === 0));
  return isZero ? '.bss' : '.data';
}

function forEachSymbol(fn: IrFunction, visit: (name: string) => void): void {
  for (const { instructions, terminator } of fn.blocks) {
    for (const instruction of [...instructions, terminator]) {
      if (instruction.op === 'call' && instruction.target.kind !== 'helper') visit(instruction.target.name);
      for (const arg of instruction.args) if (arg.kind === 'symbol') visit(arg.name);
    }
  }
}

/** Symbols that the functions refer to, and what those refer to. */
export function usedSymbols(module: LoweredModule): Set<string> {
  const used = new Set<string>();
  const work: string[] = [];
  const need = (name: string): void => {
    if (used.has(name)) return;
    used.add(name);
    work.push(name);
  };
  for (const fn of module.ir.functions.values()) forEachSymbol(fn, need);
  for (const variable of module.program.variables) if (isKept(variable)) need(variable.symbol);
  for (let name = work.pop(); name !== undefined; name = work.pop()) {
    const symbol = module.symbols.get(name);
    const data = symbol?.kind === 'variable' ? symbol.initial : undefined;
    for (const { target } of data?.addresses ?? []) need(target.kind === 'variable' ? target.symbol : target.name);
  }
  return used;
}

/** Kept though nothing refers to it: visible from outside, or in a section that means something by itself. */
function isKept(variable: Variable): boolean {
  if (variable.storage === 'extern') return false;
  if (variable.storage === 'global' && variable.symbol === variable.name)
    return !isHelperPointer(variable) && !isAddressTable(variable);
  return (
    variable.section === '.maps' ||
    variable.section?.startsWith('.struct_ops') === true ||
    variable.section === 'license'
  );
}

/** `static void *(*bpf_foo)(...) = (void *) 1`, declared without `static`. */
function isHelperPointer(variable: Variable): boolean {
  const t = variable.type.canonical;
  return t.kind === 'pointer' && t.to.canonical.kind === 'function';
}

/** Constants that hold addresses: no loader fills them in, so they are of use only where they are folded into the code. */
function isAddressTable({ type, initial, section }: Variable): boolean {
  return section === undefined && isConst(type) && !isVolatile(type) && (initial?.addresses.length ?? 0) > 0;
}

/** Lays the used variables out, by section, in the order of their declaration. */
export function placeVariables(module: LoweredModule, used: ReadonlySet<string>): VariableSection[] {
  const bySection = new Map<string, Variable[]>();
  for (const variable of module.program.variables) {
    if (variable.storage === 'extern' || !used.has(variable.symbol)) continue;
    const name = sectionOf(variable);
    (bySection.get(name) ?? bySection.set(name, []).get(name))?.push(variable);
  }
  return [...bySection].map(([name, variables]) => placeSection(name, variables));
}

function placeSection(name: string, variables: readonly Variable[]): VariableSection {
  const placed: PlacedVariable[] = [];
  let end = 0;
  for (const variable of variables) {
    const align = Math.max(alignOf(variable.type), variable.align, 1);
    const size = Math.max(sizeOf(variable.type) ?? 0, variable.initial?.bytes.length ?? 0);
    const offset = Math.ceil(end / align) * align;
    placed.push({ variable, offset, size });
    end = offset + size;
  }
  const contents = new Uint8Array(end);
  for (const { variable, offset } of placed) if (variable.initial) contents.set(variable.initial.bytes, offset);
  return { name, variables: placed, contents, isZero: contents.every((byte) => byte === 0) };
}

/** A variable as seen from another one: all of a section are reached from its first, with one address in a register. */
export interface Neighbour {
  readonly name: string;
  readonly offset: number;
}

/** Where the variables of data sections lie, from the first of each section. */
export function neighbours(sections: readonly VariableSection[]): Map<string, Neighbour> {
  const found = new Map<string, Neighbour>();
  for (const { name, variables } of sections) {
    const first = variables[0]?.variable.symbol;
    if (first === undefined || !/^\.(data|rodata|bss)(\.|$)/.test(name)) continue;
    for (const { variable, offset } of variables) found.set(variable.symbol, { name: first, offset });
  }
  return found;
}

/** Addresses inside data cannot be filled in by any loader. */
export function refuseAddresses(sections: readonly VariableSection[], diagnostics: Diagnostics): void {
  for (const { name, variables } of sections) {
    if (name === '.maps' || name.startsWith('.struct_ops')) continue;
    for (const { variable } of variables) {
      const address = variable.initial?.addresses[0];
      if (!address) continue;
      diagnostics.error(
        'data-address',
        `'${variable.name}' is initialized with an address: loaders cannot fill in addresses in ${name}`,
        variable.span,
        {
          hint: 'use an array of characters instead of a pointer to a string, or choose by index in the code',
        },
      );
    }
  }
}
