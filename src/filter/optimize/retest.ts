// Parts that differ in one exit alone become one, and a test at that exit tells again where it was entered from.

import type { Ranges } from '../ir/formula.ts';
import { ACCEPT, comparesValues, type Node } from '../ir/jumps.ts';
import { areDisjoint } from '../ir/ranges.ts';
import type { Value } from '../ir/values.ts';
import { type Candidate, regionCost, replace } from './arms.ts';
import { type Decisions, MEMBER } from './decisions.ts';
import { Threader } from './thread.ts';

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
  for (let cell = threader.facts[a]; cell; cell = cell.rest) {
    if (cell.key >= threader.decisions.values.size) continue;
    const here = threader.possible(cell.key, threader.facts[a]);
    const there = threader.possible(cell.key, threader.facts[b]);
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
    const made = graph.node(
      graph.operations[one] as number,
      graph.subjects[one] as Value,
      graph.operands[one] as number,
      [yes, no],
    );
    copies.set(one, made);
    return made;
  };
  return copy(a, b);
}

/** The changes that join two such parts. */
export function rejoinings(decisions: Decisions, root: Node, order: readonly Node[]): Candidate[] {
  const { graph } = decisions;
  const byTest = new Map<number, Node[]>();
  const pairs: [Node, Node][] = [];
  for (const node of order) {
    const operation = graph.operations[node] as number;
    if (operation !== MEMBER && !comparesValues(operation)) continue;
    const key = ((graph.subjects[node] as number) * 0x10000 + (graph.operands[node] as number)) * 16 + operation;
    const same = byTest.get(key);
    if (!same) byTest.set(key, [node]);
    else {
      for (const other of same) pairs.push([other, node]);
      same.push(node);
    }
  }
  let threader: Threader | undefined;
  // Facts take a run over the graph: only where a pair asks for them.
  const facts = (): Threader => {
    if (!threader) {
      threader = new Threader(decisions, root);
      threader.run(root);
    }
    return threader;
  };
  return pairs.flatMap((pair) => rejoin(decisions, root, facts, pair));
}

/** A test again takes a load and a jump. */
const RETEST_COST = 2;

function rejoin(decisions: Decisions, root: Node, facts: () => Threader, [a, b]: readonly [Node, Node]): Candidate[] {
  const finder = new ExitFinder(decisions);
  if (!finder.run(a, b) || !finder.exit || finder.seen.size < 2) return [];
  const gain = regionCost(decisions, [...finder.seen.keys()]) - RETEST_COST;
  const found = gain > 0 && discriminator(facts(), a, b);
  if (!found) return [];
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
  return [{ gain, apply }];
}
