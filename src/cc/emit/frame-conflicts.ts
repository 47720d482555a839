// Which stack objects are needed at the same time. An object is needed between any access that may come before and any that
// may come after; homes of spilled registers between store and load only.

import { frameHolders, type Objects, objectBits, placesOf } from './frame-holders.ts';
import type { FrameObject, MachineBlock, MachineFunction, MachineInstruction } from './types.ts';

/** What an instruction does with objects. */
interface Access {
  readonly touched: Objects;
  /** Of those, the ones written as a whole without being read. */
  readonly stored: Objects;
}

/** The accesses of a block, in order, and what is known at its borders. */
interface BlockAccesses {
  readonly accesses: readonly Access[];
  /** What all of them touch. */
  readonly touched: Objects;
  /** Accessed on some way to the block. */
  before: Objects;
  /** Needed on some way from the block. */
  after: Objects;
}

/** What is needed before an access, of which `later` is needed behind it. */
function neededBefore({ touched, stored }: Access, later: Objects): Objects {
  return (later | touched) & ~stored;
}

class Conflicts {
  readonly #bits: ReadonlyMap<FrameObject, Objects>;
  readonly #blocks = new Map<MachineBlock, BlockAccesses>();
  /** Address known outside the registers followed: needed everywhere. */
  readonly #everywhere: Objects;
  readonly #result: Objects[];

  constructor(fn: MachineFunction) {
    this.#bits = objectBits(fn);
    this.#result = fn.frame.map(() => 0n);
    const { held, stored } = frameHolders(fn, this.#bits);
    this.#everywhere = stored;
    for (const block of fn.blocks) this.#blocks.set(block, this.#accesses(block, held));
  }

  run(): Objects[] {
    this.#flowForward();
    this.#flowBackward();
    for (const block of this.#blocks.values()) this.#block(block);
    this.#mirror();
    return this.#result;
  }

  /** Direct accesses, and uses of registers that hold an address. */
  #accesses({ instructions }: MachineBlock, held: ReadonlyMap<MachineInstruction, Objects>): BlockAccesses {
    const accesses: Access[] = [];
    let touched = 0n;
    for (const instruction of instructions) {
      const { frame, op, width } = instruction;
      const direct = frame && op !== 'frame' ? (this.#bits.get(frame) as Objects) : 0n;
      const byAddress = held.get(instruction) ?? 0n;
      if (direct === 0n && byAddress === 0n) continue;
      const isWhole = op === 'store' && frame !== undefined && width / 8 >= frame.size;
      const access = { touched: direct | byAddress, stored: isWhole ? direct & ~byAddress : 0n };
      accesses.push(access);
      touched |= access.touched;
    }
    return { accesses, touched, before: 0n, after: 0n };
  }

  #flowForward(): void {
    for (let changed = true; changed; ) {
      changed = false;
      for (const [{ successors }, { before, touched }] of this.#blocks) {
        for (const successor of successors) {
          const next = this.#blocks.get(successor) as BlockAccesses;
          const merged = next.before | before | touched;
          changed ||= merged !== next.before;
          next.before = merged;
        }
      }
    }
  }

  #flowBackward(): void {
    const backward = [...this.#blocks].reverse();
    /** Needed where each block begins. */
    const entering = new Map<MachineBlock, Objects>();
    for (let changed = true; changed; ) {
      changed = false;
      for (const [block, own] of backward) {
        for (const successor of block.successors) own.after |= entering.get(successor) ?? 0n;
        const needed = own.accesses.reduceRight((later, access) => neededBefore(access, later), own.after);
        changed ||= needed !== (entering.get(block) ?? 0n);
        entering.set(block, needed);
      }
    }
  }

  #block({ accesses, before, after }: BlockAccesses): void {
    let earlier = before;
    const touchedBy = accesses.map(({ touched }) => (earlier |= touched));
    let later = after;
    for (let i = accesses.length - 1; i >= 0; i--) {
      const access = accesses[i] as Access;
      this.#conflict(access.touched, (touchedBy[i] as Objects) & later);
      later = neededBefore(access, later);
    }
  }

  /** At an access, everything that was touched before and will be later (or is touched here) is in conflict. */
  #conflict(touched: Objects, needed: Objects): void {
    const all = touched | needed | this.#everywhere;
    for (const place of placesOf(touched)) this.#result[place] = (this.#result[place] as Objects) | all;
  }

  /** What is in the way of an object has it in its way. */
  #mirror(): void {
    for (const [place, others] of [...this.#result.entries()])
      for (const other of placesOf(others))
        this.#result[other] = (this.#result[other] as Objects) | (1n << BigInt(place));
  }
}

/** By the place of each object: those it must not overlap, and itself. None for objects that are not used. */
export function frameConflicts(fn: MachineFunction): Objects[] {
  return new Conflicts(fn).run();
}
