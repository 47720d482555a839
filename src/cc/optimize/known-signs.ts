// Sign extensions of values that are never negative become zero extensions, which cost nothing. Counters of loops that count
// up to a bound are among them.

import { makeInstruction, replaceUses, signedValue } from '../ir/build.ts';
import { type FlowGraph, flowGraph } from '../ir/dominators.ts';
import type { Block, Constant, Instruction, InstructionOf, IrFunction, Predicate, Value } from '../ir/types.ts';

const isNatural = (value: Value | undefined): value is Constant =>
  value?.kind === 'constant' && signedValue(value) >= 0n;

/** Predicates by which the left side is below the right one, seen from the true side; and from the false side. */
const below: ReadonlySet<Predicate> = new Set<Predicate>(['slt', 'ult']);
const notAbove: ReadonlySet<Predicate> = new Set<Predicate>(['sge', 'uge']);
const atMost: ReadonlySet<Predicate> = new Set<Predicate>(['sle', 'ule']);
const above: ReadonlySet<Predicate> = new Set<Predicate>(['sgt', 'ugt']);

class Signs {
  readonly #graph: FlowGraph;
  readonly #home = new Map<Value, Block>();
  readonly #known = new Map<Value, boolean>();

  constructor(fn: IrFunction) {
    this.#graph = flowGraph(fn);
    for (const block of fn.blocks) for (const instruction of block.instructions) this.#home.set(instruction, block);
  }

  /** Is an i32 known to be 0 to 2^31 - 1? */
  isNatural(value: Value): boolean {
    if (value.kind === 'constant') return isNatural(value);
    if (value.kind !== 'instruction') return false;
    const known = this.#known.get(value);
    if (known !== undefined) return known;
    // Pessimistic while it is being looked at; phis prove their own steps below.
    this.#known.set(value, false);
    const result = this.#prove(value);
    this.#known.set(value, result);
    return result;
  }

  #prove(value: Instruction): boolean {
    const [left, right] = value.args as [Value, Value | undefined];
    switch (value.op) {
      case 'compare':
        return true;
      case 'load':
        return !value.signed && value.width < 4;
      case 'and':
        return this.isNatural(left) || (right !== undefined && this.isNatural(right));
      case 'or':
      case 'xor':
      case 'urem':
        return this.isNatural(left) && right !== undefined && this.isNatural(right);
      case 'lshr':
        return right?.kind === 'constant' && (right.value & 31n) > 0n;
      case 'ashr':
        return this.isNatural(left);
      case 'udiv':
        return this.isNatural(left) || (right?.kind === 'constant' && right.value >= 2n);
      case 'phi':
        return value.args.every((arg) => this.#comesNaturally(value, arg));
      default:
        return false;
    }
  }

  /** An argument of a phi: natural by itself, or the phi itself one higher where a comparison has bounded it. */
  #comesNaturally(phi: InstructionOf<'phi'>, arg: Value): boolean {
    if (arg === phi) return true;
    if (arg.kind === 'instruction' && arg.op === 'add' && arg.args[0] === phi && arg.args[1]?.kind === 'constant') {
      const step = signedValue(arg.args[1]);
      return step > 0n && this.#isBounded(phi, this.#home.get(arg) as Block, step);
    }
    return this.isNatural(arg);
  }

  /** Does every way to `block` pass a comparison that leaves room for `step` above `value`? */
  #isBounded(value: Value, block: Block, step: bigint): boolean {
    for (let at = block; ; ) {
      const parent = this.#graph.dominator.get(at);
      if (!parent || parent === at) return false;
      const { terminator } = parent;
      const before = this.#graph.predecessors.get(at);
      if (
        terminator.op === 'branch' &&
        before?.length === 1 &&
        before[0] === parent &&
        terminator.targets[0] !== terminator.targets[1]
      ) {
        if (leavesRoom(terminator.args[0] as Value, terminator.targets[0] === at, value, step)) return true;
      }
      at = parent;
    }
  }
}

/** Does a condition being true (or false) mean that `value`, which is natural, can grow by `step`? */
function leavesRoom(condition: Value, holds: boolean, value: Value, step: bigint): boolean {
  if (condition.kind !== 'instruction' || condition.op !== 'compare' || condition.args[0] !== value) return false;
  const { predicate } = condition;
  const bound = condition.args[1] as Value;
  const isBelow = (holds ? below : notAbove).has(predicate);
  const isAtMost = (holds ? atMost : above).has(predicate);
  if (!isBelow && !isAtMost) return false;
  if (bound.kind === 'constant') return isNatural(bound) && signedValue(bound) + step <= 0x7fffffffn;
  // Below anything signed, one more cannot pass the largest number.
  return isBelow && step === 1n && (predicate === 'slt' || predicate === 'sge');
}

/** Turns sign extensions into zero extensions where the sign is known to be 0. */
export function useKnownSigns(fn: IrFunction): boolean {
  if (!fn.blocks.some(({ instructions }) => instructions.some(({ op }) => op === 'sext'))) return false;
  const signs = new Signs(fn);
  const replaced = new Map<Value, Value>();
  for (const block of fn.blocks) {
    for (const [i, instruction] of block.instructions.entries()) {
      if (instruction.op !== 'sext' || !signs.isNatural(instruction.args[0] as Value)) continue;
      const made = makeInstruction(fn, 'zext', [instruction.args[0] as Value], { type: 'i64', span: instruction.span });
      replaced.set(instruction, made);
      block.instructions[i] = made;
    }
  }
  replaceUses(fn, replaced);
  return replaced.size > 0;
}
