// Where instructions are taken from the budget: a block leaves its count to the blocks that only it leads to, and else to the
// edges by which it is left, so that a path through a loop pays once.

import type { PreparedProgram } from '../program/types.ts';
import type { Dominance } from './dominators.ts';
import type { FlowGraph, FlowNode } from './flow-graph.ts';
import { isCall } from './flow-graph.ts';

/** What blocks take from the budget, by node. */
export interface InstructionCounts {
  /** Where the block starts. */
  readonly atStart: Int32Array;
  /** On each way out that is a branch. */
  readonly onBranch: Int32Array;
}

/** Instructions of a block; calls may leave the function or look at the budget, and so end the deferring. */
function contentsOf(program: PreparedProgram, { start, end }: FlowNode): { count: number; calls: boolean } {
  let count = 0;
  let calls = false;
  for (let slot = start; slot < end; slot++) {
    const instruction = program.code[slot];
    if (!instruction) continue;
    count++;
    calls ||= isCall(instruction.row) || instruction.row.group === 'packet';
  }
  return { count, calls };
}

class Counter implements InstructionCounts {
  readonly atStart: Int32Array;
  readonly onBranch: Int32Array;
  readonly #graph: FlowGraph;
  readonly #dominance: Dominance;
  /** What a block takes over from the only one that leads to it. */
  readonly #carried: Int32Array;

  constructor(graph: FlowGraph, dominance: Dominance) {
    const count = graph.nodes.length;
    this.#graph = graph;
    this.#dominance = dominance;
    this.atStart = new Int32Array(count);
    this.onBranch = new Int32Array(count);
    this.#carried = new Int32Array(count);
  }

  /** A block that only one leads to takes over what that one counted. */
  #carries(target: number): boolean {
    return this.#dominance.predecessors[target]?.length === 1 && this.#graph.nodes[target]?.kind === 'code';
  }

  /** Whether the way from a block to another is a branch in structured code: back to a loop, or to where ways meet. */
  #branches(index: number, target: number): boolean {
    const { place, predecessors } = this.#dominance;
    if ((place[target] as number) <= (place[index] as number)) return true;
    const sources = predecessors[target] as readonly number[];
    let forward = 0;
    for (let at = 0; at < sources.length && forward < 2; at++)
      if ((place[sources[at] as number] as number) < (place[target] as number)) forward++;
    return forward > 1;
  }

  block(program: PreparedProgram, index: number): void {
    const node = this.#graph.nodes[index] as FlowNode;
    if (node.kind !== 'code') return;
    const { successors } = node;
    const { count, calls } = contentsOf(program, node);
    const total = count + (this.#carried[index] as number);
    let isDeferred = !calls && successors.length > 0;
    for (let at = 0; at < successors.length && isDeferred; at++) {
      const target = successors[at] as number;
      isDeferred = this.#carries(target) || this.#branches(index, target);
    }
    (isDeferred ? this.onBranch : this.atStart)[index] = total;
    if (!isDeferred) return;
    for (let at = 0; at < successors.length; at++) {
      const target = successors[at] as number;
      if (this.#carries(target)) this.#carried[target] = total;
    }
  }
}

/** Decides where to count. */
export function countInstructions(program: PreparedProgram, graph: FlowGraph, dominance: Dominance): InstructionCounts {
  const counter = new Counter(graph, dominance);
  const { order } = dominance;
  for (let at = 0; at < order.length; at++) counter.block(program, order[at] as number);
  return counter;
}
