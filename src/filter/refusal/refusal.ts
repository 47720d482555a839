// Does libpcap refuse a filter? It does where its optimiser ends with nothing but "reject", or divides by zero on the way.

import type { Node } from '../ir/jumps.ts';
import type { Block } from '../select/blocks.ts';
import { type Edge, NOTHING, rejects, type Statement, type Step, stepsOf } from './blocks.ts';
import {
  BranchPass,
  edgesOf,
  findDominators,
  findEdgeDominators,
  findIncoming,
  findLevels,
  findUses,
  fromLeaves,
  fromRoot,
} from './branches.ts';
import { type ArithmeticFault, Numbering } from './numbering.ts';
import { StatementPass } from './statements.ts';

/** Why libpcap refuses: the expression rejects all packets, or its arithmetic makes no sense. */
export type Refusal = 'never' | ArithmeticFault;

/** Rounds of moving branches alone, after which libpcap takes it for a circle. */
const MOST_MOVING_ROUNDS = 100;

/** Filters of more blocks are taken as they are: libpcap's way takes more than quadratic time. */
const MOST_BLOCKS = 400;

/** What libpcap says to the unoptimised program in `blocks`; undefined where it accepts. */
export function refusalOf(blocks: readonly Block[], start: Node): Refusal | undefined {
  if (blocks.length > MOST_BLOCKS) return undefined;
  const steps = stepsOf(blocks, start);
  const root = steps[0] as Step;
  const fault = optimize(root, false) ?? optimize(root, true);
  if (fault) return fault;
  mergeEqual(steps, root);
  let at = root;
  while (at.yes && at.yes.to === at.no?.to) at = at.yes.to;
  return rejects(at) ? 'never' : undefined;
}

function optimize(root: Step, replaces: boolean): ArithmeticFault | undefined {
  for (let movingRounds = 0; movingRounds < MOST_MOVING_ROUNDS; movingRounds++) {
    const levels = findLevels(root);
    findDominators(levels, root);
    findUses(levels);
    findEdgeDominators(levels, root);
    findIncoming(levels);
    const statements = new StatementPass(new Numbering(), replaces);
    for (const step of fromRoot(levels)) statements.block(step);
    if (statements.fault) return statements.fault;
    const branches = new BranchPass(levels, root);
    if (!replaces) moveBranches(branches);
    if (!statements.changed && !branches.changed) return undefined;
    if (statements.changed || branches.shortened) movingRounds = -1;
  }
  return undefined;
}

function moveBranches(branches: BranchPass): void {
  const { levels } = branches;
  for (const { yes, no } of fromLeaves(levels)) {
    branches.redirect(yes as Edge);
    branches.redirect(no as Edge);
  }
  findIncoming(levels);
  for (const step of fromLeaves(levels)) {
    branches.pullUp(step, 'yes', 'no');
    branches.pullUp(step, 'no', 'yes');
  }
}

function textOf(step: Step, merged: ReadonlyMap<Step, Step>): string {
  const { statements, last, yes, no } = step;
  const place = (edge: Edge | undefined): number => (edge ? (merged.get(edge.to) ?? edge.to).id : -1);
  const live = [...statements, last].filter(({ code }: Statement) => code !== NOTHING);
  return `${live.map(({ code, k }) => `${code},${k}`).join(' ')} ${place(yes)} ${place(no)}`;
}

/** Leads edges to one of blocks that do the same. */
function mergeEqual(steps: readonly Step[], root: Step): void {
  const byText = new Map<string, Step>();
  const merged = new Map<Step, Step>();
  for (const level of findLevels(root)) {
    for (const step of level) {
      const text = textOf(step, merged);
      const known = byText.get(text);
      if (known) merged.set(step, known);
      else byText.set(text, step);
    }
  }
  for (const step of steps) for (const edge of edgesOf(step)) edge.to = merged.get(edge.to) ?? edge.to;
}
