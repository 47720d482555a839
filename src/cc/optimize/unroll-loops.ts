// Loops whose number of rounds is known become straight code where that stays small, or where `#pragma unroll` asks for it.
// Innermost loops only: the next run of the pass finds the loops around them.

import { constant, makeTerminator, replaceUses, signedValue } from '../ir/build.ts';
import { dominates, type FlowGraph, flowGraph } from '../ir/dominators.ts';
import type { BinaryOp, Block, Constant, Instruction, InstructionOf, IrFunction, Value } from '../ir/types.ts';
import { binaryOps, evaluateBinary, evaluateCompare } from './fold-constants.ts';
import { removeUnreachable } from './simplify-blocks.ts';

/** Instructions that an unrolled loop may have; more only where the source asks. */
const SMALL = 150;
const LARGE = 20_000;
const MOST_ROUNDS = 64;
const MOST_ROUNDS_ASKED = 4096;

interface Loop {
  readonly head: Block;
  readonly latch: Block;
  readonly body: ReadonlySet<Block>;
  readonly before: Block;
}

/** The loop that `latch` closes, if it has the plain shape: one way in, one way back, tested at its head or its end. */
function loopOf(graph: FlowGraph, latch: Block, head: Block): Loop | undefined {
  const into = graph.predecessors.get(head) ?? [];
  const before = into.find((block) => block !== latch);
  if (into.length !== 2 || !before) return undefined;
  const body = new Set<Block>([head]);
  const work = [latch];
  for (let block = work.pop(); block; block = work.pop()) {
    if (body.has(block)) continue;
    body.add(block);
    work.push(...(graph.predecessors.get(block) ?? []));
  }
  // A loop within is unrolled first.
  for (const block of body) {
    for (const target of block.terminator.targets)
      if (target !== head && body.has(target) && dominates(graph, target, block)) return undefined;
  }
  return { head, latch, body, before };
}

type Known = ReadonlyMap<Value, Constant>;

/** The constant that `value` is, given those of the head's phis. */
function evaluate(value: Value, known: Known, depth = 0): Constant | undefined {
  if (value.kind === 'constant') return value;
  const found = known.get(value);
  if (found || value.kind !== 'instruction' || depth > 8) return found;
  const { op, type } = value;
  const wanted =
    binaryOps.has(op) || op === 'compare' || op === 'zext' || op === 'sext' || op === 'trunc' || op === 'sign-extend';
  if (!wanted) return undefined;
  const [left, right] = value.args.map((arg) => evaluate(arg, known, depth + 1));
  if (!left || (value.args.length > 1 && !right)) return undefined;
  if (op === 'compare') return constant('i32', evaluateCompare(value.predicate, left, right as Constant) ? 1 : 0);
  if (op === 'sext') return constant('i64', signedValue(left));
  if (op === 'sign-extend') return constant(type as 'i32', BigInt.asIntN(value.bits, left.value));
  if (op === 'zext' || op === 'trunc') return constant(type as 'i32', left.value);
  return constant(type as 'i32', evaluateBinary(op as BinaryOp, left, right as Constant));
}

function phisOf(block: Block): InstructionOf<'phi'>[] {
  return block.instructions.filter((instruction) => instruction.op === 'phi');
}

function incoming(phi: InstructionOf<'phi'>, from: Block): Value {
  return phi.args[phi.blocks.indexOf(from)] as Value;
}

/** The block whose branch counts the rounds. */
function testOf({ head, latch, body }: Loop): Block | undefined {
  return [head, latch].find(
    ({ terminator }) =>
      terminator.op === 'branch' && terminator.targets.filter((target) => body.has(target)).length === 1,
  );
}

/** How often the test stays in the loop; undefined where that is not known or more than `most`. */
function roundsOf(loop: Loop, most: number): number | undefined {
  const { head, latch, body, before } = loop;
  const tests = testOf(loop);
  if (!tests) return undefined;
  const phis = phisOf(head);
  let known = new Map<Value, Constant>();
  const enter = (from: Block, last: Known): void => {
    const next = new Map<Value, Constant>();
    for (const phi of phis) {
      const value = evaluate(incoming(phi, from), last);
      if (value) next.set(phi, value);
    }
    known = next;
  };
  enter(before, known);
  for (let rounds = 0; rounds <= most; rounds++) {
    const condition = evaluate(tests.terminator.args[0] as Value, known);
    if (!condition) return undefined;
    const target = tests.terminator.targets[condition.value !== 0n ? 0 : 1] as Block;
    if (!body.has(target)) return rounds;
    enter(latch, known);
  }
  return undefined;
}

/** Values of the loop that are used behind it other than by phis at its exits. */
function leaking(fn: IrFunction, loop: Loop): Set<Value> {
  const made = new Set<Value>();
  for (const block of loop.body) for (const instruction of block.instructions) made.add(instruction);
  const result = new Set<Value>();
  for (const block of fn.blocks) {
    if (loop.body.has(block)) continue;
    for (const instruction of [...block.instructions, block.terminator]) {
      for (const [i, arg] of instruction.args.entries()) {
        const isExitPhi = instruction.op === 'phi' && loop.body.has(instruction.blocks[i] as Block);
        if (made.has(arg) && !isExitPhi) result.add(arg);
      }
    }
  }
  return result;
}

