// The graph of single jumps: what a program's blocks are made from.

import { InternalError } from '../../base/index.ts';
import {
  EQ,
  EQ_VALUE,
  type Formula,
  GE,
  GE_VALUE,
  GT,
  GT_VALUE,
  type Prefix,
  type Protochain,
  SET,
} from './formula.ts';
import { hash, type Value, type Values } from './values.ts';

/** Operations beyond the comparisons of formulas. */
export const ASSIGN = 6;
/** Computes a value for its failure alone. */
export const TOUCH = 7;
export const CHAIN = 8;
export const LEAF = 9;
/** Looks words up in a map; the operand is an index into `lookups`. In extended BPF only. */
export const LOOKUP = 11;

/** Registers an assignment may be bound to. */
export const IN_MEMORY = 0;
export const IN_A = 1;
export const IN_X = 2;

export type Node = number;
export const REJECT: Node = 0;
export const ACCEPT: Node = 1;

/** An empty table of nodes, to be copied. */
const noNodes: readonly number[] = Array.from({ length: 64 }, () => 0);

/** A directed acyclic graph of tests. Successors have smaller numbers than the nodes that lead to them. */
export class JumpGraph {
  readonly values: Values;
  readonly operations: number[] = [LEAF, LEAF];
  readonly subjects: Value[] = [0, 0];
  /** Constant, value, slot or index into `chains`, by operation. */
  readonly operands: number[] = [0, 0];
  readonly yes: Node[] = [0, 1];
  readonly no: Node[] = [0, 1];
  readonly chains: Protochain[];
  /** Sets to be looked up. */
  readonly lookups: (readonly Prefix[])[];
  /** Register each slot lives in; memory where undefined. */
  readonly slotRegisters: number[];
  /** Nodes by hash, 0 where there is none: a plain array, since most filters are too small to pay for a typed one. */
  #table: number[] | undefined;

  /** `like` lends its chains, slots and sets. */
  constructor(values: Values, shares: boolean, like?: JumpGraph) {
    this.values = values;
    this.chains = like?.chains ?? [];
    this.slotRegisters = like?.slotRegisters ?? [];
    this.lookups = like?.lookups ?? [];
    this.#table = shares ? noNodes.slice() : undefined;
  }

  get size(): number {
    return this.operations.length;
  }

  /** Adds a node, or finds the equal one. */
  // biome-ignore lint/complexity/useMaxParams: the busiest function of the optimiser, which would make an object a call
  node(operation: number, subject: Value, operand: number, yes: Node, no: Node): Node {
    const table = this.#table;
    if (!table) return this.#add(operation, subject, operand, yes, no);
    const { operations, subjects, operands } = this;
    const mask = table.length - 1;
    let at = hash(subject + (operation << 24), operand, (yes << 12) ^ no) & mask;
    for (let node = table[at] as number; node !== 0; node = table[at] as number) {
      const isSame = subjects[node] === subject && operands[node] === operand && operations[node] === operation;
      if (isSame && this.yes[node] === yes && this.no[node] === no) return node;
      at = (at + 1) & mask;
    }
    const added = this.#add(operation, subject, operand, yes, no);
    table[at] = added;
    if (added * 2 > table.length) this.#grow();
    return added;
  }

  /** The test of a node with other successors. */
  redirect(node: Node, yes: Node, no: Node): Node {
    return this.node(
      this.operations[node] as number,
      this.subjects[node] as Value,
      this.operands[node] as number,
      yes,
      no,
    );
  }

  // biome-ignore lint/complexity/useMaxParams: as above
  #add(operation: number, subject: Value, operand: number, yes: Node, no: Node): Node {
    this.operations.push(operation);
    this.subjects.push(subject);
    this.operands.push(operand);
    this.yes.push(yes);
    return this.no.push(no) - 1;
  }

  #grow(): void {
    const mask = (this.#table as number[]).length * 4 - 1;
    const table = new Array<number>(mask + 1).fill(0);
    for (let node = 2; node < this.size; node++) {
      const first = (this.subjects[node] as number) + ((this.operations[node] as number) << 24);
      const targets = ((this.yes[node] as number) << 12) ^ (this.no[node] as number);
      let at = hash(first, this.operands[node] as number, targets) & mask;
      while (table[at] !== 0) at = (at + 1) & mask;
      table[at] = node;
    }
    this.#table = table;
  }

  chain(chain: Protochain, yes: Node, no: Node): Node {
    this.chains.push(chain);
    return this.node(CHAIN, 0, this.chains.length - 1, yes, no);
  }

  /** The number of a set to be looked up. */
  lookup(prefixes: readonly Prefix[]): number {
    const known = this.lookups.indexOf(prefixes);
    return known >= 0 ? known : this.lookups.push(prefixes) - 1;
  }
}

/** Builds the graph of a formula as it stands: every test by itself, nothing shared. Returns its root. */
export function plainJumps(graph: JumpGraph, formula: Formula, yes: Node, no: Node): Node {
  return walkFormula(formula, yes, no, (leaf, onYes, onNo) => plainLeaf(graph, leaf, onYes, onNo));
}

/** Makes nodes of a formula: `and`, `or` and `not` become where its leaves go to. A chain that leans left needs no stack. */
export function walkFormula(
  formula: Formula,
  yes: Node,
  no: Node,
  leaf: (leaf: Formula, yes: Node, no: Node) => Node,
): Node {
  let [node, onYes, onNo] = [formula, yes, no];
  for (;;) {
    switch (node.kind) {
      case 'and':
        onYes = walkFormula(node.right, onYes, onNo, leaf);
        node = node.left;
        break;
      case 'or':
        onNo = walkFormula(node.right, onYes, onNo, leaf);
        node = node.left;
        break;
      case 'not':
        [onYes, onNo] = [onNo, onYes];
        node = node.operand;
        break;
      case 'choose':
        [onYes, onNo] = [walkFormula(node.then, onYes, onNo, leaf), walkFormula(node.otherwise, onYes, onNo, leaf)];
        node = node.condition;
        break;
      default:
        return leaf(node, onYes, onNo);
    }
  }
}

function plainLeaf(graph: JumpGraph, node: Formula, yes: Node, no: Node): Node {
  switch (node.kind) {
    case 'constant':
      return graph.node(EQ, graph.values.constant(node.value ? 0 : 1), 0, yes, no);
    case 'assign':
      return graph.node(ASSIGN, node.value, node.slot, yes, yes);
    case 'protochain':
      return graph.chain(node.chain, yes, no);
    case 'test':
      return graph.node(node.comparison, node.value, node.operand, yes, no);
    default:
      throw new InternalError(`no plain form of ${node.kind}`);
  }
}

/** Whether an operation compares two values. */
export function comparesValues(operation: number): boolean {
  return operation === EQ_VALUE || operation === GT_VALUE || operation === GE_VALUE;
}

/** Whether an operation compares a value with a constant. */
export function comparesConstant(operation: number): boolean {
  return operation === EQ || operation === GT || operation === SET || operation === GE;
}
