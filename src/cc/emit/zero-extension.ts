// Which i32 values have upper register halves that are known to be zero.

import type { Block, Instruction, Value } from '../ir/types.ts';

/** Finds the i32 values whose upper halves may hold anything: bare truncations, and phis of such. */
export function dirtyValues(order: readonly Block[]): Set<Value> {
  const dirty = new Set<Value>();
  for (let changed = true; changed; ) {
    changed = false;
    for (const block of order) {
      for (const instruction of block.instructions) {
        if (instruction.type !== 'i32' || dirty.has(instruction) || !isDirty(instruction, dirty)) continue;
        dirty.add(instruction);
        changed = true;
      }
    }
  }
  return dirty;
}

function isDirty(instruction: Instruction, dirty: ReadonlySet<Value>): boolean {
  switch (instruction.op) {
    case 'phi':
    case 'opaque':
      return instruction.args.some((arg) => arg.kind === 'parameter' || (arg.kind === 'instruction' && dirty.has(arg)));
    case 'trunc':
      return !isSmall(instruction.args[0] as Value);
    case 'asm':
      return true;
    case 'atomic':
      return instruction.width !== 4;
    default:
      return false;
  }
}

/** Is an i64 known to be below 2^32? */
export function isSmall(value: Value): boolean {
  if (value.kind === 'constant') return value.value <= 0xffffffffn;
  if (value.kind !== 'instruction') return false;
  const right = value.args[1];
  if (value.op === 'load') return value.width < 8 && !value.signed;
  if (value.op === 'zext') return true;
  if (value.op === 'and') return right?.kind === 'constant' && right.value <= 0xffffffffn;
  return value.op === 'lshr' && right?.kind === 'constant' && right.value >= 32n;
}
