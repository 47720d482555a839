// Arithmetic of 32 bits whose results are only wanted with their sign in 64 is done in 64 at once, where it cannot wrap: `a - b`
// of two characters then needs no extension at all. What is compared stays: the verifier learns of the register compared.

import { constant, makeInstruction, replaceUses, signedValue } from '../ir/build.ts';
import { flowGraph } from '../ir/dominators.ts';
import type { Instruction, IrFunction, Opcode, Value } from '../ir/types.ts';
import { usersOf } from '../ir/users.ts';
import { type Range, ValueRanges } from './value-ranges.ts';

/** Operations whose low half is that of the 64-bit one, and whose sign is too unless they wrap. */
const mayWrap: ReadonlySet<Opcode> = new Set<Opcode>(['add', 'sub', 'mul', 'shl']);
const neverWraps: ReadonlySet<Opcode> = new Set<Opcode>(['and', 'or', 'xor', 'ashr']);
/** Users that can take the low half of the wide value as it is. */
const takesLowHalf: ReadonlySet<Opcode> = new Set<Opcode>([...mayWrap, ...neverWraps, 'lshr', 'sign-extend', 'store']);

const shifts: ReadonlySet<Opcode> = new Set<Opcode>(['shl', 'ashr']);
/** Counts are modulo the width: others would mean something else in 64 bits. */
const isCount = (value: Value | undefined): boolean => value?.kind === 'constant' && value.value < 32n;

/** A range that does not wrap is never the whole of the type: bounds that might are given up. */
const isWhole = ({ min, max }: Range): boolean => min === -0x80000000 && max === 0x7fffffff;

class Widening {
  readonly #fn: IrFunction;
  readonly #ranges: ValueRanges;
  readonly #users: ReadonlyMap<Value, readonly Instruction[]>;
  readonly #wanted = new Set<Instruction>();
  /** The 64-bit values. */
  readonly #wide = new Map<Value, Instruction>();

  constructor(fn: IrFunction) {
    this.#fn = fn;
    this.#ranges = new ValueRanges(flowGraph(fn));
    this.#users = usersOf(fn);
    for (const { instructions, terminator } of fn.blocks)
      for (const instruction of [...instructions, terminator])
        if (this.#isCandidate(instruction)) this.#wanted.add(instruction);
  }

  #isCandidate(instruction: Instruction): boolean {
    const { op, type } = instruction;
    if (type !== 'i32') return false;
    if (op === 'load') return instruction.signed && instruction.width < 4 && instruction.align === undefined;
    if (shifts.has(op) && !isCount(instruction.args[1])) return false;
    if (op === 'sign-extend' || neverWraps.has(op)) return true;
    return mayWrap.has(op) && !isWhole(this.#ranges.of(instruction));
  }

  run(): boolean {
    for (let before = -1; before !== this.#wanted.size; ) {
      before = this.#wanted.size;
      for (const instruction of this.#wanted) if (!this.#isWorthwhile(instruction)) this.#wanted.delete(instruction);
    }
    if (this.#wanted.size === 0) return false;
    for (const instruction of this.#wanted) this.#wide.set(instruction, this.#wideOf(instruction));
    const replaced = new Map<Value, Value>();
    for (const block of this.#fn.blocks)
      block.instructions = block.instructions.flatMap((each) => this.#rewrite(each, replaced));
    replaceUses(this.#fn, replaced);
    return true;
  }

  #isWorthwhile(instruction: Instruction): boolean {
    const users = this.#users.get(instruction) ?? [];
    const isUseful = users.some((user) => user.op === 'sext' || this.#wanted.has(user));
    const isHarmless = users.every((user) => user.op === 'sext' || takesLowHalf.has(user.op));
    return isUseful && isHarmless && widenedOperands(instruction).every((arg) => this.#isFree(arg));
  }

  #isFree(value: Value): boolean {
    return this.#wanted.has(value as Instruction) || value.kind === 'constant' || this.#ranges.of(value).min >= 0;
  }

  /** The same operation in 64 bits, its operands yet to come. */
  #wideOf(instruction: Instruction): Instruction {
    return { ...instruction, id: this.#fn.nextId++, type: 'i64', args: [...instruction.args] } as Instruction;
  }

  #rewrite(instruction: Instruction, replaced: Map<Value, Value>): Instruction[] {
    const source = instruction.op === 'sext' ? this.#wide.get(instruction.args[0] as Value) : undefined;
    if (source) {
      replaced.set(instruction, source);
      return [];
    }
    const wide = this.#wide.get(instruction);
    if (!wide) return [instruction];
    const { span } = instruction;
    const made: Instruction[] = [];
    if (wide.op !== 'load') wide.args = wide.args.map((arg) => this.#extended(arg, wide, made));
    const low = makeInstruction(this.#fn, 'trunc', [wide], { type: 'i32', span });
    replaced.set(instruction, low);
    return [...made, wide, low];
  }

  /** An operand of a wide operation. */
  #extended(value: Value, { span }: Instruction, out: Instruction[]): Value {
    if (value.kind === 'constant') return constant('i64', signedValue(value));
    const known = this.#wide.get(value);
    if (known) return known;
    const made = makeInstruction(this.#fn, 'zext', [value], { type: 'i64', span });
    out.push(made);
    return made;
  }
}

/** Operands whose sign counts. */
function widenedOperands({ op, args }: Instruction): readonly Value[] {
  return op === 'load' || op === 'sign-extend' ? [] : args;
}

/** Does arithmetic in 64 bits where only that is wanted. */
export function widenArithmetic(fn: IrFunction): boolean {
  if (!fn.blocks.some(({ instructions }) => instructions.some(({ op }) => op === 'sext'))) return false;
  return new Widening(fn).run();
}
