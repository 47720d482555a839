// How often each value is used, and how often as the condition of a branch.

import type { Block, Value } from '../ir/types.ts';

/** Counts over the blocks of one function. */
export class UseCounts {
  readonly #all = new Map<Value, number>();
  readonly #branches = new Map<Value, number>();

  constructor(blocks: readonly Block[]) {
    for (const { instructions, terminator } of blocks) {
      for (const { args } of instructions) for (const arg of args) count(this.#all, arg);
      for (const arg of terminator.args) {
        count(this.#all, arg);
        if (terminator.op === 'branch') count(this.#branches, arg);
      }
    }
  }

  has(value: Value): boolean {
    return this.#all.has(value);
  }

  /** Nothing but branches uses it (or nothing at all). */
  isForBranchesOnly(value: Value): boolean {
    return this.#all.get(value) === this.#branches.get(value);
  }
}

function count(counts: Map<Value, number>, value: Value): void {
  counts.set(value, (counts.get(value) ?? 0) + 1);
}
