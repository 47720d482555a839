// Stack memory becomes SSA values: objects whose every use is a load, store, copy or fill at a known place are split into
// scalars (SROA), and those into values with phis (mem2reg; Cytron et al., 1991).

// biome-ignore lint/style/noExcessiveLinesPerFile: splitting and promotion share their tables; to be parted into two files
import { constant, makeInstruction, undefinedValue } from '../ir/build.ts';
import { dominanceFrontiers, type FlowGraph, flowGraph } from '../ir/dominators.ts';
import type { Block, Instruction, InstructionOf, IrFunction, IrType, Value, Width } from '../ir/types.ts';

type Alloca = InstructionOf<'alloca'>;
type Scalar = Exclude<IrType, 'void'>;

/** A part of an object that is always accessed as a whole. */
interface Slot {
  readonly alloca: Alloca;
  readonly offset: number;
  readonly width: Width;
  type: Scalar;
}

interface Access {
  readonly offset: number;
  readonly width: Width;
  readonly type: Scalar;
}

/** Where an address points: into which object, how far. */
interface Target {
  readonly alloca: Alloca;
  readonly offset: number;
}

/** Objects above this many bytes stay in memory. */
const SIZE_LIMIT = 512;

class Promotion {
  readonly fn: IrFunction;
  readonly targets = new Map<Value, Target>();
  readonly escaped = new Set<Alloca>();
  readonly accesses = new Map<Alloca, Access[]>();
  /** Objects copied or filled as a whole somewhere, so that gaps between scalars matter. */
  readonly blockwise = new Map<Alloca, { from: number; to: number }[]>();
  readonly slots = new Map<Alloca, Slot[]>();
  readonly copies: InstructionOf<'copy'>[] = [];

  constructor(fn: IrFunction) {
    this.fn = fn;
  }

  collect(): void {
    for (const instruction of this.fn.blocks[0]?.instructions ?? []) {
      if (instruction.op === 'alloca') this.targets.set(instruction, { alloca: instruction, offset: 0 });
    }
    for (const block of flowGraph(this.fn).order) {
      for (const instruction of block.instructions) this.#use(instruction);
      for (const arg of block.terminator.args) this.#escape(arg);
    }
    // Phis of loops come before some of what they merge.
    for (const block of this.fn.blocks) {
      for (const phi of block.instructions) {
        if (phi.op !== 'phi') break;
        for (const arg of phi.args) this.#escape(arg);
      }
    }
  }

