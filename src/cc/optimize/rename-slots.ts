// Slots become values with phis (mem2reg; Cytron et al., 1991): a walk down the dominator tree with the value that every slot
// has just then.

import { constant, makeInstruction, undefinedValue } from '../ir/build.ts';
import { dominanceFrontiers, type FlowGraph, flowGraph } from '../ir/dominators.ts';
import type { Block, Instruction, InstructionOf, IrFunction, Value } from '../ir/types.ts';
import type { Slot, SplitObjects } from './split-objects.ts';
import type { Scalar } from './stack-objects.ts';

const bitsOf = (type: string): number => (type === 'i32' ? 32 : 64);
const lowBits = (count: number): bigint => (1n << BigInt(count)) - 1n;

/** Makes the instructions that take values out of slots and put them in. */
class SlotCode {
  readonly #fn: IrFunction;
  readonly #out: Instruction[];
  readonly #at: Instruction;

  constructor(fn: IrFunction, out: Instruction[], at: Instruction) {
    this.#fn = fn;
    this.#out = out;
    this.#at = at;
  }

  #add(op: 'and' | 'or' | 'shl' | 'lshr', left: Value, right: bigint | Value): Value {
    const type = left.type as 'i64';
    const args = [left, typeof right === 'bigint' ? constant(type, right) : right];
    const made = makeInstruction(this.#fn, op, args, { type, span: this.#at.span });
    this.#out.push(made);
    return made;
  }

  #convert(op: 'zext' | 'trunc' | 'to-ptr' | 'to-int', value: Value, type: Scalar): Value {
    const made = makeInstruction(this.#fn, op, [value], { type, span: this.#at.span });
    this.#out.push(made);
    return made;
  }

  /** The same bits as another type. */
  cast(value: Value, type: Scalar): Value {
    if (value.type === type || value.type === 'void') return value;
    if (value.kind === 'undefined') return undefinedValue(type);
    if (value.kind === 'constant') return constant(type, value.value);
    const wide = value.type === 'ptr' ? this.#convert('to-int', value, 'i64') : value;
    if (type === 'i32') return wide.type === 'i64' ? this.#convert('trunc', wide, 'i32') : wide;
    const full = wide.type === 'i32' ? this.#convert('zext', wide, 'i64') : wide;
    return type === 'ptr' ? this.#convert('to-ptr', full, 'ptr') : full;
  }

  /** What a load of `bits` at bit `shift` of a slot's value gives. */
  take(value: Value, load: InstructionOf<'load'>, shift: number): Value {
    const type = load.type as Scalar;
    if (value.kind === 'undefined') return undefinedValue(type);
    const bits = load.width * 8;
    const moved = shift === 0 ? value : this.#add('lshr', value, BigInt(shift));
    const cast = this.cast(moved, type);
    if (bits >= bitsOf(type) || type === 'ptr') return cast;
    if (cast.kind === 'constant') {
      return constant(type, load.signed ? BigInt.asIntN(bits, cast.value) : BigInt.asUintN(bits, cast.value));
    }
    if (!load.signed) return this.#add('and', cast, lowBits(bits));
    const made = makeInstruction(this.#fn, 'sign-extend', [cast], { type, bits: bits as 8, span: load.span });
    this.#out.push(made);
    return made;
  }

  /** The slot's value after the low `bits` of `part` were written at bit `shift`. */
  put(
    old: Value,
    part: Value,
    { bits, shift, slot }: { readonly bits: number; readonly shift: number; readonly slot: Slot },
  ): Value {
    const value = this.cast(part, slot.type);
    if (bits >= slot.width * 8) return value;
    const low = this.#add('and', value, lowBits(bits));
    const moved = shift === 0 ? low : this.#add('shl', low, BigInt(shift));
    if (old.kind === 'undefined') return moved;
    const kept = this.#add('and', old, lowBits(bitsOf(slot.type)) ^ (lowBits(bits) << BigInt(shift)));
    return this.#add('or', kept, moved);
  }
}

/** Renames the slots of one function. */
export class SlotRenamer {
  readonly #split: SplitObjects;
  readonly #fn: IrFunction;
  readonly #graph: FlowGraph;
  readonly #phis = new Map<Block, { readonly slot: Slot; readonly phi: InstructionOf<'phi'> }[]>();
  readonly #current = new Map<Slot, Value>();
  readonly #replaced = new Map<Value, Value>();

  constructor(split: SplitObjects) {
    this.#split = split;
    this.#fn = split.objects.fn;
    this.#graph = flowGraph(this.#fn);
  }

  run(): void {
    this.#placePhis();
    this.#walk();
    this.#finish();
  }

