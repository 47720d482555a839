// Making values, instructions, blocks and functions of the IR.

import type { SourceSpan } from '../../base/index.ts';
import type {
  Block,
  Constant,
  Instruction,
  InstructionOf,
  IrFunction,
  Opcode,
  SymbolAddress,
  Terminator,
  Undefined,
  Value,
} from './types.ts';

/** The constant `value`, reduced to the width of `type`. */
export function constant(type: Constant['type'], value: bigint | number): Constant {
  const wide = BigInt.asUintN(type === 'i32' ? 32 : 64, BigInt(value));
  return { kind: 'constant', type, value: wide };
}

/** Are two values the same: one, or equal constants or addresses? */
export function isSameValue(a: Value, b: Value): boolean {
  if (a === b) return true;
  if (a.kind === 'constant' && b.kind === 'constant') return a.type === b.type && a.value === b.value;
  return a.kind === 'symbol' && b.kind === 'symbol' && a.name === b.name && a.offset === b.offset;
}

/** The signed value of a constant. */
export function signedValue(value: Constant): bigint {
  return BigInt.asIntN(value.type === 'i32' ? 32 : 64, value.value);
}

/** The address of symbol `name`, `offset` bytes in. */
export function symbolAddress(name: string, offset = 0): SymbolAddress {
  return { kind: 'symbol', type: 'ptr', name, offset };
}

/** A value of `type` that may be anything. */
export function undefinedValue(type: Undefined['type']): Undefined {
  return { kind: 'undefined', type };
}

type Fields<O extends Opcode> = Omit<InstructionOf<O>, 'kind' | 'id' | 'args' | 'span' | 'op'>;

/** A new instruction of `fn`, not yet in any block. */
export function makeInstruction<O extends Opcode>(
  fn: IrFunction,
  op: O,
  args: Value[],
  rest: Fields<O> & { readonly span: SourceSpan | undefined },
): InstructionOf<O> {
  return { kind: 'instruction', id: fn.nextId++, op, args, ...rest } as unknown as InstructionOf<O>;
}

/** A new, empty block of `fn` ending in `unreachable`; appended to the function's blocks unless `detached`. */
export function makeBlock(fn: IrFunction, name: string, detached = false): Block {
  const terminator = makeTerminator(fn, 'unreachable', [], []);
  const block: Block = { id: fn.nextId++, name, instructions: [], terminator };
  if (!detached) fn.blocks.push(block);
  return block;
}

/** A new terminator. */
// biome-ignore lint/complexity/useMaxParams: one per field
export function makeTerminator(
  fn: IrFunction,
  op: Terminator['op'],
  args: Value[],
  targets: Block[],
  span?: SourceSpan,
): Terminator {
  return { kind: 'instruction', id: fn.nextId++, op, type: 'void', args, targets, span };
}

/** True when the instruction may be removed if nobody uses its result. */
export function isPure(instruction: Instruction): boolean {
  const pure = pureness[instruction.op];
  return pure === 'unless-volatile' ? !(instruction as InstructionOf<'load' | 'asm'>).volatile : pure;
}

const pureness: Readonly<Record<Opcode, boolean | 'unless-volatile'>> = {
  add: true,
  sub: true,
  mul: true,
  udiv: true,
  sdiv: true,
  urem: true,
  srem: true,
  and: true,
  or: true,
  xor: true,
  shl: true,
  lshr: true,
  ashr: true,
  compare: true,
  zext: true,
  sext: true,
  trunc: true,
  'to-ptr': true,
  'to-int': true,
  'sign-extend': true,
  bswap: true,
  ptradd: true,
  alloca: true,
  load: 'unless-volatile',
  store: false,
  copy: false,
  fill: false,
  call: false,
  atomic: false,
  phi: true,
  core: true,
  asm: 'unless-volatile',
  opaque: true,
  'packet-load': false,
  jump: false,
  branch: false,
  ret: false,
  unreachable: false,
  'asm-goto': false,
};

/** Replaces every use of the keys of `replacements` by their values (chains are followed). */
export function replaceUses(fn: IrFunction, replacements: ReadonlyMap<Value, Value>): void {
  if (replacements.size === 0) return;
  const resolve = (value: Value): Value => {
    let current = value;
    for (let next = replacements.get(current); next !== undefined; next = replacements.get(current)) current = next;
    return current;
  };
  for (const block of fn.blocks) {
    for (const instruction of block.instructions) rewriteArgs(instruction, resolve);
    rewriteArgs(block.terminator, resolve);
  }
}

function rewriteArgs(instruction: Instruction, resolve: (value: Value) => Value): void {
  const { args } = instruction;
  for (let i = 0; i < args.length; i++) args[i] = resolve(args[i] as Value);
}