  #escape(value: Value): void {
    const target = this.targets.get(value);
    if (target) this.escaped.add(target.alloca);
  }

  // biome-ignore lint/complexity/noExcessiveCognitiveComplexity: one walk over every shape of use; split, its order would be hidden
  #use(instruction: Instruction): void {
    const { args } = instruction;
    const first = args[0] && this.targets.get(args[0]);
    if (instruction.op === 'ptradd' && first && args[1]?.kind === 'constant') {
      const offset = first.offset + Number(BigInt.asIntN(64, args[1].value));
      this.targets.set(instruction, { alloca: first.alloca, offset });
    } else if (instruction.op === 'load') {
      if (first) this.#access(first, instruction, instruction.type as Scalar);
    } else if (instruction.op === 'store') {
      if (first) this.#access(first, instruction, (args[1] as Value).type as Scalar);
      this.#escape(args[1] as Value);
    } else if (instruction.op === 'copy' || instruction.op === 'fill') {
      if (instruction.op === 'copy') this.copies.push(instruction);
      if (instruction.op === 'fill' && args[1]?.kind !== 'constant') this.#escape(args[0] as Value);
      for (const arg of instruction.op === 'copy' ? args : [args[0] as Value]) this.#blockUse(arg, instruction.size);
    } else for (const arg of args) this.#escape(arg);
  }

  #access(target: Target, at: InstructionOf<'load'> | InstructionOf<'store'>, type: Scalar): void {
    const { alloca } = target;
    const offset = target.offset + at.offset;
    const isOutside = offset < 0 || offset + at.width > alloca.size;
    if (at.volatile || at.relocation !== undefined || isOutside) this.escaped.add(alloca);
    const list = this.accesses.get(alloca) ?? [];
    this.accesses.set(alloca, list);
    list.push({ offset, width: at.width, type });
  }

  #blockUse(arg: Value, size: number): void {
    const target = this.targets.get(arg);
    if (!target) return;
    const { alloca, offset } = target;
    if (offset < 0 || offset + size > alloca.size) this.escaped.add(alloca);
    const list = this.blockwise.get(alloca) ?? [];
    this.blockwise.set(alloca, list);
    list.push({ from: offset, to: offset + size });
  }

  /** Splits every promotable object into slots. */
  split(): void {
    for (const { alloca, offset } of this.targets.values()) {
      if (offset !== 0 || this.slots.has(alloca) || this.escaped.has(alloca) || alloca.size > SIZE_LIMIT) continue;
      const slots = this.#slotsOf(alloca);
      if (slots) this.slots.set(alloca, slots);
    }
  }

  #slotsOf(alloca: Alloca): Slot[] | undefined {
    const byOffset = new Map<number, Slot>();
    for (const { offset, width, type } of this.accesses.get(alloca) ?? []) {
      const known = byOffset.get(offset);
      if (known && known.width !== width) return undefined;
      if (!known) byOffset.set(offset, { alloca, offset, width, type });
      else known.type = mergedType(known.type, type, width);
    }
    const slots = [...byOffset.values()].sort((a, b) => a.offset - b.offset);
    for (let i = 1; i < slots.length; i++) {
      const [before, slot] = [slots[i - 1] as Slot, slots[i] as Slot];
      if (before.offset + before.width > slot.offset) return undefined;
    }
    const gaps = this.#gaps(alloca, slots);
    return [...slots, ...gaps].sort((a, b) => a.offset - b.offset);
  }

  /** Slots for what is only copied or filled. */
  #gaps(alloca: Alloca, slots: readonly Slot[]): Slot[] {
    const result: Slot[] = [];
    const areas = this.blockwise.get(alloca) ?? [];
    const edges = new Set(areas.flatMap(({ from, to }) => [from, to]));
    const isFree = (at: number): boolean =>
      areas.some(({ from, to }) => from <= at && at < to) &&
      !slots.some(({ offset, width }) => offset <= at && at < offset + width);
    for (let at = 0; at < alloca.size; ) {
      if (!isFree(at)) {
        at++;
        continue;
      }
      let width = 8;
      const fits = (): boolean => {
        if (at % width !== 0 || at + width > alloca.size) return false;
        for (let i = 0; i < width; i++) if (!isFree(at + i) || (i > 0 && edges.has(at + i))) return false;
        return true;
      };
      while (width > 1 && !fits()) width >>= 1;
      result.push({ alloca, offset: at, width: width as Width, type: width === 8 ? 'i64' : 'i32' });
      at += width;
    }
    return result;
  }

  /** A copy or fill whose border cuts a slot keeps its object in memory. Returns whether any was dropped. */
  dropCut(): void {
    for (let changed = true; changed; ) {
      changed = false;
      for (const [alloca, areas] of this.blockwise) {
        const slots = this.slots.get(alloca);
        const isCut = slots?.some(({ offset, width }) =>
          areas.some(
            ({ from, to }) => (offset < from && from < offset + width) || (offset < to && to < offset + width),
          ),
        );
        if (!isCut) continue;
        this.slots.delete(alloca);
        changed = true;
      }
      for (const copy of this.copies) changed = this.#dropMismatch(copy) || changed;
    }
  }

  /** Two objects copied one to the other but split differently both stay in memory. */
  #dropMismatch(copy: InstructionOf<'copy'>): boolean {
    const [to, from] = copy.args.map((arg) => this.targets.get(arg));
    const [into, outOf] = [this.slotsWithin(to, copy.size), this.slotsWithin(from, copy.size)];
    if (!to || !from || !into || !outOf) return false;
    const isSame =
      into.length === outOf.length &&
      into.every((slot, i) => {
        const other = outOf[i] as Slot;
        return slot.offset - to.offset === other.offset - from.offset && slot.width === other.width;
      });
    if (isSame) return false;
    this.slots.delete(to.alloca);
    this.slots.delete(from.alloca);
    return true;
  }

  slotsWithin(target: Target | undefined, size: number): readonly Slot[] | undefined {
    if (!target) return undefined;
    return this.slots
      .get(target.alloca)
      ?.filter(({ offset }) => offset >= target.offset && offset < target.offset + size);
  }
}

