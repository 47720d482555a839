// Sharing between arms: parts that differ in addresses alone become one, entered with the difference in A or X.

import { numbersOf } from '../ir/arrays.ts';
import type { Ranges } from '../ir/formula.ts';
import { ACCEPT, ASSIGN, comparesValues, IN_A, IN_X, type Node, REJECT } from '../ir/jumps.ts';
import { LARGEST } from '../ir/ranges.ts';
import { ADD, isLoad, loadSize, NEG, NO_BASE, SLOT, type Value } from '../ir/values.ts';
import { type Decisions, MEMBER } from './decisions.ts';
import { type Guarded, Guards } from './guards.ts';
import { Shapes } from './match.ts';
import { type Plan, Planner } from './plan.ts';

/** Makes common code as planned. */
class Sharer {
  readonly decisions: Decisions;
  readonly plan: Plan;
  readonly aSlot: number | undefined;
  readonly xSlot: number | undefined;
  readonly #renamed = new Map<Value, Value>();
  readonly #copies = new Map<Node, Node>();

  constructor(decisions: Decisions, plan: Plan) {
    this.decisions = decisions;
    this.plan = plan;
    const { inA, inX } = plan;
    this.aSlot = inA && decisions.newSlot(IN_A);
    this.xSlot = inX && decisions.newSlot(IN_X);
    if (inA && this.aSlot !== undefined) {
      const { values } = decisions;
      const maximum = Math.max(values.maxima[inA.first] as number, values.maxima[inA.second] as number);
      values.maxima[values.slot(this.aSlot)] = maximum;
    }
  }

  /** Replaces both parts; `guard` stands in front of the second. Returns the new root. */
  run(root: Node, guard: Guarded | undefined): Node {
    this.#copyRegion();
    const second = guard ? guard.guarding(this.#entry('second')) : this.#entry('second');
    const { first } = this.plan;
    return replace(
      this.decisions,
      root,
      new Map([
        [first, this.#entry('first')],
        [guard?.node ?? this.plan.second, second],
      ]),
    );
  }

  #rename(value: Value): Value {
    const known = this.#renamed.get(value);
    if (known !== undefined) return known;
    const made = this.#renameNew(value);
    this.#renamed.set(value, made);
    return made;
  }

  #renameNew(value: Value): Value {
    const { values } = this.decisions;
    if (this.plan.inA && value === this.plan.inA.first) return values.slot(this.aSlot as number);
    const kind = values.kinds[value] as number;
    if (isLoad(kind)) return this.#renameLoad(value, kind);
    if (kind < ADD || kind === SLOT) return value;
    const left = this.#rename(values.as[value] as Value);
    return kind === NEG ? values.negate(left) : values.binary(kind, left, this.#rename(values.bs[value] as Value));
  }

  #renameLoad(value: Value, kind: number): Value {
    const { values } = this.decisions;
    const { inX } = this.plan;
    if (!inX || !this.plan.moved.some(({ first }) => first === value)) return value;
    const offset = values.offsetOf(value);
    const start = values.as[value] === NO_BASE ? offset - values.numberOf(inX.first) : offset;
    return values.load(loadSize(kind), values.slot(this.xSlot as number), start);
  }

  #copyRegion(): void {
    const { graph } = this.decisions;
    const { region } = this.plan;
    for (let i = region.length - 1; i >= 0; i--) {
      const node = region[i] as Node;
      const operation = graph.operations[node] as number;
      const operand = graph.operands[node] as number;
      const copy = graph.node(
        operation,
        this.#rename(graph.subjects[node] as Value),
        comparesValues(operation) ? this.#rename(operand) : operand,
        this.#successor(graph.yes[node] as Node),
        this.#successor(graph.no[node] as Node),
      );
      this.#copies.set(node, copy);
    }
  }

  /** Where a copy goes: to a copy, or past an assignment that is made in front now. */
  #successor(node: Node): Node {
    const copy = this.#copies.get(node);
    if (copy !== undefined) return copy;
    const { graph } = this.decisions;
    const isHoisted = graph.operations[node] === ASSIGN && this.plan.hoisted?.slot === graph.operands[node];
    return isHoisted ? (graph.yes[node] as Node) : node;
  }

  /** What one of the parts becomes: assignments, then the common code. A is loaded first, since that may need X. */
  #entry(side: 'first' | 'second'): Node {
    const { graph } = this.decisions;
    const { inA, inX, hoisted } = this.plan;
    let at = this.#copies.get(this.plan.first) as Node;
    if (inX) at = graph.node(ASSIGN, inX[side], this.xSlot as number, at, at);
    if (hoisted) at = graph.node(ASSIGN, hoisted[side], hoisted.slot, at, at);
    return inA ? graph.node(ASSIGN, inA[side], this.aSlot as number, at, at) : at;
  }
}

