// Loops whose number of rounds is known become straight code where that stays small, or where `#pragma unroll` asks for it.
// Inner loops first: what is left of them is part of the loops around them.

import { isSameValue, makeBlock, makeInstruction } from '../ir/build.ts';
import { type FlowGraph, flowChanged, flowGraph } from '../ir/dominators.ts';
import type { Block, Instruction, IrFunction, IrModule, Terminator, Value } from '../ir/types.ts';
import { demoteValues, usedOutside } from './demote-values.ts';
import { foldConstants } from './fold-constants.ts';
import { hasInnerLoop, type Rounds, roundsOf } from './loop-rounds.ts';
import { findLoops, incoming, type Loop, phisOf } from './loops.ts';
import { removeUnreachable, simplifyBlocks } from './simplify-blocks.ts';

/** Instructions that an unrolled loop may have, and as many times more where most of the rolled ones go away by it. */
const SMALL = 150;
const MOST_GAIN = 4;
const FEW_ROUNDS = 10;
/** So many rounds are only unrolled where hardly anything is left of them. */
const MOST_ROUNDS = 128;
const TINY = 16;
/** Instructions of each round that count it, and are gone for certain. */
const COUNTING = 2;
/** Where the source asks. */
const LARGE = 20_000;
const MOST_ROUNDS_ASKED = 4096;
/** Copies are made before they are simplified; no function gets more of them, but where the source asks. */
const MOST_COPIED = 10_000;
const MOST_COPIED_ASKED = 40_000;

/** One round: copies of the loop's blocks and values, the head's phis among them. */
interface Round {
  readonly blocks: Map<Block, Block>;
  readonly values: Map<Value, Value>;
}

class Unrolling {
  readonly #fn: IrFunction;
  readonly #loop: Loop;
  readonly #order: readonly Block[];
  readonly #made: Block[] = [];

  constructor(fn: IrFunction, loop: Loop) {
    this.#fn = fn;
    this.#loop = loop;
    this.#order = fn.blocks.filter((block) => loop.body.has(block));
  }

