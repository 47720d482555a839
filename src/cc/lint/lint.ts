// What compiles and will be refused when loaded: warnings, from the IR. To add one: a file beside this one, a row here, a test.

import type { Diagnostics } from '../diagnostics.ts';
import type { IrFunction } from '../ir/types.ts';
import type { LoweredModule } from '../lower/module.ts';
import { checkLoops } from './endless-loops.ts';
import { checkHelpers } from './helpers.ts';
import { checkNullPointers } from './null-pointers.ts';
import { checkReturnValues } from './return-values.ts';

type FunctionCheck = (fn: IrFunction, diagnostics: Diagnostics) => void;
type ModuleCheck = (module: LoweredModule, diagnostics: Diagnostics) => void;

const checksAsWritten: readonly ModuleCheck[] = [checkReturnValues];
const functionChecks: readonly FunctionCheck[] = [checkNullPointers, checkLoops];
const moduleChecks: readonly ModuleCheck[] = [checkHelpers];

/** Looks at the program as it was written. */
export function lintAsWritten(module: LoweredModule, diagnostics: Diagnostics): void {
  for (const check of checksAsWritten) check(module, diagnostics);
}

/** Looks at what is left of it after optimization. */
export function lintOptimized(module: LoweredModule, diagnostics: Diagnostics): void {
  for (const check of functionChecks) for (const fn of module.ir.functions.values()) check(fn, diagnostics);
  for (const check of moduleChecks) check(module, diagnostics);
}
