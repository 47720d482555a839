// Makes a graph reducible: each cycle with several entries gets one dispatch node that all edges to its entries pass.
// Nodes outside such cycles keep their structure.

import type { FlowGraph, FlowNode } from './flow-graph.ts';

/** A node on the way of a search, and the successor to look at next. */
interface Step {
  readonly node: number;
  next: number;
}

/** Changes a graph piece by piece. */
class Reducer {
  readonly #nodes: FlowNode[];
  /** Where edges to a node come from. */
  readonly #sources: number[][];
  /** Number of the piece a node was last seen in. */
  readonly #piece: number[];
  #pieces = 0;
  /** Order of a node in the present search, -1 before it; and the lowest it leads back to. */
  readonly #order: number[];
  readonly #low: number[];

  constructor({ nodes }: FlowGraph) {
    this.#nodes = nodes;
    this.#sources = nodes.map(() => []);
    for (const [index, { successors }] of nodes.entries()) for (const to of successors) this.#sources[to]?.push(index);
    this.#piece = new Array(nodes.length).fill(0);
    this.#order = new Array(nodes.length).fill(-1);
    this.#low = new Array(nodes.length).fill(-1);
  }

  #mark(members: readonly number[]): number {
    const piece = ++this.#pieces;
    for (const node of members) this.#piece[node] = piece;
    return piece;
  }

  /** Strongly connected components of a part of the graph, by Tarjan's algorithm without recursion. */
  components(members: readonly number[]): number[][] {
    const piece = this.#mark(members);
    for (const node of members) this.#order[node] = -1;
    const found: number[][] = [];
    const open: number[] = [];
    let count = 0;
    const visit = (node: number): Step => {
      this.#order[node] = count;
      this.#low[node] = count++;
      open.push(node);
      return { node, next: 0 };
    };
    for (const root of members) {
      if (this.#order[root] !== -1) continue;
      const path = [visit(root)];
      for (let top = path[path.length - 1]; top !== undefined; top = path[path.length - 1]) {
        const successor = this.#nodes[top.node]?.successors[top.next++];
        if (successor === undefined) {
          path.pop();
          this.#leave(top.node, path[path.length - 1]?.node, { open, found });
        } else if (this.#piece[successor] !== piece) {
        } else if (this.#order[successor] === -1) {
          path.push(visit(successor));
        } else {
          this.#lower(top.node, this.#order[successor] as number);
        }
      }
    }
    return found;
  }

  #lower(node: number, value: number): void {
    if (value < (this.#low[node] as number)) this.#low[node] = value;
  }

  #leave(node: number, above: number | undefined, state: { open: number[]; found: number[][] }): void {
    const low = this.#low[node] as number;
    if (above !== undefined) this.#lower(above, low);
    if (low !== this.#order[node]) return;
    const component: number[] = [];
    let member: number;
    do {
      member = state.open.pop() as number;
      component.push(member);
    } while (member !== node);
    // Nothing leads back into it.
    for (const done of component) this.#order[done] = Number.MAX_SAFE_INTEGER;
    state.found.push(component);
  }

  /** Nodes of a component that are reached from outside it. */
  entriesOf(component: readonly number[]): number[] {
    const piece = this.#mark(component);
    const isEntry = (node: number): boolean =>
      node === 0 || (this.#sources[node] as number[]).some((source) => this.#piece[source] !== piece);
    return component.filter(isEntry).sort((a, b) => a - b);
  }

  #add(node: FlowNode, sources: number[]): number {
    this.#sources.push(sources);
    this.#piece.push(0);
    this.#order.push(-1);
    this.#low.push(-1);
    return this.#nodes.push(node) - 1;
  }

  /**
   * Leads every edge to one of the entries of the component last asked for over a new dispatch node. Edges from inside the
   * component and from outside pass different label nodes, since those outside are no part of the loop.
   */
  dispatch(entries: readonly number[]): void {
    const piece = this.#pieces;
    const toCenter: number[] = [];
    const center = this.#add({ kind: 'dispatch', start: 0, end: 0, label: 0, successors: [...entries] }, toCenter);
    for (const isInside of [true, false]) {
      for (const [label, entry] of entries.entries()) {
        const all = this.#sources[entry] as number[];
        const sources = all.filter((source) => source !== center && (this.#piece[source] === piece) === isInside);
        const over = this.#add({ kind: 'label', start: 0, end: 0, label, successors: [center] }, sources);
        toCenter.push(over);
        for (const source of sources) this.#replace(this.#nodes[source] as FlowNode, entry, over);
      }
    }
    for (const entry of entries) this.#sources[entry] = [center];
  }

  #replace(node: FlowNode, from: number, to: number): void {
    node.successors = node.successors.map((successor) => (successor === from ? to : successor));
  }
}

/** Changes the graph, if need be, so that every loop has one entry. Nodes that cannot be reached must have no effect. */
export function makeReducible(graph: FlowGraph, reachable: Iterable<number>): void {
  const reducer = new Reducer(graph);
  const work: number[][] = [[...reachable]];
  for (let members = work.pop(); members !== undefined; members = work.pop()) {
    for (const component of reducer.components(members)) {
      if (component.length === 1) continue;
      const entries = reducer.entriesOf(component);
      if (entries.length > 1) reducer.dispatch(entries);
      const isEntry = new Set(entries);
      work.push(component.filter((node) => !isEntry.has(node)));
    }
  }
}
