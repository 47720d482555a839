// Which stack objects are needed at the same time. An object is needed between any access that may come before and any that
// may come after; homes of spilled registers between store and load only.

import { frameHolders } from './frame-holders.ts';
import { BitSet } from './liveness.ts';
import type { FrameObject, MachineBlock, MachineFunction, MachineInstruction } from './types.ts';

interface Access {
  readonly object: number;
  /** Writes the whole object without reading it. */
  readonly isStore: boolean;
}

class Conflicts {
  readonly fn: MachineFunction;
  readonly objects: readonly FrameObject[];
  readonly #index: Map<FrameObject, number>;
  readonly #accesses = new Map<MachineInstruction, Access[]>();
  /** Address known outside the registers followed here: needed everywhere. */
  readonly #everywhere: BitSet;
  readonly result = new Map<FrameObject, Set<FrameObject>>();

  constructor(fn: MachineFunction) {
    this.fn = fn;
    this.objects = fn.frame;
    this.#index = new Map(fn.frame.map((object, i) => [object, i]));
    this.#everywhere = new BitSet(fn.frame.length);
  }

  run(): Map<FrameObject, Set<FrameObject>> {
    this.#collect();
    const before = this.#flow('forward');
    const after = this.#flow('backward');
    for (const block of this.fn.blocks) this.#block(block, before.get(block) as BitSet, after.get(block) as BitSet);
    return this.result;
  }

  #note(instruction: MachineInstruction, object: number, isStore: boolean): void {
    const list = this.#accesses.get(instruction) ?? [];
    this.#accesses.set(instruction, list);
    list.push({ object, isStore });
    const frame = this.objects[object] as FrameObject;
    if (!this.result.has(frame)) this.result.set(frame, new Set());
  }

  /** Direct accesses, and uses of registers that hold an address. */
  #collect(): void {
    const { held, stored } = frameHolders(this.fn);
    this.#everywhere.merge(stored);
    for (const { instructions } of this.fn.blocks) {
      for (const instruction of instructions) {
        const { frame, op } = instruction;
        const isWhole = op === 'store' && frame !== undefined && instruction.width / 8 >= frame.size;
        if (frame && op !== 'frame') this.#note(instruction, this.#index.get(frame) as number, isWhole);
        held.get(instruction)?.forEach((object) => {
          this.#note(instruction, object, false);
        });
      }
    }
  }

  /** Objects accessed on some way to (or from) each block. */
  #flow(direction: 'forward' | 'backward'): Map<MachineBlock, BitSet> {
    const { blocks } = this.fn;
    const size = this.objects.length;
    const at = new Map(blocks.map((block) => [block, new BitSet(size)]));
    const isBackward = direction === 'backward';
    for (let changed = true; changed; ) {
      changed = false;
      for (let i = 0; i < blocks.length; i++) {
        const block = blocks[isBackward ? blocks.length - 1 - i : i] as MachineBlock;
        if (isBackward) {
          const out = at.get(block) as BitSet;
          for (const next of block.successors)
            changed = out.merge(this.#through(next, at.get(next) as BitSet, true)) || changed;
        } else {
          const end = this.#through(block, at.get(block) as BitSet, false);
          for (const next of block.successors) changed = (at.get(next) as BitSet).merge(end) || changed;
        }
      }
    }
    return at;
  }

  #through(block: MachineBlock, from: BitSet, isBackward: boolean): BitSet {
    const set = from.copy();
    const { instructions } = block;
    for (let i = 0; i < instructions.length; i++) {
      const instruction = instructions[isBackward ? instructions.length - 1 - i : i] as MachineInstruction;
      for (const { object, isStore } of this.#accesses.get(instruction) ?? []) {
        if (isBackward && isStore) set.delete(object);
        else set.add(object);
      }
    }
    return set;
  }

  #block(block: MachineBlock, before: BitSet, after: BitSet): void {
    const { instructions } = block;
    const behind: BitSet[] = [];
    const later = after.copy();
    for (let i = instructions.length - 1; i >= 0; i--) {
      behind[i] = later.copy();
      for (const { object, isStore } of this.#accesses.get(instructions[i] as MachineInstruction) ?? []) {
        if (isStore) later.delete(object);
        else later.add(object);
      }
    }
    const earlier = before.copy();
    for (let i = 0; i < instructions.length; i++) {
      const here = this.#accesses.get(instructions[i] as MachineInstruction);
      if (!here) continue;
      for (const { object } of here) earlier.add(object);
      this.#conflict(here, earlier, behind[i] as BitSet);
    }
  }

  /** At an access, everything that was touched before and will be later (or is touched here) is in conflict. */
  #conflict(here: readonly Access[], earlier: BitSet, later: BitSet): void {
    const needed: number[] = here.map(({ object }) => object);
    earlier.forEach((object) => {
      if (later.has(object)) needed.push(object);
    });
    this.#everywhere.forEach((object) => {
      needed.push(object);
    });
    for (const { object } of here) {
      for (const other of needed) {
        const [a, b] = [this.objects[object] as FrameObject, this.objects[other] as FrameObject];
        if (a === b) continue;
        (this.result.get(a) ?? this.result.set(a, new Set()).get(a))?.add(b);
        (this.result.get(b) ?? this.result.set(b, new Set()).get(b))?.add(a);
      }
    }
  }
}

/** Objects in use, each with those it must not overlap. */
export function frameConflicts(fn: MachineFunction): Map<FrameObject, Set<FrameObject>> {
  return new Conflicts(fn).run();
}
