// The optimiser's passes in order.

import type { ClassicInstruction } from '../../isa/index.ts';
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

/** What the program is for. */
export interface Goal {
  /** Few comparisons executed rather than few in all. */
  readonly speed: boolean;
  /** What accepting returns. */
  readonly snapLength: number;
}

/** The result, with the number of instructions it comes to. */
export interface Optimized extends Jumps {
  readonly size: number;
  /** The program; not there where the code cannot be used. */
  readonly program: readonly ClassicInstruction[] | undefined;
  readonly memoryWords: number;
}

function finish(decisions: Decisions, root: Node, { speed }: Goal): Jumps {
  const jumps = expand(decisions, root, speed);
  return { graph: jumps.graph, root: hoistAssignments(jumps.graph, jumps.root) };
}

const MOST_SHARINGS = 12;
const MOST_TRIALS = 1;

/** Blocks of a graph, and how many instructions they make. */
function select(jumps: Jumps, { snapLength }: Goal): Optimized {
  const { blocks, isBroken, memoryWords } = selectBlocks(jumps.graph, jumps.root, true);
  if (isBroken) return { ...jumps, size: Number.POSITIVE_INFINITY, program: undefined, memoryWords };
  const program = layOut(blocks, jumps.root, snapLength);
  return { ...jumps, size: program.length, program, memoryWords };
}

/** Shares code between parts of the graph as long as that makes the program shorter. */
function share(decisions: Decisions, root: Node, goal: Goal): Optimized {
  let at = root;
  let best = select(finish(decisions, at, goal), goal);
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
      const result = select(finish(decisions, changed, goal), goal);
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
export function optimize(values: Values, formula: Formula, goal: Goal): Optimized {
  const decisions = new Decisions(values);
  let root = buildDecisions(decisions, formula, ACCEPT, REJECT);
  root = thread(decisions, root);
  const grouped = regroup(decisions, root);
  root = grouped === root ? root : thread(decisions, grouped);
  return share(decisions, root, goal);
}
