// Constants and addresses that need a register: made once where all their uses meet, outside of loops. What finds no register
// the allocator makes again at each use.

import { dominates, type FlowGraph } from '../ir/dominators.ts';
import type { Block } from '../ir/types.ts';
import { forEachUse } from './machine.ts';
import type { MachineBlock, MachineInstruction, MachineOp, Register } from './types.ts';

interface Entry {
  readonly register: Register;
  /** Makes the value; its destination is yet to be told. */
  readonly recipe: MachineInstruction;
  /** The block that dominates all uses so far. */
  block: Block;
}

/** What placing needs to know of a function. */
export interface PlacingContext {
  readonly graph: FlowGraph;
  readonly depths: ReadonlyMap<Block, number>;
  readonly machineBlock: (block: Block) => MachineBlock;
}

/** The shared values of one function. */
export class SharedValues {
  readonly #entries = new Map<string, Entry>();
  readonly #context: PlacingContext;

  constructor(context: PlacingContext) {
    this.#context = context;
  }

  /** The register of the value called `key`, for a use in `block`. */
  register(
    key: string,
    block: Block,
    make: { readonly recipe: MachineInstruction; newRegister(): Register },
  ): Register {
    const known = this.#entries.get(key);
    if (known) {
      known.block = this.#meet(known.block, block);
      return known.register;
    }
    const register = make.newRegister();
    this.#entries.set(key, { register, recipe: make.recipe, block });
    return register;
  }

  #meet(a: Block, b: Block): Block {
    let at = a;
    while (!dominates(this.#context.graph, at, b)) at = this.#parent(at);
    return at;
  }

  #parent(block: Block): Block {
    return this.#context.graph.dominator.get(block) as Block;
  }

  /** Puts the definitions into the code. */
  place(): void {
    for (const { register, recipe, block } of this.#entries.values()) {
      const { instructions } = this.#context.machineBlock(this.#outsideLoops(block));
      const at = insertionPoint(instructions, register);
      instructions.splice(at, 0, { ...recipe, dst: register, span: instructions[at]?.span });
    }
  }

  /** The nearest dominating block in the fewest loops. */
  #outsideLoops(block: Block): Block {
    const depth = (of: Block): number => this.#context.depths.get(of) ?? 0;
    let best = block;
    for (let at = block; depth(best) > 0; at = this.#parent(at)) if (depth(at) < depth(best)) best = at;
    return best;
  }
}

const jumps: ReadonlySet<MachineOp> = new Set<MachineOp>(['branch', 'jump', 'asm-goto']);

/** Before the first use in the block, else before the jumps at its end. */
function insertionPoint(instructions: readonly MachineInstruction[], register: Register): number {
  for (const [at, instruction] of instructions.entries()) {
    let isUse = false;
    forEachUse(instruction, (used) => {
      isUse ||= used === register;
    });
    if (isUse || jumps.has(instruction.op)) return at;
  }
  return instructions.length;
}