function mergedType(a: Scalar, b: Scalar, width: Width): Scalar {
  if (a === b) return a;
  return width === 8 ? 'i64' : a === 'i64' || b === 'i64' ? 'i64' : 'i32';
}

/** A copy or fill as loads and stores of slots; what has no slots is accessed in memory at the same widths. */
function expandBlocks(promotion: Promotion): void {
  const { fn } = promotion;
  for (const block of fn.blocks) {
    const result: Instruction[] = [];
    for (const instruction of block.instructions) {
      if (instruction.op === 'fill') expandFill(promotion, instruction, result);
      else if (instruction.op === 'copy') expandCopy(promotion, instruction, result);
      else result.push(instruction);
    }
    block.instructions = result;
  }
}

function expandFill(promotion: Promotion, fill: InstructionOf<'fill'>, out: Instruction[]): void {
  const target = promotion.targets.get(fill.args[0] as Value);
  const slots = promotion.slotsWithin(target, fill.size);
  const byte = fill.args[1] as Value;
  if (!slots || !target || byte.kind !== 'constant') {
    out.push(fill);
    return;
  }
  const pattern = (byte.value & 0xffn) * 0x0101010101010101n;
  for (const slot of slots) {
    const bits = BigInt.asUintN(slot.width * 8, pattern);
    out.push(storeTo(promotion.fn, fill, target, { slot, value: constant(slot.type, bits) }));
  }
}

function storeTo(
  fn: IrFunction,
  at: Instruction,
  target: Target,
  what: { readonly slot: Slot; readonly value: Value },
): Instruction {
  const { slot, value } = what;
  return makeInstruction(fn, 'store', [at.args[0] as Value, value], {
    type: 'void',
    width: slot.width,
    volatile: false,
    offset: slot.offset - target.offset,
    relocation: undefined,
    span: at.span,
  });
}

function expandCopy(promotion: Promotion, copy: InstructionOf<'copy'>, out: Instruction[]): void {
  const { fn } = promotion;
  const [to, from] = copy.args.map((arg) => promotion.targets.get(arg));
  const [into, outOf] = [promotion.slotsWithin(to, copy.size), promotion.slotsWithin(from, copy.size)];
  if (!into && !outOf) {
    out.push(copy);
    return;
  }
  const pieces =
    into && to
      ? into.map((slot) => ({ slot, at: slot.offset - to.offset }))
      : (outOf ?? []).map((slot) => ({ slot, at: slot.offset - (from?.offset ?? 0) }));
  for (const { slot, at } of pieces) {
    const { width, type } = slot;
    const align = Math.min(copy.align, at === 0 ? 8 : at & -at) as Width;
    const fields = {
      width,
      volatile: false,
      offset: at,
      relocation: undefined,
      span: copy.span,
      ...(align < width && { align }),
    };
    const load = makeInstruction(fn, 'load', [copy.args[1] as Value], { ...fields, type, signed: false });
    out.push(load, makeInstruction(fn, 'store', [copy.args[0] as Value, load], { ...fields, type: 'void' }));
  }
}

