// Guards: a test under which all of a part leads to the same place when it fails, so that it may be made first.

import { ACCEPT, type Node } from '../ir/jumps.ts';
import type { Value } from '../ir/values.ts';
import { type Decisions, MEMBER } from './decisions.ts';

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

interface Guard {
  readonly value: Value;
  readonly set: number;
  /** Whether membership is what passes. */
  readonly passesInside: boolean;
  readonly fails: Node;
  readonly stripped: Node;
  readonly tests: number;
}

/** Guards may pass this many tests upwards. */
const HIGHEST = 4;
const MOST = 6;

/** The guards of every node. */
export class Guards {
  readonly #decisions: Decisions;
  readonly #guards = new Map<Node, Guard[]>();

  constructor(decisions: Decisions, order: readonly Node[]) {
    this.#decisions = decisions;
    for (let i = order.length - 1; i >= 0; i--) this.#find(order[i] as Node);
  }

  #find(node: Node): void {
    const { graph } = this.#decisions;
    if (graph.operations[node] !== MEMBER) return;
    const yes = graph.yes[node] as Node;
    const no = graph.no[node] as Node;
    const found = [...this.#own(node, yes, no, true), ...this.#own(node, no, yes, false)];
    for (const guard of this.#guards.get(yes) ?? this.#guards.get(no) ?? []) {
      if (found.length >= MOST) break;
      const lifted = this.#lift(node, yes, no, guard);
      if (lifted) found.push(lifted);
    }
    this.#guards.set(node, found);
  }

  #own(node: Node, passes: Node, fails: Node, passesInside: boolean): Guard[] {
    const { graph } = this.#decisions;
    if (passes <= ACCEPT) return [];
    return [
      {
        value: graph.subjects[node] as Value,
        set: graph.operands[node] as number,
        passesInside,
        fails,
        stripped: passes,
        tests: 1,
      },
    ];
  }

  /** The guard seen from one test further up. */
  #lift(node: Node, yes: Node, no: Node, guard: Guard): Guard | undefined {
    const { graph } = this.#decisions;
    if (guard.tests > HIGHEST || graph.subjects[node] === guard.value) return undefined;
    const strippedYes = this.#stripped(yes, guard);
    const strippedNo = this.#stripped(no, guard);
    if (!strippedYes || !strippedNo || strippedYes.node === strippedNo.node) return undefined;
    const stripped = graph.node(MEMBER, graph.subjects[node] as Value, graph.operands[node] as number, [
      strippedYes.node,
      strippedNo.node,
    ]);
    return { ...guard, stripped, tests: strippedYes.tests + strippedNo.tests };
  }

  #stripped(child: Node, guard: Guard): { node: Node; tests: number } | undefined {
    if (child === guard.fails) return { node: child, tests: 0 };
    const own = this.#guards
      .get(child)
      ?.find(
        (other) =>
          other.value === guard.value &&
          other.set === guard.set &&
          other.fails === guard.fails &&
          other.passesInside === guard.passesInside,
      );
    return own && { node: own.stripped, tests: own.tests };
  }

  /** Ways to take a guard out of a part, its own first test aside. */
  *of(node: Node): Generator<Guarded> {
    const { graph } = this.#decisions;
    for (const guard of this.#guards.get(node) ?? []) {
      if (guard.value === graph.subjects[node]) continue;
      const guarding = (inner: Node): Node =>
        graph.node(MEMBER, guard.value, guard.set, guard.passesInside ? [inner, guard.fails] : [guard.fails, inner]);
      yield { node, stripped: guard.stripped, guarding, tests: guard.tests };
    }
  }
}
