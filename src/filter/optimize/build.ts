// Formula to the graph of decisions.

import { EQ, EQ_VALUE, type Formula, GE_VALUE, GT, GT_VALUE } from '../ir/formula.ts';
import { ASSIGN, LOOKUP, type Node, walkFormula } from '../ir/jumps.ts';
import { EMPTY, LARGEST, single } from '../ir/ranges.ts';
import { ADD, AND, SUB, type Value } from '../ir/values.ts';
import type { Decisions } from './decisions.ts';

/** Adds a formula to the graph, with where to go when it holds and when not. */
export function buildDecisions(decisions: Decisions, formula: Formula, yes: Node, no: Node): Node {
  return walkFormula(formula, yes, no, (leaf, onYes, onNo) => buildLeaf(decisions, leaf, onYes, onNo));
}

function buildLeaf(decisions: Decisions, node: Formula, yes: Node, no: Node): Node {
  switch (node.kind) {
    case 'constant':
      return node.value ? yes : no;
    case 'assign':
      if (!decisions.isRead(node.slot)) return yes;
      return decisions.graph.node(ASSIGN, node.value, node.slot, yes, yes);
    case 'protochain':
      return decisions.graph.chain(node.chain, yes, no);
    case 'lookup':
      return decisions.graph.node(LOOKUP, node.value, decisions.graph.lookup(node.prefixes), yes, no);
    case 'member':
      return decisions.test(node.value, node.ranges, yes, no);
    case 'test':
      return buildTest(decisions, node, yes, no);
    default:
      return yes;
  }
}

function buildTest(decisions: Decisions, node: Extract<Formula, { kind: 'test' }>, yes: Node, no: Node): Node {
  const { comparison, value, operand } = node;
  if (comparison === EQ) return decisions.test(value, single(operand), yes, no);
  if (comparison === GT) return decisions.test(value, operand === LARGEST ? EMPTY : [operand + 1, LARGEST], yes, no);
  if (comparison === EQ_VALUE || comparison === GT_VALUE || comparison === GE_VALUE) {
    return buildComparison(decisions, node, yes, no);
  }
  // Any of the bits set: the value with all others cleared is not 0.
  return decisions.test(decisions.values.withConstant(AND, value, operand), single(0), no, yes);
}

const mirrored: Readonly<Record<number, { comparison: number; negated: boolean }>> = {
  [EQ_VALUE]: { comparison: EQ_VALUE, negated: false },
  // k > v is not v >= k; k >= v is not v > k.
  [GT_VALUE]: { comparison: GE_VALUE, negated: true },
  [GE_VALUE]: { comparison: GT_VALUE, negated: true },
};

function buildComparison(decisions: Decisions, node: Extract<Formula, { kind: 'test' }>, yes: Node, no: Node): Node {
  const { values } = decisions;
  const { comparison, value, operand } = node;
  if (values.isConstant(operand)) {
    const k = values.numberOf(operand);
    if (comparison === EQ_VALUE && values.kinds[value] === SUB && k === 0) {
      return buildEquality(decisions, [values.as[value] as number, values.bs[value] as number], yes, no);
    }
    if (comparison === EQ_VALUE) return decisions.test(value, single(k), yes, no);
    const first = comparison === GT_VALUE ? k + 1 : k;
    return decisions.test(value, first > LARGEST ? EMPTY : [first, LARGEST], yes, no);
  }
  if (values.isConstant(value)) {
    const { comparison: other, negated } = mirrored[comparison] as { comparison: number; negated: boolean };
    const swapped = { kind: 'test', comparison: other, value: operand, operand: value } as const;
    return negated ? buildComparison(decisions, swapped, no, yes) : buildComparison(decisions, swapped, yes, no);
  }
  return buildValueComparison(decisions, node, yes, no);
}

function buildValueComparison(
  decisions: Decisions,
  node: Extract<Formula, { kind: 'test' }>,
  yes: Node,
  no: Node,
): Node {
  const { values } = decisions;
  const { comparison, value, operand } = node;
  if (value === operand) {
    const next = comparison === GT_VALUE ? no : yes;
    return values.canFail(value) ? decisions.touch(value, next) : next;
  }
  if (comparison === EQ_VALUE) return buildEquality(decisions, [value, operand], yes, no);
  return yes === no ? yes : decisions.graph.node(comparison, value, operand, yes, no);
}

/** Differences move to the other side as sums: sums can be made in any order. */
function buildEquality(decisions: Decisions, [left, right]: readonly [Value, Value], yes: Node, no: Node): Node {
  const { values } = decisions;
  if (yes === no) return yes;
  if (values.kinds[left] === SUB) {
    const sum = values.binary(ADD, values.bs[left] as number, right);
    return buildEquality(decisions, [values.as[left] as number, sum], yes, no);
  }
  if (values.kinds[right] === SUB && values.kinds[left] !== ADD)
    return buildEquality(decisions, [right, left], yes, no);
  const [first, second] = left < right ? [left, right] : [right, left];
  return decisions.graph.node(EQ_VALUE, first, second, yes, no);
}