  run(count: number): void {
    const { head, latches, body } = this.#loop;
    const outside = this.#fn.blocks.filter((block) => !body.has(block) && block.terminator.targets.includes(head));
    let last = this.#copy(outside, (value) => value, new Map());
    for (const from of outside) redirect(from, head, last.blocks.get(head) as Block);
    for (let round = 1; round <= count; round++) {
      const { blocks, values } = last;
      const next = this.#copy(latches, (value) => values.get(value) ?? value, blocks);
      for (const latch of latches) redirect(blocks.get(latch) as Block, head, next.blocks.get(head) as Block);
      last = next;
    }
    // The last round was found to leave.
    const never = makeBlock(this.#fn, 'never', true);
    for (const latch of latches) redirect(last.blocks.get(latch) as Block, head, never);
    this.#replace([...this.#made, never]);
  }

  #replace(blocks: readonly Block[]): void {
    const { body, head } = this.#loop;
    for (const block of body) {
      for (const target of new Set(block.terminator.targets)) if (!body.has(target)) forget(target, block);
    }
    const at = this.#fn.blocks.indexOf(head);
    const before = this.#fn.blocks.slice(0, at).filter((block) => !body.has(block));
    const behind = this.#fn.blocks.slice(at).filter((block) => !body.has(block));
    this.#fn.blocks = [...before, ...blocks, ...behind];
    flowChanged(this.#fn);
    removeUnreachable(this.#fn);
  }

  /** Copies the loop once, entered from `ways` (whose copies `origins` tells) with values as `last` knows them. */
  #copy(ways: readonly Block[], last: (value: Value) => Value, origins: ReadonlyMap<Block, Block>): Round {
    const { head } = this.#loop;
    const round: Round = { blocks: new Map(), values: new Map() };
    for (const block of this.#order) {
      const copy = makeBlock(this.#fn, block.name, true);
      round.blocks.set(block, copy);
      this.#made.push(copy);
    }
    for (const phi of phisOf(head)) {
      const args = ways.map((from) => last(incoming(phi, from)));
      const blocks = ways.map((from) => origins.get(from) ?? from);
      const { type, span } = phi;
      const isOne = args.every((arg) => isSameValue(arg, args[0] as Value));
      const value = isOne ? (args[0] as Value) : makeInstruction(this.#fn, 'phi', args, { type, blocks, span });
      if (!isOne) round.blocks.get(head)?.instructions.push(value as Instruction);
      round.values.set(phi, value);
    }
    for (const block of this.#order) this.#copyInstructions(round, block);
    for (const block of this.#order) this.#connect(round, block);
    return round;
  }

  #copyInstructions({ blocks, values }: Round, block: Block): void {
    const copy = blocks.get(block) as Block;
    for (const instruction of block.instructions) {
      if (instruction.op === 'phi' && block === this.#loop.head) continue;
      const made = { ...instruction, id: this.#fn.nextId++, args: [...instruction.args] } as Instruction;
      values.set(instruction, made);
      copy.instructions.push(made);
    }
  }

  #connect({ blocks, values }: Round, block: Block): void {
    const copy = blocks.get(block) as Block;
    const map = (value: Value): Value => values.get(value) ?? value;
    for (const instruction of copy.instructions) {
      // The head's phis are made of what the round before left.
      if (instruction.op === 'phi' && block === this.#loop.head) continue;
      instruction.args = instruction.args.map(map);
      if (instruction.op === 'phi') instruction.blocks = instruction.blocks.map((from) => blocks.get(from) ?? from);
    }
    const { terminator } = block;
    const targets = terminator.targets.map((target) =>
      target === this.#loop.head ? target : (blocks.get(target) ?? target),
    );
    copy.terminator = { ...terminator, id: this.#fn.nextId++, args: terminator.args.map(map), targets } as Terminator;
    for (const target of new Set(terminator.targets)) {
      if (blocks.has(target)) continue;
      for (const phi of phisOf(target)) {
        phi.args.push(map(incoming(phi, block)));
        phi.blocks.push(copy);
      }
    }
  }
}

function redirect({ terminator }: Block, from: Block, to: Block): void {
  terminator.targets = terminator.targets.map((target) => (target === from ? to : target));
}

function forget(target: Block, from: Block): void {
  for (const phi of phisOf(target)) {
    const at = phi.blocks.indexOf(from);
    if (at < 0) continue;
    phi.blocks.splice(at, 1);
    phi.args.splice(at, 1);
  }
}

function isWorthwhile({ count, unrolled, rolled }: Rounds): boolean {
  if (unrolled <= TINY) return true;
  if (count > FEW_ROUNDS) return rolled - count * COUNTING <= SMALL;
  return unrolled <= SMALL * Math.max(1, Math.min(MOST_GAIN, rolled / unrolled));
}

const cannotRepeat = new Set(['alloca', 'asm']);

/** Can copies of its instructions stand side by side? Labels of assembly and stack objects are there once. */
function canCopy({ body }: Loop): boolean {
  for (const { instructions, terminator } of body)
    if (
      terminator.op === 'asm-goto' ||
      instructions.some((instruction) => cannotRepeat.has(instruction.op) && !isBarrier(instruction))
    )
      return false;
  return true;
}

/** Assembly without text can be repeated. */
function isBarrier(instruction: Instruction): boolean {
  return instruction.op === 'asm' && instruction.template === '';
}

function sizeOf({ body }: Loop): number {
  let size = 0;
  for (const { instructions } of body) size += instructions.length + 1;
  return size;
}

/** How often a loop is to be copied; undefined to leave it. */
function roundsToCopy(graph: FlowGraph, loop: Loop, module: IrModule): number | undefined {
  const { unroll } = loop.head;
  const isAsked = unroll === 'full';
  if ((unroll !== undefined && !isAsked) || !canCopy(loop)) return undefined;
  const most = isAsked
    ? { rounds: MOST_ROUNDS_ASKED, unrolled: LARGE }
    : { rounds: MOST_ROUNDS, unrolled: SMALL * MOST_GAIN };
  const rounds = roundsOf(graph, loop, module, most);
  return rounds && (isAsked || isWorthwhile(rounds)) ? rounds.count : undefined;
}

/** Unrolls innermost loops that are short. */
export function unrollLoops(fn: IrFunction, module: IrModule): boolean {
  const seen = new Set<Block>();
  let copied = 0;
  const unrollOne = (): boolean => {
    const graph = flowGraph(fn);
    for (const loop of findLoops(graph)) {
      if (seen.has(loop.head) || hasInnerLoop(graph, loop)) continue;
      seen.add(loop.head);
      const count = roundsToCopy(graph, loop, module);
      if (count === undefined) continue;
      copied += sizeOf(loop) * (count + 1);
      if (copied > (loop.head.unroll === 'full' ? MOST_COPIED_ASKED : MOST_COPIED)) return false;
      demoteValues(fn, usedOutside(fn, [loop.body]));
      new Unrolling(fn, loop).run(count);
      return true;
    }
    return false;
  };
  let changed = false;
  while (unrollOne()) {
    foldConstants(fn, module);
    simplifyBlocks(fn);
    changed = true;
  }
  return changed;
}
