// Registers that find no colour move to the stack, or their values are made again. First a value is fetched once between two
// calls and stays in a register there; if that is still too much, for each instruction that needs it.

import type { Coloring } from './color.ts';
import { isCopy, isRematerializable, machine, registersChanged, registersRead, replaceUse } from './machine.ts';
import {
  type FrameObject,
  firstVirtual,
  type MachineBlock,
  type MachineFunction,
  type MachineInstruction,
  type Register,
} from './types.ts';

/** A fetched value stays in its register for a use that follows within so many instructions: longer would push out others. */
const reach = 6;

/** What is known of registers over the rounds of one function's allocation. */
export interface Spilling {
  readonly fn: MachineFunction;
  /** Registers that live for one instruction only: they must be coloured. */
  readonly temporaries: Set<Register>;
  /** Registers that hold a spilled value between two calls, by what they stand for. */
  readonly pieces: Map<Register, FrameObject | MachineInstruction>;
  /** Places on the stack made for spilled registers. */
  readonly places: Set<FrameObject>;
}

/** Spilled registers of one round: their places on the stack, or how to make their values again. */
interface Spills extends Spilling {
  readonly homes: Map<Register, FrameObject>;
  readonly recipes: Map<Register, MachineInstruction>;
}

/** The one instruction that defines each register, where there is only one and it can be repeated. */
function recipes(fn: MachineFunction, registers: ReadonlySet<Register>): Map<Register, MachineInstruction> {
  const found = new Map<Register, MachineInstruction | undefined>();
  for (const block of fn.blocks) {
    for (const instruction of block.instructions) {
      for (const register of registersChanged(instruction)) {
        if (!registers.has(register)) continue;
        found.set(register, found.has(register) || !isRematerializable(instruction) ? undefined : instruction);
      }
    }
  }
  const result = new Map<Register, MachineInstruction>();
  for (const [register, instruction] of found) if (instruction) result.set(register, instruction);
  return result;
}

/** Spills what could not be coloured. */
export function spill(coloring: Coloring, spilling: Spilling): void {
  const { fn, pieces, places } = spilling;
  const spilled = new Map<Register, Register>();
  const roots = new Set(coloring.spilled);
  for (let register = firstVirtual; register < fn.nextRegister; register++) {
    const root = coloring.aliasOf(register);
    if (roots.has(root)) spilled.set(register, root);
  }
  const homes = new Map<Register, FrameObject>();
  const byRoot = new Map<Register, FrameObject>();
  const known = recipes(fn, new Set(spilled.keys()));
  for (const [register, root] of spilled) {
    const before = pieces.get(register);
    if (before && 'op' in before) known.set(register, before);
    if (known.has(register)) continue;
    if (before) {
      homes.set(register, before as FrameObject);
      continue;
    }
    // What was coalesced into a spilled register shares its home.
    let home = byRoot.get(root);
    if (!home) {
      home = { size: 8, align: 8, name: 'spill', offset: 0 };
      byRoot.set(root, home);
      fn.frame.push(home);
      places.add(home);
    }
    homes.set(register, home);
  }
  const spills: Spills = { ...spilling, homes, recipes: known };
  for (const block of fn.blocks) new BlockRewriter(spills).run(block);
}

/** Rewrites one block; between calls it knows which register holds a spilled value. */
class BlockRewriter {
  readonly #spills: Spills;
  /** By spilled register: where its value is, and the place of the instruction that used it last. */
  readonly #held = new Map<Register, { readonly register: Register; readonly at: number }>();
  readonly #out: MachineInstruction[] = [];

  constructor(spills: Spills) {
    this.#spills = spills;
  }

  run(block: MachineBlock): void {
    for (const instruction of block.instructions) {
      if (!this.#isNeedless(instruction)) this.#rewrite(instruction);
      if (instruction.clobbers.length > 0) this.#held.clear();
    }
    block.instructions = this.#out;
  }

  #fresh(): Register {
    return this.#spills.fn.nextRegister++;
  }

  #hold(register: Register, by: Register): void {
    this.#held.set(register, { register: by, at: this.#out.length });
  }

  /** Definitions that are repeated at the uses, copies between registers with one home, what kept a piece and its home alike. */
  #isNeedless(instruction: MachineInstruction): boolean {
    const { homes, recipes: known, pieces } = this.#spills;
    const { op, dst, src, frame } = instruction;
    const recipe = known.get(dst);
    if (recipe && (recipe === instruction || pieces.has(dst))) return true;
    if (op === 'load' && pieces.has(dst) && frame !== undefined && homes.get(dst) === frame) return true;
    if (op === 'store' && pieces.has(src) && frame !== undefined && homes.get(src) === frame) return true;
    if (!isCopy(instruction)) return false;
    const home = homes.get(dst);
    if (home === undefined || home !== homes.get(src)) return false;
    const held = this.#held.get(src);
    if (held === undefined) this.#held.delete(dst);
    else this.#held.set(dst, held);
    return true;
  }

  #rewrite(instruction: MachineInstruction): void {
    const { homes, temporaries, pieces } = this.#spills;
    const loaded = new Map<Register, Register>();
    for (const register of registersRead(instruction)) {
      if (loaded.has(register)) continue;
      const fetched = this.#fetched(register, instruction);
      if (fetched !== undefined) loaded.set(register, fetched);
    }
    for (const [from, to] of loaded) replaceUse(instruction, from, to);
    const { dst, span } = instruction;
    const home = homes.get(dst);
    if (!home) {
      if (loaded.has(dst)) instruction.dst = loaded.get(dst) as Register;
      this.#out.push(instruction);
      return;
    }
    const to = loaded.get(dst) ?? this.#fresh();
    if (pieces.has(dst)) temporaries.add(to);
    else {
      pieces.set(to, home);
      this.#hold(dst, to);
    }
    instruction.dst = to;
    this.#out.push(instruction, machine('store', { frame: home, src: to, width: 64, span }));
  }

  /** The register that has a spilled value now; undefined where the value was not spilled. */
  #fetched(register: Register, { span }: MachineInstruction): Register | undefined {
    const { homes, recipes: known, temporaries, pieces } = this.#spills;
    const home = homes.get(register);
    const recipe = known.get(register);
    if (!home && !recipe) return undefined;
    const isPiece = pieces.has(register);
    const held = isPiece ? undefined : this.#held.get(register);
    if (held && this.#out.length - held.at <= reach) {
      this.#hold(register, held.register);
      return held.register;
    }
    const dst = this.#fresh();
    if (isPiece) temporaries.add(dst);
    else {
      pieces.set(dst, recipe ?? (home as FrameObject));
      this.#hold(register, dst);
    }
    this.#out.push(
      recipe ? { ...recipe, dst, span } : machine('load', { dst, frame: home as FrameObject, width: 64, span }),
    );
    return dst;
  }
}
