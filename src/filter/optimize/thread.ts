// Jump threading: facts flow from the root along the edges; an edge whose next test is decided goes past it.

import { EQ_VALUE, GE_VALUE, GT_VALUE, type Ranges } from '../ir/formula.ts';
import { ACCEPT, ASSIGN, CHAIN, comparesValues, LOOKUP, type Node, REJECT, TOUCH } from '../ir/jumps.ts';
import { areDisjoint, complement, count, image, intersect, isSingle, isSubset, normalize, upTo } from '../ir/ranges.ts';
import { isLoad, NO_BASE, type Value } from '../ir/values.ts';
import { type Decisions, MEMBER } from './decisions.ts';
import { type Facts, join, learn, lookUp, NOTHING } from './facts.ts';

// Keys of facts: values as they are, then comparisons of two values, then slots' failures.
const COMPARISONS = 0x1000000;
const TOUCHED = 0x2000000;
const HOLDS: Ranges = [1, 1];
const FAILS: Ranges = [0, 0];
const FEW = 64;
const MOST_ROUNDS = 8;
/** Two parts are compared so many tests deep. */
const MOST_ALIKE = 3;

/** One run over a graph. */
export class Threader {
  readonly decisions: Decisions;
  readonly root: Node;
  /** What holds at each node reached. */
  readonly facts: (Facts | undefined)[];
  /** Where the edges of each node reached really lead. */
  readonly yes: Node[];
  readonly no: Node[];
  /** Reached nodes, each before those it leads to. */
  readonly order: Node[] = [];
  changed = false;

  constructor(decisions: Decisions, root: Node) {
    this.decisions = decisions;
    this.root = root;
    this.facts = new Array<Facts | undefined>(root + 1);
    this.yes = new Array<Node>(root + 1);
    this.no = new Array<Node>(root + 1);
    if (root > ACCEPT) this.facts[root] = NOTHING;
    for (let node = root; node > ACCEPT; node--) {
      if (this.facts[node] === undefined) continue;
      this.order.push(node);
      this.#visit(node);
    }
  }

