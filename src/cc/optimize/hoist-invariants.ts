// Computations that are the same in every round move before the loop. Only what cannot fail anywhere: arithmetic, and addresses
// whose offset is bounded by itself, for the verifier refuses to add to a pointer what may be anything, even unused. No loads;
// no comparisons, which cost nothing where they are branched on.

import type { FlowGraph } from '../ir/dominators.ts';
import { flowGraph } from '../ir/dominators.ts';
import type { Block, Instruction, IrFunction, Opcode, Value } from '../ir/types.ts';
import { findLoops, gatherWays, inOrder, type Loop, preheaderOf } from './loops.ts';
import { ValueRanges } from './value-ranges.ts';

const arithmetic: ReadonlySet<Opcode> = new Set<Opcode>([
  'add',
  'sub',
  'mul',
  'udiv',
  'urem',
  'and',
  'or',
  'xor',
  'shl',
  'lshr',
  'ashr',
  'zext',
  'sext',
  'trunc',
  'sign-extend',
  'bswap',
]);

/** Offsets up to which the verifier lets one add to a pointer. */
const OFFSET_LIMIT = 1 << 29;

class Hoisting {
  readonly #fn: IrFunction;
  readonly #loops: readonly Loop[];
  readonly #graph: FlowGraph;
  readonly #home = new Map<Value, Block>();
  #ranges: ValueRanges | undefined;
  changed = false;

  constructor(fn: IrFunction, graph: FlowGraph, loops: readonly Loop[]) {
    this.#loops = loops;
    this.#fn = fn;
    this.#graph = graph;
    for (const block of graph.order) for (const instruction of block.instructions) this.#home.set(instruction, block);
  }

  loop(loop: Loop): void {
    const found = new Set<Instruction>();
    for (const { instructions } of inOrder(this.#graph, loop))
      for (const instruction of instructions) if (this.#isInvariant(instruction, loop, found)) found.add(instruction);
    if (found.size === 0) return;
    const before = this.#preheader(loop);
    for (const block of loop.body)
      block.instructions = block.instructions.filter((instruction) => !found.has(instruction));
    for (const instruction of found) this.#home.set(instruction, before);
    before.instructions.push(...found);
    this.changed = true;
  }

  #isInvariant(instruction: Instruction, { body }: Loop, found: ReadonlySet<Instruction>): boolean {
    const isFree = arithmetic.has(instruction.op) || this.#isBoundedAddress(instruction);
    return (
      isFree &&
      instruction.args.every((arg) => {
        const home = this.#home.get(arg);
        return home === undefined || !body.has(home) || found.has(arg as Instruction);
      })
    );
  }

  #isBoundedAddress({ op, args }: Instruction): boolean {
    const [base, offset] = args;
    if (op !== 'ptradd' || !offset || base?.kind !== 'symbol') return false;
    this.#ranges ??= new ValueRanges(this.#graph);
    const { min, max } = this.#ranges.of(offset);
    return min >= 0 && max < OFFSET_LIMIT;
  }

  #preheader(loop: Loop): Block {
    const known = preheaderOf(this.#graph, loop);
    if (known) return known;
    const outside = this.#graph.predecessors(loop.head).filter((block) => !loop.body.has(block));
    const made = gatherWays(this.#fn, loop.head, outside);
    // It lies in the loops around.
    for (const other of this.#loops) if (other !== loop && other.body.has(loop.head)) other.body.add(made);
    return made;
  }
}

/** Moves invariant computations out of loops, inner ones first. */
export function hoistInvariants(fn: IrFunction): boolean {
  const graph = flowGraph(fn);
  const loops = findLoops(graph);
  if (loops.length === 0) return false;
  const hoisting = new Hoisting(fn, graph, loops);
  for (const loop of loops) hoisting.loop(loop);
  return hoisting.changed;
}
