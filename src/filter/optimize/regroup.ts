// Chains of tests that share an outcome, in any order the same: tests of one value come together and become one.

import type { Ranges } from '../ir/formula.ts';
import { ACCEPT, comparesValues, type Node, REJECT } from '../ir/jumps.ts';
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

/** A chain whose links have a new order. */
interface Chain {
  readonly links: readonly Link[];
  /** Where every test of the chain leads when it leaves it. */
  readonly common: Node;
  /** Where the chain ends. */
  readonly exit: Node;
}

/** What A may hold at a node: not known yet, or different values. */
const UNREACHED = -1;
const MIXED = -2;

class Regrouper {
  readonly decisions: Decisions;
  readonly order: readonly Node[];
  /** How many edges lead to a node. */
  readonly #counts: number[];
  readonly #absorbed: boolean[];
  readonly #arriving: number[];
  /** Nodes of the chains that start at one node, by which of its edges leaves them. */
  readonly #leavingByYes: Node[] = [];
  readonly #leavingByNo: Node[] = [];
  /** For each value the start of the last chain that tests it. */
  readonly #lastChain: Node[] = [];
  readonly chains: (Chain | undefined)[] = [];

  constructor(decisions: Decisions, root: Node) {
    const { graph } = decisions;
    this.decisions = decisions;
    this.order = inOrder(graph, root);
    this.#counts = new Array<number>(root + 1).fill(0);
    this.#absorbed = new Array<boolean>(root + 1).fill(false);
    this.#arriving = new Array<number>(root + 1).fill(UNREACHED);
    for (const node of this.order) {
      const yes = graph.yes[node] as Node;
      const no = graph.no[node] as Node;
      this.#counts[yes] = (this.#counts[yes] as number) + 1;
      if (no !== yes) this.#counts[no] = (this.#counts[no] as number) + 1;
    }
    for (const node of this.order) if (!this.#absorbed[node]) this.#look(node);
  }

  #isTest(node: Node): boolean {
    const operation = this.decisions.graph.operations[node] as number;
    return operation === MEMBER || comparesValues(operation);
  }

  /** Finds the chain from `node` whose tests lead to `common`; returns where it ends. */
  #walk(node: Node, common: Node, nodes: Node[]): Node {
    const { graph } = this.decisions;
    nodes.length = 0;
    let at = node;
    do {
      nodes.push(at);
      at = (graph.yes[at] === common ? graph.no[at] : graph.yes[at]) as Node;
    } while (
      at > ACCEPT &&
      this.#counts[at] === 1 &&
      this.#isTest(at) &&
      (graph.yes[at] === common || graph.no[at] === common)
    );
    return at;
  }

  /** Regroups the longer of the chains that start at a node. */
  #look(node: Node): void {
    const { graph } = this.decisions;
    const yes = graph.yes[node] as Node;
    const no = graph.no[node] as Node;
    const subject = graph.subjects[node] as Value;
    if (this.#isTest(node)) {
      const exitByNo = this.#walk(node, no, this.#leavingByNo);
      const exitByYes = this.#walk(node, yes, this.#leavingByYes);
      const byNo = this.#leavingByNo.length >= this.#leavingByYes.length;
      const nodes = byNo ? this.#leavingByNo : this.#leavingByYes;
      if (nodes.length > 1) {
        this.#regroup(nodes, byNo ? no : yes, byNo ? exitByNo : exitByYes);
        return;
      }
    }
    this.#leave(yes, subject);
    this.#leave(no, subject);
  }

  #regroup(nodes: readonly Node[], common: Node, exit: Node): void {
    const { subjects } = this.decisions.graph;
    const first = nodes[0] as Node;
    for (let i = 1; i < nodes.length; i++) this.#absorbed[nodes[i] as Node] = true;
    let last = subjects[nodes[nodes.length - 1] as Node] as Value;
    if (this.#mayImprove(nodes)) {
      const links = grouped(
        nodes.map((node) => this.#link(node, common)),
        this.#arriving[first] as number,
      );
      this.chains[first] = { links, common, exit };
      last = (links[links.length - 1] as Link).value;
    }
    for (const node of nodes) this.#leave(common, subjects[node] as Value);
    this.#leave(exit, last);
  }

  /** Whether a value is tested twice, or what is in A already is tested later. */
  #mayImprove(nodes: readonly Node[]): boolean {
    const { graph } = this.decisions;
    const first = nodes[0] as Node;
    const inA = this.#arriving[first];
    for (const node of nodes) {
      if (graph.operations[node] !== MEMBER) continue;
      const value = graph.subjects[node] as Value;
      if (this.#lastChain[value] === first || (value === inA && node !== first)) return true;
      this.#lastChain[value] = first;
    }
    return false;
  }

  #leave(to: Node, value: Value): void {
    const known = this.#arriving[to];
    if (known === UNREACHED) this.#arriving[to] = value;
    else if (known !== value) this.#arriving[to] = MIXED;
  }

  #link(node: Node, common: Node): Link {
    const { graph, sets, values } = this.decisions;
    const value = graph.subjects[node] as Value;
    if (graph.operations[node] !== MEMBER) return { node, value, set: undefined };
    const set = sets[graph.operands[node] as number] as Ranges;
    return { node, value, set: graph.yes[node] === common ? set : complement(set, values.maxima[value] as number) };
  }
}

/** Puts tests of the same value together, at the place of the first. */
function grouped(links: readonly Link[], inA: Value): Link[] {
  const result: Link[] = [];
  const byValue = new Map<Value, Link>();
  for (const link of links) {
    const first = link.set && byValue.get(link.value);
    if (first?.set && link.set) {
      first.set = union(first.set, link.set);
      continue;
    }
    if (link.set) byValue.set(link.value, link);
    result.push(link);
  }
  // Begin with what is in A already.
  const at = result.findIndex((link) => link.value === inA && link.set);
  if (at > 0) result.unshift(...result.splice(at, 1));
  return result;
}

/** Regroups every chain of the graph. Returns the new root. */
export function regroup(decisions: Decisions, root: Node): Node {
  if (root <= ACCEPT) return root;
  const regrouper = new Regrouper(decisions, root);
  const { chains, order } = regrouper;
  if (chains.length === 0) return root;
  const { graph } = decisions;
  const target = new Array<Node>(root + 1);
  target[REJECT] = REJECT;
  target[ACCEPT] = ACCEPT;
  for (let i = order.length - 1; i >= 0; i--) {
    const node = order[i] as Node;
    const chain = chains[node];
    if (chain) target[node] = rebuildChain(decisions, chain, target);
    else {
      const yes = target[graph.yes[node] as Node] as Node;
      target[node] = graph.redirect(node, yes, target[graph.no[node] as Node] as Node);
    }
  }
  return target[root] as Node;
}

function rebuildChain(decisions: Decisions, chain: Chain, target: readonly Node[]): Node {
  const { graph } = decisions;
  const common = target[chain.common] as Node;
  let at = target[chain.exit] as Node;
  const { links } = chain;
  for (let i = links.length - 1; i >= 0; i--) {
    const { node, value, set } = links[i] as Link;
    if (set) at = decisions.test(value, set, common, at);
    else {
      const leaves = graph.yes[node] === chain.common;
      at = leaves ? graph.redirect(node, common, at) : graph.redirect(node, at, common);
    }
  }
  return at;
}
