// What libpcap's optimiser does between blocks: edges past comparisons whose outcome is known, comparisons pulled up.

import { JEQ_K } from '../select/opcodes.ts';
import { A, A_AND_X, definedBy, type Edge, PLACES, type Step, usedBy } from './blocks.ts';

/** Blocks by their distance from the leaves, the last one found first. */
export type Levels = Step[][];

/** Finds levels; blocks that nothing leads to any more are not there. */
export function findLevels(root: Step): Levels {
  const levels: Levels = [];
  const seen = new Set<Step>();
  const visit = (step: Step): void => {
    if (seen.has(step)) return;
    seen.add(step);
    if (step.yes && step.no) {
      visit(step.yes.to);
      visit(step.no.to);
      step.level = Math.max(step.yes.to.level, step.no.to.level) + 1;
    } else step.level = 0;
    levels[step.level] ??= [];
    (levels[step.level] as Step[]).unshift(step);
  };
  visit(root);
  return levels;
}

/** Blocks from the root down. */
export function* fromRoot(levels: Levels): Generator<Step> {
  for (let level = levels.length - 1; level >= 0; level--) yield* levels[level] as Step[];
}

/** Blocks that compare, from the leaves up. */
export function* fromLeaves(levels: Levels): Generator<Step> {
  for (let level = 1; level < levels.length; level++) yield* levels[level] as Step[];
}

/** The two edges of a block; a leaf has none. */
export function edgesOf({ yes, no }: Step): readonly Edge[] {
  return yes && no ? [yes, no] : [];
}

/** Finds what every way to a block passes. */
export function findDominators(levels: Levels, root: Step): void {
  for (const step of fromRoot(levels)) step.dominators = -1n;
  root.dominators = 0n;
  for (const step of fromRoot(levels)) {
    step.dominators |= 1n << BigInt(step.id);
    for (const edge of edgesOf(step)) edge.to.dominators &= step.dominators;
  }
}

/** Finds which edges every way to an edge takes. */
export function findEdgeDominators(levels: Levels, root: Step): void {
  for (const step of fromRoot(levels)) for (const edge of edgesOf(step)) edge.dominators = step === root ? 0n : -1n;
  for (const step of fromRoot(levels)) {
    for (const edge of edgesOf(step)) {
      edge.dominators |= 1n << BigInt(edge.id);
      for (const next of edgesOf(edge.to)) next.dominators &= edge.dominators;
    }
  }
}

export function findIncoming(levels: Levels): void {
  for (const step of fromRoot(levels)) step.incoming = [];
  for (const step of fromRoot(levels)) for (const edge of edgesOf(step)) edge.to.incoming.unshift(edge);
}

/** Finds which places each block reads, and which are read behind it. */
export function findUses(levels: Levels): void {
  for (const step of fromRoot(levels)) {
    step.readLater = 0;
    findOwnUses(step);
  }
  for (const step of fromLeaves(levels)) {
    step.readLater = (step.yes as Edge).to.reads | (step.no as Edge).to.reads;
    step.reads |= step.readLater & ~step.kills;
  }
}

function findOwnUses(step: Step): void {
  let [defined, reads, kills] = [0, 0, 0];
  for (const statement of [...step.statements, step.last]) {
    const used = usedBy(statement);
    if (used === A_AND_X) reads |= (3 << A) & ~defined;
    else if (used >= 0) reads |= (1 << used) & ~defined;
    const place = definedBy(statement);
    if (place < 0) continue;
    kills |= (1 << place) & ~reads;
    defined |= 1 << place;
  }
  step.reads = reads;
  step.kills = kills;
}

/** Whether what is read behind `target` would be another value if `step` led there at once. */
function conflicts(step: Step, target: Step): boolean {
  for (let place = 0; place < PLACES; place++) {
    if (target.readLater & (1 << place) && step.values[place] !== target.values[place]) return true;
  }
  return false;
}

/** Where a block leads for who took that edge before, if that is known. */
function outcome(step: Step, { from, holds }: Edge): Step | undefined {
  const { last, yes, no } = step;
  if (last.code !== from.last.code || step.values[A] !== from.values[A] || !yes || !no) return undefined;
  if (step.operand === from.operand) return holds ? yes.to : no.to;
  return holds && last.code === JEQ_K ? no.to : undefined;
}

/** Moves edges and blocks; `changed` says whether anything was. */
export class BranchPass {
  readonly edges: ReadonlyMap<number, Edge>;
  readonly levels: Levels;
  readonly root: Step;
  changed = false;
  /** Whether a block that leads to one place only was passed by: progress of another kind than moving branches. */
  shortened = false;

  constructor(levels: Levels, root: Step) {
    const edges = new Map<number, Edge>();
    for (const step of fromRoot(levels)) for (const edge of edgesOf(step)) edges.set(edge.id, edge);
    this.edges = edges;
    this.levels = levels;
    this.root = root;
  }

  /** Leads an edge past the blocks whose outcome is known. */
  redirect(edge: Edge): void {
    const { yes, no } = edge.to;
    if (!yes || !no) return;
    if (yes.to === no.to && !conflicts(edge.from, yes.to)) {
      this.changed = this.shortened = true;
      edge.to = yes.to;
    }
    const before = this.#edgesOf(edge.dominators);
    for (let i = 0; i < before.length; i++) {
      const target = outcome(edge.to, before[i] as Edge);
      if (!target || conflicts(edge.from, target)) continue;
      this.changed = true;
      edge.to = target;
      if (!target.yes) return;
      i = -1;
    }
  }

  #edgesOf(set: bigint): Edge[] {
    const found: Edge[] = [];
    for (const [id, edge] of this.edges) if ((set >> BigInt(id)) & 1n) found.push(edge);
    return found.sort((one, other) => one.id - other.id);
  }

  /**
   * Pulls a comparison up to others of the same value: along a chain of blocks that share the target of one side
   * (`shared`) and follow one another on the other side (`chain`).
   */
  pullUp(step: Step, shared: 'yes' | 'no', chain: 'yes' | 'no'): void {
    const { incoming, id } = step;
    const value = incoming[0]?.from.values[A];
    if (value === undefined || incoming.some(({ from }) => from.values[A] !== value)) return;
    const first = incoming[0] as Edge;
    let different = (first.from.yes as Edge).to === step ? (first.from.yes as Edge) : (first.from.no as Edge);
    const isInside = ({ to }: Edge): boolean =>
      to[shared]?.to === step[shared]?.to && ((to.dominators >> BigInt(id)) & 1n) === 1n && to.yes !== undefined;
    let isAtTop = true;
    for (;;) {
      if (!isInside(different)) return;
      if (different.to.values[A] !== value) break;
      different = different.to[chain] as Edge;
      isAtTop = false;
    }
    let same = different.to[chain] as Edge;
    for (;;) {
      if (!isInside(same)) return;
      if (same.to.values[A] === value) break;
      same = same.to[chain] as Edge;
    }
    const pulled = same.to;
    const onward = pulled[chain] as Edge;
    same.to = onward.to;
    onward.to = different.to;
    if (isAtTop)
      for (const { from } of incoming)
        ((from.yes as Edge).to === step ? (from.yes as Edge) : (from.no as Edge)).to = pulled;
    else different.to = pulled;
    this.changed = true;
    findDominators(this.levels, this.root);
  }
}
