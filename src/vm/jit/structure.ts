// Structured control flow from the dominator tree (Ramsey, "Beyond Relooper: Recursive Translation of Unstructured
// Control Flow to Structured Control Flow", ICFP 2022), with a work list in place of recursion.

import type { Dominance } from './dominators.ts';
import type { FlowGraph, FlowNode } from './flow-graph.ts';

/**
 * What the emitter of a function does for the structurer. Depths count enclosing constructs, 0 being the innermost; `index` is
 * the node's in the graph.
 */
export interface StructureSink {
  openLoop(): void;
  openBlock(): void;
  /** Opens `if` on the condition of a node's branch. */
  openIf(node: FlowNode): void;
  close(): void;
  /** Everything of a node but how it leaves. */
  body(node: FlowNode, isLoopHeader: boolean, index: number): void;
  /** Leaves a node for code that is elsewhere. */
  branch(depth: number, index: number): void;
  /** Branches if the condition of the node's branch is `taken`. */
  branchIf(node: FlowNode, taken: boolean, depth: number, index: number): void;
  /** Chooses a depth by the label last remembered. */
  branchTable(depths: readonly number[]): void;
}

type Task =
  | { readonly kind: 'tree' | 'body'; readonly node: number }
  | { readonly kind: 'close'; readonly node: number };

class Structurer {
  readonly #graph: FlowGraph;
  readonly #dominance: Dominance;
  readonly #sink: StructureSink;
  readonly #isMerge: Uint8Array;
  readonly #isHeader: Uint8Array;
  /** By immediate dominator: nodes where ways meet. */
  readonly #merges = new Map<number, number[]>();
  /** Height of the open construct whose end (block) or start (loop) is the node; -1 where there is none. */
  readonly #blockAt: Int32Array;
  readonly #loopAt: Int32Array;
  readonly #tasks: Task[] = [{ kind: 'tree', node: 0 }];
  #height = 0;

  constructor(graph: FlowGraph, dominance: Dominance, sink: StructureSink) {
    const count = graph.nodes.length;
    this.#graph = graph;
    this.#dominance = dominance;
    this.#sink = sink;
    this.#isMerge = new Uint8Array(count);
    this.#isHeader = new Uint8Array(count);
    this.#blockAt = new Int32Array(count).fill(-1);
    this.#loopAt = new Int32Array(count).fill(-1);
    this.#classify();
  }

  #classify(): void {
    const { order, place, parent, predecessors } = this.#dominance;
    for (let at = 0; at < order.length; at++) {
      const node = order[at] as number;
      const sources = predecessors[node] as readonly number[];
      let forward = 0;
      for (let index = 0; index < sources.length; index++) {
        const predecessor = sources[index] as number;
        if ((place[predecessor] as number) >= (place[node] as number)) this.#isHeader[node] = 1;
        else forward++;
      }
      if (forward < 2 && !this.#isDispatched(node)) continue;
      this.#isMerge[node] = 1;
      const above = parent[node] as number;
      const known = this.#merges.get(above);
      if (known) known.push(node);
      else this.#merges.set(above, [node]);
    }
  }

  /** Targets of a dispatch node are reached by br_table, which needs a label. */
  #isDispatched(node: number): boolean {
    const predecessors = this.#dominance.predecessors[node] as readonly number[];
    return predecessors.some((predecessor) => this.#graph.nodes[predecessor]?.kind === 'dispatch');
  }

  run(): void {
    for (let task = this.#tasks.pop(); task !== undefined; task = this.#tasks.pop()) {
      if (task.kind === 'tree') this.#tree(task.node);
      else if (task.kind === 'body') this.#body(task.node);
      else this.#close(task.node);
    }
  }

  #tree(node: number): void {
    if (this.#isHeader[node] === 1) {
      this.#sink.openLoop();
      this.#loopAt[node] = this.#height++;
      this.#tasks.push({ kind: 'close', node: -1 });
    }
    // In reverse postorder: the last to follow is the outermost block.
    const merges = this.#merges.get(node) ?? [];
    for (let index = merges.length - 1; index >= 0; index--) {
      const merge = merges[index] as number;
      this.#sink.openBlock();
      this.#blockAt[merge] = this.#height++;
      this.#tasks.push({ kind: 'tree', node: merge }, { kind: 'close', node: merge });
    }
    this.#tasks.push({ kind: 'body', node });
  }

  #close(node: number): void {
    this.#sink.close();
    this.#height--;
    if (node >= 0) this.#blockAt[node] = -1;
  }

  /** Depth to branch to, or -1 where the target's code is to follow in place. */
  #depth(source: number, target: number): number {
    const { place } = this.#dominance;
    if ((place[target] as number) <= (place[source] as number))
      return this.#height - 1 - (this.#loopAt[target] as number);
    return this.#isMerge[target] === 1 ? this.#height - 1 - (this.#blockAt[target] as number) : -1;
  }

  #go(source: number, target: number): void {
    const depth = this.#depth(source, target);
    if (depth >= 0) this.#sink.branch(depth, source);
    else this.#tasks.push({ kind: 'tree', node: target });
  }

  #body(index: number): void {
    const node = this.#graph.nodes[index] as FlowNode;
    this.#sink.body(node, this.#isHeader[index] === 1, index);
    const { successors } = node;
    if (node.kind === 'dispatch') {
      this.#sink.branchTable(successors.map((successor) => this.#depth(index, successor)));
    } else if (successors.length === 1) {
      this.#go(index, successors[0] as number);
    } else if (successors.length === 2) {
      this.#choose(index, successors[0] as number, successors[1] as number);
    }
  }

  #choose(index: number, taken: number, other: number): void {
    const node = this.#graph.nodes[index] as FlowNode;
    const takenDepth = this.#depth(index, taken);
    const otherDepth = this.#depth(index, other);
    if (takenDepth >= 0) {
      this.#sink.branchIf(node, true, takenDepth, index);
      this.#go(index, other);
    } else if (otherDepth >= 0) {
      this.#sink.branchIf(node, false, otherDepth, index);
      this.#go(index, taken);
    } else {
      this.#sink.openIf(node);
      this.#height++;
      this.#tasks.push({ kind: 'tree', node: other }, { kind: 'close', node: -1 }, { kind: 'tree', node: taken });
    }
  }
}

/** Emits a reducible graph as structured code. */
export function emitStructured(graph: FlowGraph, dominance: Dominance, sink: StructureSink): void {
  new Structurer(graph, dominance, sink).run();
}
