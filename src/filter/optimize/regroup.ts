// Chains of tests that share an outcome, in any order the same: tests of one value come together and become one.

import type { Ranges } from '../ir/formula.ts';
import { ACCEPT, comparesValues, type Node } from '../ir/jumps.ts';
import { complement, union } from '../ir/ranges.ts';
import type { Value } from '../ir/values.ts';
import { inOrder } from '../select/blocks.ts';
import { type Decisions, MEMBER } from './decisions.ts';

/** A test of a chain: leaves it where the value is in `set`, or where the comparison goes one way. */
interface Link {
  readonly node: Node;
  readonly value: Value;
  set: Ranges | undefined;
}

interface Chain {
  readonly links: Link[];
  /** Where every test of the chain leads when it leaves it. */
  readonly common: Node;
  /** Where the chain ends. */
  readonly exit: Node;
}

/** A chain with its links in their new order. */
type Grouped = Chain;

class Regrouper {
  readonly decisions: Decisions;
  readonly counts: Uint32Array;
  readonly absorbed: Uint8Array;

  constructor(decisions: Decisions, root: Node, order: readonly Node[]) {
    this.decisions = decisions;
    this.counts = new Uint32Array(root + 1);
    this.absorbed = new Uint8Array(root + 1);
    const { graph } = decisions;
    this.counts[root] = 1;
    for (const node of order) {
      const yes = graph.yes[node] as Node;
      const no = graph.no[node] as Node;
      this.counts[yes] = (this.counts[yes] as number) + 1;
      if (no !== yes) this.counts[no] = (this.counts[no] as number) + 1;
    }
  }

  #isTest(node: Node): boolean {
    const operation = this.decisions.graph.operations[node] as number;
    return operation === MEMBER || comparesValues(operation);
  }

  #link(node: Node, common: Node): Link {
    const { graph, sets, values } = this.decisions;
    const value = graph.subjects[node] as Value;
    if (graph.operations[node] !== MEMBER) return { node, value, set: undefined };
    const set = sets[graph.operands[node] as number] as Ranges;
    return { node, value, set: graph.yes[node] === common ? set : complement(set, values.maxima[value] as number) };
  }

  /** The chain from `node` whose tests lead to `common`. */
  chain(node: Node, common: Node): Chain {
    const { graph } = this.decisions;
    const links: Link[] = [this.#link(node, common)];
    let exit = (graph.yes[node] === common ? graph.no[node] : graph.yes[node]) as Node;
    while (exit > ACCEPT && this.counts[exit] === 1 && this.#isTest(exit)) {
      const leaves = graph.yes[exit] === common || graph.no[exit] === common;
      if (!leaves) break;
      links.push(this.#link(exit, common));
      exit = (graph.yes[exit] === common ? graph.no[exit] : graph.yes[exit]) as Node;
    }
    return { links, common, exit };
  }

  /** The longer of the chains that start at `node`. */
  longest(node: Node): Chain | undefined {
    if (!this.#isTest(node)) return undefined;
    const { graph } = this.decisions;
    const a = this.chain(node, graph.no[node] as Node);
    const b = this.chain(node, graph.yes[node] as Node);
    const chosen = a.links.length >= b.links.length ? a : b;
    return chosen.links.length > 1 ? chosen : undefined;
  }
}

/** Puts tests of the same value together, at the place of the first. */
function grouped(links: readonly Link[], inA: Value | undefined): Link[] {
  const result: Link[] = [];
  const byValue = new Map<Value, Link>();
  for (const link of links) {
    const first = link.set && byValue.get(link.value);
    if (first?.set && link.set) {
      first.set = union(first.set, link.set);
      continue;
    }
    const copy = { ...link };
    if (link.set) byValue.set(link.value, copy);
    result.push(copy);
  }
  // Begin with what is in A already.
  const at = result.findIndex((link) => link.value === inA && link.set);
  if (at > 0) result.unshift(...result.splice(at, 1));
  return result;
}

/** Regroups every chain of the graph. Returns the new root. */
export function regroup(decisions: Decisions, root: Node): Node {
  if (root <= ACCEPT) return root;
  const { graph } = decisions;
  const order = inOrder(graph, root);
  const regrouper = new Regrouper(decisions, root, order);
  const chains = new Map<Node, Grouped>();
  const arriving = new Map<Node, Value | undefined>();
  const leave = (to: Node, value: Value): void => {
    if (!arriving.has(to)) arriving.set(to, value);
    else if (arriving.get(to) !== value) arriving.set(to, undefined);
  };
  for (const node of order) {
    if (regrouper.absorbed[node]) continue;
    const chain = regrouper.longest(node);
    if (!chain) {
      leave(graph.yes[node] as Node, graph.subjects[node] as Value);
      leave(graph.no[node] as Node, graph.subjects[node] as Value);
      continue;
    }
    const links = grouped(chain.links, arriving.get(node));
    chains.set(node, { ...chain, links });
    for (const link of chain.links) if (link.node !== node) regrouper.absorbed[link.node] = 1;
    for (const link of links) leave(chain.common, link.value);
    leave(chain.exit, (links[links.length - 1] as Link).value);
  }
  const target: Node[] = [0, 1];
  for (let i = order.length - 1; i >= 0; i--) {
    const node = order[i] as Node;
    if (regrouper.absorbed[node]) continue;
    const chain = chains.get(node);
    target[node] = chain
      ? rebuildChain(decisions, chain, target)
      : graph.node(graph.operations[node] as number, graph.subjects[node] as number, graph.operands[node] as number, [
          target[graph.yes[node] as Node] as Node,
          target[graph.no[node] as Node] as Node,
        ]);
  }
  return target[root] as Node;
}

function rebuildChain(decisions: Decisions, chain: Grouped, target: readonly Node[]): Node {
  const { graph } = decisions;
  const common = target[chain.common] as Node;
  let at = target[chain.exit] as Node;
  const { links } = chain;
  for (let i = links.length - 1; i >= 0; i--) {
    const { node, value, set } = links[i] as Link;
    if (set) at = decisions.test(value, set, common, at);
    else {
      const leaves = graph.yes[node] === chain.common;
      at = graph.node(
        graph.operations[node] as number,
        value,
        graph.operands[node] as number,
        leaves ? [common, at] : [at, common],
      );
    }
  }
  return at;
}
