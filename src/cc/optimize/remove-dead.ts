// Instructions whose results nobody uses, and blocks nobody reaches, go.

import { isPure } from '../ir/build.ts';
import type { Instruction, IrFunction, IrModule, Value } from '../ir/types.ts';

/** Removes unused pure instructions. */
export function removeDead(fn: IrFunction): boolean {
  const live = new Set<Value>();
  const work: Instruction[] = [];
  const need = (value: Value): void => {
    if (value.kind !== 'instruction' || live.has(value)) return;
    live.add(value);
    work.push(value);
  };
  for (const block of fn.blocks) {
    for (const instruction of block.instructions) if (!isPure(instruction)) need(instruction);
    for (const arg of block.terminator.args) need(arg);
  }
  for (let next = work.pop(); next; next = work.pop()) for (const arg of next.args) need(arg);
  let changed = false;
  for (const block of fn.blocks) {
    const kept = block.instructions.filter((instruction) => live.has(instruction));
    changed ||= kept.length !== block.instructions.length;
    block.instructions = kept;
  }
  return changed;
}

/** Removes functions that no program reaches. */
// biome-ignore lint/complexity/noExcessiveCognitiveComplexity: one walk over every shape of use; split, its order would be hidden
export function removeUnusedFunctions(module: IrModule): boolean {
  const used = new Set<string>();
  const work = [...module.functions.values()].filter(({ linkage }) => linkage !== 'static');
  const need = (name: string): void => {
    const fn = module.functions.get(name);
    if (fn && !used.has(name)) work.push(fn);
  };
  for (let fn = work.pop(); fn; fn = work.pop()) {
    used.add(fn.name);
    for (const block of fn.blocks) {
      for (const instruction of [...block.instructions, block.terminator]) {
        if (instruction.op === 'call' && instruction.target.kind === 'function') need(instruction.target.name);
        for (const arg of instruction.args) if (arg.kind === 'symbol') need(arg.name);
      }
    }
  }
  const before = module.functions.size;
  for (const name of module.functions.keys()) if (!used.has(name)) module.functions.delete(name);
  return module.functions.size !== before;
}
