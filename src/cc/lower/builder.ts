// Appends instructions to the function under construction; folds what is constant on the spot.

import type { SourceSpan } from '../../base/index.ts';
import { constant, makeBlock, makeInstruction, makeTerminator, signedValue } from '../ir/build.ts';
import type {
  BinaryOp,
  Block,
  CallTarget,
  Constant,
  Instruction,
  IrFunction,
  IrType,
  Predicate,
  Terminator,
  Value,
  Width,
} from '../ir/types.ts';

/** Where memory is read or written. */
export interface MemoryAccess {
  readonly base: Value;
  readonly offset: number;
  readonly relocation: number | undefined;
  readonly volatile: boolean;
  /** Known alignment, where it is less than the width. */
  readonly align?: Width;
}

/** A value, and the block it comes from. */
export interface Way {
  readonly block: Block;
  readonly value: Value;
}

const folds: Readonly<Partial<Record<BinaryOp, (a: bigint, b: bigint) => bigint>>> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  and: (a, b) => a & b,
  or: (a, b) => a | b,
  xor: (a, b) => a ^ b,
};

/** Builds one function. */
export class FunctionBuilder {
  readonly fn: IrFunction;
  block: Block;
  span: SourceSpan | undefined;
  readonly #entry: Block;

  constructor(fn: IrFunction) {
    this.fn = fn;
    this.#entry = makeBlock(fn, 'entry');
    this.block = this.#entry;
  }

  append<T extends Instruction>(instruction: T): T {
    this.block.instructions.push(instruction);
    return instruction;
  }

  newBlock(name: string): Block {
    return makeBlock(this.fn, name, true);
  }

  /** Goes on in `block`, which takes its place in the function now. */
  start(block: Block): void {
    this.fn.blocks.push(block);
    this.block = block;
  }

