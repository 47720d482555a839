// Constant folding and algebra that needs no other knowledge than the operands.

import { constant, replaceUses, signedValue } from '../ir/build.ts';
import type {
  BinaryOp,
  Block,
  Constant,
  Instruction,
  InstructionOf,
  IrFunction,
  IrModule,
  Opcode,
  SymbolAddress,
  Value,
} from '../ir/types.ts';
import { foldCompare, swapBytes } from './fold-comparisons.ts';

const bitsOf = (type: string): number => (type === 'i32' ? 32 : 64);

/** Value of a binary operation as BPF defines it: division by zero gives 0, remainder the dividend. */
export function evaluateBinary(op: BinaryOp, left: Constant, right: Constant): bigint {
  const [a, b] = [left.value, right.value];
  const [s, t] = [signedValue(left), signedValue(right)];
  const count = b & BigInt(bitsOf(left.type) - 1);
  switch (op) {
    case 'add':
      return a + b;
    case 'sub':
      return a - b;
    case 'mul':
      return a * b;
    case 'udiv':
      return b === 0n ? 0n : a / b;
    case 'sdiv':
      return t === 0n ? 0n : s / t;
    case 'urem':
      return b === 0n ? a : a % b;
    case 'srem':
      return t === 0n ? s : s % t;
    case 'and':
      return a & b;
    case 'or':
      return a | b;
    case 'xor':
      return a ^ b;
    case 'shl':
      return a << count;
    case 'lshr':
      return a >> count;
    case 'ashr':
      return s >> count;
  }
}

const commutative = new Set(['add', 'mul', 'and', 'or', 'xor']);
function foldBinary(instruction: InstructionOf<'add'>): Value | undefined {
  const { args, type } = instruction;
  const op = instruction.op as BinaryOp;
  // What may be anything may be 0.
  for (const [i, arg] of args.entries()) if (arg.kind === 'undefined') args[i] = constant(arg.type, 0);
  if (args[0]?.kind === 'constant' && args[1]?.kind !== 'constant' && commutative.has(op)) args.reverse();
  const [left, right] = args as [Value, Value];
  if (left.kind === 'constant' && right.kind === 'constant')
    return constant(type as 'i32', evaluateBinary(op, left, right));
  if (right.kind === 'constant') return foldRight(op, left, right) ?? reassociate(instruction, left, right);
  if (op === 'sub') {
    const [from, to] = [left, right].map(symbolOf);
    if (from && to && from.name === to.name) return constant(type as 'i64', from.offset - to.offset);
  }
  if (left === right && (op === 'sub' || op === 'xor')) return constant(type as 'i32', 0);
  if (left === right && (op === 'and' || op === 'or')) return left;
  return undefined;
}

/** The symbol whose address a number is. */
function symbolOf(value: Value): SymbolAddress | undefined {
  const address = value.kind === 'instruction' && value.op === 'to-int' ? value.args[0] : undefined;
  return address?.kind === 'symbol' ? address : undefined;
}

function foldRight(op: BinaryOp, left: Value, right: Constant): Value | undefined {
  const ones = (1n << BigInt(bitsOf(right.type))) - 1n;
  if (right.value === 0n) {
    if (op === 'mul' || op === 'and') return right;
    if (op === 'add' || op === 'sub' || op === 'or' || op === 'xor' || op === 'shl' || op === 'lshr' || op === 'ashr')
      return left;
  }
  if (right.value === 1n && (op === 'mul' || op === 'udiv' || op === 'sdiv')) return left;
  if (right.value === ones && op === 'and') return left;
  if (right.value === ones && op === 'or') return right;
  return undefined;
}

/** `(x op c1) op c2` for associative operations, sums and differences, shifts in one direction. */
function reassociate(instruction: InstructionOf<'add'>, left: Value, right: Constant): undefined {
  const op = instruction.op as BinaryOp;
  if (left.kind !== 'instruction' || left.args[1]?.kind !== 'constant') return undefined;
  const inner = left.args[1];
  let by: bigint | undefined;
  if (isSumOrDifference(op) && isSumOrDifference(left.op))
    by = op === left.op ? inner.value + right.value : right.value - inner.value;
  else if (left.op !== op) return undefined;
  else if (commutative.has(op)) by = evaluateBinary(op, inner, right);
  else if (op === 'shl' || op === 'lshr') {
    const sum = inner.value + right.value;
    if (sum < BigInt(bitsOf(right.type))) by = sum;
  }
  if (by !== undefined) instruction.args = [left.args[0] as Value, constant(right.type, by)];
  return undefined;
}

const isSumOrDifference = (op: Opcode): boolean => op === 'add' || op === 'sub';

