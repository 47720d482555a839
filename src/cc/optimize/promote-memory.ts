// Stack memory becomes values: objects whose every use is a load, store, copy or fill at a known place are parted into slots,
// and those renamed.

import { constant, makeInstruction } from '../ir/build.ts';
import type { Instruction, InstructionOf, IrFunction, Value, Width } from '../ir/types.ts';
import { SlotRenamer } from './rename-slots.ts';
import { type Slot, SplitObjects } from './split-objects.ts';
import { StackObjects, type Target } from './stack-objects.ts';

/** Makes copies, fills and constants that concern slots into loads and stores of single slots. */
class Expansion {
  readonly #split: SplitObjects;
  readonly #fn: IrFunction;

  constructor(split: SplitObjects) {
    this.#split = split;
    this.#fn = split.objects.fn;
  }

  run(): void {
    for (const block of this.#fn.blocks) {
      const result: Instruction[] = [];
      for (const instruction of block.instructions) if (!this.#expand(instruction, result)) result.push(instruction);
      block.instructions = result;
    }
  }

  /** Puts what the instruction becomes into `out`; false if it stays. */
  #expand(instruction: Instruction, out: Instruction[]): boolean {
    if (instruction.op === 'fill') return this.#fill(instruction, out);
    if (instruction.op === 'copy') return this.#copy(instruction, out);
    return instruction.op === 'store' && this.#constantStore(instruction, out);
  }

  #target(address: Value | undefined): Target | undefined {
    return address && this.#split.objects.targets.get(address);
  }

  #fill(fill: InstructionOf<'fill'>, out: Instruction[]): boolean {
    const target = this.#target(fill.args[0]);
    const slots = this.#split.within(target, fill.size);
    const byte = fill.args[1] as Value;
    if (!slots || !target || byte.kind !== 'constant') return false;
    const pattern = (byte.value & 0xffn) * 0x0101010101010101n;
    for (const slot of slots)
      out.push(this.#storeTo(fill, target, { slot, bits: BigInt.asUintN(slot.width * 8, pattern) }));
    return true;
  }

  /** A constant that is wider or narrower than the slots it lies in, or across their borders, is written slot by slot. */
  #constantStore(store: InstructionOf<'store'>, out: Instruction[]): boolean {
    const [address, value] = store.args as [Value, Value];
    const target = this.#target(address);
    const place = target && { alloca: target.alloca, offset: target.offset + store.offset };
    const slots = this.#split.within(place, store.width);
    if (!slots || !place || value.kind !== 'constant' || value.type === 'ptr') return false;
    for (const slot of slots) {
      const from = Math.max(slot.offset, place.offset);
      const to = Math.min(slot.offset + slot.width, place.offset + store.width);
      for (let at = from; at < to; ) {
        let width = 8;
        while (at + width > to) width >>= 1;
        const bits = BigInt.asUintN(width * 8, value.value >> BigInt((at - place.offset) * 8));
        const part = constant(slot.type === 'i64' ? 'i64' : width === 8 ? 'i64' : 'i32', bits);
        const fields = { type: 'void', width: width as Width, volatile: false, relocation: undefined } as const;
        const offset = at - (target as Target).offset;
        out.push(makeInstruction(this.#fn, 'store', [address, part], { ...fields, offset, span: store.span }));
        at += width;
      }
    }
    return true;
  }

  #storeTo(
    at: Instruction,
    target: Target,
    { slot, bits }: { readonly slot: Slot; readonly bits: bigint },
  ): Instruction {
    return makeInstruction(this.#fn, 'store', [at.args[0] as Value, constant(slot.type, bits)], {
      type: 'void',
      width: slot.width,
      volatile: false,
      offset: slot.offset - target.offset,
      relocation: undefined,
      span: at.span,
    });
  }

  /** What has no slots is accessed in memory at the same widths. */
  #copy(copy: InstructionOf<'copy'>, out: Instruction[]): boolean {
    const [to, from] = copy.args.map((arg) => this.#target(arg));
    const [into, outOf] = [this.#split.within(to, copy.size), this.#split.within(from, copy.size)];
    const start = into && to ? to.offset : (from?.offset ?? 0);
    const slots = into ?? outOf;
    if (!slots) return false;
    for (const slot of slots) {
      const { width, type } = slot;
      const offset = slot.offset - start;
      const align = Math.min(copy.align, offset === 0 ? 8 : offset & -offset) as Width;
      const common = { width, volatile: false, offset, relocation: undefined, span: copy.span };
      const fields = align < width ? { ...common, align } : common;
      const load = makeInstruction(this.#fn, 'load', [copy.args[1] as Value], { ...fields, type, signed: false });
      out.push(load, makeInstruction(this.#fn, 'store', [copy.args[0] as Value, load], { ...fields, type: 'void' }));
    }
    return true;
  }
}

/** Promotes what can be promoted. */
export function promoteMemory(fn: IrFunction): boolean {
  const objects = new StackObjects(fn);
  if (objects.targets.size === 0) return false;
  const split = new SplitObjects(objects);
  if (split.isEmpty) return false;
  new Expansion(split).run();
  new SlotRenamer(split).run();
  return true;
}
