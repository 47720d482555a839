// The optimiser's passes in order.

import { numbersOf } from '../ir/arrays.ts';
import type { Formula } from '../ir/formula.ts';
import { ACCEPT, type JumpGraph, type Node, REJECT } from '../ir/jumps.ts';
import type { Value, Values } from '../ir/values.ts';
import { inOrder, selectBlocks } from '../select/blocks.ts';
import { Layout } from '../select/layout.ts';
import { type Candidate, sharings } from './arms.ts';
import { buildDecisions } from './build.ts';
import { Decisions, MEMBER } from './decisions.ts';
import { expand } from './expand.ts';
import { hoistAssignments } from './hoist.ts';
import { regroup } from './regroup.ts';
import { rejoinings } from './retest.ts';
import { splits } from './split.ts';
import { rebuild, Threader, thread } from './thread.ts';

/** A graph of single jumps and its root. */
export interface Jumps {
  readonly graph: JumpGraph;
  readonly root: Node;
}

/** What the program is for. */
export interface Goal {
  /** Few comparisons executed rather than few in all. */
  readonly speed: boolean;
  /** Whether large sets are looked up in maps: for extended BPF. */
  readonly maps: boolean;
}

/** The result, with the number of instructions it comes to. */
export interface Optimized extends Jumps {
  readonly size: number;
  /** The blocks in order; not there where the code cannot be used. */
  readonly layout: Layout | undefined;
  readonly memoryWords: number;
}

const MOST_SHARINGS = 12;
const MOST_TRIALS = 8;
const MOST_REGROUPINGS = 4;

/** Blocks of a graph, and how many instructions they make. */
function select(threader: Threader, goal: Goal): Optimized {
  const expanded = expand(threader, goal);
  const { graph } = expanded;
  const root = hoistAssignments(graph, expanded.root);
  const { blocks, isBroken, memoryWords } = selectBlocks(graph, root, true);
  if (isBroken) return { graph, root, size: Number.POSITIVE_INFINITY, layout: undefined, memoryWords };
  const layout = new Layout(blocks, root);
  return { graph, root, size: layout.length, layout, memoryWords };
}

/** Shares code between parts of the graph as long as that makes the program shorter. */
function share(threader: Threader, goal: Goal): Optimized {
  const { decisions } = threader;
  let at = threader;
  let best = select(at, goal);
  for (let round = 0; round < MOST_SHARINGS; round++) {
    let found: { at: Threader; result: Optimized } | undefined;
    const tried = candidates(at);
    for (let i = 0; i < tried.length && i < MOST_TRIALS; i++) {
      const candidate = tried[i] as Candidate;
      const changed = new Threader(decisions, candidate.apply());
      const result = select(changed, goal);
      if (result.size < (found?.result ?? best).size) {
        found?.result.graph.release();
        found = { at: changed, result };
      } else result.graph.release();
      if (found && best.size - found.result.size >= candidate.gain) break;
    }
    if (!found) break;
    best.graph.release();
    at = found.at;
    best = found.result;
  }
  return best;
}

/** The changes that may make the program shorter, the most promising first. */
function candidates(threader: Threader): Candidate[] {
  const { decisions, root } = threader;
  if (root <= ACCEPT) return [];
  const order = threader.changed ? inOrder(decisions.graph, root) : threader.order;
  const found = sharings(decisions, root, order);
  rejoinings(threader, order, found);
  splits(decisions, root, order, found);
  return found.length > 1 ? found.sort((a, b) => b.gain - a.gain) : found;
}

/** Turns a formula into the graph with the fewest jumps the optimiser can find. */
export function optimize(values: Values, formula: Formula, goal: Goal): Optimized {
  const decisions = new Decisions(values);
  const result = search(decisions, formula, goal);
  decisions.graph.release();
  return result;
}

function search(decisions: Decisions, formula: Formula, goal: Goal): Optimized {
  const threader = settle(new Threader(decisions, buildDecisions(decisions, formula, ACCEPT, REJECT)));
  const result = share(threader, goal);
  if (!mayLookAhead(threader)) return result;
  decisions.looksAhead = true;
  const further = new Threader(decisions, threader.root);
  if (!further.changed) return result;
  return shorter(result, share(settle(further), goal));
}

/** The shorter of two; the other's storage is free then. */
export function shorter(a: Optimized, b: Optimized): Optimized {
  const [kept, dropped] = b.size < a.size ? [b, a] : [a, b];
  dropped.graph.release();
  return kept;
}

/**
 * Whether it may pay to look ahead: behind a test with a leaf on one side, where several ways come together, is a test of another
 * value, of which more may be known on one of them.
 */
function mayLookAhead({ decisions, order, root: start }: Threader): boolean {
  const { graph } = decisions;
  const arriving = numbersOf(start + 1, 0);
  const tests = numbersOf(decisions.values.size, 0);
  for (const node of order) {
    const yes = graph.yes[node] as Node;
    const no = graph.no[node] as Node;
    arriving[yes] = (arriving[yes] as number) + 1;
    arriving[no] = (arriving[no] as number) + 1;
    const root = rootOf(decisions, node);
    tests[root] = (tests[root] as number) + 1;
  }
  for (const node of order) {
    const yes = graph.yes[node] as Node;
    const no = graph.no[node] as Node;
    if ((arriving[node] as number) < 2 || yes > ACCEPT === no > ACCEPT || graph.operations[node] !== MEMBER) continue;
    const next = Math.max(yes, no);
    const root = rootOf(decisions, next);
    const isOther = graph.operations[next] === MEMBER && root !== rootOf(decisions, node);
    if (isOther && (tests[root] as number) > 1) return true;
  }
  return false;
}

/** What is tested in the end. */
function rootOf(decisions: Decisions, node: Node): Value {
  return decisions.rootOf(decisions.graph.subjects[node] as Value);
}

/** Regroups and threads in turn, until there is nothing to gain: what was threaded again may have made new chains. */
function settle(from: Threader): Threader {
  const { decisions } = from;
  let threader = from;
  for (let round = 0; round < MOST_REGROUPINGS; round++) {
    const root = regroup(decisions, rebuild(threader));
    if (root === threader.root && !threader.changed) break;
    threader = thread(decisions, root);
    if (threader.root === root) break;
  }
  return threader;
}