  #arrive(node: Node, facts: Facts): Node {
    const target = this.#resolve(node, facts);
    this.#enter(target, facts);
    return target;
  }

  #enter(node: Node, facts: Facts): void {
    if (node <= ACCEPT) return;
    const known = this.facts[node];
    this.facts[node] = known ? join(known, facts) : facts;
  }

  /** Where an edge with these facts really leads. */
  #resolve(node: Node, facts: Facts): Node {
    const at = this.#decided(node, facts);
    return (this.decisions.looksAhead ? this.#leafBehind(at, facts) : undefined) ?? at;
  }

  /** The leaf that a test leads to on one side, and on the other through tests that are decided. */
  #leafBehind(node: Node, facts: Facts): Node | undefined {
    const { graph } = this.decisions;
    if (node <= ACCEPT || graph.operations[node] !== MEMBER) return undefined;
    const yes = graph.yes[node] as Node;
    const no = graph.no[node] as Node;
    if (yes > ACCEPT === no > ACCEPT) return undefined;
    const leaf = Math.min(yes, no);
    return this.#decided(Math.max(yes, no), facts) === leaf ? leaf : undefined;
  }

  /** Past all tests that these facts decide. */
  #decided(node: Node, facts: Facts): Node {
    const { graph } = this.decisions;
    let at = node;
    while (at > ACCEPT) {
      const outcome = this.#outcome(at, facts);
      if (outcome === undefined) break;
      at = (outcome ? graph.yes[at] : graph.no[at]) as Node;
    }
    return at;
  }

  /** Whether the node's test is decided; a node that only touches counts as decided when it cannot fail any more. */
  #outcome(node: Node, facts: Facts): boolean | undefined {
    const { graph } = this.decisions;
    const operation = graph.operations[node] as number;
    if (operation === MEMBER) return this.#memberOutcome(node, facts);
    if (comparesValues(operation)) {
      const known = lookUp(facts, this.#comparisonKey(node));
      if (known) return known === HOLDS;
      return this.#compareRanges(node, facts);
    }
    if (operation === TOUCH && this.#isSafe(graph.subjects[node] as number, facts)) return true;
    return undefined;
  }

  #memberOutcome(node: Node, facts: Facts): boolean | undefined {
    const { decisions } = this;
    const value = decisions.graph.subjects[node] as number;
    const set = decisions.graph.operands[node] as number;
    const root = decisions.rootOf(value);
    const known = lookUp(facts, root);
    if (root !== value) return known && outcomeIn(known, decisions.rootSet(value, set));
    const mapped = this.#mapped(value, facts);
    const possible = known && mapped ? intersect(known, mapped) : (known ?? mapped);
    return possible && outcomeIn(possible, decisions.sets[set] as Ranges);
  }

  #compareRanges(node: Node, facts: Facts): boolean | undefined {
    const { graph } = this.decisions;
    const left = this.possible(graph.subjects[node] as number, facts);
    const right = this.possible(graph.operands[node] as number, facts);
    if (!left || !right) return undefined;
    const operation = graph.operations[node] as number;
    if (operation === EQ_VALUE) {
      if (isSingle(left) && isSingle(right)) return left[0] === right[0];
      return areDisjoint(left, right) ? false : undefined;
    }
    const [leftFirst, leftLast] = [left[0] as number, left[left.length - 1] as number];
    const [rightFirst, rightLast] = [right[0] as number, right[right.length - 1] as number];
    if (operation === GT_VALUE) return leftFirst > rightLast ? true : leftLast <= rightFirst ? false : undefined;
    return leftFirst >= rightLast ? true : leftLast < rightFirst ? false : undefined;
  }

  /** Values that are possible, from facts only; undefined where nothing is known. */
  possible(value: Value, facts: Facts): Ranges | undefined {
    const root = this.decisions.rootOf(value);
    const known = lookUp(facts, root);
    if (root !== value) return known && image(this.decisions.tableOf(value), known);
    const mapped = this.#mapped(value, facts);
    return known && mapped ? intersect(known, mapped) : (known ?? mapped);
  }

  /** By a few values of what it is computed from. */
  #mapped(value: Value, facts: Facts): Ranges | undefined {
    const { values } = this.decisions;
    let base = value;
    while (values.hasConstantRight(base)) base = values.as[base] as number;
    if (base === value) return undefined;
    const known = lookUp(facts, base);
    if (!known || count(known) > FEW) return undefined;
    const pairs: number[] = [];
    for (let i = 0; i < known.length; i += 2) {
      for (let x = known[i] as number; x <= (known[i + 1] as number); x++) {
        const result = this.decisions.evaluateAt(value, base, x);
        if (result === undefined) return undefined;
        pairs.push(result, result);
      }
    }
    return normalize(pairs);
  }

  #comparisonKey(node: Node): number {
    const { graph } = this.decisions;
    const operation = graph.operations[node] as number;
    const code = operation === EQ_VALUE ? 0 : operation === GT_VALUE ? 1 : 2;
    return COMPARISONS + ((graph.subjects[node] as number) * 4096 + (graph.operands[node] as number)) * 4 + code;
  }

  /** Whether a value was computed before on every way here. */
  #isSafe(value: Value, facts: Facts): boolean {
    const { values } = this.decisions;
    if (!values.canFail(value)) return true;
    if (lookUp(facts, this.decisions.rootOf(value)) || lookUp(facts, TOUCHED + value)) return true;
    const kind = values.kinds[value] as number;
    if (isLoad(kind)) return values.as[value] === NO_BASE && this.#reaches(value, facts);
    return false;
  }

  // A load at a fixed place behind this one has succeeded.
  #reaches(value: Value, facts: Facts): boolean {
    const { values } = this.decisions;
    const end = values.offsetOf(value) + sizeOf(values.kinds[value] as number);
    for (let cell: Facts | undefined = facts; cell; cell = cell.rest) {
      const key = cell.key >= TOUCHED ? cell.key - TOUCHED : cell.key;
      if (key < 0 || key >= values.size || !isLoad(values.kinds[key] as number) || values.as[key] !== NO_BASE) continue;
      if (values.offsetOf(key) + sizeOf(values.kinds[key] as number) >= end && values.offsetOf(key) < 0x7fffffff)
        return true;
    }
    return false;
  }

  #visit(node: Node): void {
    const { graph } = this.decisions;
    const facts = this.facts[node] as Facts;
    const operation = graph.operations[node] as number;
    const yes = graph.yes[node] as Node;
    const no = graph.no[node] as Node;
    if (operation === MEMBER) this.#visitMember(node, facts);
    else if (comparesValues(operation)) {
      const key = this.#comparisonKey(node);
      this.#leave(
        node,
        this.#arrive(yes, this.#compared(learn(facts, key, HOLDS), node, true)),
        this.#arrive(no, this.#compared(learn(facts, key, FAILS), node, false)),
      );
    } else if (operation === CHAIN || operation === LOOKUP) {
      this.#leave(node, this.#arrive(yes, facts), this.#arrive(no, facts));
    } else {
      const next = this.#arrive(yes, this.#afterwards(node, operation, facts));
      this.#leave(node, next, next);
    }
  }

  /** Two values that are equal have what is known of each; and both loads have succeeded. */
  #compared(facts: Facts, node: Node, holds: boolean): Facts {
    const { graph } = this.decisions;
    const left = graph.subjects[node] as number;
    const right = graph.operands[node] as number;
    let result = learn(learn(facts, TOUCHED + left, HOLDS), TOUCHED + right, HOLDS);
    // a > b also says that a >= b, and the negations likewise.
    const operation = graph.operations[node] as number;
    const weaker = COMPARISONS + (left * 4096 + right) * 4;
    if (operation === GT_VALUE && holds) result = learn(learn(result, weaker + 2, HOLDS), weaker, FAILS);
    if (operation === GE_VALUE && !holds) result = learn(learn(result, weaker + 1, FAILS), weaker, FAILS);
    return result;
  }

  #leave(node: Node, yes: Node, no: Node): void {
    const { graph } = this.decisions;
    if (yes !== graph.yes[node] || no !== graph.no[node]) this.changed = true;
    this.yes[node] = yes;
    this.no[node] = no;
  }

  #visitMember(node: Node, facts: Facts): void {
    const { decisions } = this;
    const { graph } = decisions;
    const yes = graph.yes[node] as Node;
    const no = graph.no[node] as Node;
    const value = graph.subjects[node] as number;
    const root = decisions.rootOf(value);
    const set = decisions.rootSet(value, graph.operands[node] as number);
    // Nothing can be learnt on the way to a leaf.
    let inside = yes > ACCEPT ? within(facts, root, set) : undefined;
    let outside = no > ACCEPT ? this.#without(facts, root, set) : undefined;
    let onYes = inside ? this.#resolve(yes, inside) : yes;
    let onNo = outside ? this.#resolve(no, outside) : no;
    // A test is not needed where what follows on one side comes to the same on the other.
    if (this.#asks(onNo, root)) {
      inside ??= within(facts, root, set);
      if (this.#resolve(onNo, inside) === onYes) onYes = onNo;
    }
    if (onYes !== onNo && this.#asks(onYes, root)) {
      outside ??= this.#without(facts, root, set);
      if (this.#resolve(onYes, outside) === onNo) onNo = onYes;
    }
    if (onYes !== onNo && this.#isSame(onYes, onNo, facts, MOST_ALIKE)) onYes = onNo;
    if (inside) this.#enter(onYes, inside);
    if (outside) this.#enter(onNo, outside);
    this.#leave(node, onYes, onNo);
  }

  #without(facts: Facts, root: Value, set: Ranges): Facts {
    return within(facts, root, complement(set, this.decisions.values.maxima[root] as number));
  }

  /** Whether two nodes test the same and then come to the same, where these facts hold. */
  #isSame(a: Node, b: Node, facts: Facts, depth: number): boolean {
    if (a === b) return true;
    const { graph } = this.decisions;
    if (depth === 0 || a <= ACCEPT || b <= ACCEPT || graph.operations[a] !== MEMBER || graph.operations[b] !== MEMBER)
      return false;
    if (graph.subjects[a] !== graph.subjects[b] || graph.operands[a] !== graph.operands[b]) return false;
    const [yesA, yesB] = [graph.yes[a] as Node, graph.yes[b] as Node];
    const [noA, noB] = [graph.no[a] as Node, graph.no[b] as Node];
    return (
      this.#isSame(this.#resolve(yesA, facts), this.#resolve(yesB, facts), facts, depth - 1) &&
      this.#isSame(this.#resolve(noA, facts), this.#resolve(noB, facts), facts, depth - 1)
    );
  }

  /** Whether a node tests what facts about `root` may decide. */
  #asks(node: Node, root: Value): boolean {
    const { graph } = this.decisions;
    return graph.operations[node] === MEMBER && this.decisions.rootOf(graph.subjects[node] as Value) === root;
  }

  #afterwards(node: Node, operation: number, facts: Facts): Facts {
    const { graph, values } = this.decisions;
    const value = graph.subjects[node] as number;
    if (operation === ASSIGN) {
      const slot = values.slot(graph.operands[node] as number);
      const known = this.possible(value, facts) ?? upTo(values.maxima[value] as number);
      return learn(values.canFail(value) ? learn(facts, TOUCHED + value, HOLDS) : facts, slot, known);
    }
    return learn(facts, TOUCHED + value, HOLDS);
  }
}