/** The graph with some nodes replaced by others. */
export function replace(decisions: Decisions, root: Node, replacement: ReadonlyMap<Node, Node>): Node {
  const { graph } = decisions;
  // Successors have smaller numbers: from the root down for what is needed, from the leaves up to make it. No recursion,
  // since a graph may be deeper than the stack.
  const isNeeded: boolean[] = [];
  isNeeded[root] = true;
  const done: Node[] = [REJECT, ACCEPT];
  const order: Node[] = [];
  for (let node = root; node > ACCEPT; node--) {
    if (!isNeeded[node]) continue;
    const known = replacement.get(node);
    if (known !== undefined) {
      done[node] = known;
      continue;
    }
    order.push(node);
    isNeeded[graph.yes[node] as Node] = true;
    isNeeded[graph.no[node] as Node] = true;
  }
  for (let i = order.length - 1; i >= 0; i--) {
    const node = order[i] as Node;
    const yes = done[graph.yes[node] as Node] as Node;
    const no = done[graph.no[node] as Node] as Node;
    const operation = graph.operations[node] as number;
    const isTest = operation === MEMBER || comparesValues(operation);
    done[node] = yes === no && isTest ? yes : graph.redirect(node, yes, no);
  }
  return done[root] as Node;
}

/** A change that may make the program shorter. */
export interface Candidate {
  /** Instructions that it is thought to save. */
  readonly gain: number;
  /** Makes the change; returns the new root. */
  readonly apply: () => Node;
}

/** Jumps that a set is thought to take. */
export function jumpsOf(set: Ranges): number {
  let jumps = 0;
  for (let i = 0; i < set.length; i += 2) jumps += set[i] === set[i + 1] || set[i + 1] === LARGEST ? 1 : 2;
  return jumps;
}

/** Instructions that the tests of a region are thought to take. */
export function regionCost(decisions: Decisions, region: readonly Node[]): number {
  const { graph, sets } = decisions;
  let cost = 0;
  let last = -1;
  for (const node of region) {
    const subject = graph.subjects[node] as Value;
    cost += graph.operations[node] === MEMBER ? jumpsOf(sets[graph.operands[node] as number] as Ranges) : 2;
    if (subject !== last) cost++;
    last = subject;
  }
  return cost;
}

function gainOf(decisions: Decisions, plan: Plan, guard: Guarded | undefined): number {
  const overhead = (plan.inX ? 1 : 0) + (plan.inA ? 2 : 0) + (guard ? 1 : 0);
  return regionCost(decisions, plan.region) - overhead + (guard ? 2 * (guard.tests - 1) : 0);
}

/** No node: nothing shares code with a leaf. */
const NONE = REJECT;

/** Nodes that test something, by their shape: the first of each, and behind each the next. */
class TestsByShape {
  readonly #shapes: Shapes;
  /** The first node of each shape, by the shape as a hash. */
  readonly #first: Node[];
  readonly #next: Node[];

  constructor(decisions: Decisions, order: readonly Node[], shapes: Shapes) {
    const { graph } = decisions;
    this.#shapes = shapes;
    this.#first = numbersOf(4 << (31 - Math.clz32(order.length)), NONE);
    this.#next = numbersOf((order[0] as Node) + 1, NONE);
    for (let i = order.length - 1; i >= 0; i--) {
      const node = order[i] as Node;
      const operation = graph.operations[node] as number;
      if (operation !== MEMBER && !comparesValues(operation)) continue;
      const place = this.#placeOf(shapes.of(node));
      this.#next[node] = this.#first[place] as Node;
      this.#first[place] = node;
    }
  }

  #placeOf(shape: number): number {
    const mask = this.#first.length - 1;
    let place = shape & mask;
    for (let node = this.#first[place] as Node; node !== NONE; node = this.#first[place] as Node) {
      if (this.#shapes.of(node) === shape) break;
      place = (place + 1) & mask;
    }
    return place;
  }

  first(shape: number): Node {
    return this.#first[this.#placeOf(shape)] as Node;
  }

  next(node: Node): Node {
    return this.#next[node] as Node;
  }
}

/** The changes that share code between arms. */
export function sharings(decisions: Decisions, root: Node, order: readonly Node[]): Candidate[] {
  const shapes = new Shapes(decisions, order);
  const guards = new Guards(decisions, shapes, order);
  const tests = new TestsByShape(decisions, order, shapes);
  const planner = new Planner(decisions);
  const result: Candidate[] = [];
  const add = (first: Node, second: Node, guard: Guarded | undefined): void => {
    for (const plan of planner.plans(first, second)) {
      const gain = gainOf(decisions, plan, guard);
      if (gain > 0) result.push({ gain, apply: (): Node => new Sharer(decisions, plan).run(root, guard) });
    }
  };
  for (const node of order) {
    for (let guard = guards.first(node); guard < guards.end(node); guard++) {
      const shape = guards.strippedShape(node, guard);
      let alike = shape === undefined ? NONE : tests.first(shape);
      const guarded = alike === NONE ? undefined : guards.takeOut(node, guard);
      for (; guarded && alike !== NONE; alike = tests.next(alike))
        if (alike !== node) add(alike, guarded.stripped, guarded);
    }
    let same = tests.first(shapes.of(node));
    for (; same !== NONE && same !== node; same = tests.next(same)) add(node, same, undefined);
  }
  return result;
}
