// Chains of tests that share an outcome, in any order the same: tests of one value come together and become one.

import { numbersOf } from '../ir/arrays.ts';
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
  /** 1 for nodes of chains that do not start with them. */
  readonly #absorbed: number[];
  readonly #arriving: number[];
  /** For each value the start of the last chain that tests it. */
  readonly #lastChain: Node[] = [];
  readonly chains: (Chain | undefined)[] = [];

  constructor(decisions: Decisions, root: Node) {
    const { graph } = decisions;
    this.decisions = decisions;
    this.order = inOrder(graph, root);
    this.#counts = numbersOf(root + 1, 0);
    this.#absorbed = numbersOf(root + 1, 0);
    this.#arriving = numbersOf(root + 1, UNREACHED);
    for (const node of this.order) {
      const yes = graph.yes[node] as Node;
      const no = graph.no[node] as Node;
      this.#counts[yes] = (this.#counts[yes] as number) + 1;
      if (no !== yes) this.#counts[no] = (this.#counts[no] as number) + 1;
    }
    for (const node of this.order) if (this.#absorbed[node] === 0) this.#look(node);
  }

  #isTest(node: Node): boolean {
    const operation = this.decisions.graph.operations[node] as number;
    return operation === MEMBER || comparesValues(operation);
  }

  /** The other way out of a test that leads to `common`. */
  #next(node: Node, common: Node): Node {
    const { yes, no } = this.decisions.graph;
    return (yes[node] === common ? no[node] : yes[node]) as Node;
  }

  /** How many tests the chain from `node` has that lead to `common`. */
  #lengthOf(node: Node, common: Node): number {
    const { yes, no } = this.decisions.graph;
    let length = 1;
    for (let at = this.#next(node, common); at > ACCEPT; at = this.#next(at, common)) {
      const belongs = this.#counts[at] === 1 && (yes[at] === common || no[at] === common) && this.#isTest(at);
      if (!belongs) break;
      length++;
    }
    return length;
  }

  /** Regroups the longer of the chains that start at a node. */
  #look(node: Node): void {
    const { graph } = this.decisions;
    const yes = graph.yes[node] as Node;
    const no = graph.no[node] as Node;
    const subject = graph.subjects[node] as Value;
    if (this.#isTest(node)) {
      const byNo = this.#lengthOf(node, no);
      const byYes = this.#lengthOf(node, yes);
      if (byNo > 1 || byYes > 1) {
        if (byNo >= byYes) this.#regroup(node, no, byNo);
        else this.#regroup(node, yes, byYes);
        return;
      }
    }
    this.#leave(yes, subject);
    this.#leave(no, subject);
  }

  /** Puts the tests of a chain in order where that may gain anything. */
  #regroup(first: Node, common: Node, length: number): void {
    const { graph } = this.decisions;
    const inA = this.#arriving[first] as number;
    let mayGain = false;
    let last = UNREACHED;
    let at = first;
    for (let i = 0; i < length; i++) {
      last = graph.subjects[at] as Value;
      if (graph.operations[at] === MEMBER) {
        // A value that is tested twice, or is in A already and tested later.
        mayGain ||= this.#lastChain[last] === first || (last === inA && at !== first);
        this.#lastChain[last] = first;
      }
      if (at !== first) this.#absorbed[at] = 1;
      this.#leave(common, last);
      at = this.#next(at, common);
    }
    if (mayGain) {
      const links = grouped(this.#links(first, common, length), inA);
      this.chains[first] = { links, common, exit: at };
      last = (links[links.length - 1] as Link).value;
    }
    this.#leave(at, last);
  }

  #links(first: Node, common: Node, length: number): Link[] {
    const links: Link[] = [];
    for (let at = first; links.length < length; at = this.#next(at, common)) links.push(this.#link(at, common));
    return links;
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