  #end(op: Terminator['op'], args: Value[], targets: Block[]): void {
    this.block.terminator = makeTerminator(this.fn, op, args, targets, this.span);
    // What follows is unreachable until a block is started.
    this.block = this.newBlock('dead');
  }

  jump(target: Block): void {
    this.#end('jump', [], [target]);
  }

  branch(condition: Value, then: Block, other: Block): void {
    if (condition.kind === 'constant') {
      this.jump(condition.value !== 0n ? then : other);
      return;
    }
    this.#end('branch', [condition], [then, other]);
  }

  /** Assembly that goes on here or at one of `labels`. */
  asmGoto(assembly: NonNullable<Terminator['assembly']>, args: Value[], labels: readonly Block[]): void {
    const next = this.newBlock('asm.next');
    const { block } = this;
    this.#end('asm-goto', args, [next, ...labels]);
    block.terminator = { ...block.terminator, assembly };
    this.start(next);
  }

  ret(value: Value | undefined): void {
    this.#end('ret', value ? [value] : [], []);
  }

  unreachable(): void {
    this.#end('unreachable', [], []);
  }

  binary(op: BinaryOp, left: Value, right: Value): Value {
    const type = left.type as 'i32' | 'i64';
    if (left.kind === 'constant' && right.kind === 'constant') {
      const fold = folds[op];
      if (fold) return constant(type, fold(left.value, right.value));
      const shifted = foldShift(op, left, right);
      if (shifted) return shifted;
    }
    if (
      right.kind === 'constant' &&
      right.value === 0n &&
      (op === 'add' || op === 'sub' || op === 'or' || op === 'xor' || op === 'shl' || op === 'lshr' || op === 'ashr')
    )
      return left;
    if (right.kind === 'constant' && right.value === 1n && (op === 'mul' || op === 'udiv' || op === 'sdiv'))
      return left;
    return this.append(makeInstruction(this.fn, op, [left, right], { type, span: this.span }));
  }

  compare(predicate: Predicate, left: Value, right: Value): Value {
    return this.append(makeInstruction(this.fn, 'compare', [left, right], { type: 'i32', predicate, span: this.span }));
  }

  convert(op: 'zext' | 'sext' | 'trunc' | 'to-ptr' | 'to-int', value: Value): Value {
    const type = ({ zext: 'i64', sext: 'i64', trunc: 'i32', 'to-ptr': 'ptr', 'to-int': 'i64' } as const)[op];
    if (value.kind === 'constant') return constant(type, op === 'sext' ? signedValue(value) : value.value);
    return this.append(makeInstruction(this.fn, op, [value], { type, span: this.span }));
  }

  signExtend(value: Value, bits: 8 | 16 | 32): Value {
    const type = value.type as 'i32' | 'i64';
    if (value.kind === 'constant') return constant(type, BigInt.asIntN(bits, value.value));
    return this.append(makeInstruction(this.fn, 'sign-extend', [value], { type, bits, span: this.span }));
  }

  byteSwap(value: Value, bits: 16 | 32 | 64): Value {
    const type = bits === 64 ? 'i64' : 'i32';
    return this.append(makeInstruction(this.fn, 'bswap', [value], { type, bits, span: this.span }));
  }

  pointerAdd(base: Value, offset: Value): Value {
    if (offset.kind === 'constant') {
      if (offset.value === 0n) return base;
      if (base.kind === 'symbol') return { ...base, offset: base.offset + Number(signedValue(offset)) };
      if (base.kind === 'constant') return constant('ptr', base.value + offset.value);
    }
    return this.append(makeInstruction(this.fn, 'ptradd', [base, offset], { type: 'ptr', span: this.span }));
  }

  /** What comes from each of the blocks before. */
  phi(type: 'i32' | 'i64' | 'ptr', ways: readonly Way[]): Value {
    const blocks = ways.map(({ block }) => block);
    const values = ways.map(({ value }) => value);
    return this.append(makeInstruction(this.fn, 'phi', values, { type, blocks, span: this.span }));
  }

  /** Stack memory; lives in the entry block. */
  alloca(size: number, align: number, name: string): Value {
    const instruction = makeInstruction(this.fn, 'alloca', [], { type: 'ptr', size, align, name, span: this.span });
    const { instructions } = this.#entry;
    let at = 0;
    while (instructions[at]?.op === 'alloca') at++;
    instructions.splice(at, 0, instruction);
    return instruction;
  }

  load(
    from: MemoryAccess,
    type: 'i32' | 'i64' | 'ptr',
    how: { readonly width: Width; readonly signed: boolean },
  ): Value {
    const { base, ...where } = from;
    const fields = { type, ...how, ...where, span: this.span };
    return this.append(makeInstruction(this.fn, 'load', [base], fields));
  }

  store(to: MemoryAccess, value: Value, width: Width): void {
    const { base, ...where } = to;
    const fields = { type: 'void', width, ...where, span: this.span } as const;
    this.append(makeInstruction(this.fn, 'store', [base, value], fields));
  }

  copy(to: Value, from: Value, size: number, align: number): void {
    if (size > 0)
      this.append(makeInstruction(this.fn, 'copy', [to, from], { type: 'void', size, align, span: this.span }));
  }

  fill(to: Value, byte: Value, size: number, align: number): void {
    if (size > 0)
      this.append(makeInstruction(this.fn, 'fill', [to, byte], { type: 'void', size, align, span: this.span }));
  }

  call(target: CallTarget, args: Value[], type: 'i64' | 'ptr' | 'void', noreturn = false): Value {
    return this.append(makeInstruction(this.fn, 'call', args, { type, target, noreturn, span: this.span }));
  }

  core(relocation: number, value: bigint, type: 'i32' | 'i64'): Value {
    return this.append(makeInstruction(this.fn, 'core', [], { type, relocation, value, span: this.span }));
  }

  opaque(value: Value): Value {
    return this.append(makeInstruction(this.fn, 'opaque', [value], { type: value.type as IrType, span: this.span }));
  }
}

function foldShift(op: BinaryOp, left: Constant, right: Constant): Constant | undefined {
  const bits = left.type === 'i32' ? 31n : 63n;
  const count = right.value & bits;
  if (op === 'shl') return constant(left.type, left.value << count);
  if (op === 'lshr') return constant(left.type, left.value >> count);
  return op === 'ashr' ? constant(left.type, signedValue(left) >> count) : undefined;
}
