// The optimiser's passes in order.

import type { Formula } from '../ir/formula.ts';
import { ACCEPT, type JumpGraph, type Node, REJECT } from '../ir/jumps.ts';
import type { Values } from '../ir/values.ts';
import { inOrder, selectBlocks } from '../select/blocks.ts';
import { layOut } from '../select/layout.ts';
import { sharings } from './arms.ts';
import { buildDecisions, Decisions } from './decisions.ts';
import { expand } from './expand.ts';
import { hoistAssignments } from './hoist.ts';
import { regroup } from './regroup.ts';
import { rejoinings } from './retest.ts';
import { splits } from './split.ts';
import { thread } from './thread.ts';

/** A graph of single jumps and its root. */
export interface Jumps {
  readonly graph: JumpGraph;
  readonly root: Node;
}

/** The result, with the number of instructions it comes to. */
export interface Optimized extends Jumps {
  readonly size: number;
}

function finish(decisions: Decisions, root: Node, speed: boolean): Jumps {
  const jumps = expand(decisions, root, speed);
  return { graph: jumps.graph, root: hoistAssignments(jumps.graph, jumps.root) };
}

const MOST_SHARINGS = 12;
const MOST_TRIALS = 1;

/** Blocks of a graph, and how many instructions they make. */
function select(jumps: Jumps): Optimized {
  const { blocks, isBroken } = selectBlocks(jumps.graph, jumps.root, true);
  if (isBroken) return { ...jumps, size: Number.POSITIVE_INFINITY };
  const program = layOut(blocks, jumps.root, 0);
  return { ...jumps, size: program.length };
}

/** Shares code between parts of the graph as long as that makes the program shorter. */
function share(decisions: Decisions, root: Node, speed: boolean): Optimized {
  let at = root;
  let best = select(finish(decisions, at, speed));
  for (let round = 0; round < MOST_SHARINGS && at > ACCEPT; round++) {
    const order = inOrder(decisions.graph, at);
    const candidates = [
      ...sharings(decisions, at, order),
      ...rejoinings(decisions, at, order),
      ...splits(decisions, at, order),
    ].sort((a, b) => b.gain - a.gain);
    let found: { root: Node; result: Optimized } | undefined;
    for (const candidate of candidates.slice(0, MOST_TRIALS)) {
      const changed = candidate.apply();
      const result = select(finish(decisions, changed, speed));
      if (result.size < (found?.result ?? best).size) found = { root: changed, result };
      if (found && best.size - found.result.size >= candidate.gain) break;
    }
    if (!found) break;
    at = found.root;
    best = found.result;
  }
  return best;
}

/** Turns a formula into the graph with the fewest jumps the optimiser can find. */
export function optimize(values: Values, formula: Formula, speed: boolean): Optimized {
  const decisions = new Decisions(values);
  let root = buildDecisions(decisions, formula, ACCEPT, REJECT);
  root = thread(decisions, root);
  const grouped = regroup(decisions, root);
  root = grouped === root ? root : thread(decisions, grouped);
  return share(decisions, root, speed);
}
