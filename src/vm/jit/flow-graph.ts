// The control-flow graph of one function: basic blocks and the nodes that make irreducible graphs reducible.

import type { EbpfRow } from '../../isa/index.ts';
import type { FunctionRange, PreparedInstruction, PreparedProgram } from '../program/types.ts';

/**
 * A node. `code`: the slots `start` to `end - 1`; its last instruction decides between the successors: for a branch the
 * first is the target, the second the next block. `label`: remembers `label`, then goes to its only successor, a
 * `dispatch` node, which chooses the successor of that number.
 */
export interface FlowNode {
  readonly kind: 'code' | 'label' | 'dispatch';
  readonly start: number;
  readonly end: number;
  readonly label: number;
  /** Indices of nodes. */
  successors: number[];
}

/** Nodes of a function; the first is the entry. */
export interface FlowGraph {
  readonly nodes: FlowNode[];
}

/** Helper number of bpf_tail_call, which may end the function. */
export const TAIL_CALL = 12;

/** Whether an instruction calls something. */
export function isCall({ form }: EbpfRow): boolean {
  return form === 'call' || form === 'call-offset' || form === 'call-register';
}

function isTailCall(instruction: PreparedInstruction): boolean {
  return instruction.row.operation === 'call-helper' && instruction.imm === TAIL_CALL;
}

function isBranch(instruction: PreparedInstruction): boolean {
  const { form, operation } = instruction.row;
  return form === 'branch-imm' || form === 'branch-src' || operation === 'may-goto';
}

/** Whether nothing after the instruction in its block runs with it. */
function endsBlock(instruction: PreparedInstruction): boolean {
  const { operation, group } = instruction.row;
  const leaves = operation === 'exit' || operation === 'jump' || group === 'packet';
  return leaves || isBranch(instruction) || isTailCall(instruction);
}

function nextSlot(code: PreparedProgram['code'], slot: number): number {
  return code[slot + 1] === undefined ? slot + 2 : slot + 1;
}

function findLeaders(code: PreparedProgram['code'], range: FunctionRange): Uint8Array {
  const leaders = new Uint8Array(range.end - range.start + 2);
  leaders[0] = 1;
  for (let slot = range.start; slot < range.end; slot = nextSlot(code, slot)) {
    const instruction = code[slot] as PreparedInstruction;
    if (!endsBlock(instruction)) continue;
    leaders[nextSlot(code, slot) - range.start] = 1;
    if (instruction.row.operation === 'jump' || isBranch(instruction)) leaders[instruction.target - range.start] = 1;
  }
  return leaders;
}

/** Builds the graph of a function. */
export function buildFlowGraph(program: PreparedProgram, range: FunctionRange): FlowGraph {
  const { code } = program;
  const leaders = findLeaders(code, range);
  const nodeAt = new Int32Array(range.end - range.start + 2).fill(-1);
  const nodes: FlowNode[] = [];
  const lastOf: number[] = [];
  let start = range.start;
  for (let slot = range.start; slot < range.end; ) {
    const next = nextSlot(code, slot);
    if (next >= range.end || leaders[next - range.start] === 1) {
      nodeAt[start - range.start] = nodes.length;
      nodes.push({ kind: 'code', start, end: Math.min(next, range.end), label: 0, successors: [] });
      lastOf.push(slot);
      start = next;
    }
    slot = next;
  }
  for (let index = 0; index < nodes.length; index++) {
    const node = nodes[index] as FlowNode;
    const last = code[lastOf[index] as number] as PreparedInstruction;
    const { operation } = last.row;
    if (operation === 'exit') continue;
    if (operation === 'jump' || isBranch(last)) node.successors.push(nodeAt[last.target - range.start] as number);
    if (operation !== 'jump') node.successors.push(nodeAt[node.end - range.start] as number);
  }
  return { nodes };
}

/** The last instruction of a code node. */
export function lastInstruction(program: PreparedProgram, node: FlowNode): PreparedInstruction {
  return (program.code[node.end - 1] ?? program.code[node.end - 2]) as PreparedInstruction;
}

/** Whether the node ends in a conditional jump. */
export function endsInBranch(program: PreparedProgram, node: FlowNode): boolean {
  return node.kind === 'code' && isBranch(lastInstruction(program, node));
}
