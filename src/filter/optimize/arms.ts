// Sharing between arms: parts that differ in addresses alone become one, entered with the difference in A or X.

import type { Ranges } from '../ir/formula.ts';
import { ACCEPT, ASSIGN, comparesValues, IN_A, IN_X, type Node } from '../ir/jumps.ts';
import { LARGEST } from '../ir/ranges.ts';
import {
  ADD,
  CONST,
  headerLengthOffset,
  isLoad,
  loadSize,
  NEG,
  NO_BASE,
  SLOT,
  type Value,
  type Values,
} from '../ir/values.ts';
import { type Decisions, MEMBER } from './decisions.ts';
import { type Guarded, Guards } from './guards.ts';
import { commonBase, Matcher, type Plan, shapeOf, shapes } from './match.ts';

/** Slots bound to registers have numbers beyond those of the generator. */
const FIRST_REGISTER_SLOT = 1000;

/** The loads in a value. */
function loadsOf(values: Values, value: Value, into: Value[] = []): Value[] {
  const kind = values.kinds[value] as number;
  if (isLoad(kind)) into.push(value);
  else if (kind >= ADD && kind !== SLOT) {
    loadsOf(values, values.as[value] as Value, into);
    if (kind !== NEG) loadsOf(values, values.bs[value] as Value, into);
  }
  return into;
}

/** Whether X alone can take a value, leaving A as it is. */
function fitsX(values: Values, value: Value): boolean {
  return values.kinds[value] === CONST || headerLengthOffset(values, value) !== undefined;
}

class Planner {
  readonly decisions: Decisions;
  readonly values: Values;

  constructor(decisions: Decisions) {
    this.decisions = decisions;
    this.values = decisions.values;
  }

  /** The ways in which two parts can share code. */
  plans(first: Node, second: Node): Plan[] {
    const matcher = new Matcher(this.decisions);
    if (!matcher.nodes(first, second) || matcher.partner.size === 0 || matcher.pairs.length === 0) return [];
    const region = [...matcher.partner.keys()].sort((a, b) => b - a);
    const base = { first, second, region, hoisted: matcher.hoisted };
    const result: Plan[] = [];
    const all = commonBase(this.values, matcher.pairs);
    if (all && !matcher.hoisted && this.#leavesX(region, undefined)) result.push({ ...base, inA: undefined, inX: all });
    const inA = this.#rootPair(first, matcher);
    if (!inA || !this.#isPrefix(region, inA.first)) return result;
    const others = matcher.pairs.filter((pair) => pair !== inA);
    if (others.length === 0) {
      if (!matcher.hoisted || this.#leavesX(region, inA.first)) result.push({ ...base, inA, inX: undefined });
      return result;
    }
    const rest = commonBase(this.values, others);
    if (rest && !matcher.hoisted && this.#leavesX(region, inA.first) && this.#canSetBoth(rest, inA))
      result.push({ ...base, inA, inX: rest });
    return result;
  }

  /** X must be set behind the load of A: in one instruction, or because that load has set it. */
  #canSetBoth(rest: { first: Value; second: Value }, inA: { first: Value; second: Value }): boolean {
    const fits = (base: Value, load: Value): boolean => fitsX(this.values, base) || this.values.as[load] === base;
    return fits(rest.first, inA.first) && fits(rest.second, inA.second);
  }

  #rootPair(first: Node, matcher: Matcher): { first: Value; second: Value } | undefined {
    const { graph } = this.decisions;
    if (graph.operations[first] !== MEMBER) return undefined;
    const loads = loadsOf(this.values, graph.subjects[first] as Value);
    return loads.length === 1 ? matcher.pairs.find((pair) => pair.first === loads[0]) : undefined;
  }

  /** Whether the nodes that use the load come before all others, always in the same way. */
  #isPrefix(region: readonly Node[], load: Value): boolean {
    const { graph } = this.decisions;
    const root = region[0] as Node;
    const subject = graph.subjects[root] as Value;
    const isBehind = new Set<Node>();
    for (const node of region) {
      const uses = graph.subjects[node] === subject && graph.operations[node] === MEMBER;
      if (!uses && this.#mentions(node, load)) return false;
      if (uses && isBehind.has(node)) return false;
      if (!uses || isBehind.has(node)) {
        isBehind.add(graph.yes[node] as Node);
        isBehind.add(graph.no[node] as Node);
      }
    }
    return true;
  }

  #mentions(node: Node, load: Value): boolean {
    const { graph } = this.decisions;
    if (loadsOf(this.values, graph.subjects[node] as Value).includes(load)) return true;
    return (
      comparesValues(graph.operations[node] as number) &&
      loadsOf(this.values, graph.operands[node] as Value).includes(load)
    );
  }

  /** Whether X keeps what it is given all through the region: no base but the common one, no comparison with X. */
  #leavesX(region: readonly Node[], inA: Value | undefined): boolean {
    const { graph } = this.decisions;
    let base: Value | undefined;
    for (const node of region) {
      if (comparesValues(graph.operations[node] as number)) return false;
      for (const load of loadsOf(this.values, graph.subjects[node] as Value)) {
        if (load === inA || this.values.as[load] === NO_BASE) continue;
        base ??= this.values.as[load] as Value;
        if (base !== this.values.as[load]) return false;
      }
    }
    return true;
  }
}

