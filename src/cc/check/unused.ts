// What a text declares and never uses, as clang's -Wunused-variable, -Wunused-label and -Wunused-function.

import type { Diagnostics } from '../diagnostics.ts';
import type { Span } from '../preprocess/types.ts';
import type { FunctionSymbol, Variable } from './types.ts';

/** Warns of locals that are never named. */
export function checkUnusedLocals(
  locals: readonly Variable[],
  mentioned: ReadonlySet<Variable | FunctionSymbol>,
  diagnostics: Diagnostics,
): void {
  for (const variable of locals) {
    if (!mentioned.has(variable))
      diagnostics.warning('unused-variable', `unused variable '${variable.name}'`, variable.span);
  }
}

/** Warns of labels that nothing jumps to. */
export function checkUnusedLabels(
  labels: ReadonlyMap<string, Span>,
  targets: ReadonlySet<string>,
  diagnostics: Diagnostics,
): void {
  for (const [label, span] of labels) {
    const written = label.replace(/\.\d+$/, '');
    if (!targets.has(label)) diagnostics.warning('unused-label', `unused label '${written}'`, span);
  }
}

/** Warns of static functions of the text itself that nothing calls; headers may hold more than is needed. */
export function checkUnusedFunctions(
  functions: readonly FunctionSymbol[],
  how: { readonly mentioned: ReadonlySet<Variable | FunctionSymbol>; readonly source: string },
  diagnostics: Diagnostics,
): void {
  for (const fn of functions) {
    const isForUse = fn.storage === 'static' && fn.section === undefined && !how.mentioned.has(fn);
    if (fn.body && isForUse && !fn.used && fn.span.source.name === how.source)
      diagnostics.warning('unused-function', `unused function '${fn.name}'`, fn.span);
  }
}
