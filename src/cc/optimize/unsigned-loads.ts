// Characters that are only tested for equality are loaded without their sign, which costs two instructions: equal they are with
// and without it, as long as all that they are compared with is extended alike.

import { constant } from '../ir/build.ts';
import type { Block, Constant, Instruction, InstructionOf, IrFunction, Value } from '../ir/types.ts';

type Load = InstructionOf<'load'>;

function isNarrow(value: Value | undefined): value is Load {
  return value?.kind === 'instruction' && value.op === 'load' && value.width < 4 && !value.relocation;
}

/** A constant that a load of that width can be equal to. */
function fits(value: Value, { width }: Load): value is Constant {
  return value.kind === 'constant' && BigInt.asIntN(width * 8, value.value) === BigInt.asIntN(32, value.value);
}

function isEquality(instruction: Instruction): instruction is InstructionOf<'compare'> {
  return instruction.op === 'compare' && (instruction.predicate === 'eq' || instruction.predicate === 'ne');
}

/** Candidates, and the comparisons of each; what is used otherwise is left out, and so is what it is compared with. */
function candidates(fn: IrFunction): Map<Load, InstructionOf<'compare'>[]> {
  const found = new Map<Load, InstructionOf<'compare'>[]>();
  for (const block of fn.blocks) {
    for (const instruction of block.instructions)
      if (isNarrow(instruction) && instruction.signed && instruction.type === 'i32') found.set(instruction, []);
  }
  if (found.size === 0) return found;
  for (const block of fn.blocks) dropOtherUses(block, found);
  for (let changed = true; changed; ) {
    changed = false;
    for (const [load, compares] of found) {
      const isAlike = compares.every(({ args }) =>
        args.every(
          (arg) => arg === load || fits(arg, load) || (isNarrow(arg) && found.has(arg) && arg.width === load.width),
        ),
      );
      if (!isAlike) changed = found.delete(load) || changed;
    }
  }
  return found;
}

function dropOtherUses(block: Block, found: Map<Load, InstructionOf<'compare'>[]>): void {
  for (const instruction of [...block.instructions, block.terminator]) {
    for (const arg of instruction.args) {
      if (!isNarrow(arg)) continue;
      if (isEquality(instruction)) found.get(arg)?.push(instruction);
      else found.delete(arg);
    }
  }
}

/** Makes loads unsigned where that is the same. */
export function useUnsignedLoads(fn: IrFunction): boolean {
  const found = candidates(fn);
  for (const [load, compares] of found) {
    load.signed = false;
    for (const compare of compares) {
      const mask = (1n << BigInt(load.width * 8)) - 1n;
      compare.args = compare.args.map((arg) => (arg.kind === 'constant' ? constant('i32', arg.value & mask) : arg));
    }
  }
  return found.size > 0;
}
