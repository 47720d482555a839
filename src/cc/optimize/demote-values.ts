// Values put back into memory, for passes that copy what defines them: the next promotion makes phis where copies meet.

import { makeInstruction } from '../ir/build.ts';
import type { Block, Instruction, InstructionOf, IrFunction, Value, Width } from '../ir/types.ts';

/** Values, and for each the blocks in which it stays as it is. */
export type Regions = ReadonlyMap<Instruction, ReadonlySet<Block>>;

/** Values made in one of some regions and used outside of it; a phi uses its argument where it comes from. */
export function usedOutside(fn: IrFunction, regions: readonly ReadonlySet<Block>[]): Regions {
  const made = new Map<Value, ReadonlySet<Block>>();
  for (const region of regions)
    for (const block of region) for (const instruction of block.instructions) made.set(instruction, region);
  const result = new Map<Instruction, ReadonlySet<Block>>();
  const visit = (user: Instruction, block: Block): void => {
    for (const [i, arg] of user.args.entries()) {
      const region = made.get(arg);
      if (region && !region.has(placeOfUse(user, i, block))) result.set(arg as Instruction, region);
    }
  };
  for (const block of fn.blocks) {
    for (const instruction of block.instructions) visit(instruction, block);
    visit(block.terminator, block);
  }
  return result;
}

function placeOfUse(user: Instruction, index: number, block: Block): Block {
  return user.op === 'phi' ? (user.blocks[index] as Block) : block;
}

interface Slot {
  readonly address: InstructionOf<'alloca'>;
  readonly region: ReadonlySet<Block>;
}

/** Gives every value a slot: stored where it is made, loaded where it is used outside of its region. */
export function demoteValues(fn: IrFunction, values: Regions): void {
  if (values.size === 0) return;
  const slots = new Map<Value, Slot>();
  for (const [value, region] of values) {
    const width = widthOf(value);
    const fields = { type: 'ptr', size: width, align: width, name: 'carried', span: value.span } as const;
    slots.set(value, { address: makeInstruction(fn, 'alloca', [], fields), region });
  }
  const late: (readonly [Block, Instruction])[] = [];
  for (const block of fn.blocks) {
    late.push(...loadValues(fn, block, slots));
    storeValues(fn, block, slots);
  }
  for (const [block, load] of late) block.instructions.push(load);
  fn.blocks[0]?.instructions.unshift(...[...slots.values()].map(({ address }) => address));
}

function widthOf(value: Value): Width {
  return value.type === 'i32' ? 4 : 8;
}

function storeValues(fn: IrFunction, block: Block, slots: ReadonlyMap<Value, Slot>): void {
  if (!block.instructions.some((instruction) => slots.has(instruction))) return;
  const out: Instruction[] = [];
  const stores: Instruction[] = [];
  for (const instruction of block.instructions) {
    if (instruction.op !== 'phi') out.push(...stores.splice(0));
    out.push(instruction);
    const slot = slots.get(instruction)?.address;
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
function loadValues(fn: IrFunction, block: Block, slots: ReadonlyMap<Value, Slot>): (readonly [Block, Instruction])[] {
  const late: (readonly [Block, Instruction])[] = [];
  const out: Instruction[] = [];
  for (const instruction of [...block.instructions, block.terminator]) {
    for (const [i, arg] of instruction.args.entries()) {
      const slot = slots.get(arg);
      const place = placeOfUse(instruction, i, block);
      if (!slot || slot.region.has(place)) continue;
      const made = loadOf(fn, arg, slot.address);
      instruction.args[i] = made;
      if (instruction.op === 'phi') late.push([place, made]);
      else out.push(made);
    }
    if (instruction !== block.terminator) out.push(instruction);
  }
  block.instructions = out;
  return late;
}

function loadOf(fn: IrFunction, value: Value, slot: Instruction): Instruction {
  const fields = { width: widthOf(value), volatile: false, offset: 0, relocation: undefined, signed: false };
  return makeInstruction(fn, 'load', [slot], { ...fields, type: value.type, span: slot.span });
}
