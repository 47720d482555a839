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
import { Pool } from './pool.ts';
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

const pool = new Pool(5);

/** A directed acyclic graph of tests. Successors have smaller numbers than the nodes that lead to them. */
export class JumpGraph {
  readonly values: Values;
  /** Columns of the nodes; other arrays once there are more of them. */
  operations!: Int32Array;
  subjects!: Int32Array;
  /** Constant as a signed number, value, slot or index into `chains`, by operation. */
  operands!: Int32Array;
  yes!: Int32Array;
  no!: Int32Array;
  size = ACCEPT + 1;
  readonly chains: Protochain[];
  /** Sets to be looked up. */
  readonly lookups: (readonly Prefix[])[];
  /** Register each slot lives in; memory where undefined. */
  readonly slotRegisters: number[];
  /** Whether equal nodes become one. */
  readonly #shares: boolean;
  readonly #storage = pool.take();

  /** `like` lends its chains, slots and sets. */
  constructor(values: Values, shares: boolean, like?: JumpGraph) {
    this.values = values;
    this.chains = like?.chains ?? [];
    this.slotRegisters = like?.slotRegisters ?? [];
    this.lookups = like?.lookups ?? [];
    this.#shares = shares;
    this.#useColumns();
    for (let leaf = REJECT; leaf <= ACCEPT; leaf++) this.#write(leaf, LEAF, 0, 0, leaf, leaf);
  }

  #useColumns(): void {
    type Columns = [Int32Array, Int32Array, Int32Array, Int32Array, Int32Array];
    [this.operations, this.subjects, this.operands, this.yes, this.no] = this.#storage.columns as Columns;
  }

  /** Leaves the storage to others: the nodes are gone. */
  release(): void {
    pool.give(this.#storage, this.size);
    this.size = 0;
  }

  /** Adds a node, or finds the equal one. */
  // biome-ignore lint/complexity/useMaxParams: the busiest function of the optimiser, which would make an object a call
  node(operation: number, subject: Value, operand: number, yes: Node, no: Node): Node {
    const { operations, subjects, operands } = this;
    const { table, base } = this.#storage;
    const mask = table.length - 1;
    const signed = operand | 0;
    let at = hash(subject + (operation << 24), signed, (yes << 12) ^ no) & mask;
    for (let node = (table[at] as number) - base; node > 0 && this.#shares; node = (table[at] as number) - base) {
      const isSame = subjects[node] === subject && operands[node] === signed && operations[node] === operation;
      if (isSame && this.yes[node] === yes && this.no[node] === no) return node;
      at = (at + 1) & mask;
    }
    const added = this.size++;
    table[at] = base + added;
    this.#write(added, operation, subject, signed, yes, no);
    if (this.size === operations.length) this.#grow();
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
  #write(node: Node, operation: number, subject: Value, operand: number, yes: Node, no: Node): void {
    this.operations[node] = operation;
    this.subjects[node] = subject;
    this.operands[node] = operand;
    this.yes[node] = yes;
    this.no[node] = no;
  }

  #grow(): void {
    this.#storage.grow();
    this.#useColumns();
    const { table, base } = this.#storage;
    const mask = table.length - 1;
    for (let node = ACCEPT + 1; node < this.size; node++) {
      const first = (this.subjects[node] as number) + ((this.operations[node] as number) << 24);
      const targets = ((this.yes[node] as number) << 12) ^ (this.no[node] as number);
      let at = hash(first, this.operands[node] as number, targets) & mask;
      while ((table[at] as number) >= base) at = (at + 1) & mask;
      table[at] = base + node;
    }
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
