// The list of passes, and how they are run.

import type { IrFunction, IrModule } from '../ir/types.ts';
import { verifyModule } from '../ir/verify.ts';
import { removeDeadStores } from './dead-stores.ts';
import { removeUndemanded } from './demanded-bits.ts';
import { expandMemory } from './expand-memory.ts';
import { findConstants } from './find-constants.ts';
import { foldChoices } from './fold-choices.ts';
import { foldConstants } from './fold-constants.ts';
import { forwardFields } from './forward-fields.ts';
import { hoistInvariants } from './hoist-invariants.ts';
import { inlineCalls } from './inline.ts';
import { joinExtensions } from './join-extensions.ts';
import { joinProducts } from './join-products.ts';
import { useKnownEqual } from './known-equal.ts';
import { mergeEqual } from './merge-equal.ts';
import { promoteMemory } from './promote-memory.ts';
import { removeDead, removeUnusedFunctions } from './remove-dead.ts';
import { scaleCounters } from './scale-counters.ts';
import { simplifyBlocks } from './simplify-blocks.ts';
import { splitAddresses } from './split-addresses.ts';
import { threadJumps } from './thread-jumps.ts';
import { unrollLoops } from './unroll-loops.ts';
import { useUnsignedLoads } from './unsigned-loads.ts';
import { useRanges } from './use-ranges.ts';
import { widenArithmetic } from './widen-arithmetic.ts';

/** Rewrites one function; true if it changed anything. */
export type FunctionPass = (fn: IrFunction, module: IrModule) => boolean;

/** One step: on every function, or on the module as a whole. */
export type Pass =
  | { readonly name: string; readonly run: FunctionPass }
  | { readonly name: string; readonly runModule: (module: IrModule) => boolean };

/** What makes values and blocks plain; done again whenever something has brought new chances. */
const cleaning: readonly Pass[] = [
  { name: 'fold-constants', run: foldConstants },
  { name: 'simplify-blocks', run: simplifyBlocks },
  { name: 'use-ranges', run: useRanges },
  { name: 'forward-fields', run: forwardFields },
  { name: 'demanded-bits', run: removeUndemanded },
  { name: 'unsigned-loads', run: useUnsignedLoads },
  { name: 'merge-equal', run: mergeEqual },
  { name: 'fold-constants', run: foldConstants },
  { name: 'simplify-blocks', run: simplifyBlocks },
  { name: 'remove-dead', run: removeDead },
];

/** What is done, in order. To add a pass: a file beside this one, a row here, a test. */
export const passes: readonly Pass[] = [
  { name: 'simplify-blocks', run: simplifyBlocks },
  { name: 'promote-memory', run: promoteMemory },
  { name: 'fold-constants', run: foldConstants },
  { name: 'simplify-blocks', run: simplifyBlocks },
  { name: 'remove-dead', run: removeDead },
  { name: 'inline', runModule: inlineCalls },
  { name: 'remove-unused-functions', runModule: removeUnusedFunctions },
  { name: 'simplify-blocks', run: simplifyBlocks },
  { name: 'promote-memory', run: promoteMemory },
  ...cleaning,
  { name: 'find-constants', runModule: findConstants },
  { name: 'hoist-invariants', run: hoistInvariants },
  { name: 'unroll-loops', run: unrollLoops },
  { name: 'promote-memory', run: promoteMemory },
  ...cleaning,
  { name: 'known-equal', run: useKnownEqual },
  { name: 'simplify-blocks', run: simplifyBlocks },
  { name: 'thread-jumps', run: threadJumps },
  { name: 'fold-choices', run: foldChoices },
  { name: 'expand-memory', run: expandMemory },
  { name: 'split-addresses', run: splitAddresses },
  ...cleaning,
  { name: 'widen-arithmetic', run: widenArithmetic },
  { name: 'fold-constants', run: foldConstants },
  { name: 'join-extensions', run: joinExtensions },
  { name: 'demanded-bits', run: removeUndemanded },
  { name: 'join-products', run: joinProducts },
  { name: 'scale-counters', run: scaleCounters },
  { name: 'fold-constants', run: foldConstants },
  { name: 'use-ranges', run: useRanges },
  { name: 'remove-dead', run: removeDead },
  { name: 'hoist-invariants', run: hoistInvariants },
  { name: 'dead-stores', run: removeDeadStores },
  { name: 'remove-dead', run: removeDead },
];

/** Runs passes on functions, leaving out those that found nothing before and see the same function again. */
class Runner {
  readonly #module: IrModule;
  /** Passes that have found nothing in a function since it changed last. */
  readonly #settled = new Map<IrFunction, Set<FunctionPass>>();

  constructor(module: IrModule) {
    this.#module = module;
  }

  run(pass: Pass): void {
    if ('run' in pass) for (const fn of this.#module.functions.values()) this.#runOn(fn, pass.run);
    else if (pass.runModule(this.#module)) this.#settled.clear();
  }

  #runOn(fn: IrFunction, run: FunctionPass): void {
    const settled = this.#settled.get(fn);
    if (settled?.has(run)) return;
    if (run(fn, this.#module)) this.#settled.delete(fn);
    else if (settled) settled.add(run);
    else this.#settled.set(fn, new Set([run]));
  }
}

/** Runs all passes; with `verify` the IR's rules are checked after each. */
export function optimize(module: IrModule, options: { readonly verify?: boolean } = {}): void {
  const runner = new Runner(module);
  for (const pass of passes) {
    runner.run(pass);
    if (options.verify) verifyModule(module);
  }
}
