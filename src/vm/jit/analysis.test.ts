// What the compiler finds out about programs: groups of accesses, idioms, where instructions are counted.

import { expect, test } from 'vitest';
import { processorMs } from '../../../test/support/processor-time.ts';
import { assemble } from '../../isa/index.ts';
import { prepareProgram } from '../program/prepare.ts';
import type { PreparedProgram } from '../program/types.ts';
import { groupAccesses } from './access-groups.ts';
import { countInstructions } from './count-instructions.ts';
import type { Dominance } from './dominators.ts';
import { findDominance } from './dominators.ts';
import { findIdioms } from './find-idioms.ts';
import { findParameters } from './find-parameters.ts';
import type { FlowGraph } from './flow-graph.ts';
import { buildFlowGraph } from './flow-graph.ts';
import { makeReducible } from './reducible.ts';

interface Analyzed {
  readonly program: PreparedProgram;
  readonly graph: FlowGraph;
  readonly dominance: Dominance;
}

function analyze(text: string): Analyzed {
  const program = prepareProgram(assemble(text), { name: 'test' });
  const graph = buildFlowGraph(program, program.functions[0] as PreparedProgram['functions'][0]);
  return { program, graph, dominance: findDominance(graph) };
}

const noExtents = { at: (): undefined => undefined, ofCall: (): undefined => undefined };

function groupsOf(text: string): (string | undefined)[] {
  const { program, ...structured } = analyze(text);
  const [range] = program.functions as [PreparedProgram['functions'][0]];
  const accesses = groupAccesses(program, range, structured, noExtents);
  return accesses.map((access) => {
    if (!access) return undefined;
    const { group, offset } = access;
    return group ? `r${group.base} ${group.low}..${group.end} x${group.count}` : `frame ${offset}`;
  });
}

test('accesses through one value of a register are one group, also in a block that only this one leads to', () => {
  const text = `
    r2 = *(u32 *)(r1 + 4)
    r3 = *(u8 *)(r1 - 2)
    if r2 > 1 goto out
    *(u64 *)(r1 + 8) = r3
    r1 += 8
    r4 = *(u32 *)(r1 + 0)
  out:
    r0 = *(u32 *)(r1 + 0)
    exit`;
  const [first, second, , third, , fourth, fifth] = groupsOf(text);
  expect([first, second, third]).toEqual(new Array(3).fill('r1 -2..16 x3'));
  expect([fourth, fifth]).toEqual(['r1 0..4 x1', 'r1 0..4 x1']);
});

test('a call ends groups, and no group spans more than a bitmap word', () => {
  expect(groupsOf('r2 = *(u8 *)(r6 + 0)\n call 7\n r3 = *(u8 *)(r6 + 1)\n r4 = *(u8 *)(r6 + 58)\n exit')).toEqual([
    'r6 0..1 x1',
    undefined,
    'r6 1..2 x1',
    'r6 58..59 x1',
    undefined,
  ]);
});

test('copies plus constants belong to the register they come from', () => {
  const text = `
    r2 = r1
    r2 += 14
    r3 = *(u16 *)(r2 - 2)
    r4 = r2
    r4 -= 4
    r5 = *(u8 *)(r4 + 0)
    r1 = 5
    r3 = *(u8 *)(r2 + 0)
    r2 = r10
    r2 += -16
    *(u64 *)(r2 + 8) = 1
    exit`;
  const groups = groupsOf(text);
  expect([groups[2], groups[5], groups[7], groups[10]]).toEqual([
    'r1 10..14 x2',
    'r1 10..14 x2',
    'r2 0..1 x1',
    'frame -8',
  ]);
});

test('accesses by r10 inside the frame need no group', () => {
  expect(groupsOf('*(u64 *)(r10 - 8) = 1\n *(u64 *)(r10 - 4) = 1\n exit')).toEqual([
    'frame -8',
    'r10 -4..4 x1',
    undefined,
  ]);
});

const rotations = [
  { name: 'two copies', text: 'r2 = r1\n r2 <<= 13\n r3 = r1\n r3 >>= 51\n r2 |= r3\n exit', found: [[4, 13]] },
  { name: 'the value itself', text: 'r2 = r1\n r1 >>= 32\n r2 <<= 32\n r2 ^= r1\n exit', found: [[3, 32]] },
  { name: 'another distance', text: 'r2 = r1\n r2 <<= 13\n r1 >>= 50\n r2 |= r1\n exit', found: [] },
  { name: 'another value', text: 'r2 = r1\n r1 += 1\n r2 <<= 13\n r1 >>= 51\n r2 |= r1\n exit', found: [] },
  { name: 'both to the left', text: 'r2 = r1\n r2 <<= 32\n r1 <<= 32\n r2 |= r1\n exit', found: [] },
];