/** Makes common code as planned. */
class Sharer {
  readonly decisions: Decisions;
  readonly plan: Plan;
  readonly aSlot: number | undefined;
  readonly xSlot: number | undefined;
  /** Loads of the first part that differ in the second. */
  readonly #moved: ReadonlySet<Value>;
  readonly #renamed = new Map<Value, Value>();
  readonly #copies = new Map<Node, Node>();

  constructor(decisions: Decisions, plan: Plan) {
    this.decisions = decisions;
    this.plan = plan;
    const { inA, inX } = plan;
    this.aSlot = inA && newSlot(decisions, IN_A);
    this.xSlot = inX && newSlot(decisions, IN_X);
    if (inA && this.aSlot !== undefined) {
      const { maxima } = decisions.values;
      maxima[decisions.values.slot(this.aSlot)] = Math.max(maxima[inA.first] as number, maxima[inA.second] as number);
    }
    const matcher = new Matcher(decisions);
    matcher.nodes(plan.first, plan.second);
    this.#moved = new Set(matcher.pairs.map(({ first }) => first));
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
    if (!inX || !this.#moved.has(value)) return value;
    const offset = values.bs[value] as number;
    const start = values.as[value] === NO_BASE ? offset - (values.as[inX.first] as number) : offset;
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
        [this.#successor(graph.yes[node] as Node), this.#successor(graph.no[node] as Node)],
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
    if (inX) at = graph.node(ASSIGN, inX[side], this.xSlot as number, [at, at]);
    if (hoisted) at = graph.node(ASSIGN, hoisted[side], hoisted.slot, [at, at]);
    return inA ? graph.node(ASSIGN, inA[side], this.aSlot as number, [at, at]) : at;
  }
}

function newSlot(decisions: Decisions, register: number): number {
  const { slotRegisters } = decisions.graph;
  const slot = Math.max(FIRST_REGISTER_SLOT, slotRegisters.length);
  slotRegisters[slot] = register;
  return slot;
}

/** The graph with some nodes replaced by others. */
export function replace(decisions: Decisions, root: Node, replacement: ReadonlyMap<Node, Node>): Node {
  const { graph } = decisions;
  const done = new Map<Node, Node>();
  const visit = (node: Node): Node => {
    const known = done.get(node);
    if (known !== undefined) return known;
    if (node <= ACCEPT) return node;
    const other = replacement.get(node);
    let result: Node;
    if (other !== undefined) result = other;
    else {
      const yes = visit(graph.yes[node] as Node);
      const no = visit(graph.no[node] as Node);
      const operation = graph.operations[node] as number;
      result =
        yes === no && (operation === MEMBER || comparesValues(operation))
          ? yes
          : graph.node(operation, graph.subjects[node] as number, graph.operands[node] as number, [yes, no]);
    }
    done.set(node, result);
    return result;
  };
  return visit(root);
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

/** Nodes that test something, by their shape. */
function testsByShape(decisions: Decisions, order: readonly Node[], known: readonly number[]): Map<number, Node[]> {
  const { graph } = decisions;
  const byShape = new Map<number, Node[]>();
  for (const node of order) {
    const operation = graph.operations[node] as number;
    if (operation !== MEMBER && !comparesValues(operation)) continue;
    const same = byShape.get(known[node] as number);
    if (same) same.push(node);
    else byShape.set(known[node] as number, [node]);
  }
  return byShape;
}

/** The changes that share code between arms. */
export function sharings(decisions: Decisions, root: Node, order: readonly Node[]): Candidate[] {
  const known: number[] = [];
  shapes(decisions, order, known);
  const guards = new Guards(decisions, order);
  const byShape = testsByShape(decisions, order, known);
  const planner = new Planner(decisions);
  const result: Candidate[] = [];
  const add = (first: Node, second: Node, guard: Guarded | undefined): void => {
    for (const plan of planner.plans(first, second)) {
      const gain = gainOf(decisions, plan, guard);
      if (gain > 0) result.push({ gain, apply: (): Node => new Sharer(decisions, plan).run(root, guard) });
    }
  };
  for (const node of order) {
    for (const guarded of guards.of(node)) {
      const alike = byShape.get(shapeOf(decisions, guarded.stripped, known)) ?? [];
      for (const other of alike) if (other !== node) add(other, guarded.stripped, guarded);
    }
    const same = byShape.get(known[node] as number) ?? [];
    for (const other of same.slice(0, same.indexOf(node))) add(node, other, undefined);
  }
  return result;
}
