// The programs of a module as the kernel sees them: what each is, and the functions it runs.

import { type ProgramKind, programKind } from '../../object/index.ts';
import type { FunctionSymbol } from '../check/types.ts';
import type { Instruction, IrFunction } from '../ir/types.ts';
import type { LoweredModule } from '../lower/module.ts';

/** A program and what runs as part of it. */
export interface LintedProgram {
  readonly symbol: FunctionSymbol;
  readonly kind: ProgramKind;
  readonly entry: IrFunction;
  /** The entry and the functions called from it. */
  readonly called: ReadonlySet<IrFunction>;
  /** Those, and the callbacks handed to helpers. */
  readonly functions: ReadonlySet<IrFunction>;
}

/** Every function with a section of its own. */
export function programsOf(module: LoweredModule): LintedProgram[] {
  const result: LintedProgram[] = [];
  for (const entry of module.ir.functions.values()) {
    const symbol = module.symbols.get(entry.name);
    if (entry.linkage !== 'program' || symbol?.kind !== 'function' || symbol.section === undefined) continue;
    const called = reachable(entry, module, false);
    const functions = reachable(entry, module, true);
    result.push({ symbol, kind: programKind(symbol.section), entry, called, functions });
  }
  return result;
}

function reachable(entry: IrFunction, module: LoweredModule, callbacks: boolean): Set<IrFunction> {
  const found = new Set<IrFunction>();
  const work = [entry];
  for (let fn = work.pop(); fn; fn = work.pop()) {
    if (found.has(fn)) continue;
    found.add(fn);
    for (const name of namesIn(fn, callbacks)) {
      const next = module.ir.functions.get(name);
      if (next) work.push(next);
    }
  }
  return found;
}

/** Symbols that a function calls or, for `callbacks`, takes the address of. */
function namesIn(fn: IrFunction, callbacks: boolean): string[] {
  return instructionsOf(fn).flatMap((instruction) => {
    const addresses = instruction.args.flatMap((arg) => (arg.kind === 'symbol' ? arg.name : []));
    const isCall = instruction.op === 'call' && instruction.target.kind === 'function';
    return [...(callbacks ? addresses : []), ...(isCall ? [instruction.target.name] : [])];
  });
}

/** Every instruction but the terminators. */
export function instructionsOf(fn: IrFunction): Instruction[] {
  return fn.blocks.flatMap(({ instructions }) => instructions);
}
