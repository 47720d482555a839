// What is taken from a word that was put together of parts is taken from the part: bits read from `a | b` where only `a` has
// any, bits that a mask leaves as they are. Bit-fields written one after the other and then read come down to their values.

import { constant, makeInstruction } from '../ir/build.ts';
import type { Constant, Instruction, InstructionOf, IrFunction, Opcode, Value } from '../ir/types.ts';

/** How far operands are followed. */
const depthLimit = 8;

const widthOf = (value: Value): number => (value.type === 'i32' ? 32 : 64);
const allOf = (value: Value): bigint => (1n << BigInt(widthOf(value))) - 1n;
const isConstant = (value: Value | undefined): value is Constant => value?.kind === 'constant';

/** The constant by which an operation of that name shifts. */
function shiftBy(value: Value | undefined, op: Opcode): bigint | undefined {
  if (value?.kind !== 'instruction' || value.op !== op || !isConstant(value.args[1])) return undefined;
  return value.args[1].value & BigInt(widthOf(value) - 1);
}

/** Bits that are 0 for certain. */
function zeroBits(value: Value, depth = 0): bigint {
  const all = allOf(value);
  if (value.kind === 'constant') return all & ~value.value;
  if (value.kind !== 'instruction' || depth > depthLimit) return 0n;
  return zeroRules[value.op]?.(value, (of) => zeroBits(of, depth + 1)) ?? 0n;
}

type ZeroRule = (instruction: Instruction, zeros: (of: Value) => bigint) => bigint;

const both: ZeroRule = ({ args }, zeros) => zeros(args[0] as Value) & zeros(args[1] as Value);
const zeroRules: { readonly [O in Opcode]?: ZeroRule } = {
  and: ({ args }, zeros) => zeros(args[0] as Value) | zeros(args[1] as Value),
  or: both,
  xor: both,
  shl: (value, zeros) => {
    const count = shiftBy(value, 'shl');
    if (count === undefined) return 0n;
    return ((zeros(value.args[0] as Value) << count) | ((1n << count) - 1n)) & allOf(value);
  },
  lshr: (value, zeros) => {
    const count = shiftBy(value, 'lshr');
    if (count === undefined) return 0n;
    const all = allOf(value);
    return (zeros(value.args[0] as Value) >> count) | (all & ~(all >> count));
  },
  zext: ({ args }, zeros) => 0xffffffff00000000n | zeros(args[0] as Value),
  trunc: ({ args }, zeros) => zeros(args[0] as Value) & 0xffffffffn,
  compare: () => 0xfffffffen,
  load: (value) => (value.op === 'load' && !value.signed ? allOf(value) & ~((1n << BigInt(value.width * 8)) - 1n) : 0n),
};

/** A value that agrees with `value` in the bits of `mask`, made of nothing new. */
function simplest(value: Value, mask: bigint): Value {
  let at = value;
  for (;;) {
    const next = oneStep(at, mask);
    if (!next) return at;
    at = next;
  }
}

function oneStep(value: Value, mask: bigint): Value | undefined {
  if (value.kind !== 'instruction') return undefined;
  const [left, right] = value.args as [Value, Value];
  if (value.op === 'or' || value.op === 'xor') {
    if ((mask & ~zeroBits(right)) === 0n) return left;
    return (mask & ~zeroBits(left)) === 0n ? right : undefined;
  }
  return value.op === 'and' && isConstant(right) && (mask & ~right.value) === 0n ? left : undefined;
}

/** Bits above those that a shift drops. */
function bitsAbove(shift: Instruction): bigint | undefined {
  const count = shiftBy(shift, shift.op);
  return count === undefined ? undefined : allOf(shift) & ~((1n << count) - 1n);
}

/** Bits of the first operand that decide the result. */
const neededBits: { readonly [O in Opcode]?: (instruction: Instruction) => bigint | undefined } = {
  and: ({ args }) => (isConstant(args[1]) ? args[1].value : undefined),
  trunc: () => 0xffffffffn,
  'sign-extend': (instruction) => (1n << BigInt((instruction as InstructionOf<'sign-extend'>).bits)) - 1n,
  lshr: bitsAbove,
  ashr: bitsAbove,
  shl: (shift) => {
    const count = shiftBy(shift, 'shl');
    return count === undefined ? undefined : allOf(shift) >> count;
  },
};

/** `(x << up) >> down`: looks only at the bits between, and shifts what was shifted down before by that much less. */
function forwardExtract(fn: IrFunction, instruction: Instruction, out: Instruction[]): boolean {
  const down = shiftBy(instruction, 'lshr') ?? shiftBy(instruction, 'ashr');
  const shifted = instruction.args[0] as Value;
  const up = shiftBy(shifted, 'shl');
  if (shifted.kind !== 'instruction' || up === undefined || down === undefined || down < up) return false;
  const inner = shifted.args[0] as Value;
  const all = allOf(shifted);
  const type = shifted.type as 'i32' | 'i64';
  let source = simplest(inner, (all >> up) & ~((1n << (down - up)) - 1n));
  let count = up;
  const before = shiftBy(source, 'lshr') ?? shiftBy(source, 'ashr');
  // The bits that come in from above on the way down are shifted out again.
  if (before !== undefined && before <= up) {
    source = (source as Instruction).args[0] as Value;
    count = up - before;
  }
  if (source === inner) return false;
  const made = makeInstruction(fn, 'shl', [source, constant(type, count)], { type, span: shifted.span });
  out.push(made);
  instruction.args[0] = made;
  return true;
}

/** `(x >> n) & mask`: looks only at the bits that the mask lets through, and does not shift what was shifted up by `n` before. */
function forwardMasked(fn: IrFunction, instruction: Instruction, out: Instruction[]): boolean {
  const [shifted, mask] = instruction.args as [Value, Value];
  const count = shiftBy(shifted, 'lshr');
  if (instruction.op !== 'and' || !isConstant(mask) || count === undefined || shifted.kind !== 'instruction')
    return false;
  const inner = shifted.args[0] as Value;
  const source = simplest(inner, (mask.value << count) & allOf(inner));
  const isBack = shiftBy(source, 'shl') === count && (mask.value & ~(allOf(inner) >> count)) === 0n;
  if (isBack) instruction.args[0] = (source as Instruction).args[0] as Value;
  else if (source !== inner) {
    const type = shifted.type as 'i32' | 'i64';
    const made = makeInstruction(fn, 'lshr', [source, constant(type, count)], { type, span: shifted.span });
    out.push(made);
    instruction.args[0] = made;
  }
  return isBack || source !== inner;
}

function forward(fn: IrFunction, instruction: Instruction, out: Instruction[]): boolean {
  const mask = neededBits[instruction.op]?.(instruction);
  const from = instruction.args[0] as Value;
  if (mask === undefined || from.kind === 'constant') return false;
  if ((mask & ~zeroBits(from)) === 0n) {
    instruction.args[0] = constant(from.type as 'i32', 0);
    return true;
  }
  instruction.args[0] = simplest(from, mask);
  const isMoved = forwardExtract(fn, instruction, out) || forwardMasked(fn, instruction, out);
  return isMoved || instruction.args[0] !== from;
}

/** Forwards the parts of words to where they are read. */
export function forwardFields(fn: IrFunction): boolean {
  let changed = false;
  for (const block of fn.blocks) {
    const out: Instruction[] = [];
    for (const instruction of block.instructions) {
      changed = forward(fn, instruction, out) || changed;
      out.push(instruction);
    }
    block.instructions = out;
  }
  return changed;
}