function foldConversion(instruction: Instruction): Value | undefined {
  const value = instruction.args[0] as Value;
  const { op } = instruction;
  if (value.kind === 'constant') {
    if (op === 'sext') return constant('i64', signedValue(value));
    if (op === 'sign-extend') return constant(instruction.type as 'i32', BigInt.asIntN(instruction.bits, value.value));
    if (op === 'bswap') return constant(instruction.type as 'i32', swapBytes(value.value, instruction.bits / 8));
    return constant(instruction.type as 'i32', value.value);
  }
  if (value.kind === 'undefined' && op !== 'sign-extend' && op !== 'bswap')
    return { kind: 'undefined', type: instruction.type as 'i32' };
  if (value.kind !== 'instruction') return undefined;
  const inner = value.args[0] as Value;
  if (op === 'trunc' && (value.op === 'zext' || value.op === 'sext')) return inner;
  if ((op === 'to-int' && value.op === 'to-ptr') || (op === 'to-ptr' && value.op === 'to-int')) return inner;
  return undefined;
}

function foldPointerAdd(instruction: InstructionOf<'ptradd'>): Value | undefined {
  const [base, offset] = instruction.args as [Value, Value];
  if (offset.kind !== 'constant') return undefined;
  if (offset.value === 0n) return base;
  if (base.kind === 'symbol') return { ...base, offset: base.offset + Number(signedValue(offset)) };
  if (base.kind === 'instruction' && base.op === 'ptradd' && base.args[1]?.kind === 'constant') {
    instruction.args = [base.args[0] as Value, constant('i64', base.args[1].value + offset.value)];
  }
  return undefined;
}

/** A read of constant data. */
function foldLoad(load: InstructionOf<'load'>, module: IrModule): Value | undefined {
  const base = load.args[0] as Value;
  const bytes = base.kind === 'symbol' ? module.constants.get(base.name) : undefined;
  if (base.kind !== 'symbol' || !bytes || load.volatile) return undefined;
  const at = base.offset + load.offset;
  const addresses = module.constantAddresses.get(base.name);
  const address = load.type === 'ptr' ? addresses?.get(at) : undefined;
  if (address) return address;
  const isAddress = [...(addresses?.keys() ?? [])].some((offset) => offset < at + load.width && at < offset + 8);
  if (isAddress || at < 0 || at + load.width > bytes.length) return undefined;
  let value = 0n;
  for (let i = load.width - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[at + i] as number);
  return constant(load.type as 'i32', load.signed ? BigInt.asIntN(load.width * 8, value) : value);
}

/**
 * What an instruction can be replaced by, seen from its operands alone. It may be rewritten in place besides, into something
 * simpler that means the same.
 */
export function foldInstruction(instruction: Instruction, module: IrModule): Value | undefined {
  return (rules[instruction.op] as Rule<Opcode> | undefined)?.(instruction as never, module);
}

type Rule<O extends Opcode> = (instruction: InstructionOf<O>, module: IrModule) => Value | undefined;

const rules: { readonly [O in Opcode]?: Rule<O> } = {
  add: foldBinary,
  sub: foldBinary,
  mul: foldBinary,
  udiv: foldBinary,
  sdiv: foldBinary,
  urem: foldBinary,
  srem: foldBinary,
  and: foldBinary,
  or: foldBinary,
  xor: foldBinary,
  shl: foldBinary,
  lshr: foldBinary,
  ashr: foldBinary,
  compare: foldCompare,
  zext: foldConversion,
  sext: foldConversion,
  trunc: foldConversion,
  'to-ptr': foldConversion,
  'to-int': foldConversion,
  'sign-extend': foldConversion,
  bswap: foldConversion,
  ptradd: foldPointerAdd,
  load: foldLoad,
};

/** Folds the instructions of a block; true if any was rewritten where it stands. */
function foldBlock(block: Block, module: IrModule, replaced: Map<Value, Value>): boolean {
  let isRewritten = false;
  for (const instruction of block.instructions) {
    const { args } = instruction;
    for (let i = 0; i < args.length && replaced.size > 0; i++) {
      const next = replaced.get(args[i] as Value);
      if (next) args[i] = next;
    }
    const [left, right] = args;
    const folded = foldInstruction(instruction, module);
    if (folded && folded !== instruction) replaced.set(instruction, folded);
    else isRewritten ||= instruction.args[0] !== left || instruction.args[1] !== right;
  }
  return isRewritten;
}

/** Folds until nothing changes. */
export function foldConstants(fn: IrFunction, module: IrModule): boolean {
  let changed = false;
  for (let again = true; again; ) {
    again = false;
    const replaced = new Map<Value, Value>();
    for (const block of fn.blocks) again = foldBlock(block, module, replaced) || again;
    if (replaced.size > 0) {
      replaceUses(fn, replaced);
      for (const block of fn.blocks)
        block.instructions = block.instructions.filter((instruction) => !replaced.has(instruction));
      again = true;
    }
    changed ||= again;
  }
  return changed;
}
