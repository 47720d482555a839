// Parts stack objects into slots, each of which can be one value (SROA). Accesses that overlap share a slot: the narrower ones
// take or set some of its bits.

import type { InstructionOf, Value, Width } from '../ir/types.ts';
import type { Access, Alloca, Area, Scalar, StackObjects, Target } from './stack-objects.ts';

/** A part of an object that becomes one value. */
export interface Slot {
  readonly alloca: Alloca;
  readonly offset: number;
  readonly width: Width;
  readonly type: Scalar;
}

const isWidth = (size: number): size is Width => size === 1 || size === 2 || size === 4 || size === 8;

/** Type of what lies in an area, of which `accesses` read or write some. */
function typeOf({ from, to }: Area, accesses: readonly Access[]): Scalar {
  const touching = accesses.filter(({ offset, width }) => offset < to && from < offset + width);
  const isWhole = touching.every(({ offset, width }) => offset <= from && to <= offset + width);
  const types = new Set(touching.filter(({ isConstant }) => !isConstant).map(({ type }) => type));
  const [only] = types;
  if (isWhole && types.size === 1 && only) return only;
  return to - from === 8 || (isWhole && types.has('i64')) ? 'i64' : 'i32';
}

/** Areas covered by accesses that overlap. */
function areasOf(accesses: readonly Access[]): Area[] {
  const result: Area[] = [];
  for (const { offset, width } of [...accesses].sort((a, b) => a.offset - b.offset)) {
    const last = result.at(-1);
    const to = offset + width;
    if (!last || last.to <= offset) result.push({ from: offset, to });
    else result[result.length - 1] = { from: last.from, to: Math.max(last.to, to) };
  }
  return result;
}

/** Slots of one object; undefined where some overlap makes too large a part. */
function slotsOf(objects: StackObjects, alloca: Alloca): Slot[] | undefined {
  const accesses = objects.accesses(alloca);
  const slots: Slot[] = [];
  // Constants are written in whatever parts the others need.
  for (const area of areasOf(accesses.filter(({ isConstant }) => !isConstant))) {
    const width = area.to - area.from;
    if (!isWidth(width)) return undefined;
    slots.push({ alloca, offset: area.from, width, type: typeOf(area, accesses) });
  }
  return [...slots, ...gaps(alloca, slots, objects.areas(alloca))].sort((a, b) => a.offset - b.offset);
}

/** Slots for what is only copied or filled. */
function gaps(alloca: Alloca, slots: readonly Slot[], areas: readonly Area[]): Slot[] {
  if (areas.length === 0) return [];
  const result: Slot[] = [];
  const edges = new Set(areas.flatMap(({ from, to }) => [from, to]));
  const free = new Uint8Array(alloca.size);
  for (const { from, to } of areas) free.fill(1, from, to);
  for (const { offset, width } of slots) free.fill(0, offset, offset + width);
  for (let at = 0; at < alloca.size; ) {
    if (!free[at]) {
      at++;
      continue;
    }
    let width = 8;
    const fits = (): boolean => {
      if (at % width !== 0 || at + width > alloca.size) return false;
      for (let i = 0; i < width; i++) if (!free[at + i] || (i > 0 && edges.has(at + i))) return false;
      return true;
    };
    while (width > 1 && !fits()) width >>= 1;
    result.push({ alloca, offset: at, width: width as Width, type: width === 8 ? 'i64' : 'i32' });
    at += width;
  }
  return result;
}

/** The slots of every object that can be promoted. */
export class SplitObjects {
  readonly objects: StackObjects;
  readonly #slots = new Map<Alloca, readonly Slot[]>();
  readonly #byByte = new Map<Alloca, readonly (Slot | undefined)[]>();

  constructor(objects: StackObjects) {
    this.objects = objects;
    for (const alloca of objects.promotable()) {
      const slots = slotsOf(objects, alloca);
      if (slots) this.#slots.set(alloca, slots);
    }
    this.#dropCut();
    for (const [alloca, slots] of this.#slots) {
      const bytes: (Slot | undefined)[] = [];
      for (const slot of slots) for (let i = 0; i < slot.width; i++) bytes[slot.offset + i] = slot;
      this.#byByte.set(alloca, bytes);
    }
  }

  get isEmpty(): boolean {
    return this.#slots.size === 0;
  }

  /** Is this an address in an object that becomes values? */
  isSplit(address: Value): boolean {
    const target = this.objects.targets.get(address);
    return target !== undefined && this.#slots.has(target.alloca);
  }

  /** Slots of an area. */
  within(target: Target | undefined, size: number): readonly Slot[] | undefined {
    if (!target) return undefined;
    const slots = this.#slots.get(target.alloca);
    return slots?.filter(({ offset, width }) => offset + width > target.offset && offset < target.offset + size);
  }

  /** The slot that a load or store accesses, and how far into it. */
  slotOf(
    access: InstructionOf<'load'> | InstructionOf<'store'>,
  ): { readonly slot: Slot; readonly at: number } | undefined {
    const target = this.objects.targets.get(access.args[0] as Value);
    const bytes = target && this.#byByte.get(target.alloca);
    if (!target || !bytes) return undefined;
    const offset = target.offset + access.offset;
    const slot = bytes[offset];
    return slot && { slot, at: offset - slot.offset };
  }

  /** A copy or fill whose border cuts a slot keeps its object in memory. */
  #dropCut(): void {
    for (let changed = true; changed; ) {
      changed = false;
      for (const [alloca, slots] of this.#slots) {
        const isCut = slots.some(({ offset, width }) =>
          this.objects
            .areas(alloca)
            .some(({ from, to }) => (offset < from && from < offset + width) || (offset < to && to < offset + width)),
        );
        if (isCut) changed = this.#slots.delete(alloca) || changed;
      }
      for (const copy of this.objects.copies) changed = this.#dropMismatch(copy) || changed;
    }
  }

  /** Two objects copied one to the other but split differently both stay in memory. */
  #dropMismatch(copy: InstructionOf<'copy'>): boolean {
    const [to, from] = copy.args.map((arg) => this.objects.targets.get(arg));
    const [into, outOf] = [this.within(to, copy.size), this.within(from, copy.size)];
    if (!to || !from || !into || !outOf) return false;
    const isSame =
      into.length === outOf.length &&
      into.every((slot, i) => {
        const other = outOf[i] as Slot;
        return slot.offset - to.offset === other.offset - from.offset && slot.width === other.width;
      });
    if (isSame) return false;
    this.#slots.delete(to.alloca);
    this.#slots.delete(from.alloca);
    return true;
  }
}
