// A test whose outcome is settled by the block before it, as the first test of a loop that counts from a constant, goes.

import type { JumpCondition } from '../../isa/index.ts';
import { constant } from '../ir/build.ts';
import type { Predicate } from '../ir/types.ts';
import { evaluateCompare } from '../optimize/fold-comparisons.ts';
import { conditions } from './conditions.ts';
import { registersChanged } from './machine.ts';
import type { MachineBlock, MachineFunction, Register } from './types.ts';

const predicates = new Map<unknown, Predicate>(
  Object.entries(conditions).map(([predicate, condition]) => [condition, predicate as Predicate]),
);

/** The number that a block leaves in a register, where the block itself has put it there. */
function numberIn(register: Register, { instructions }: MachineBlock): bigint | undefined {
  const last = instructions.findLast((instruction) => registersChanged(instruction).includes(register));
  if (last?.op !== 'mov' || last.src >= 0 || last.relocation >= 0) return undefined;
  return last.width === 32 ? BigInt.asUintN(32, BigInt(last.imm)) : BigInt(last.imm);
}

/** Where a block that is nothing but a test goes, if that is certain. */
function wayOut({ instructions }: MachineBlock, before: MachineBlock): MachineBlock | undefined {
  const [test, otherwise, more] = instructions;
  if (test?.op !== 'branch' || otherwise?.op !== 'jump' || more || test.src >= 0) return undefined;
  const number = numberIn(test.left, before);
  const predicate = predicates.get(test.operation as JumpCondition);
  if (number === undefined || !predicate) return undefined;
  const type = test.width === 32 ? 'i32' : 'i64';
  const isTaken = evaluateCompare(predicate, constant(type, number), constant(type, test.imm));
  return isTaken ? test.target : otherwise.target;
}

/** The block before, for blocks with one. */
function onlyWays(blocks: readonly MachineBlock[]): Map<MachineBlock, MachineBlock | undefined> {
  const ways = new Map<MachineBlock, MachineBlock | undefined>();
  for (const block of blocks)
    for (const successor of block.successors) ways.set(successor, ways.has(successor) ? undefined : block);
  return ways;
}

/** Drops decided tests, and what is not reached any more. */
export function dropDecidedBranches({ blocks }: MachineFunction): void {
  let isAny = false;
  const only = onlyWays(blocks);
  for (const block of blocks.slice(1)) {
    const before = only.get(block);
    const target = before && wayOut(block, before);
    const jump = block.instructions.at(-1);
    if (!target || !jump) continue;
    block.instructions = [{ ...jump, target }];
    block.successors = [target];
    isAny = true;
  }
  if (isAny) dropUnreached(blocks);
}

function dropUnreached(blocks: MachineBlock[]): void {
  const reached = new Set(blocks.slice(0, 1));
  for (const block of reached) for (const successor of block.successors) reached.add(successor);
  blocks.splice(0, blocks.length, ...blocks.filter((block) => reached.has(block)));
}
