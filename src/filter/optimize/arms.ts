// Sharing between arms: parts that differ in addresses alone become one, entered with the difference in A or X.

import type { Ranges } from '../ir/formula.ts';
import { ACCEPT, ASSIGN, comparesValues, IN_A, IN_X, type Node } from '../ir/jumps.ts';
import { LARGEST } from '../ir/ranges.ts';
import { CONST, headerLengthOffset, isLoad, NO_BASE, SLOT, type Value, type Values } from '../ir/values.ts';
import { type Decisions, MEMBER } from './decisions.ts';
import { type Guarded, Guards } from './guards.ts';
import { commonBase, Matcher, type Plan, shapeOf, shapes } from './match.ts';

/** Slots bound to registers have numbers beyond those of the generator. */
const FIRST_REGISTER_SLOT = 1000;

/** The loads in a value. */
function loadsOf(values: Values, value: Value, into: Value[] = []): Value[] {
  const kind = values.kinds[value] as number;
  if (isLoad(kind)) into.push(value);
  else if (kind > 4 && kind !== SLOT) {
    loadsOf(values, values.as[value] as Value, into);
    if (kind !== 15) loadsOf(values, values.bs[value] as Value, into);
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

/** Makes common code as planned; `guard` stands in front of the second part. Returns the new root. */
function apply(decisions: Decisions, root: Node, plan: Plan, guard: Guarded | undefined): Node {
  const { graph, values } = decisions;
  const aSlot = plan.inA && newSlot(decisions, IN_A);
  const xSlot = plan.inX && newSlot(decisions, IN_X);
  if (plan.inA && aSlot !== undefined) {
    const name = values.slot(aSlot);
    values.maxima[name] = Math.max(values.maxima[plan.inA.first] as number, values.maxima[plan.inA.second] as number);
  }
  const renamed = new Map<Value, Value>();
  const rename = (value: Value): Value => {
    const known = renamed.get(value);
    if (known !== undefined) return known;
    const made = renameValue(value);
    renamed.set(value, made);
    return made;
  };
  const renameValue = (value: Value): Value => {
    if (plan.inA && value === plan.inA.first) return values.slot(aSlot as number);
    const kind = values.kinds[value] as number;
    if (isLoad(kind)) return plan.inX ? renameLoad(value, kind) : value;
    if (kind <= 4 || kind === SLOT) return value;
    const left = rename(values.as[value] as Value);
    return kind === 15 ? values.negate(left) : values.binary(kind, left, rename(values.bs[value] as Value));
  };
  const pairs = new Matcher(decisions);
  pairs.nodes(plan.first, plan.second);
  const renameLoad = (value: Value, kind: number): Value => {
    if (!pairs.pairs.some((pair) => pair.first === value)) return value;
    const { first } = plan.inX as { first: Value };
    const offset = values.bs[value] as number;
    const start = values.as[value] === NO_BASE ? offset - (values.as[first] as number) : offset;
    return values.load(kind === 3 ? 4 : kind, values.slot(xSlot as number), start);
  };

  const copies = new Map<Node, Node>();
  const into = (node: Node): Node => {
    const copy = copies.get(node);
    if (copy !== undefined) return copy;
    return graph.operations[node] === ASSIGN && plan.hoisted?.slot === graph.operands[node]
      ? (graph.yes[node] as Node)
      : node;
  };
  for (let i = plan.region.length - 1; i >= 0; i--) {
    const node = plan.region[i] as Node;
    const operation = graph.operations[node] as number;
    const operand = graph.operands[node] as number;
    copies.set(
      node,
      graph.node(
        operation,
        rename(graph.subjects[node] as Value),
        comparesValues(operation) ? rename(operand) : operand,
        [into(graph.yes[node] as Node), into(graph.no[node] as Node)],
      ),
    );
  }
  const entry = (isFirst: boolean): Node => {
    const side = isFirst ? 'first' : 'second';
    let at = copies.get(plan.first) as Node;
    if (plan.inX) at = graph.node(ASSIGN, plan.inX[side], xSlot as number, [at, at]);
    if (plan.hoisted) at = graph.node(ASSIGN, plan.hoisted[side], plan.hoisted.slot, [at, at]);
    if (plan.inA) at = graph.node(ASSIGN, plan.inA[side], aSlot as number, [at, at]);
    return at;
  };
  const second = guard ? guard.guarding(entry(false)) : entry(false);
  return replace(
    decisions,
    root,
    new Map([
      [plan.first, entry(true)],
      [guard?.node ?? plan.second, second],
    ]),
  );
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

/** The changes that share code between arms. */
export function sharings(decisions: Decisions, root: Node, order: readonly Node[]): Candidate[] {
  const { graph } = decisions;
  const known: number[] = [];
  shapes(decisions, order, known);
  const guards = new Guards(decisions, order);
  const byShape = new Map<number, Node[]>();
  for (const node of order) {
    const operation = graph.operations[node] as number;
    if (operation !== MEMBER && !comparesValues(operation)) continue;
    const same = byShape.get(known[node] as number);
    if (same) same.push(node);
    else byShape.set(known[node] as number, [node]);
  }
  const planner = new Planner(decisions);
  const result: Candidate[] = [];
  const add = (plan: Plan, guard: Guarded | undefined): void => {
    const gain = gainOf(decisions, plan, guard);
    if (gain > 0) result.push({ gain, apply: () => apply(decisions, root, plan, guard) });
  };
  for (const node of order) {
    for (const guarded of guards.of(node)) {
      for (const other of byShape.get(shapeOf(decisions, guarded.stripped, known)) ?? []) {
        if (other !== node) for (const plan of planner.plans(other, guarded.stripped)) add(plan, guarded);
      }
    }
    const same = byShape.get(known[node] as number);
    if (!same) continue;
    for (const other of same) {
      if (other === node) break;
      for (const plan of planner.plans(node, other)) add(plan, undefined);
    }
  }
  return result;
}