/** What is known where a value is in a set. */
function within(facts: Facts, root: Value, set: Ranges): Facts {
  const before = lookUp(facts, root);
  return learn(facts, root, before ? intersect(before, set) : set);
}

/** Whether all or none of what is possible is in a set. */
function outcomeIn(possible: Ranges, set: Ranges): boolean | undefined {
  if (areDisjoint(possible, set)) return false;
  return isSubset(possible, set) ? true : undefined;
}

function sizeOf(kind: number): number {
  return kind === 3 ? 4 : kind;
}

/** Copies what a run reached, with its new edges. Returns the new root. */
export function rebuild(threader: Threader): Node {
  const { decisions, root, order, yes, no } = threader;
  const target = new Array<Node>(root + 1);
  target[REJECT] = REJECT;
  target[ACCEPT] = ACCEPT;
  for (let i = order.length - 1; i >= 0; i--) {
    const node = order[i] as Node;
    target[node] = redirected(decisions, node, target[yes[node] as Node] as Node, target[no[node] as Node] as Node);
  }
  return root <= ACCEPT ? root : (target[root] as Node);
}

/** A node with other successors, or what it comes to with them. */
function redirected(decisions: Decisions, node: Node, yes: Node, no: Node): Node {
  const { graph } = decisions;
  const operation = graph.operations[node] as number;
  if (operation === MEMBER || comparesValues(operation) || operation === CHAIN || operation === LOOKUP) {
    if (yes === no) return yes;
  } else if (operation === TOUCH) return decisions.touch(graph.subjects[node] as number, yes);
  else if (yes === REJECT) return REJECT;
  return graph.redirect(node, yes, no);
}

/** Threads until nothing changes. Returns the last run, whose facts hold for its root. */
export function thread(decisions: Decisions, root: Node): Threader {
  let threader = new Threader(decisions, root);
  for (let round = 0; round < MOST_ROUNDS && threader.changed; round++) {
    const next = rebuild(threader);
    if (next === threader.root) break;
    threader = new Threader(decisions, next);
  }
  return threader;
}