/** Renaming: walks the dominator tree with the current value of every slot. */
class Renamer {
  readonly promotion: Promotion;
  readonly graph: FlowGraph;
  readonly #phis = new Map<Block, { readonly slot: Slot; readonly phi: InstructionOf<'phi'> }[]>();
  readonly #current = new Map<Slot, Value>();
  readonly #replaced = new Map<Value, Value>();
  readonly #index = new Map<Alloca, Map<number, Slot>>();

  constructor(promotion: Promotion) {
    this.promotion = promotion;
    this.graph = flowGraph(promotion.fn);
    for (const [alloca, slots] of promotion.slots)
      this.#index.set(alloca, new Map(slots.map((slot) => [slot.offset, slot])));
  }

  slotOf(instruction: InstructionOf<'load'> | InstructionOf<'store'>): Slot | undefined {
    const target = this.promotion.targets.get(instruction.args[0] as Value);
    return target && this.#index.get(target.alloca)?.get(target.offset + instruction.offset);
  }

  // biome-ignore lint/complexity/noExcessiveCognitiveComplexity: one walk over every shape of use; split, its order would be hidden
  placePhis(): void {
    const frontiers = dominanceFrontiers(this.graph);
    const stores = new Map<Slot, Set<Block>>();
    const exposed = new Set<Slot>();
    for (const block of this.graph.order) {
      const written = new Set<Slot>();
      for (const instruction of block.instructions) {
        if (instruction.op !== 'load' && instruction.op !== 'store') continue;
        const slot = this.slotOf(instruction);
        if (!slot) continue;
        if (instruction.op === 'load' && !written.has(slot)) exposed.add(slot);
        if (instruction.op === 'store') {
          written.add(slot);
          (stores.get(slot) ?? stores.set(slot, new Set()).get(slot))?.add(block);
        }
      }
    }
    for (const [slot, blocks] of stores) if (exposed.has(slot)) this.#placePhis(slot, blocks, frontiers);
  }

