// Makes a graph reducible: each cycle with several entries gets one dispatch node that all edges to its entries pass.
// Nodes outside such cycles keep their structure.

import type { FlowGraph, FlowNode } from './flow-graph.ts';

/** Strongly connected components of a subgraph, by Tarjan's algorithm without recursion. */
class Components {
  readonly found: number[][] = [];
  readonly #graph: FlowGraph;
  readonly #members: ReadonlySet<number>;
  readonly #index = new Map<number, number>();
  readonly #low = new Map<number, number>();
  readonly #stack: number[] = [];
  readonly #onStack = new Set<number>();

  constructor(graph: FlowGraph, members: ReadonlySet<number>) {
    this.#graph = graph;
    this.#members = members;
    for (const root of members) if (!this.#index.has(root)) this.#search(root);
  }

  #search(root: number): void {
    const path = [this.#visit(root)];
    for (let top = path[path.length - 1]; top !== undefined; top = path[path.length - 1]) {
      const successor = this.#nextMember(top);
      if (successor === undefined) {
        path.pop();
        this.#leave(top.node, path[path.length - 1]?.node);
      } else if (!this.#index.has(successor)) {
        path.push(this.#visit(successor));
      } else if (this.#onStack.has(successor)) {
        this.#lower(top.node, this.#index.get(successor) as number);
      }
    }
  }

  #visit(node: number): { node: number; next: number } {
    const index = this.#index.size;
    this.#index.set(node, index);
    this.#low.set(node, index);
    this.#stack.push(node);
    this.#onStack.add(node);
    return { node, next: 0 };
  }

  #lower(node: number, value: number): void {
    this.#low.set(node, Math.min(this.#low.get(node) as number, value));
  }

  #nextMember(top: { node: number; next: number }): number | undefined {
    const { successors } = this.#graph.nodes[top.node] as FlowNode;
    while (top.next < successors.length) {
      const successor = successors[top.next++] as number;
      if (this.#members.has(successor)) return successor;
    }
    return undefined;
  }

  #leave(node: number, above: number | undefined): void {
    if (above !== undefined) this.#lower(above, this.#low.get(node) as number);
    if (this.#low.get(node) !== this.#index.get(node)) return;
    const component: number[] = [];
    let member: number;
    do {
      member = this.#stack.pop() as number;
      this.#onStack.delete(member);
      component.push(member);
    } while (member !== node);
    this.found.push(component);
  }
}

/** Nodes of a component that are reached from outside it. */
function entriesOf(graph: FlowGraph, component: ReadonlySet<number>): number[] {
  const entries = new Set<number>();
  if (component.has(0)) entries.add(0);
  for (const [index, node] of graph.nodes.entries()) {
    if (component.has(index)) continue;
    for (const successor of node.successors) if (component.has(successor)) entries.add(successor);
  }
  return [...entries].sort((a, b) => a - b);
}

/**
 * Leads every edge to one of `entries` over a new dispatch node. Edges from inside the component and from outside pass
 * different label nodes, since those outside are no part of the loop.
 */
function dispatch(graph: FlowGraph, component: ReadonlySet<number>, entries: readonly number[]): void {
  const { nodes } = graph;
  const sources = nodes.length;
  const center = nodes.push({ kind: 'dispatch', start: 0, end: 0, label: 0, successors: [...entries] }) - 1;
  const addLabels = (): Map<number, number> =>
    new Map(
      entries.map((entry, label) => [
        entry,
        nodes.push({ kind: 'label', start: 0, end: 0, label, successors: [center] }) - 1,
      ]),
    );
  const inside = addLabels();
  const outside = addLabels();
  for (let index = 0; index < sources; index++) {
    const node = nodes[index] as FlowNode;
    const labels = component.has(index) ? inside : outside;
    node.successors = node.successors.map((successor) => labels.get(successor) ?? successor);
  }
}

/** Changes the graph, if need be, so that every loop has one entry. Nodes that cannot be reached must have no effect. */
export function makeReducible(graph: FlowGraph, reachable: Iterable<number>): void {
  const work: Set<number>[] = [new Set(reachable)];
  for (let members = work.pop(); members !== undefined; members = work.pop()) {
    for (const nodes of new Components(graph, members).found) {
      if (nodes.length === 1) continue;
      const component = new Set(nodes);
      const entries = entriesOf(graph, component);
      if (entries.length > 1) dispatch(graph, component, entries);
      for (const entry of entries) component.delete(entry);
      work.push(component);
    }
  }
}
