// A test of the same value right behind a test of a set: the set is split instead, and each part goes its own way.

import type { Ranges } from '../ir/formula.ts';
import { ACCEPT, type Node } from '../ir/jumps.ts';
import { complement, intersect } from '../ir/ranges.ts';
import type { Value } from '../ir/values.ts';
import { type Candidate, jumpsOf, replace } from './arms.ts';
import { type Decisions, MEMBER } from './decisions.ts';

/** Adds the changes that split a set. */
export function splits(decisions: Decisions, root: Node, order: readonly Node[], into: Candidate[]): void {
  const { graph } = decisions;
  for (const node of order) {
    if (graph.operations[node] !== MEMBER) continue;
    for (let isYes = 1; isYes >= 0; isYes--) {
      const child = (isYes ? graph.yes[node] : graph.no[node]) as Node;
      if (child <= ACCEPT || graph.operations[child] !== MEMBER || graph.subjects[child] !== graph.subjects[node])
        continue;
      const candidate = split(decisions, root, node, isYes === 1);
      if (candidate) into.push(candidate);
    }
  }
}

function split(decisions: Decisions, root: Node, node: Node, isYes: boolean): Candidate | undefined {
  const { graph, sets, values } = decisions;
  const child = (isYes ? graph.yes[node] : graph.no[node]) as Node;
  const other = (isYes ? graph.no[node] : graph.yes[node]) as Node;
  const value = graph.subjects[node] as Value;
  const maximum = values.maxima[value] as number;
  const set = sets[graph.operands[node] as number] as Ranges;
  const into = isYes ? set : complement(set, maximum);
  const inner = sets[graph.operands[child] as number] as Ranges;
  const inside = intersect(into, inner);
  const outside = intersect(into, complement(inner, maximum));
  if (inside.length === 0 || outside.length === 0 || jumpsOf(inside) + jumpsOf(outside) > jumpsOf(set) + 1)
    return undefined;
  const apply = (): Node => {
    const rest = decisions.test(value, outside, graph.no[child] as Node, other);
    return replace(decisions, root, new Map([[node, decisions.test(value, inside, graph.yes[child] as Node, rest)]]));
  };
  return { gain: 1, apply };
}
