// The programs of a module as the kernel sees them: what each is, and the functions it runs.

import { type ProgramKind, programKind } from '../../object/index.ts';
import { type HelperRow, helpers } from '../../spec/index.ts';
import type { FunctionSymbol } from '../check/types.ts';
import type { InstructionOf, IrFunction } from '../ir/types.ts';
import type { LoweredModule } from '../lower/module.ts';

/** A program. */
export interface LintedProgram {
  readonly symbol: FunctionSymbol;
  readonly kind: ProgramKind;
  readonly entry: IrFunction;
}

/** Every function with a section of its own. */
export function programsOf(module: LoweredModule): LintedProgram[] {
  const result: LintedProgram[] = [];
  for (const entry of module.ir.functions.values()) {
    const symbol = module.symbols.get(entry.name);
    if (entry.linkage !== 'program' || symbol?.kind !== 'function' || symbol.section === undefined) continue;
    result.push({ symbol, kind: programKind(symbol.section), entry });
  }
  return result;
}

/** What runs as part of a program: itself and what it calls, with `callbacks` also what it hands to helpers. */
export function functionsOf({ entry }: LintedProgram, module: LoweredModule, callbacks: boolean): Set<IrFunction> {
  const found = new Set([entry]);
  for (const fn of found) {
    forEachName(fn, callbacks, (name) => {
      const next = module.ir.functions.get(name);
      if (next) found.add(next);
    });
  }
  return found;
}

/** Symbols that a function calls or, with `callbacks`, takes the address of. */
function forEachName({ blocks }: IrFunction, callbacks: boolean, visit: (name: string) => void): void {
  for (const { instructions } of blocks) {
    for (const instruction of instructions) {
      if (instruction.op === 'call' && instruction.target.kind === 'function') visit(instruction.target.name);
      if (callbacks) for (const arg of instruction.args) if (arg.kind === 'symbol') visit(arg.name);
    }
  }
}

/** The helper that a call goes to; the table has them by number, from 1. */
export function helperOf({ target }: InstructionOf<'call'>): HelperRow | undefined {
  return target.kind === 'helper' ? helpers[target.id - 1] : undefined;
}

/** The calls that a function makes. */
export function callsOf(fn: IrFunction): InstructionOf<'call'>[] {
  const found: InstructionOf<'call'>[] = [];
  for (const { instructions } of fn.blocks)
    for (const instruction of instructions) if (instruction.op === 'call') found.push(instruction);
  return found;
}
