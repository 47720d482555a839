// Dominators by their definition; dispatch nodes appear only in loops with several entries, all else keeps its structure.

import { expect, test } from 'vitest';
import { Random } from '../differential/random.ts';
import { findDominance } from './dominators.ts';
import type { FlowGraph } from './flow-graph.ts';
import { makeReducible } from './reducible.ts';

function graphOf(edges: readonly (readonly number[])[]): FlowGraph {
  return {
    nodes: edges.map((successors, start) => ({
      kind: 'code',
      start,
      end: start + 1,
      label: 0,
      successors: [...successors],
    })),
  };
}

const cases = [
  { name: 'straight line', edges: [[1], [2], []], dispatches: 0 },
  { name: 'diamond', edges: [[1, 2], [3], [3], []], dispatches: 0 },
  { name: 'nested loops', edges: [[1], [2], [3], [2, 4], [1, 5], []], dispatches: 0 },
  { name: 'loop back to the entry', edges: [[1], [0, 2], []], dispatches: 0 },
  { name: 'loop with two entries', edges: [[1, 2], [2], [1, 3], []], dispatches: 1 },
  { name: 'two such loops, one after the other', edges: [[1, 2], [2], [1, 3], [4, 5], [5], [4, 6], []], dispatches: 2 },
  { name: 'one such loop inside another', edges: [[1, 2], [3, 4], [1, 5], [4], [3, 2], []], dispatches: 2 },
];

test.each(cases)('$name', ({ edges, dispatches }) => {
  const graph = graphOf(edges);
  const before = findDominance(graph);
  expect(before.isReducible).toBe(dispatches === 0);
  makeReducible(graph, before.order);
  expect(findDominance(graph).isReducible).toBe(true);
  expect(graph.nodes.filter(({ kind }) => kind === 'dispatch')).toHaveLength(dispatches);
  if (dispatches === 0) expect(graph.nodes.map(({ successors }) => successors)).toEqual(edges);
});

/** Nodes that can be reached from the entry without passing `avoided`. */
function reachable(edges: readonly (readonly number[])[], avoided = -1): Set<number> {
  const found = new Set<number>(avoided === 0 ? [] : [0]);
  for (const node of found) for (const next of edges[node] ?? []) if (next !== avoided) found.add(next);
  return found;
}

test('dominators of random graphs are those that cannot be avoided', () => {
  const random = new Random(1);
  const kinds = { reducible: 0, irreducible: 0 };
  for (let round = 0; round < 1000; round++) {
    const count = 3 + random.below(7);
    const edges = Array.from({ length: count }, () =>
      Array.from({ length: 1 + random.below(2) }, () => random.below(count)),
    );
    const dominates = Array.from({ length: count }, (_, node) => {
      const without = reachable(edges, node);
      return (other: number): boolean => !without.has(other);
    });
    const { order, place, parent, isReducible } = findDominance(graphOf(edges));
    expect(new Set(order)).toEqual(reachable(edges));
    const backEdges = order.flatMap((from) =>
      (edges[from] ?? []).filter((to) => (place[to] as number) <= (place[from] as number)).map((to) => [from, to]),
    );
    expect(isReducible).toBe(backEdges.every(([from, to]) => dominates[to as number]?.(from as number)));
    kinds[isReducible ? 'reducible' : 'irreducible']++;
    if (!isReducible) continue;
    for (const node of order.slice(1)) {
      const strict = order.filter((other) => other !== node && dominates[other]?.(node));
      const nearest = strict.find((other) => strict.every((further) => dominates[further]?.(other)));
      expect(parent[node]).toBe(nearest);
    }
  }
  expect(Math.min(kinds.reducible, kinds.irreducible)).toBeGreaterThan(40);
});