/** One round: copies of the loop's blocks and values, the head's phis among them. */
interface Round {
  readonly blocks: Map<Block, Block>;
  readonly values: Map<Value, Value>;
  readonly isLast: boolean;
}

/** Copies the loop's blocks into a round. */
function copyRound(fn: IrFunction, loop: Loop, round: Round): void {
  const { blocks, values } = round;
  for (const block of loop.body) blocks.set(block, { ...block, id: fn.nextId++, instructions: [], unroll: undefined });
  for (const [block, copy] of blocks) {
    for (const instruction of block.instructions) {
      if (block === loop.head && instruction.op === 'phi') continue;
      const made = { ...instruction, id: fn.nextId++, args: [...instruction.args] } as Instruction;
      values.set(instruction, made);
      copy.instructions.push(made);
    }
  }
  for (const [block, copy] of blocks) {
    for (const instruction of copy.instructions) {
      instruction.args = instruction.args.map((arg) => values.get(arg) ?? arg);
      if (instruction.op === 'phi') instruction.blocks = instruction.blocks.map((from) => blocks.get(from) ?? from);
    }
    copyTerminator(fn, loop, round, block);
  }
}

function copyTerminator(fn: IrFunction, loop: Loop, { blocks, values, isLast }: Round, block: Block): void {
  const { terminator } = block;
  const copy = blocks.get(block) as Block;
  const map = (value: Value): Value => values.get(value) ?? value;
  // The test is known; the way back is set when the next round is there.
  const isTest = block === testOf(loop);
  const ways = isTest ? terminator.targets.filter((target) => loop.body.has(target) !== isLast) : terminator.targets;
  const targets = ways.map((target) => (target === loop.head ? target : (blocks.get(target) ?? target)));
  copy.terminator = isTest
    ? makeTerminator(fn, 'jump', [], targets, terminator.span)
    : { ...terminator, id: fn.nextId++, args: terminator.args.map(map), targets };
  for (const target of new Set(ways)) {
    if (loop.body.has(target)) continue;
    for (const phi of phisOf(target)) {
      phi.args.push(map(incoming(phi, block)));
      phi.blocks.push(copy);
    }
  }
}

function unroll(fn: IrFunction, loop: Loop, rounds: number): void {
  const { head, latch, body, before } = loop;
  let from = before;
  let last = new Map<Value, Value>();
  const made: Block[] = [];
  for (let round = 0; round <= rounds; round++) {
    const values = new Map<Value, Value>();
    for (const phi of phisOf(head)) {
      const value = incoming(phi, round === 0 ? before : latch);
      values.set(phi, round === 0 ? value : (last.get(value) ?? value));
    }
    const blocks = new Map<Block, Block>();
    copyRound(fn, loop, { blocks, values, isLast: round === rounds });
    const entry = blocks.get(head) as Block;
    from.terminator.targets = from.terminator.targets.map((target) => (target === head ? entry : target));
    from = blocks.get(latch) as Block;
    made.push(...blocks.values());
    last = values;
  }
  // Behind the test of the last round nothing gets here.
  if (from.terminator.targets.includes(head))
    from.terminator = makeTerminator(fn, 'unreachable', [], [], from.terminator.span);
  for (const block of body) {
    for (const target of new Set(block.terminator.targets)) {
      if (body.has(target)) continue;
      for (const phi of phisOf(target)) {
        const at = phi.blocks.indexOf(block);
        phi.blocks.splice(at, 1);
        phi.args.splice(at, 1);
      }
    }
  }
  const index = fn.blocks.indexOf(head);
  fn.blocks = fn.blocks.filter((block) => !body.has(block));
  fn.blocks.splice(Math.min(index, fn.blocks.length), 0, ...made);
  replaceUses(fn, last);
  removeUnreachable(fn);
}

/** How often to copy the loop; undefined to leave it. */
function worthwhile(fn: IrFunction, loop: Loop): number | undefined {
  const { head, body } = loop;
  if (head.unroll === 'disable' || typeof head.unroll === 'number') return undefined;
  const isAsked = head.unroll === 'full';
  const rounds = roundsOf(loop, isAsked ? MOST_ROUNDS_ASKED : MOST_ROUNDS);
  const size = [...body].reduce((sum, { instructions }) => sum + instructions.length + 1, 0);
  if (rounds === undefined || size * rounds > (isAsked ? LARGE : SMALL)) return undefined;
  const exits = [...body].filter(({ terminator }) => terminator.targets.some((target) => !body.has(target)));
  // With several ways out, what is used behind must go by phis.
  if (exits.length > 1 && leaking(fn, loop).size > 0) return undefined;
  return [...body].some(({ instructions }) => instructions.some(({ op }) => op === 'alloca' || op === 'asm'))
    ? undefined
    : rounds;
}

/** Unrolls one loop of the function, if there is one worth it. */
function unrollOne(fn: IrFunction): boolean {
  const graph = flowGraph(fn);
  for (const latch of graph.order) {
    const head = latch.terminator.targets.find((target) => dominates(graph, target, latch));
    const loop = head && loopOf(graph, latch, head);
    const rounds = loop && worthwhile(fn, loop);
    if (rounds === undefined) continue;
    unroll(fn, loop as Loop, rounds);
    return true;
  }
  return false;
}

/** Unrolls innermost loops that are short. */
export function unrollLoops(fn: IrFunction): boolean {
  let changed = false;
  while (unrollOne(fn)) changed = true;
  return changed;
}
