// The list of passes, and how they are run.

import type { IrFunction, IrModule } from '../ir/types.ts';
import { verifyModule } from '../ir/verify.ts';
import { removeDeadStores } from './dead-stores.ts';
import { removeUndemanded } from './demanded-bits.ts';
import { expandMemory } from './expand-memory.ts';
import { foldConstants } from './fold-constants.ts';
import { inlineCalls } from './inline.ts';
import { mergeEqual } from './merge-equal.ts';
import { promoteMemory } from './promote-memory.ts';
import { removeDead, removeUnusedFunctions } from './remove-dead.ts';
import { simplifyBlocks } from './simplify-blocks.ts';
import { unrollLoops } from './unroll-loops.ts';
import { useRanges } from './use-ranges.ts';

/** Rewrites one function; true if it changed anything. */
export type FunctionPass = (fn: IrFunction, module: IrModule) => boolean;

/** One step: on every function, or on the module as a whole. */
export type Pass =
  | { readonly name: string; readonly run: FunctionPass }
  | { readonly name: string; readonly runModule: (module: IrModule) => boolean };

/** What is done, in order. To add a pass: a file beside this one, a row here, a test. */
export const passes: readonly Pass[] = [
  { name: 'simplify-blocks', run: simplifyBlocks },
  { name: 'promote-memory', run: promoteMemory },
  { name: 'fold-constants', run: foldConstants },
  { name: 'simplify-blocks', run: simplifyBlocks },
  { name: 'remove-dead', run: removeDead },
  { name: 'inline', runModule: inlineCalls },
  { name: 'remove-unused-functions', runModule: removeUnusedFunctions },
  { name: 'promote-memory', run: promoteMemory },
  { name: 'fold-constants', run: foldConstants },
  { name: 'simplify-blocks', run: simplifyBlocks },
  { name: 'unroll-loops', run: unrollLoops },
  { name: 'fold-constants', run: foldConstants },
  { name: 'simplify-blocks', run: simplifyBlocks },
  { name: 'promote-memory', run: promoteMemory },
  { name: 'fold-constants', run: foldConstants },
  { name: 'simplify-blocks', run: simplifyBlocks },
  { name: 'remove-dead', run: removeDead },
  { name: 'merge-equal', run: mergeEqual },
  { name: 'fold-constants', run: foldConstants },
  { name: 'simplify-blocks', run: simplifyBlocks },
  { name: 'expand-memory', run: expandMemory },
  { name: 'fold-constants', run: foldConstants },
  { name: 'use-ranges', run: useRanges },
  { name: 'demanded-bits', run: removeUndemanded },
  { name: 'fold-constants', run: foldConstants },
  { name: 'simplify-blocks', run: simplifyBlocks },
  { name: 'merge-equal', run: mergeEqual },
  { name: 'dead-stores', run: removeDeadStores },
  { name: 'remove-dead', run: removeDead },
];

/** Runs all passes; with `verify` the IR's rules are checked after each. */
export function optimize(module: IrModule, options: { readonly verify?: boolean } = {}): void {
  for (const pass of passes) {
    if ('runModule' in pass) pass.runModule(module);
    else for (const fn of module.functions.values()) pass.run(fn, module);
    if (options.verify) verifyModule(module);
  }
}
