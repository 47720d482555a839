// The optimiser's passes in order.

import type { Formula } from '../ir/formula.ts';
import { ACCEPT, type JumpGraph, type Node, REJECT } from '../ir/jumps.ts';
import type { Values } from '../ir/values.ts';
import { selectBlocks } from '../select/blocks.ts';
import { layOut } from '../select/layout.ts';
import { sharings } from './arms.ts';
import { buildDecisions, Decisions } from './decisions.ts';
import { expand } from './expand.ts';
import { hoistAssignments } from './hoist.ts';
import { regroup } from './regroup.ts';
import { rejoinings } from './retest.ts';
import { thread } from './thread.ts';

/** A graph of single jumps and its root. */
export interface Jumps {
  readonly graph: JumpGraph;
  readonly root: Node;
}

function finish(decisions: Decisions, root: Node, speed: boolean): Jumps {
  const jumps = expand(decisions, root, speed);
  return { graph: jumps.graph, root: hoistAssignments(jumps.graph, jumps.root) };
}

/** Instructions that a graph comes to. */
function measure({ graph, root }: Jumps): number {
  return layOut(selectBlocks(graph, root, true).blocks, root, 0).length;
}

function* candidates(decisions: Decisions, root: Node): Generator<Node> {
  yield* sharings(decisions, root);
  yield* rejoinings(decisions, root);
}

const MOST_SHARINGS = 8;
const MOST_TRIALS = 40;

/** Shares code between arms as long as that makes the program shorter. */
function share(decisions: Decisions, root: Node, speed: boolean): Jumps {
  let at = root;
  let best = finish(decisions, at, speed);
  let size = measure(best);
  let trials = 0;
  for (let round = 0; round < MOST_SHARINGS; round++) {
    let found: { root: Node; jumps: Jumps; size: number } | undefined;
    for (const candidate of candidates(decisions, at)) {
      const jumps = finish(decisions, candidate, speed);
      const length = measure(jumps);
      if (length < (found?.size ?? size)) found = { root: candidate, jumps, size: length };
      if (++trials > MOST_TRIALS) break;
    }
    if (!found) break;
    ({ root: at, jumps: best, size } = found);
  }
  return best;
}

/** Turns a formula into the graph with the fewest jumps the optimiser can find. */
export function optimize(values: Values, formula: Formula, speed: boolean): Jumps {
  const decisions = new Decisions(values);
  let root = buildDecisions(decisions, formula, ACCEPT, REJECT);
  root = thread(decisions, root);
  const grouped = regroup(decisions, root);
  root = grouped === root ? root : thread(decisions, grouped);
  return share(decisions, root, speed);
}