  /** Phis stand where ways with different values meet, for slots that are read in a block before they are written there. */
  #placePhis(): void {
    const stores = new Map<Slot, Set<Block>>();
    const exposed = new Set<Slot>();
    for (const block of this.#graph.order) this.#scan(block, stores, exposed);
    if (exposed.size === 0) return;
    const frontiers = dominanceFrontiers(this.#graph);
    for (const [slot, blocks] of stores) if (exposed.has(slot)) this.#placePhisOf(slot, blocks, frontiers);
  }

  #scan(block: Block, stores: Map<Slot, Set<Block>>, exposed: Set<Slot>): void {
    const written = new Set<Slot>();
    for (const instruction of block.instructions) {
      if (instruction.op !== 'load' && instruction.op !== 'store') continue;
      const slot = this.#split.slotOf(instruction)?.slot;
      if (!slot) continue;
      // To write a part is to read the rest.
      if ((instruction.op === 'load' || instruction.width < slot.width) && !written.has(slot)) exposed.add(slot);
      if (instruction.op !== 'store') continue;
      written.add(slot);
      const blocks = stores.get(slot);
      if (blocks) blocks.add(block);
      else stores.set(slot, new Set([block]));
    }
  }

  #placePhisOf(slot: Slot, blocks: ReadonlySet<Block>, frontiers: ReadonlyMap<Block, ReadonlySet<Block>>): void {
    const work = [...blocks];
    const done = new Set<Block>();
    for (let block = work.pop(); block; block = work.pop()) {
      for (const meet of frontiers.get(block) ?? []) {
        if (done.has(meet)) continue;
        done.add(meet);
        const phi = makeInstruction(this.#fn, 'phi', [], { type: slot.type, blocks: [], span: undefined });
        const list = this.#phis.get(meet) ?? [];
        this.#phis.set(meet, list);
        list.push({ slot, phi });
        work.push(meet);
      }
    }
  }

  #walk(): void {
    const entry = this.#graph.order[0];
    if (!entry) return;
    const stack: { readonly block: Block; next: number; readonly undo: (readonly [Slot, Value | undefined])[] }[] = [];
    const enter = (block: Block): void => {
      const undo: [Slot, Value | undefined][] = [];
      stack.push({ block, next: 0, undo });
      this.#block(block, undo);
    };
    enter(entry);
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const child = this.#graph.children(top.block)[top.next++];
      if (child) enter(child);
      else {
        for (let i = top.undo.length - 1; i >= 0; i--) {
          const [slot, value] = top.undo[i] as [Slot, Value | undefined];
          if (value) this.#current.set(slot, value);
          else this.#current.delete(slot);
        }
        stack.pop();
      }
    }
  }

  #set(slot: Slot, value: Value, undo: [Slot, Value | undefined][]): void {
    undo.push([slot, this.#current.get(slot)]);
    this.#current.set(slot, value);
  }

  #value(slot: Slot): Value {
    return this.#current.get(slot) ?? undefinedValue(slot.type);
  }

  #block(block: Block, undo: [Slot, Value | undefined][]): void {
    const phis = this.#phis.get(block) ?? [];
    for (const { slot, phi } of phis) this.#set(slot, phi, undo);
    const kept: Instruction[] = phis.map(({ phi }) => phi);
    for (const instruction of block.instructions) {
      this.#rename(instruction);
      if (
        (instruction.op === 'load' || instruction.op === 'store') &&
        this.#split.isSplit(instruction.args[0] as Value)
      )
        this.#access(instruction, kept, undo);
      else if (!this.#split.isSplit(instruction)) kept.push(instruction);
    }
    block.instructions = kept;
    this.#rename(block.terminator);
    for (const target of new Set(block.terminator.targets)) {
      for (const { slot, phi } of this.#phis.get(target) ?? []) {
        phi.args.push(this.#value(slot));
        phi.blocks.push(block);
      }
    }
  }

  #access(
    access: InstructionOf<'load'> | InstructionOf<'store'>,
    out: Instruction[],
    undo: [Slot, Value | undefined][],
  ): void {
    const place = this.#split.slotOf(access);
    // A constant written where nobody reads.
    if (!place) return;
    const { slot, at } = place;
    const code = new SlotCode(this.#fn, out, access);
    const shift = at * 8;
    if (access.op === 'load') this.#replaced.set(access, code.take(this.#value(slot), access, shift));
    else {
      const how = { bits: access.width * 8, shift, slot };
      this.#set(slot, code.put(this.#value(slot), access.args[1] as Value, how), undo);
    }
  }

  #rename(instruction: Instruction): void {
    if (instruction.op === 'phi') return;
    const { args } = instruction;
    for (let i = 0; i < args.length; i++) args[i] = this.#resolve(args[i] as Value);
  }

  #resolve(value: Value): Value {
    let at = value;
    for (let next = this.#replaced.get(at); next; next = this.#replaced.get(at)) at = next;
    return at;
  }

  /** Arguments of older phis still name the loads that are gone. */
  #finish(): void {
    for (const block of this.#graph.order) {
      for (const instruction of block.instructions) {
        if (instruction.op !== 'phi') break;
        for (let i = 0; i < instruction.args.length; i++)
          instruction.args[i] = this.#resolve(instruction.args[i] as Value);
      }
    }
  }
}