test.each(rotations)('rotations: $name', ({ text, found }) => {
  const { program, graph, dominance } = analyze(text);
  const { rotations: ends } = findIdioms(program, graph, dominance);
  expect([...ends].map(([slot, { distance }]) => [slot, distance])).toEqual(found);
});

const swaps = [
  { name: 'one', text: 'r1 = be16 r1\n if w1 == 0x800 goto out', found: [[1, 16, 8]] },
  {
    name: 'in the next block too',
    text: 'r1 = be32 r1\n if w1 == 1 goto out\n if r1 & 2 goto out',
    found: [
      [1, 32, 1 << 24],
      [2, 32, 2 << 24],
    ],
  },
  { name: 'a copy', text: 'r1 = bswap16 r1\n r2 = r1\n if r2 != 0x1234 goto out', found: [[2, 16, 0x3412]] },
  { name: 'an order', text: 'r1 = be16 r1\n if w1 > 0x800 goto out', found: [] },
  { name: 'a constant too large', text: 'r1 = be16 r1\n if w1 == 0x10000 goto out', found: [] },
  { name: 'a value changed since', text: 'r1 = be16 r1\n r1 += 1\n if w1 == 1 goto out', found: [] },
];

test.each(swaps)('comparisons of swapped values: $name', ({ text, found }) => {
  const { program, graph, dominance } = analyze(`${text}\n r0 = 0\n out: exit`);
  const { comparisons } = findIdioms(program, graph, dominance);
  expect([...comparisons].map(([slot, { width, constant }]) => [slot, width, constant])).toEqual(found);
});

test('functions take the registers they may read before they write them', () => {
  const code = assemble(`
    if r1 == 0 goto skip
    r3 = 1
  skip:
    r4 = 2
    r0 = r3
    r0 += r4
    exit
    r0 = r2
    r2 = 7
    r0 += r2
    exit`);
  // A call of the second function in place of the addition.
  code[4] = { opcode: 0x85, dst: 0, src: 1, offset: 0, imm: 1 };
  expect(findParameters(prepareProgram(code, { name: 'test' }))).toEqual([[1, 2, 3], [2]]);
});

test('a long chain of calls does not exhaust the stack of the compiler', () => {
  const slots = Array.from({ length: 20_000 }, () => [...assemble('call pc+1\nexit')]).flat();
  const program = prepareProgram([...slots, ...assemble('r0 = r2\nexit')], { name: 'test' });
  const parameters = findParameters(program);
  expect([parameters[0], parameters.at(-1)]).toEqual([[1, 2, 3, 4, 5], [2]]);
});

test('a fetch into the frame pointer is refused', () => {
  const fetchAdd = { opcode: 0xdb, dst: 1, src: 10, offset: 0, imm: 1 };
  const code = [fetchAdd, ...assemble('exit')];
  expect(() => prepareProgram(code, { name: 'test' })).toThrow('r10');
});

test('a way through a loop of several blocks is counted once', () => {
  const { program, graph, dominance } = analyze(`
    r0 = 0
  top:
    r0 += 1
    if r1 == r0 goto out
    r0 += 2
    if r2 == r0 goto out
    if r0 < 100 goto top
  out:
    exit`);
  const { atStart, onBranch } = countInstructions(program, graph, dominance);
  const text = ([start, branch]: readonly [number, number]): string => `${start}/${branch}`;
  const counts = graph.nodes.map((_, index) => text([atStart[index] as number, onBranch[index] as number]));
  expect(counts).toEqual(['1/0', '0/2', '0/4', '0/5', '1/0']);
});

test('many loops with two entries take time that grows with their number', () => {
  const time = (count: number): number => {
    const nodes = Array.from({ length: 4 * count + 1 }, (_, index) => {
      const at = index - (index % 4);
      const successors = [[at + 1, at + 2], [at + 2], [at + 1, at + 3], [at + 4]][index % 4] as number[];
      return {
        kind: 'code' as const,
        start: index,
        end: index + 1,
        label: 0,
        successors: index === 4 * count ? [] : successors,
      };
    });
    const graph: FlowGraph = { nodes };
    const tookMs = processorMs(() => makeReducible(graph, findDominance(graph).order));
    expect(graph.nodes.filter(({ kind }) => kind === 'dispatch')).toHaveLength(count);
    return tookMs;
  };
  const best = (count: number): number => Math.min(...Array.from({ length: 3 }, () => time(count)));
  // Eight times as many: by the square it would be 64 times the work. Fewer take too little to be compared.
  const few = best(4000);
  expect(best(32_000)).toBeLessThan(few * 40);
});
