// How often a loop goes round, found by going round: the branches of every round that are constant tell the way. What the
// straight code would cost comes out as well.

import { isSameValue } from '../ir/build.ts';
import type { FlowGraph } from '../ir/dominators.ts';
import type { Block, Instruction, IrModule, Value } from '../ir/types.ts';
import { foldInstruction } from './fold-constants.ts';
import { incoming, inOrder, type Loop, phisOf } from './loops.ts';

/** What is known of a loop that ends. */
export interface Rounds {
  /** How often it comes back to its head. */
  readonly count: number;
  /** Instructions executed at most, with and without what is constant when unrolled. */
  readonly unrolled: number;
  readonly rolled: number;
}

/** Where to stop. */
export interface RoundLimits {
  readonly rounds: number;
  readonly unrolled: number;
}

const free = new Set(['phi', 'zext', 'trunc', 'to-ptr', 'to-int', 'jump']);

/** A comparison whose result is kept is a branch around one of two moves. */
const COST_OF_TRUTH = 3;

/** Instructions that one becomes. */
function costOf(instruction: Instruction, block: Block): number {
  if (free.has(instruction.op)) return 0;
  if (instruction.op === 'compare') return instruction === block.terminator.args[0] ? 1 : COST_OF_TRUTH;
  if (instruction.op === 'call') return 1 + instruction.args.length;
  return instruction.op === 'ptradd' && instruction.args[1]?.kind === 'constant' ? 0 : 1;
}

class Simulation {
  readonly #module: IrModule;
  readonly #loop: Loop;
  readonly #order: readonly Block[];
  /** Values of this round that are constants or addresses of symbols. */
  #known = new Map<Value, Value>();
  unrolled = 0;
  rolled = 0;

  constructor(graph: FlowGraph, loop: Loop, module: IrModule) {
    this.#module = module;
    this.#loop = loop;
    this.#order = inOrder(graph, loop);
  }

  /** Is there a branch that could be decided if the values at the head were known? Else the loop is never seen to end. */
  mayEnd(): boolean {
    const known = new Set<Value>();
    const mayBeKnown = (value: Value): boolean => isKnown(value) || known.has(value);
    for (const block of this.#order) {
      for (const instruction of block.instructions) {
        const { op, args } = instruction;
        if ((op === 'phi' && block === this.#loop.head) || (args.length > 0 && args.every(mayBeKnown)))
          known.add(instruction);
      }
      const { op, args } = block.terminator;
      if (op === 'branch' && mayBeKnown(args[0] as Value)) return true;
    }
    return false;
  }

  enter(ways: readonly Block[]): void {
    const next = new Map<Value, Value>();
    for (const phi of phisOf(this.#loop.head)) {
      const value = this.#merged(phi, ways);
      if (value) next.set(phi, value);
    }
    this.#known = next;
  }

  #value(value: Value): Value {
    return this.#known.get(value) ?? value;
  }

  /** Goes round once; returns from where it gets back to the head. */
  round(): readonly Block[] {
    const { head } = this.#loop;
    const reached = new Set<Block>([head]);
    const ways = new Map<Block, Block[]>();
    const back: Block[] = [];
    for (const block of this.#order) {
      if (!reached.has(block)) continue;
      for (const instruction of block.instructions) {
        if (block === head && instruction.op === 'phi') continue;
        this.#instruction(instruction, block, ways.get(block) ?? []);
      }
      for (const target of this.#targets(block)) {
        if (target === head) back.push(block);
        else if (this.#loop.body.has(target)) {
          reached.add(target);
          ways.set(target, [...(ways.get(target) ?? []), block]);
        }
      }
    }
    return back;
  }

  #targets(block: Block): readonly Block[] {
    const { terminator } = block;
    this.rolled += costOf(terminator, block);
    const condition = terminator.op === 'branch' ? this.#value(terminator.args[0] as Value) : undefined;
    if (condition?.kind === 'constant') return [terminator.targets[condition.value !== 0n ? 0 : 1] as Block];
    this.unrolled += costOf(terminator, block);
    return terminator.targets;
  }

  #instruction(instruction: Instruction, block: Block, ways: readonly Block[]): void {
    const cost = costOf(instruction, block);
    this.rolled += cost;
    const value = instruction.op === 'phi' ? this.#merged(instruction, ways) : this.#folded(instruction);
    if (value && isKnown(value)) this.#known.set(instruction, value);
    else {
      this.#known.delete(instruction);
      const isAddress = instruction.op === 'ptradd' && this.#value(instruction.args[1] as Value).kind === 'constant';
      this.unrolled += isAddress ? 0 : cost;
    }
  }

  #merged(phi: Instruction & { readonly op: 'phi' }, ways: readonly Block[]): Value | undefined {
    let only: Value | undefined;
    for (const from of ways) {
      const value = this.#value(incoming(phi, from));
      if (!isKnown(value) || (only && !isSameValue(only, value))) return undefined;
      only = value;
    }
    return only;
  }

  #folded(instruction: Instruction): Value | undefined {
    const args = instruction.args.map((arg) => this.#value(arg));
    if (args.length === 0 || !args.every(isKnown)) return undefined;
    return foldInstruction({ ...instruction, args } as Instruction, this.#module);
  }
}

const isKnown = (value: Value): boolean => value.kind === 'constant' || value.kind === 'symbol';

/** The loop within, if there is one. */
export function hasInnerLoop(graph: FlowGraph, { head, body }: Loop): boolean {
  for (const block of body) {
    for (const target of block.terminator.targets)
      if (target !== head && body.has(target) && graph.dominates(target, block)) return true;
  }
  return false;
}

/** Goes round the loop until it ends; undefined where it does not within the limits. */
export function roundsOf(graph: FlowGraph, loop: Loop, module: IrModule, limits: RoundLimits): Rounds | undefined {
  const simulation = new Simulation(graph, loop, module);
  if (!simulation.mayEnd()) return undefined;
  let ways = graph.predecessors(loop.head).filter((block) => !loop.body.has(block));
  for (let count = 0; count <= limits.rounds; count++) {
    simulation.enter(ways);
    ways = [...simulation.round()];
    const { unrolled, rolled } = simulation;
    if (ways.length === 0) return { count, unrolled, rolled };
    if (unrolled > limits.unrolled) return undefined;
  }
  return undefined;
}
