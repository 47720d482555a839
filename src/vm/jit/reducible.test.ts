// Dispatch nodes appear only in loops with several entries; all else keeps its structure.

import { expect, test } from 'vitest';
import { findDominance, isReducible } from './dominators.ts';
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
  expect(isReducible(graph, before)).toBe(dispatches === 0);
  makeReducible(graph, before.order);
  expect(isReducible(graph, findDominance(graph))).toBe(true);
  expect(graph.nodes.filter(({ kind }) => kind === 'dispatch')).toHaveLength(dispatches);
  if (dispatches === 0) expect(graph.nodes.map(({ successors }) => successors)).toEqual(edges);
});
