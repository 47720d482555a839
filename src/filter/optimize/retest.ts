// Parts that differ in one exit alone become one, and a test at that exit tells again where it was entered from.

import type { Ranges } from '../ir/formula.ts';
import { ACCEPT, comparesValues, type Node } from '../ir/jumps.ts';
import { areDisjoint } from '../ir/ranges.ts';
import type { Value } from '../ir/values.ts';
import { type Candidate, regionCost, replace } from './arms.ts';
import { type Decisions, MEMBER } from './decisions.ts';
import type { Facts } from './facts.ts';
import type { Threader } from './thread.ts';

/** Compares two parts that make the same tests; finds the exit in which they differ. */
class ExitFinder {
  readonly decisions: Decisions;
  readonly seen = new Map<Node, Node>();
  exit: readonly [Node, Node] | undefined;

  constructor(decisions: Decisions) {
    this.decisions = decisions;
  }

  run(a: Node, b: Node): boolean {
    if (a === b) return true;
    if (this.seen.get(a) === b) return true;
    if (this.#sameTest(a, b) && !this.seen.has(a) && this.seen.size < 200) {
      this.seen.set(a, b);
      const { graph } = this.decisions;
      return this.run(graph.yes[a] as Node, graph.yes[b] as Node) && this.run(graph.no[a] as Node, graph.no[b] as Node);
    }
    this.exit ??= [a, b];
    return this.exit[0] === a && this.exit[1] === b;
  }

  #sameTest(a: Node, b: Node): boolean {
    if (a <= ACCEPT || b <= ACCEPT) return false;
    const { graph } = this.decisions;
    const operation = graph.operations[a] as number;
    if (operation !== MEMBER && !comparesValues(operation)) return false;
    return (
      operation === graph.operations[b] &&
      graph.subjects[a] === graph.subjects[b] &&
      graph.operands[a] === graph.operands[b]
    );
  }
}

/** A value whose possible sets at two places have nothing in common. */
function discriminator(threader: Threader, a: Node, b: Node): { value: Value; set: Ranges } | undefined {
  const factsA = threader.facts[a];
  const factsB = threader.facts[b];
  if (!factsA || !factsB) return undefined;
  for (let cell: Facts | undefined = factsA; cell; cell = cell.rest) {
    if (cell.key < 0 || cell.key >= threader.decisions.values.size) continue;
    const here = threader.possible(cell.key, factsA);
    const there = threader.possible(cell.key, factsB);
    if (here && there && areDisjoint(here, there)) return { value: cell.key, set: here };
  }
  return undefined;
}

/** Copies the region of a pair, with another exit where the two differ. */
function withExit(decisions: Decisions, finder: ExitFinder, [a, b]: readonly [Node, Node], exit: Node): Node {
  const { graph } = decisions;
  const copies = new Map<Node, Node>();
  const copy = (one: Node, other: Node): Node => {
    if (one === other) return one;
    if (finder.seen.get(one) !== other) return exit;
    const known = copies.get(one);
    if (known !== undefined) return known;
    const yes = copy(graph.yes[one] as Node, graph.yes[other] as Node);
    const no = copy(graph.no[one] as Node, graph.no[other] as Node);
    const made = graph.redirect(one, yes, no);
    copies.set(one, made);
    return made;
  };
  return copy(a, b);
}

/** Adds the changes that join two such parts. */
export function rejoinings(threader: Threader, order: readonly Node[], into: Candidate[]): void {
  const { graph } = threader.decisions;
  /** For each operand the last node with it, and for each node the one before it. */
  const last: Node[] = [];
  const before: Node[] = [];
  for (const node of order) {
    const operation = graph.operations[node] as number;
    if (operation !== MEMBER && !comparesValues(operation)) continue;
    const operand = graph.operands[node] as number;
    const earlier = last[operand];
    last[operand] = node;
    if (earlier === undefined) continue;
    before[node] = earlier;
    for (let other: Node | undefined = earlier; other !== undefined; other = before[other])
      if (graph.subjects[other] === graph.subjects[node] && graph.operations[other] === operation)
        rejoin(threader, other, node, into);
  }
}

/** A test again takes a load and a jump. */
const RETEST_COST = 2;

function rejoin(threader: Threader, a: Node, b: Node, into: Candidate[]): void {
  const { decisions, root } = threader;
  const finder = new ExitFinder(decisions);
  if (!finder.run(a, b) || !finder.exit || finder.seen.size < 2) return;
  const gain = regionCost(decisions, [...finder.seen.keys()]) - RETEST_COST;
  const found = gain > 0 && discriminator(threader, a, b);
  if (!found) return;
  const [exitA, exitB] = finder.exit;
  const apply = (): Node => {
    const exit = decisions.test(found.value, found.set, exitA, exitB);
    const joined = withExit(decisions, finder, [a, b], exit);
    return replace(
      decisions,
      root,
      new Map([
        [a, joined],
        [b, joined],
      ]),
    );
  };
  into.push({ gain, apply });
}
