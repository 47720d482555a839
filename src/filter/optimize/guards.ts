// Guards: a test under which all of a part leads to the same place when it fails, so that it may be made first.

import { ACCEPT, type Node } from '../ir/jumps.ts';
import type { Value } from '../ir/values.ts';
import { type Decisions, MEMBER } from './decisions.ts';
import type { Shapes } from './match.ts';

/** A part with one of its guards taken out. */
export interface Guarded {
  /** The part as it is. */
  readonly node: Node;
  /** The part where the guard holds. */
  readonly stripped: Node;
  /** The guard in front of something else. */
  readonly guarding: (inner: Node) => Node;
  /** How many tests of the guard were taken out. */
  readonly tests: number;
}

/** Guards may pass this many tests upwards. */
const HIGHEST = 4;
const MOST = 6;

/** The guards of every node. Each is named by its place in parallel arrays; those of one node stand together. */
export class Guards {
  readonly #decisions: Decisions;
  readonly #shapes: Shapes;
  /** The test that is the guard, of one of the places where it is made. */
  readonly #tests: Node[] = [];
  /** Whether membership is what passes. */
  readonly #passesInside: boolean[] = [];
  /** Shape of the part without the guard. */
  readonly #stripped: number[] = [];
  /** How many tests of the guard are in the part. */
  readonly #counts: number[] = [];
  /** First and last guard of each node. */
  readonly #first: number[];
  readonly #end: number[];

  constructor(decisions: Decisions, shapes: Shapes, order: readonly Node[]) {
    this.#decisions = decisions;
    this.#shapes = shapes;
    const size = (order[0] as Node) + 1;
    this.#first = new Array<number>(size);
    this.#end = new Array<number>(size);
    for (let i = order.length - 1; i >= 0; i--) this.#find(order[i] as Node);
  }

  #find(node: Node): void {
    const { graph } = this.#decisions;
    if (graph.operations[node] !== MEMBER) return;
    const yes = graph.yes[node] as Node;
    const no = graph.no[node] as Node;
    const first = this.#tests.length;
    this.#first[node] = first;
    if (yes > ACCEPT) this.#add(node, true, this.#shapes.of(yes), 1);
    if (no > ACCEPT) this.#add(node, false, this.#shapes.of(no), 1);
    const below = this.#first[yes] === undefined ? no : yes;
    const end = this.#end[below] ?? 0;
    for (let guard = this.#first[below] ?? 0; guard < end && this.#tests.length < first + MOST; guard++)
      this.#lift(node, guard);
    this.#end[node] = this.#tests.length;
  }

  #add(test: Node, passesInside: boolean, stripped: number, count: number): void {
    this.#tests.push(test);
    this.#passesInside.push(passesInside);
    this.#stripped.push(stripped);
    this.#counts.push(count);
  }

  #valueOf(guard: number): Value {
    return this.#decisions.graph.subjects[this.#tests[guard] as Node] as Value;
  }

  #fails(guard: number): Node {
    const { graph } = this.#decisions;
    return (this.#passesInside[guard] ? graph.no : graph.yes)[this.#tests[guard] as Node] as Node;
  }

  /** The guard seen from one test further up. */
  #lift(node: Node, guard: number): void {
    const { graph } = this.#decisions;
    if ((this.#counts[guard] as number) > HIGHEST || graph.subjects[node] === this.#valueOf(guard)) return;
    const yes = graph.yes[node] as Node;
    const no = graph.no[node] as Node;
    const fails = this.#fails(guard);
    const onYes = yes === fails ? undefined : this.#same(yes, guard);
    const onNo = no === fails ? undefined : this.#same(no, guard);
    if (onYes === NONE || onNo === NONE) return;
    const shapeYes = onYes === undefined ? this.#shapes.of(yes) : (this.#stripped[onYes] as number);
    const shapeNo = onNo === undefined ? this.#shapes.of(no) : (this.#stripped[onNo] as number);
    if (shapeYes === shapeNo) return;
    const count =
      (onYes === undefined ? 0 : (this.#counts[onYes] as number)) +
      (onNo === undefined ? 0 : (this.#counts[onNo] as number));
    this.#add(
      this.#tests[guard] as Node,
      this.#passesInside[guard] as boolean,
      this.#shapes.combine(node, shapeYes, shapeNo),
      count,
    );
  }

  /** The guard of a node that is the same test with the same outcome as a guard of another. */
  #same(node: Node, guard: number): number {
    const { graph } = this.#decisions;
    const test = this.#tests[guard] as Node;
    const fails = this.#fails(guard);
    const end = this.#end[node] ?? 0;
    for (let other = this.#first[node] ?? 0; other < end; other++) {
      const one = this.#tests[other] as Node;
      const isSame =
        one === test || (graph.subjects[one] === graph.subjects[test] && graph.operands[one] === graph.operands[test]);
      if (isSame && this.#passesInside[other] === this.#passesInside[guard] && this.#fails(other) === fails)
        return other;
    }
    return NONE;
  }

  /** The guards of a node go from this one to that before {@link end}. */
  first(node: Node): number {
    return this.#first[node] ?? 0;
  }

  end(node: Node): number {
    return this.#end[node] ?? 0;
  }

  /** The shape of a part without one of its guards; undefined where that is its own first test. */
  strippedShape(node: Node, guard: number): number | undefined {
    return this.#decisions.graph.subjects[node] === this.#valueOf(guard) ? undefined : this.#stripped[guard];
  }

  /** Takes a guard out of a part. */
  takeOut(node: Node, guard: number): Guarded {
    const { graph } = this.#decisions;
    const test = this.#tests[guard] as Node;
    const fails = this.#fails(guard);
    const guarding = (inner: Node): Node =>
      this.#passesInside[guard] ? graph.redirect(test, inner, fails) : graph.redirect(test, fails, inner);
    return { node, stripped: this.#strip(node, guard), guarding, tests: this.#counts[guard] as number };
  }

  #strip(node: Node, guard: number): Node {
    const { graph } = this.#decisions;
    if (node === this.#fails(guard)) return node;
    const test = this.#tests[guard] as Node;
    const yes = graph.yes[node] as Node;
    const no = graph.no[node] as Node;
    if (graph.subjects[node] === graph.subjects[test]) return this.#passesInside[guard] ? yes : no;
    return graph.redirect(node, this.#strip(yes, guard), this.#strip(no, guard));
  }
}

const NONE = -1;
