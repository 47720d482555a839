// How two parts that differ in their loads can share code: what A and X must hold when the common code is entered.

import { comparesValues, type Node } from '../ir/jumps.ts';
import { ADD, CONST, headerLengthOffset, isLoad, NEG, NO_BASE, SLOT, type Value, type Values } from '../ir/values.ts';
import { type Decisions, MEMBER } from './decisions.ts';
import { type BasePair, commonBase, type Hoisted, type LoadPair, Matcher } from './match.ts';

/** How a common piece of code is made: what A and X hold when it is entered from either side. */
export interface Plan {
  /** Roots of the two parts. */
  readonly first: Node;
  readonly second: Node;
  /** Nodes of the first part, each before those it leads to. */
  readonly region: readonly Node[];
  /** Loads that differ between the parts. */
  readonly moved: readonly LoadPair[];
  /** Loads that come in A; undefined where A is loaded inside. */
  readonly inA: LoadPair | undefined;
  /** Bases that come in X; undefined where X plays no part. */
  readonly inX: BasePair | undefined;
  /** Assignments at the end of the two parts, to be made before instead: a slot in X and its two values. */
  readonly hoisted: Hoisted | undefined;
}

/** Whether X alone can take a value, leaving A as it is. */
function fitsX(values: Values, value: Value): boolean {
  return values.kinds[value] === CONST || headerLengthOffset(values, value) !== undefined;
}

function addLoads(values: Values, value: Value, into: Value[]): void {
  const kind = values.kinds[value] as number;
  if (isLoad(kind)) into.push(value);
  else if (kind >= ADD && kind !== SLOT) {
    addLoads(values, values.as[value] as Value, into);
    if (kind !== NEG) addLoads(values, values.bs[value] as Value, into);
  }
}

/** Plans how parts of one graph can share code. */
export class Planner {
  readonly #decisions: Decisions;
  readonly #values: Values;
  readonly #matcher: Matcher;
  readonly #loads: (readonly Value[] | undefined)[] = [];
  /** For each node the last run that found it behind the tests of A. */
  readonly #behind: number[] = [];
  #run = 0;

  constructor(decisions: Decisions) {
    this.#decisions = decisions;
    this.#values = decisions.values;
    this.#matcher = new Matcher(decisions);
  }

  /** The ways in which two parts can share code. */
  plans(first: Node, second: Node): Plan[] {
    const matcher = this.#matcher;
    if (!matcher.match(first, second)) return [];
    const { region, pairs: moved, hoisted } = matcher;
    const result: Plan[] = [];
    const all = hoisted ? undefined : commonBase(this.#values, moved);
    if (all && this.#leavesX(region, undefined))
      result.push({ first, second, region, moved, inA: undefined, inX: all, hoisted });
    const inA = this.#rootPair(first, moved);
    if (!inA || !this.#isPrefix(region, inA.first)) return result;
    if (moved.length === 1) {
      if (!hoisted || this.#leavesX(region, inA.first))
        result.push({ first, second, region, moved, inA, inX: undefined, hoisted });
      return result;
    }
    if (hoisted) return result;
    const inX = commonBase(
      this.#values,
      moved.filter((pair) => pair !== inA),
    );
    if (inX && this.#leavesX(region, inA.first) && this.#canSetBoth(inX, inA))
      result.push({ first, second, region, moved, inA, inX, hoisted });
    return result;
  }

  /** The loads in a value. */
  #loadsOf(value: Value): readonly Value[] {
    const known = this.#loads[value];
    if (known) return known;
    const made: Value[] = [];
    addLoads(this.#values, value, made);
    this.#loads[value] = made;
    return made;
  }

  /** X must be set behind the load of A: in one instruction, or because that load has set it. */
  #canSetBoth(inX: BasePair, inA: LoadPair): boolean {
    const { as } = this.#values;
    return (
      (fitsX(this.#values, inX.first) || as[inA.first] === inX.first) &&
      (fitsX(this.#values, inX.second) || as[inA.second] === inX.second)
    );
  }

  #rootPair(first: Node, moved: readonly LoadPair[]): LoadPair | undefined {
    const { graph } = this.#decisions;
    if (graph.operations[first] !== MEMBER) return undefined;
    const loads = this.#loadsOf(graph.subjects[first] as Value);
    if (loads.length !== 1) return undefined;
    for (const pair of moved) if (pair.first === loads[0]) return pair;
    return undefined;
  }

  /** Whether the nodes that use the load come before all others, always in the same way. */
  #isPrefix(region: readonly Node[], load: Value): boolean {
    const { graph } = this.#decisions;
    const subject = graph.subjects[region[0] as Node] as Value;
    const behind = this.#behind;
    const run = ++this.#run;
    for (const node of region) {
      const uses = graph.subjects[node] === subject && graph.operations[node] === MEMBER;
      if (uses && behind[node] === run) return false;
      if (uses) continue;
      if (this.#mentions(node, load)) return false;
      behind[graph.yes[node] as Node] = run;
      behind[graph.no[node] as Node] = run;
    }
    return true;
  }

  #mentions(node: Node, load: Value): boolean {
    const { graph } = this.#decisions;
    if (this.#loadsOf(graph.subjects[node] as Value).includes(load)) return true;
    return (
      comparesValues(graph.operations[node] as number) && this.#loadsOf(graph.operands[node] as Value).includes(load)
    );
  }

  /** Whether X keeps what it is given all through the region: no base but the common one, no comparison with X. */
  #leavesX(region: readonly Node[], inA: Value | undefined): boolean {
    const { graph } = this.#decisions;
    let base: Value | undefined;
    for (const node of region) {
      if (comparesValues(graph.operations[node] as number)) return false;
      for (const load of this.#loadsOf(graph.subjects[node] as Value)) {
        if (load === inA || this.#values.as[load] === NO_BASE) continue;
        base ??= this.#values.as[load] as Value;
        if (base !== this.#values.as[load]) return false;
      }
    }
    return true;
  }
}
