// A loop's counter that is only used multiplied by one number counts in steps of that number instead: `i * 8` of a table's index
// costs nothing any more. The verifier follows the scaled counter as it did the other: from a constant, to a constant.

import { constant, makeInstruction, replaceUses, signedValue } from '../ir/build.ts';
import { flowGraph } from '../ir/dominators.ts';
import type { Constant, Instruction, InstructionOf, IrFunction, Value } from '../ir/types.ts';
import { usersOf } from '../ir/users.ts';
import { findLoops, type Loop, phisOf } from './loops.ts';
import { ValueRanges } from './value-ranges.ts';

/** Scaled numbers stay below this, so that no comparison of them changes its meaning. */
const LIMIT = 1n << 30n;

type Compare = InstructionOf<'compare'>;

/** A counter that can be scaled, and all that uses it. */
interface Counter {
  readonly phi: InstructionOf<'phi'>;
  readonly next: Instruction;
  readonly factor: bigint;
  readonly products: readonly Instruction[];
  readonly compares: readonly Compare[];
}

/** What a value is multiplied by. */
function factorOf({ op, args }: Instruction): bigint | undefined {
  const [, by] = args;
  if (by?.kind !== 'constant' || by.value > 0xffffn) return undefined;
  if (op === 'mul') return by.value;
  return op === 'shl' && by.value < 16n ? 1n << by.value : undefined;
}

/** What a phi becomes when something is added to it in each round. */
function stepOf(phi: InstructionOf<'phi'>): Instruction | undefined {
  const isStep = (arg: Value): arg is Instruction =>
    arg.kind === 'instruction' && arg.op === 'add' && arg.args[0] === phi;
  return phi.args.find(isStep);
}

class CounterScaling {
  readonly #fn: IrFunction;
  readonly #ranges: ValueRanges;
  readonly #users: ReadonlyMap<Value, readonly Instruction[]>;

  constructor(fn: IrFunction, ranges: ValueRanges) {
    this.#fn = fn;
    this.#ranges = ranges;
    this.#users = usersOf(fn);
  }

  /** The counter that a phi of a loop's head is. */
  counter(phi: InstructionOf<'phi'>): Counter | undefined {
    const next = stepOf(phi);
    if (!next || phi.args.length !== 2) return undefined;
    const products: Instruction[] = [];
    const compares: Compare[] = [];
    const isAll =
      this.#sort(phi, next, { products, compares }) && this.#sort(next, phi, { products: undefined, compares });
    const [first] = products;
    if (!isAll || !first) return undefined;
    const factor = factorOf(first) as bigint;
    const isOne = products.every((each) => factorOf(each) === factor && each.type === first.type);
    const constants = [...phi.args.filter((arg) => arg !== next), ...[next, ...compares].map(({ args }) => args[1])];
    const isSmall = constants.every((value) => value?.kind === 'constant' && staysSmall(value, factor));
    return isOne && isSmall && this.#isBounded(phi, factor) ? { phi, next, factor, products, compares } : undefined;
  }

  /** Sorts the users of a counter other than `known`, through its extensions; false if there are others still. */
  #sort(value: Value, known: Value, sorted: { products: Instruction[] | undefined; compares: Compare[] }): boolean {
    return (this.#users.get(value) ?? []).every((user) => {
      if (user === known) return true;
      if (user.op === 'zext') return this.#sort(user, known, sorted);
      if (user.op === 'compare') return user.predicate !== 'set' && sorted.compares.push(user) > 0;
      return factorOf(user) !== undefined && sorted.products !== undefined && sorted.products.push(user) > 0;
    });
  }

  #isBounded(phi: Value, factor: bigint): boolean {
    const { min, max } = this.#ranges.of(phi);
    return min >= 0 && Number.isFinite(max) && BigInt(max) * factor < LIMIT;
  }

  scale({ phi, next, factor, products, compares }: Counter): void {
    const type = (products[0] as Instruction).type as 'i32' | 'i64';
    const scaled = (value: Value): Constant => constant(type, signedValue(value as Constant) * factor);
    const [counter, sum] = [
      makeInstruction(this.#fn, 'phi', [], { type, blocks: phi.blocks, span: phi.span }),
      makeInstruction(this.#fn, 'add', [], { type, span: next.span }),
    ];
    counter.args = phi.args.map((arg) => (arg === next ? sum : scaled(arg)));
    sum.args = [counter, scaled(next.args[1] as Value)];
    for (const compare of compares)
      compare.args = [this.#isOf(compare.args[0] as Value, next) ? sum : counter, scaled(compare.args[1] as Value)];
    for (const block of this.#fn.blocks)
      block.instructions = block.instructions.flatMap((each) =>
        each === phi ? [counter, phi] : each === next ? [sum, next] : [each],
      );
    replaceUses(this.#fn, new Map(products.map((product) => [product, counter])));
  }

  #isOf(value: Value, next: Value): boolean {
    return value === next || (value.kind === 'instruction' && value.op === 'zext' && value.args[0] === next);
  }
}

function staysSmall(value: Constant, factor: bigint): boolean {
  const signed = signedValue(value);
  return signed >= 0n && signed * factor < LIMIT;
}

/** Scales the counters of loops; the unscaled ones are left to be removed. */
export function scaleCounters(fn: IrFunction): boolean {
  if (!fn.blocks.some((block) => phisOf(block).some(stepOf))) return false;
  const graph = flowGraph(fn);
  const loops = findLoops(graph);
  if (loops.length === 0) return false;
  const scaling = new CounterScaling(fn, new ValueRanges(graph));
  const counters = loops.flatMap(({ head }: Loop) => phisOf(head).flatMap((phi) => scaling.counter(phi) ?? []));
  for (const counter of counters) scaling.scale(counter);
  return counters.length > 0;
}
