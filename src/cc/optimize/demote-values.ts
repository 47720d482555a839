// Values put back into memory, for passes that copy what defines them: the next promotion makes phis where copies meet.

import { makeInstruction } from '../ir/build.ts';
import type { Block, Instruction, InstructionOf, IrFunction, Value, Width } from '../ir/types.ts';

/** Uses of values made in `inside` by instructions elsewhere; a phi uses its argument where it comes from. */
export function usedOutside(fn: IrFunction, inside: ReadonlySet<Block>): Set<Instruction> {
  const made = new Set<Value>();
  for (const block of inside) for (const instruction of block.instructions) made.add(instruction);
  const result = new Set<Instruction>();
  const visit = (user: Instruction): void => {
    for (const [i, arg] of user.args.entries()) {
      const isExit = user.op === 'phi' && inside.has(user.blocks[i] as Block);
      if (!isExit && made.has(arg)) result.add(arg as Instruction);
    }
  };
  for (const block of fn.blocks) {
    if (inside.has(block)) continue;
    for (const instruction of block.instructions) visit(instruction);
    visit(block.terminator);
  }
  return result;
}

/** Gives every value a slot: stored where it is made, loaded where it is used outside `inside`. */
export function demoteValues(fn: IrFunction, values: ReadonlySet<Instruction>, inside: ReadonlySet<Block>): void {
  if (values.size === 0) return;
  const slots = new Map<Value, InstructionOf<'alloca'>>();
  for (const value of values) {
    const width = widthOf(value);
    const fields = { type: 'ptr', size: width, align: width, name: 'carried', span: value.span } as const;
    slots.set(value, makeInstruction(fn, 'alloca', [], fields));
  }
  for (const block of inside) storeValues(fn, block, slots);
  const late: (readonly [Block, Instruction])[] = [];
  for (const block of fn.blocks) if (!inside.has(block)) late.push(...loadValues(fn, block, slots, inside));
  for (const [block, load] of late) block.instructions.push(load);
  fn.blocks[0]?.instructions.unshift(...slots.values());
}

function widthOf(value: Value): Width {
  return value.type === 'i32' ? 4 : 8;
}

function storeValues(fn: IrFunction, block: Block, slots: ReadonlyMap<Value, Instruction>): void {
  const out: Instruction[] = [];
  const stores: Instruction[] = [];
  for (const instruction of block.instructions) {
    if (instruction.op !== 'phi') out.push(...stores.splice(0));
    out.push(instruction);
    const slot = slots.get(instruction);
    if (!slot) continue;
    const fields = {
      width: widthOf(instruction),
      volatile: false,
      offset: 0,
      relocation: undefined,
      span: instruction.span,
    };
    stores.push(makeInstruction(fn, 'store', [slot, instruction], { ...fields, type: 'void' }));
  }
  block.instructions = [...out, ...stores];
}

/** Loads before the uses in a block; those of its phis are returned, with the blocks at whose end they belong. */
function loadValues(
  fn: IrFunction,
  block: Block,
  slots: ReadonlyMap<Value, Instruction>,
  inside: ReadonlySet<Block>,
): (readonly [Block, Instruction])[] {
  const late: (readonly [Block, Instruction])[] = [];
  const load = (value: Value, slot: Instruction): InstructionOf<'load'> => {
    const fields = { width: widthOf(value), volatile: false, offset: 0, relocation: undefined, signed: false };
    return makeInstruction(fn, 'load', [slot], { ...fields, type: value.type, span: slot.span });
  };
  const out: Instruction[] = [];
  for (const instruction of [...block.instructions, block.terminator]) {
    for (const [i, arg] of instruction.args.entries()) {
      const slot = slots.get(arg);
      if (!slot) continue;
      const from = instruction.op === 'phi' ? (instruction.blocks[i] as Block) : undefined;
      if (from && inside.has(from)) continue;
      const made = load(arg, slot);
      instruction.args[i] = made;
      if (from) late.push([from, made]);
      else out.push(made);
    }
    if (instruction !== block.terminator) out.push(instruction);
  }
  block.instructions = out;
  return late;
}
