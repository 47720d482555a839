// The control-flow graph of a classic program, and what is known at the start of each block.

import type { Dominance } from '../jit/dominators.ts';
import type { FlowGraph } from '../jit/flow-graph.ts';
import type { CheckedInstruction } from './classic-program.ts';
import { loadSizes } from './classic-program.ts';

const branchForms: ReadonlySet<string> = new Set(['branch-k', 'branch-x']);

/** Whether an instruction chooses between two successors. */
export function isBranch({ row, jt, jf }: CheckedInstruction): boolean {
  return branchForms.has(row.form) && jt !== jf;
}

function targetsOf(instruction: CheckedInstruction, index: number): number[] {
  const next = index + 1;
  if (instruction.row.operation === 'return') return [];
  if (instruction.row.operation === 'jump') return [next + instruction.k];
  if (!branchForms.has(instruction.row.form)) return [next];
  const { jt, jf } = instruction;
  return jt === jf ? [next + jt] : [next + jt, next + jf];
}

/** Builds the graph; nodes are numbered in program order. */
export function buildClassicGraph(code: readonly CheckedInstruction[]): FlowGraph {
  const leaders = new Set<number>([0]);
  for (const [index, instruction] of code.entries()) {
    const targets = targetsOf(instruction, index);
    if (targets.length === 1 && targets[0] === index + 1) continue;
    leaders.add(index + 1);
    for (const target of targets) leaders.add(target);
  }
  const starts = [...leaders].filter((start) => start < code.length).sort((a, b) => a - b);
  const nodeAt = new Map(starts.map((start, node) => [start, node]));
  const nodes = starts.map((start, node) => {
    const end = starts[node + 1] ?? code.length;
    const targets = targetsOf(code[end - 1] as CheckedInstruction, end - 1);
    return {
      kind: 'code' as const,
      start,
      end,
      label: 0,
      successors: targets.map((target) => nodeAt.get(target) as number),
    };
  });
  return { nodes };
}

/** Bytes of the packet that an absolute load needs; 0 for other instructions. */
export function bytesNeeded({ row, k }: CheckedInstruction): number {
  if (row.form === 'header-length') return k + 1;
  const size = loadSizes[row.operation];
  return row.form === 'absolute' && size !== undefined ? k + size : 0;
}

/** Bytes known to be there when a block starts, given that blocks check what their own loads need. */
export function knownLengths(graph: FlowGraph, dominance: Dominance, needed: readonly number[]): number[] {
  const known = new Array<number>(graph.nodes.length).fill(0);
  for (const node of dominance.order) {
    const before = (dominance.predecessors[node] as readonly number[]).map((from) =>
      Math.max(known[from] as number, needed[from] as number),
    );
    // A predecessor that comes later in the order means a loop: nothing is known then.
    const hasBackEdge = (dominance.predecessors[node] as readonly number[]).some(
      (from) => (dominance.place[from] as number) >= (dominance.place[node] as number),
    );
    known[node] = before.length === 0 || hasBackEdge ? 0 : Math.min(...before);
  }
  return known;
}
