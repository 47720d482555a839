// How deep in loops each block lies: spilling there costs more.

import { dominates, flowGraph } from '../ir/dominators.ts';
import type { Block, IrFunction } from '../ir/types.ts';

/** Loop depth by block (natural loops, by back edges). */
export function loopDepths(fn: IrFunction, order: readonly Block[]): Map<Block, number> {
  const graph = flowGraph(fn);
  const depths = new Map<Block, number>(order.map((block) => [block, 0]));
  for (const block of order) {
    for (const head of block.terminator.targets) {
      if (!dominates(graph, head, block)) continue;
      const body = new Set<Block>([head]);
      const work = [block];
      for (let at = work.pop(); at; at = work.pop()) {
        if (body.has(at)) continue;
        body.add(at);
        work.push(...(graph.predecessors.get(at) ?? []));
      }
      for (const member of body) depths.set(member, (depths.get(member) ?? 0) + 1);
    }
  }
  return depths;
}
