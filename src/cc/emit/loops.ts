// How deep in loops each block lies: spilling there costs more.

import type { FlowGraph } from '../ir/dominators.ts';
import type { Block } from '../ir/types.ts';
import { loopBody } from '../optimize/loops.ts';

/** Loop depth by block; a loop counts for every way back to its head. */
export function loopDepths(graph: FlowGraph): Map<Block, number> {
  const depths = new Map<Block, number>();
  for (const block of graph.order) {
    for (const head of block.terminator.targets) {
      if (!graph.dominates(head, block)) continue;
      for (const member of loopBody(graph, head, [block])) depths.set(member, (depths.get(member) ?? 0) + 1);
    }
  }
  return depths;
}
