// Products and sums with constants that follow each other are one product and one sum: `(x * 3 + 1) * 5 + 2` is `x * 15 + 7`.
// Only long chains, or short ones in loops: large constants cost an instruction each, which in a loop is made before it.

import { constant, makeInstruction, replaceUses } from '../ir/build.ts';
import { flowGraph } from '../ir/dominators.ts';
import type { Block, Instruction, IrFunction, Value } from '../ir/types.ts';
import { usersOf } from '../ir/users.ts';
import { findLoops } from './loops.ts';

/** Operations that are worth it to join, in loops and elsewhere. */
const FEW = 4;
const MANY = 6;

/** `from * factor + summand`, in `length` operations. */
interface Chain {
  readonly from: Value;
  readonly factor: bigint;
  readonly summand: bigint;
  readonly length: number;
}

/** The chain that an instruction ends, given those of the instructions before. */
function chainOf({ op, args }: Instruction, before: Chain | undefined): Chain | undefined {
  const [from, by] = args;
  if ((op !== 'mul' && op !== 'add') || !from || by?.kind !== 'constant') return undefined;
  const { factor, summand, length } = before ?? { factor: 1n, summand: 0n, length: 0 };
  const chain = { from: before?.from ?? from, length: length + 1 };
  if (op === 'add') return { ...chain, factor, summand: summand + by.value };
  return { ...chain, factor: factor * by.value, summand: summand * by.value };
}

/** Chains of a block, by the instructions that end them. */
function chainsIn({ instructions }: Block, users: ReadonlyMap<Value, readonly Instruction[]>): Map<Instruction, Chain> {
  const chains = new Map<Instruction, Chain>();
  for (const instruction of instructions) {
    const from = instruction.args[0] as Instruction;
    const before = users.get(from)?.length === 1 ? chains.get(from) : undefined;
    const chain = chainOf(instruction, before);
    if (!chain) continue;
    if (before) chains.delete(from);
    chains.set(instruction, chain);
  }
  return chains;
}

/** Joins the operations of a block's chains of `enough` or more. */
function joinIn(
  fn: IrFunction,
  block: Block,
  chains: ReadonlyMap<Instruction, Chain>,
  enough: number,
): Map<Value, Value> {
  const replaced = new Map<Value, Value>();
  block.instructions = block.instructions.flatMap((instruction) => {
    const chain = chains.get(instruction);
    if (!chain || chain.length < enough) return [instruction];
    const { span } = instruction;
    const type = instruction.type as 'i32' | 'i64';
    const product = makeInstruction(fn, 'mul', [chain.from, constant(type, chain.factor)], { type, span });
    const sum = makeInstruction(fn, 'add', [product, constant(type, chain.summand)], { type, span });
    replaced.set(instruction, sum);
    return [product, sum];
  });
  return replaced;
}

/** Chains that are long enough have two products. */
function mayHaveChain({ instructions }: Block): boolean {
  return instructions.filter(({ op, args }) => op === 'mul' && args[1]?.kind === 'constant').length > 1;
}

/** Joins products and sums with constants. */
export function joinProducts(fn: IrFunction): boolean {
  const candidates = fn.blocks.filter(mayHaveChain);
  if (candidates.length === 0) return false;
  const users = usersOf(fn);
  let inLoops: ReadonlySet<Block> | undefined;
  let changed = false;
  for (const block of candidates) {
    const chains = chainsIn(block, users);
    if (![...chains.values()].some(({ length }) => length >= FEW)) continue;
    inLoops ??= new Set(findLoops(flowGraph(fn)).flatMap(({ body }) => [...body]));
    const replaced = joinIn(fn, block, chains, inLoops.has(block) ? FEW : MANY);
    replaceUses(fn, replaced);
    changed ||= replaced.size > 0;
  }
  return changed;
}
