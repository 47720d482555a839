// The program as libpcap's optimiser sees it: blocks of statements, each with a comparison at its end.

import { ACCEPT, type Node, REJECT } from '../ir/jumps.ts';
import type { Block } from '../select/blocks.ts';
import { RET_K } from '../select/opcodes.ts';

/** What a block can use or define: words of scratch memory by number, then the registers. */
export const A = 16;
export const X = 17;
/** Both registers at once, in {@link usedBy}. */
export const A_AND_X = 18;
export const PLACES = 18;

/** A statement that was taken out. */
export const NOTHING = -1;

/** One instruction. */
export interface Statement {
  code: number;
  k: number;
}

/** Where a comparison leads when it holds, or when it does not. */
export interface Edge {
  readonly from: Step;
  readonly holds: boolean;
  /** Number of the edge, in the order in which edges are looked at. */
  readonly id: number;
  to: Step;
  /** Edges that every way here takes, this one included. */
  dominators: bigint;
}

/** A block. Its `last` statement is the comparison, or the return of a leaf. */
export interface Step {
  readonly id: number;
  statements: Statement[];
  readonly last: Statement;
  /** Undefined in a leaf. */
  yes: Edge | undefined;
  no: Edge | undefined;
  /** Distance from the leaves. */
  level: number;
  /** Blocks that every way here passes, itself included. */
  dominators: bigint;
  incoming: Edge[];
  /** Numbers of the values that places hold at the end. */
  values: number[];
  /** Number of the value that is compared with. */
  operand: number;
  /** Sets of places, one bit each: read before they are written; written first; read by what follows. */
  reads: number;
  kills: number;
  readLater: number;
}

function leaf(id: number, accepts: boolean): Step {
  return step(id, [], { code: RET_K, k: accepts ? 1 : 0 });
}

function step(id: number, statements: Statement[], last: Statement): Step {
  const values = new Array<number>(PLACES).fill(0);
  const numbers = { level: 0, dominators: 0n, operand: 0, reads: 0, kills: 0, readLater: 0 };
  return { id, statements, last, yes: undefined, no: undefined, incoming: [], values, ...numbers };
}

function statementsOf({ words }: Block): Statement[] {
  const statements: Statement[] = [];
  for (let i = 0; i < words.length; i += 2)
    statements.push({ code: words[i] as number, k: (words[i + 1] as number) >>> 0 });
  return statements;
}

/** The blocks that begin at `root`, in the order in which a walk that takes the true branches first meets them. */
export function stepsOf(blocks: readonly Block[], root: Node): Step[] {
  const byNode = new Map(blocks.map((block) => [block.node, block]));
  const made = new Map<Node, Step>();
  const steps: Step[] = [];
  const count = blocks.length + 2;
  const walk = (node: Node): Step => {
    const known = made.get(node);
    if (known) return known;
    const own: Block[] = [];
    let block = byNode.get(node);
    // Assignments are statements of the block behind them.
    for (; block && block.jump === 0; block = byNode.get(block.yes)) own.push(block);
    const id = steps.length;
    const fresh = block
      ? step(id, [...own, block].flatMap(statementsOf), { code: block.jump, k: block.k >>> 0 })
      : leaf(id, node === ACCEPT);
    made.set(node, fresh);
    steps.push(fresh);
    if (block) {
      fresh.yes = { from: fresh, holds: true, id, to: walk(block.yes), dominators: 0n };
      fresh.no = { from: fresh, holds: false, id: count + id, to: walk(block.no), dominators: 0n };
    }
    return fresh;
  };
  walk(root);
  return steps;
}

/** Whether a block rejects what comes to it. */
export function rejects({ last }: Step): boolean {
  return last.code === RET_K && last.k === REJECT;
}

/** The place a statement reads; -1 for none. */
export function usedBy({ code, k }: Statement): number {
  if (code === NOTHING) return -1;
  switch (code & 7) {
    case 0:
    case 1:
      return (code & 0xe0) === 0x40 ? X : (code & 0xe0) === 0x60 ? k : -1;
    case 2:
      return A;
    case 3:
      return X;
    case 4:
    case 5:
      return code & 8 ? A_AND_X : A;
    case 7:
      return code & 0x80 ? X : A;
    default:
      return -1;
  }
}

/** The place a statement writes; -1 for none. */
export function definedBy({ code, k }: Statement): number {
  if (code === NOTHING) return -1;
  switch (code & 7) {
    case 0:
    case 4:
      return A;
    case 1:
      return X;
    case 2:
    case 3:
      return k;
    case 7:
      return code & 0x80 ? A : X;
    default:
      return -1;
  }
}
