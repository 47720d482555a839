// Does libpcap see that a filter matches nothing? It refuses such filters; those that only we see through it compiles.

import { EQ, EQ_VALUE, GT, GT_VALUE, SET } from '../ir/formula.ts';
import { ACCEPT, ASSIGN, CHAIN, comparesConstant, type JumpGraph, type Node, REJECT, TOUCH } from '../ir/jumps.ts';
import { ADD, AND, CONST, evaluate, NEG, SLOT, type Value } from '../ir/values.ts';

/** What libpcap's optimiser keeps about an edge: a comparison and how it went. */
interface Outcome {
  readonly operation: number;
  readonly subject: Value;
  readonly operand: number;
  readonly holds: boolean;
}

/** Whether no packet gets through, as far as equal and contradicting comparisons tell. */
export function isRefusedAsNever(graph: JumpGraph, root: Node): boolean {
  if (root <= ACCEPT) return root === REJECT;
  if (assignsByBranch(graph, root)) return false;
  const facts: (readonly Outcome[] | undefined)[] = new Array(root + 1);
  const arrive = (node: Node, outcomes: readonly Outcome[]): void => {
    const target = resolve(graph, node, outcomes, root);
    const known = facts[target];
    facts[target] = known ? known.filter((one) => outcomes.some((other) => isSame(one, other))) : outcomes;
  };
  arrive(root, []);
  for (let node = root; node > ACCEPT; node--) {
    const outcomes = facts[node];
    if (!outcomes) continue;
    const operation = graph.operations[node] as number;
    if (operation === ASSIGN || operation === TOUCH) arrive(graph.yes[node] as Node, outcomes);
    else if (operation === CHAIN) {
      arrive(graph.yes[node] as Node, outcomes);
      arrive(graph.no[node] as Node, outcomes);
    } else {
      const outcome = { operation, subject: graph.subjects[node] as Value, operand: graph.operands[node] as number };
      arrive(graph.yes[node] as Node, [...outcomes, { ...outcome, holds: true }]);
      arrive(graph.no[node] as Node, [...outcomes, { ...outcome, holds: false }]);
    }
  }
  return facts[ACCEPT] === undefined;
}

function isSame(a: Outcome, b: Outcome): boolean {
  return a.operation === b.operation && a.subject === b.subject && a.operand === b.operand && a.holds === b.holds;
}

/** Whether a slot gets its value in more than one place: there libpcap's optimiser gives up. */
function assignsByBranch(graph: JumpGraph, root: Node): boolean {
  const assigned = new Set<number>();
  for (let node = ACCEPT + 1; node <= root; node++) {
    if (graph.operations[node] !== ASSIGN) continue;
    const slot = graph.operands[node] as number;
    if (assigned.has(slot)) return true;
    assigned.add(slot);
  }
  return false;
}

function resolve(graph: JumpGraph, node: Node, outcomes: readonly Outcome[], root: Node): Node {
  let at = node;
  while (at > ACCEPT) {
    const holds = decided(graph, at, outcomes, at === root);
    if (holds === undefined) break;
    at = (holds ? graph.yes[at] : graph.no[at]) as Node;
  }
  return at;
}

function decided(graph: JumpGraph, node: Node, outcomes: readonly Outcome[], isFirst: boolean): boolean | undefined {
  const operation = graph.operations[node] as number;
  const subject = graph.subjects[node] as Value;
  const operand = graph.operands[node] as number;
  const constant = constantOutcome(graph, node, isFirst);
  if (constant !== undefined) return constant;
  for (const one of outcomes) {
    if (one.operation !== operation || one.subject !== subject) continue;
    if (one.operand === operand) return one.holds;
    if (operation === EQ && one.holds) return false;
  }
  return undefined;
}

/** The constant that a value is; libpcap folds arithmetic only at the very start of a filter. */
function constantOf(graph: JumpGraph, value: Value, folds: boolean): number | undefined {
  const { values } = graph;
  const kind = values.kinds[value] as number;
  if (kind === CONST) return values.as[value];
  if (kind === AND && values.kinds[values.bs[value] as Value] === CONST && values.as[values.bs[value] as Value] === 0)
    return 0;
  if (!folds || kind < ADD || kind === SLOT || kind === NEG) return undefined;
  const left = constantOf(graph, values.as[value] as Value, folds);
  const right = constantOf(graph, values.bs[value] as Value, folds);
  return left === undefined || right === undefined ? undefined : evaluate(kind, left, right);
}

function constantOutcome(graph: JumpGraph, node: Node, folds: boolean): boolean | undefined {
  const operation = graph.operations[node] as number;
  const operand = graph.operands[node] as number;
  const left = constantOf(graph, graph.subjects[node] as Value, folds);
  const right = comparesConstant(operation) ? operand : constantOf(graph, operand, folds);
  if (left === undefined || right === undefined) return undefined;
  if (operation === EQ || operation === EQ_VALUE) return left === right;
  if (operation === SET) return (left & right) !== 0;
  return operation === GT || operation === GT_VALUE ? left > right : left >= right;
}
