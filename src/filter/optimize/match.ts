// Two parts of a graph that differ only in where they load from: how one piece of code can serve both.

import { ACCEPT, ASSIGN, comparesValues, type JumpGraph, type Node } from '../ir/jumps.ts';
import { CONST, hash, isLoad, LENGTH, NEG, NO_BASE, SLOT, type Value, type Values } from '../ir/values.ts';
import { type Decisions, MEMBER } from './decisions.ts';

/** Negative offsets, as the unsigned numbers that programs hold. */
const FIRST_BESIDE_PACKET = 0x80000000;

/** Two loads that take each other's place. */
interface LoadPair {
  readonly first: Value;
  readonly second: Value;
}

/** Bases of loads: X holds one or the other. */
export interface BasePair {
  readonly first: Value;
  readonly second: Value;
}

/** How a common piece of code is made: what A and X hold when it is entered from either side. */
export interface Plan {
  /** Roots of the two parts. */
  readonly first: Node;
  readonly second: Node;
  /** Nodes of the first part, each before those it leads to. */
  readonly region: readonly Node[];
  /** Loads that come in A; undefined where A is loaded inside. */
  readonly inA: LoadPair | undefined;
  /** Bases that come in X; undefined where X plays no part. */
  readonly inX: BasePair | undefined;
  /** Assignments at the end of the two parts, to be made before instead: a slot in X and its two values. */
  readonly hoisted: { readonly slot: number; readonly first: Value; readonly second: Value } | undefined;
}

/** Numbers that are equal for parts of equal shape: addresses left out. */
export function shapes(decisions: Decisions, order: readonly Node[], known: number[]): number[] {
  for (let i = order.length - 1; i >= 0; i--) shapeOf(decisions, order[i] as Node, known);
  return known;
}

/** The shape of one node; those below must be known or cheap to find. */
export function shapeOf(decisions: Decisions, node: Node, known: number[]): number {
  if (node <= ACCEPT) return node;
  const cached = known[node];
  if (cached !== undefined) return cached;
  const { graph, values } = decisions;
  const operation = graph.operations[node] as number;
  const below = hash(
    shapeOf(decisions, graph.yes[node] as Node, known),
    shapeOf(decisions, graph.no[node] as Node, known),
    operation,
  );
  const operand = graph.operands[node] as number;
  let shape: number;
  if (operation === ASSIGN) shape = hash(below, operand, 1);
  else if (comparesValues(operation))
    shape = hash(below, valueShape(values, graph.subjects[node] as number), valueShape(values, operand));
  else shape = hash(below, valueShape(values, graph.subjects[node] as number), operand);
  known[node] = shape;
  return shape;
}

function valueShape(values: Values, value: Value): number {
  const kind = values.kinds[value] as number;
  if (kind === CONST || kind === SLOT) return hash(kind, values.as[value] as number, 7);
  if (isLoad(kind) || kind === LENGTH) return hash(kind, 0, 5);
  if (kind === NEG) return hash(kind, valueShape(values, values.as[value] as number), 3);
  return hash(kind, valueShape(values, values.as[value] as number), valueShape(values, values.bs[value] as number));
}

/** Compares two parts node by node. */
export class Matcher {
  readonly graph: JumpGraph;
  readonly values: Values;
  readonly partner = new Map<Node, Node>();
  readonly pairs: LoadPair[] = [];
  hoisted: Plan['hoisted'];
  #budget = 4000;

  constructor(decisions: Decisions) {
    this.graph = decisions.graph;
    this.values = decisions.values;
  }

