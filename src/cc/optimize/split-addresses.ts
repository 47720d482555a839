// Addresses of elements `table[i + 1]`, `table[i + 2]` become one address of `table[i]` and constant offsets of the accesses.
// Only in objects of the program's own, and where `i` is bounded by itself: else the verifier, which may know `i + 1` from a
// comparison, would know nothing of `i`.

import { constant, makeInstruction, signedValue } from '../ir/build.ts';
import { flowGraph } from '../ir/dominators.ts';
import type { Constant, Instruction, IrFunction, Value } from '../ir/types.ts';
import { ValueRanges } from './value-ranges.ts';

/** Indices up to which an offset cannot leave what pointers may be offset by. */
const INDEX_LIMIT = 1 << 24;

interface Sum {
  readonly base: Value;
  readonly step: Constant;
}

class Splitter {
  readonly #fn: IrFunction;
  readonly #ranges: ValueRanges;
  readonly #made: Instruction[] = [];

  constructor(fn: IrFunction) {
    this.#fn = fn;
    this.#ranges = new ValueRanges(flowGraph(fn));
  }

  /** Rewrites an address; the instructions to stand before it. */
  address(address: Instruction): readonly Instruction[] {
    this.#made.length = 0;
    const [base, offset] = address.args as [Value, Value];
    const sum = base.kind === 'symbol' ? this.#sum(offset) : undefined;
    if (!sum) return [];
    const inner = makeInstruction(this.#fn, 'ptradd', [base, sum.base], { type: 'ptr', span: address.span });
    this.#made.push(inner);
    address.args = [inner, sum.step];
    return [...this.#made];
  }

  /** An offset as something bounded and a constant. */
  #sum(offset: Value): Sum | undefined {
    if (offset.kind !== 'instruction') return undefined;
    const { op, args } = offset;
    if (op === 'zext') return this.#extended(offset, args[0] as Value);
    if ((op !== 'shl' && op !== 'mul') || args[1]?.kind !== 'constant') return this.#plain(offset);
    const factor = args[1];
    const inner = this.#sum(args[0] as Value);
    if (!inner) return undefined;
    const by = op === 'shl' ? 1n << (factor.value & 63n) : factor.value;
    return { base: this.#make(op, [inner.base, factor], offset), step: constant('i64', inner.step.value * by) };
  }

  #plain(value: Value): Sum | undefined {
    if (value.kind !== 'instruction' || value.op !== 'add' || value.args[1]?.kind !== 'constant') return undefined;
    const [base, step] = value.args as [Value, Constant];
    return this.#isBounded(base, step) ? { base, step } : undefined;
  }

  /** Neither the sum nor what it is made of wraps, so that it can be extended before as well as behind. */
  #extended(zext: Instruction, value: Value): Sum | undefined {
    const sum = this.#plain(value);
    return sum && { base: this.#make('zext', [sum.base], zext), step: constant('i64', signedValue(sum.step)) };
  }

  #isBounded(base: Value, step: Constant): boolean {
    const { min, max } = this.#ranges.of(base);
    const by = Number(signedValue(step));
    return min >= 0 && max < INDEX_LIMIT && min + by >= 0 && Math.abs(by) < INDEX_LIMIT;
  }

  #make(op: 'zext' | 'shl' | 'mul', args: Value[], { span }: Instruction): Value {
    const made = makeInstruction(this.#fn, op as 'mul', args, { type: 'i64', span });
    this.#made.push(made);
    return made;
  }
}

/** Splits the addresses of one function. */
export function splitAddresses(fn: IrFunction): boolean {
  const isCandidate = ({ op, args }: Instruction): boolean =>
    op === 'ptradd' && args[0]?.kind === 'symbol' && args[1]?.kind === 'instruction';
  if (!fn.blocks.some(({ instructions }) => instructions.some(isCandidate))) return false;
  const splitter = new Splitter(fn);
  let changed = false;
  for (const block of fn.blocks) {
    block.instructions = block.instructions.flatMap((instruction) => {
      const before = isCandidate(instruction) ? splitter.address(instruction) : [];
      changed ||= before.length > 0;
      return [...before, instruction];
    });
  }
  return changed;
}
