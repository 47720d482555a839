// Two parts of a graph that differ only in where they load from: how one piece of code can serve both.

import { ACCEPT, ASSIGN, comparesValues, type JumpGraph, type Node } from '../ir/jumps.ts';
import { CONST, hash, isLoad, LENGTH, NEG, NO_BASE, SLOT, type Value, type Values } from '../ir/values.ts';
import { type Decisions, MEMBER } from './decisions.ts';

/** Negative offsets, as the unsigned numbers that programs hold. */
const FIRST_BESIDE_PACKET = 0x80000000;

/** Two loads that take each other's place. */
export interface LoadPair {
  readonly first: Value;
  readonly second: Value;
}

/** Bases of loads: X holds one or the other. */
export interface BasePair {
  readonly first: Value;
  readonly second: Value;
}

/** A slot in X and the two values it gets at the end of two parts. */
export interface Hoisted {
  readonly slot: number;
  readonly first: Value;
  readonly second: Value;
}

/** Numbers that are equal for parts of equal shape: addresses left out. */
export class Shapes {
  readonly #decisions: Decisions;
  readonly #known: number[];
  readonly #ofValues: number[] = [];

  /** Finds the shapes of nodes, each of which stands before those it leads to. */
  constructor(decisions: Decisions, order: readonly Node[]) {
    this.#decisions = decisions;
    this.#known = new Array<number>((order[0] ?? 0) + 1);
    const { graph } = decisions;
    for (let i = order.length - 1; i >= 0; i--) {
      const node = order[i] as Node;
      this.#known[node] = this.combine(node, this.of(graph.yes[node] as Node), this.of(graph.no[node] as Node));
    }
  }

  of(node: Node): number {
    return node <= ACCEPT ? node : (this.#known[node] as number);
  }

  /** The shape that a node has where it leads to parts of these shapes. */
  combine(node: Node, yes: number, no: number): number {
    const { graph } = this.#decisions;
    const operation = graph.operations[node] as number;
    const operand = graph.operands[node] as number;
    const below = hash(yes, no, operation);
    if (operation === ASSIGN) return hash(below, operand, 1);
    const subject = this.#ofValue(graph.subjects[node] as Value);
    return hash(below, subject, comparesValues(operation) ? this.#ofValue(operand) : operand);
  }

  #ofValue(value: Value): number {
    const known = this.#ofValues[value];
    if (known !== undefined) return known;
    const { values } = this.#decisions;
    const kind = values.kinds[value] as number;
    let shape: number;
    if (kind === CONST || kind === SLOT) shape = hash(kind, values.as[value] as number, 7);
    else if (isLoad(kind) || kind === LENGTH) shape = hash(kind, 0, 5);
    else if (kind === NEG) shape = hash(kind, this.#ofValue(values.as[value] as number), 3);
    else shape = hash(kind, this.#ofValue(values.as[value] as number), this.#ofValue(values.bs[value] as number));
    this.#ofValues[value] = shape;
    return shape;
  }
}

/** Most tests of a part that can be shared. */
const MOST_NODES = 4000;

/** Compares two parts node by node. */
export class Matcher {
  readonly graph: JumpGraph;
  readonly values: Values;
  /** Tests of the first part, each before those it leads to. */
  region: Node[] = [];
  /** Loads that differ. */
  pairs: LoadPair[] = [];
  hoisted: Hoisted | undefined;
  /** For each test of the first part that of the second in its place, where it belongs to the present run. */
  readonly #partners: Node[] = [];
  readonly #runs: number[] = [];
  #run = 0;

  constructor(decisions: Decisions) {
    this.graph = decisions.graph;
    this.values = decisions.values;
  }

  /** Compares two parts; what differs is then in `pairs`. */
  match(first: Node, second: Node): boolean {
    this.#run++;
    this.region = [];
    this.pairs = [];
    this.hoisted = undefined;
    if (!this.#nodes(first, second) || this.pairs.length === 0) return false;
    sortDescending(this.region);
    return true;
  }

  /** Whether the two are the same but for their loads. */
  #nodes(a: Node, b: Node): boolean {
    if (a === b) return true;
    if (a <= ACCEPT || b <= ACCEPT) return false;
    if (this.#runs[a] === this.#run) return this.#partners[a] === b;
    if (this.region.length >= MOST_NODES) return false;
    const { graph } = this;
    const operation = graph.operations[a] as number;
    if (operation !== graph.operations[b]) return false;
    if (operation === ASSIGN) return this.#assignments(a, b);
    if (!this.#tests(a, b, operation)) return false;
    this.region.push(a);
    this.#runs[a] = this.#run;
    this.#partners[a] = b;
    return (
      this.#nodes(graph.yes[a] as Node, graph.yes[b] as Node) && this.#nodes(graph.no[a] as Node, graph.no[b] as Node)
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

/** Sorts in place what is nearly sorted. */
function sortDescending(numbers: number[]): void {
  for (let i = 1; i < numbers.length; i++) {
    const number = numbers[i] as number;
    let at = i;
    for (; at > 0 && (numbers[at - 1] as number) < number; at--) numbers[at] = numbers[at - 1] as number;
    numbers[at] = number;
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
    const baseA = values.as[first] as number;
    const baseB = values.as[second] as number;
    const distance = values.offsetOf(second) - values.offsetOf(first);
    if (isBesidePacket(baseA, values.offsetOf(first)) || isBesidePacket(baseB, values.offsetOf(second)))
      return undefined;
    if (baseA === NO_BASE && baseB === NO_BASE) {
      if (found || (fixed !== undefined && fixed !== distance)) return undefined;
      fixed = distance;
      continue;
    }
    if (fixed !== undefined) return undefined;
    const bases = oneBase(values, baseA, baseB, distance);
    if (!bases || (found && (found.first !== bases.first || found.second !== bases.second))) return undefined;
    found = bases;
  }
  if (fixed === undefined) return found;
  return { first: values.constant(Math.max(0, -fixed)), second: values.constant(Math.max(0, fixed)) };
}

/** The bases of two loads of which one at least has one; `distance` is that of their offsets. */
function oneBase(values: Values, baseA: Value, baseB: Value, distance: number): BasePair | undefined {
  if (baseA !== NO_BASE && baseB !== NO_BASE) return distance === 0 ? { first: baseA, second: baseB } : undefined;
  if (baseB === NO_BASE) return distance >= 0 ? { first: baseA, second: values.constant(distance) } : undefined;
  return distance <= 0 ? { first: values.constant(-distance), second: baseB } : undefined;
}