  /** Whether the two are the same but for their loads. */
  nodes(a: Node, b: Node): boolean {
    if (a === b) return true;
    if (a <= ACCEPT || b <= ACCEPT) return false;
    const known = this.partner.get(a);
    if (known !== undefined) return known === b;
    if (--this.#budget < 0) return false;
    const { graph } = this;
    const operation = graph.operations[a] as number;
    if (operation !== graph.operations[b]) return false;
    if (operation === ASSIGN) return this.#assignments(a, b);
    if (!this.#tests(a, b, operation)) return false;
    this.partner.set(a, b);
    return (
      this.nodes(graph.yes[a] as Node, graph.yes[b] as Node) && this.nodes(graph.no[a] as Node, graph.no[b] as Node)
    );
  }

  #tests(a: Node, b: Node, operation: number): boolean {
    const { graph } = this;
    if (operation !== MEMBER && !comparesValues(operation)) return false;
    if (!this.#values(graph.subjects[a] as Value, graph.subjects[b] as Value)) return false;
    if (operation === MEMBER) return graph.operands[a] === graph.operands[b];
    return this.#values(graph.operands[a] as Value, graph.operands[b] as Value);
  }

  #assignments(a: Node, b: Node): boolean {
    const { graph } = this;
    const slot = graph.operands[a] as number;
    if (slot !== graph.operands[b] || graph.yes[a] !== graph.yes[b] || graph.slotRegisters[slot] !== 2) return false;
    const first = graph.subjects[a] as Value;
    const second = graph.subjects[b] as Value;
    const { hoisted } = this;
    if (hoisted) return hoisted.slot === slot && hoisted.first === first && hoisted.second === second;
    this.hoisted = { slot, first, second };
    return true;
  }

  #values(a: Value, b: Value): boolean {
    if (a === b) return true;
    const { values } = this;
    const kind = values.kinds[a] as number;
    if (kind !== values.kinds[b]) return false;
    if (isLoad(kind)) {
      if (!this.pairs.some((pair) => pair.first === a && pair.second === b)) this.pairs.push({ first: a, second: b });
      return true;
    }
    if (kind === CONST || kind === SLOT || kind === LENGTH) return false;
    if (!this.#values(values.as[a] as Value, values.as[b] as Value)) return false;
    return kind === NEG || this.#values(values.bs[a] as Value, values.bs[b] as Value);
  }
}

/** What the kernel keeps beside the packet (VLAN tags, packet types) is found at its very number only, never by way of X. */
function isBesidePacket(base: Value, offset: number): boolean {
  return base === NO_BASE && offset >= FIRST_BESIDE_PACKET;
}

/** The bases with which every pair becomes one load; undefined where there are none. */
export function commonBase(values: Values, pairs: readonly LoadPair[]): BasePair | undefined {
  let found: BasePair | undefined;
  let fixed: number | undefined;
  for (const { first, second } of pairs) {
    const [baseA, offsetA] = [values.as[first] as number, values.bs[first] as number];
    const [baseB, offsetB] = [values.as[second] as number, values.bs[second] as number];
    if (isBesidePacket(baseA, offsetA) || isBesidePacket(baseB, offsetB)) return undefined;
    if (baseA === NO_BASE && baseB === NO_BASE) {
      const distance = offsetB - offsetA;
      if (found || (fixed !== undefined && fixed !== distance)) return undefined;
      fixed = distance;
      continue;
    }
    const bases = oneBase(values, [baseA, offsetA], [baseB, offsetB]);
    if (!bases || fixed !== undefined) return undefined;
    if (found && (found.first !== bases.first || found.second !== bases.second)) return undefined;
    found = bases;
  }
  if (fixed === undefined) return found;
  return { first: values.constant(Math.max(0, -fixed)), second: values.constant(Math.max(0, fixed)) };
}

function oneBase(
  values: Values,
  [baseA, offsetA]: readonly [Value, number],
  [baseB, offsetB]: readonly [Value, number],
): BasePair | undefined {
  if (baseA !== NO_BASE && baseB !== NO_BASE) return offsetA === offsetB ? { first: baseA, second: baseB } : undefined;
  if (baseB === NO_BASE)
    return offsetB >= offsetA ? { first: baseA, second: values.constant(offsetB - offsetA) } : undefined;
  return offsetA >= offsetB ? { first: values.constant(offsetA - offsetB), second: baseB } : undefined;
}