  #placePhis(slot: Slot, blocks: ReadonlySet<Block>, frontiers: ReadonlyMap<Block, ReadonlySet<Block>>): void {
    const work = [...blocks];
    const done = new Set<Block>();
    for (let block = work.pop(); block; block = work.pop()) {
      for (const meet of frontiers.get(block) ?? []) {
        if (done.has(meet)) continue;
        done.add(meet);
        const phi = makeInstruction(this.promotion.fn, 'phi', [], { type: slot.type, blocks: [], span: undefined });
        const list = this.#phis.get(meet) ?? [];
        this.#phis.set(meet, list);
        list.push({ slot, phi });
        work.push(meet);
      }
    }
  }

  run(): void {
    const entry = this.graph.order[0];
    if (!entry) return;
    const stack: { readonly block: Block; next: number; readonly undo: (readonly [Slot, Value | undefined])[] }[] = [];
    const enter = (block: Block): void => {
      const undo: [Slot, Value | undefined][] = [];
      stack.push({ block, next: 0, undo });
      this.#block(block, undo);
    };
    enter(entry);
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const child = this.graph.children.get(top.block)?.[top.next++];
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
    this.#finish();
  }

  #set(slot: Slot, value: Value, undo: [Slot, Value | undefined][]): void {
    undo.push([slot, this.#current.get(slot)]);
    this.#current.set(slot, value);
  }

  #block(block: Block, undo: [Slot, Value | undefined][]): void {
    const phis = this.#phis.get(block) ?? [];
    for (const { slot, phi } of phis) this.#set(slot, phi, undo);
    const kept: Instruction[] = phis.map(({ phi }) => phi);
    for (const instruction of block.instructions) {
      this.#rename(instruction);
      const slot = instruction.op === 'load' || instruction.op === 'store' ? this.slotOf(instruction) : undefined;
      if (!slot) kept.push(instruction);
      else if (instruction.op === 'store')
        this.#set(slot, this.#stored(slot, instruction.args[1] as Value, kept, instruction), undo);
      else this.#replaced.set(instruction, this.#loaded(slot, instruction as InstructionOf<'load'>, kept));
    }
    block.instructions = kept;
    this.#rename(block.terminator);
    const seen = new Set<Block>();
    for (const target of block.terminator.targets) {
      if (seen.has(target)) continue;
      seen.add(target);
      for (const { slot, phi } of this.#phis.get(target) ?? []) {
        phi.args.push(this.#current.get(slot) ?? undefinedValue(slot.type));
        phi.blocks.push(block);
      }
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

  /** A value as its slot keeps it: of the slot's type, cut to its width. */
  #stored(slot: Slot, value: Value, out: Instruction[], at: Instruction): Value {
    return this.#cast(value, slot.type, out, at);
  }

  #cast(value: Value, type: Scalar, out: Instruction[], at: Instruction): Value {
    if (value.type === type || value.type === 'void') return value;
    if (value.kind === 'undefined') return undefinedValue(type);
    if (value.kind === 'constant') return constant(type, value.value);
    const { fn } = this.promotion;
    const add = (op: 'zext' | 'trunc' | 'to-ptr' | 'to-int', arg: Value, to: Scalar): Value => {
      const made = makeInstruction(fn, op, [arg], { type: to, span: at.span } as never) as unknown as Instruction;
      out.push(made);
      return made;
    };
    const wide = value.type === 'ptr' ? add('to-int', value, 'i64') : value;
    if (type === 'i32') return wide.type === 'i64' ? add('trunc', wide, 'i32') : wide;
    const full = wide.type === 'i32' ? add('zext', wide, 'i64') : wide;
    return type === 'ptr' ? add('to-ptr', full, 'ptr') : full;
  }

  #loaded(slot: Slot, load: InstructionOf<'load'>, out: Instruction[]): Value {
    const value = this.#current.get(slot) ?? undefinedValue(slot.type);
    const type = load.type as Scalar;
    const bits = slot.width * 8;
    const full = type === 'i32' ? 32 : 64;
    const cast = this.#cast(value, type, out, load);
    if (bits >= full || type === 'ptr') return cast;
    return this.#extend(cast, { bits, signed: load.signed, type }, { out, load });
  }

  /** What a narrow load gives: the low bits, extended. */
  #extend(
    value: Value,
    how: { readonly bits: number; readonly signed: boolean; readonly type: 'i32' | 'i64' },
    to: { readonly out: Instruction[]; readonly load: Instruction },
  ): Value {
    const { bits, signed, type } = how;
    if (value.kind === 'undefined') return value;
    if (value.kind === 'constant')
      return constant(type, signed ? BigInt.asIntN(bits, value.value) : BigInt.asUintN(bits, value.value));
    const { fn } = this.promotion;
    const made = signed
      ? makeInstruction(fn, 'sign-extend', [value], { type, bits: bits as 8, span: to.load.span })
      : makeInstruction(fn, 'and', [value, constant(type, (1n << BigInt(bits)) - 1n)], { type, span: to.load.span });
    to.out.push(made);
    return made;
  }

  /** Arguments of older phis still name the loads that are gone. */
  #finish(): void {
    for (const block of this.graph.order) {
      for (const instruction of block.instructions) {
        if (instruction.op !== 'phi') break;
        for (let i = 0; i < instruction.args.length; i++)
          instruction.args[i] = this.#resolve(instruction.args[i] as Value);
      }
    }
  }
}

/** Promotes what can be promoted. */
export function promoteMemory(fn: IrFunction): boolean {
  const promotion = new Promotion(fn);
  promotion.collect();
  promotion.split();
  promotion.dropCut();
  if (promotion.slots.size === 0) return false;
  expandBlocks(promotion);
  const renamer = new Renamer(promotion);
  renamer.placePhis();
  renamer.run();
  for (const block of fn.blocks) {
    block.instructions = block.instructions.filter((instruction) => {
      const target = promotion.targets.get(instruction);
      return !target || !promotion.slots.has(target.alloca);
    });
  }
  return true;
}
