// Constants and addresses that need a register: made once where all their uses meet, outside of loops. What finds no register
// the allocator makes again at each use.

import type { FlowGraph } from '../ir/dominators.ts';
import type { Block } from '../ir/types.ts';
import { registersRead } from './machine.ts';
import type { MachineBlock, MachineInstruction, MachineOp, Register } from './types.ts';

interface Entry {
  /** Makes the value. */
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
  register(key: string, block: Block, make: () => MachineInstruction): Register {
    let entry = this.#entries.get(key);
    if (entry) entry.block = this.#meet(entry.block, block);
    else {
      entry = { recipe: make(), block };
      this.#entries.set(key, entry);
    }
    return entry.recipe.dst;
  }

  #meet(a: Block, b: Block): Block {
    let at = a;
    while (!this.#context.graph.dominates(at, b)) at = this.#parent(at);
    return at;
  }

  #parent(block: Block): Block {
    return this.#context.graph.dominator(block);
  }

  /** Puts the definitions into the code. */
  place(): void {
    const byBlock = new Map<MachineBlock, Map<Register, MachineInstruction>>();
    for (const { recipe, block } of this.#entries.values()) {
      const home = this.#context.machineBlock(this.#outsideLoops(block));
      const known = byBlock.get(home);
      if (known) known.set(recipe.dst, recipe);
      else byBlock.set(home, new Map([[recipe.dst, recipe]]));
    }
    for (const [block, made] of byBlock) block.instructions = withDefinitions(block, made);
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

/** The instructions of a block, with each definition before its first use, else before the jumps at the block's end. */
function withDefinitions(
  { instructions }: MachineBlock,
  made: Map<Register, MachineInstruction>,
): MachineInstruction[] {
  const result: MachineInstruction[] = [];
  const define = (register: Register, { span }: MachineInstruction): void => {
    const definition = made.get(register);
    if (!definition) return;
    made.delete(register);
    definition.span = span;
    result.push(definition);
  };
  for (const instruction of instructions) {
    const wanted = jumps.has(instruction.op) ? [...made.keys()] : registersRead(instruction);
    // In the order in which they were first asked for.
    if (made.size > 0) for (const register of wanted.toSorted((a, b) => a - b)) define(register, instruction);
    result.push(instruction);
  }
  return [...result, ...made.values()];
}
