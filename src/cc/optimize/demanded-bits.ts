// Masks and extensions above the bits that anybody looks at go: of what is stored in a byte only eight bits count. How many low
// bits of each value count is found backwards from its uses.

import { makeInstruction, replaceUses } from '../ir/build.ts';
import type { Instruction, InstructionOf, IrFunction, IrModule, Opcode, Value } from '../ir/types.ts';

const widthOf = (value: Value): number => (value.type === 'i32' ? 32 : 64);

/** Low bits of argument `index` that count, where `bits` of the result do. */
type Rule = (instruction: Instruction, bits: number, index: number) => number;

const low: Rule = (_, bits) => bits;
const convert: Rule = (_, bits) => Math.min(bits, 32);

function throughMask({ args }: Instruction, bits: number, index: number): number {
  const mask = args[1 - index];
  return mask?.kind === 'constant' ? Math.min(bits, mask.value.toString(2).length) : bits;
}

/** Where each bit of the result depends on bits of the operands that are not higher. */
const rules: { readonly [O in Opcode]?: Rule } = {
  add: low,
  sub: low,
  mul: low,
  and: throughMask,
  or: low,
  xor: low,
  phi: low,
  trunc: low,
  zext: convert,
  sext: convert,
  'sign-extend': (instruction, bits) => Math.min(Math.max(bits, 1), (instruction as InstructionOf<'sign-extend'>).bits),
  shl: ({ args, type }, bits, index) => {
    const count = args[1];
    if (index === 1 || count?.kind !== 'constant') return 64;
    return Math.max(0, bits - Number(count.value & (type === 'i32' ? 31n : 63n)));
  },
  lshr: ({ args, type }, bits, index) => {
    const count = args[1];
    if (index === 1 || count?.kind !== 'constant') return 64;
    return bits + Number(count.value & (type === 'i32' ? 31n : 63n));
  },
  store: (instruction, _, index) => (index === 1 ? (instruction as InstructionOf<'store'>).width * 8 : 64),
};

/** Numbers of the parameters of which a function of the module looks at the low half only. */
function lowParameters(fn: IrFunction | undefined): ReadonlySet<number> {
  if (fn?.linkage !== 'static') return new Set();
  const low = new Set(fn.parameters.filter(({ type }) => type === 'i64').map(({ index }) => index));
  for (const { instructions, terminator } of fn.blocks) {
    for (const { op, args } of [...instructions, terminator])
      for (const arg of args) if (arg.kind === 'parameter' && op !== 'trunc') low.delete(arg.index);
  }
  return low;
}

class Demand {
  readonly #bits = new Map<Value, number>();
  readonly #work: Instruction[] = [];
  readonly #module: IrModule;
  readonly #lowParameters = new Map<string, ReadonlySet<number>>();

  constructor(fn: IrFunction, module: IrModule) {
    this.#module = module;
    for (const block of fn.blocks) {
      for (const instruction of block.instructions)
        if (instruction.type === 'void' || !rules[instruction.op]) this.#spread(instruction, 64);
      this.#spread(block.terminator, 64);
    }
    for (let next = this.#work.pop(); next; next = this.#work.pop()) this.#spread(next, this.of(next));
  }

  of(value: Value): number {
    return this.#bits.get(value) ?? 0;
  }

  #callRule({ target: { kind, name } }: InstructionOf<'call'>): Rule | undefined {
    if (kind !== 'function') return undefined;
    const known = this.#lowParameters.get(name) ?? lowParameters(this.#module.functions.get(name));
    this.#lowParameters.set(name, known);
    return (_, __, index): number => (known.has(index) ? 32 : 64);
  }

  #spread(instruction: Instruction, bits: number): void {
    const rule = instruction.op === 'call' ? this.#callRule(instruction) : rules[instruction.op];
    for (const [i, arg] of instruction.args.entries()) {
      if (arg.kind !== 'instruction') continue;
      const needed = Math.min(widthOf(arg), rule ? rule(instruction, bits, i) : 64);
      if (needed <= this.of(arg)) continue;
      this.#bits.set(arg, needed);
      if (rules[arg.op]) this.#work.push(arg);
    }
  }
}

/** The value whose low half an extension has, if it is one of 64 bits. */
function untruncated({ op, args }: Instruction): Value | undefined {
  const [low] = args;
  return op === 'zext' && low?.kind === 'instruction' && low.op === 'trunc' ? low.args[0] : undefined;
}

/** Does the operation leave the low `bits` of its first operand as they are? */
function keeps(instruction: Instruction, bits: number): boolean {
  if (instruction.op === 'sign-extend') return bits <= instruction.bits;
  const right = instruction.args[1];
  if (right?.kind !== 'constant') return false;
  const part = BigInt.asUintN(bits, right.value);
  if (instruction.op === 'and') return part === BigInt.asUintN(bits, -1n);
  return (instruction.op === 'or' || instruction.op === 'xor') && part === 0n;
}

const candidates: ReadonlySet<Opcode> = new Set<Opcode>(['and', 'sign-extend', 'sext', 'zext', 'or', 'xor']);

/** What has the same low `bits` and costs less: a value that is there, or an extension by zeros instead of the sign. */
function simpler(fn: IrFunction, instruction: Instruction, bits: number): Value | undefined {
  const whole = bits <= 32 ? untruncated(instruction) : undefined;
  if (whole) return whole;
  if (keeps(instruction, bits)) return instruction.args[0];
  if (instruction.op !== 'sext' || bits > 32) return undefined;
  return makeInstruction(fn, 'zext', instruction.args, { type: 'i64', span: instruction.span });
}

/** Removes operations on bits that nobody needs. */
export function removeUndemanded(fn: IrFunction, module: IrModule): boolean {
  if (!fn.blocks.some(({ instructions }) => instructions.some(({ op }) => candidates.has(op)))) return false;
  const demand = new Demand(fn, module);
  const replaced = new Map<Value, Value>();
  for (const block of fn.blocks) {
    for (const [i, instruction] of block.instructions.entries()) {
      const bits = demand.of(instruction);
      const better = candidates.has(instruction.op) && bits > 0 ? simpler(fn, instruction, bits) : undefined;
      if (!better) continue;
      replaced.set(instruction, better);
      if (instruction.op === 'sext' && better.kind === 'instruction') block.instructions[i] = better;
    }
  }
  if (replaced.size === 0) return false;
  replaceUses(fn, replaced);
  for (const block of fn.blocks)
    block.instructions = block.instructions.filter((instruction) => !replaced.has(instruction));
  return true;
}
