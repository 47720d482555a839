// Replaces what the machine lacks: operations by instruction set, unaligned accesses.

import { constant, makeInstruction, replaceUses } from '../ir/build.ts';
import { flowChanged } from '../ir/dominators.ts';
import type { Block, Instruction, InstructionOf, IrFunction, Value } from '../ir/types.ts';
import type { IsaVersion } from './types.ts';

/** Signed division before ISA version 4: division of magnitudes, sign put back. */
function expandSigned(fn: IrFunction, division: Instruction, out: Instruction[]): Value {
  const type = division.type as 'i32' | 'i64';
  const [left, right] = division.args as [Value, Value];
  const add = (op: 'ashr' | 'xor' | 'sub' | 'udiv' | 'urem', a: Value, b: Value): Value => {
    const made = makeInstruction(fn, op, [a, b], { type, span: division.span });
    out.push(made);
    return made;
  };
  const top = constant(type, type === 'i32' ? 31 : 63);
  const sign = (value: Value): Value => add('ashr', value, top);
  const withSign = (value: Value, mask: Value): Value => add('sub', add('xor', value, mask), mask);
  const [signLeft, signRight] = [sign(left), sign(right)];
  const [a, b] = [withSign(left, signLeft), withSign(right, signRight)];
  if (division.op === 'srem') return withSign(add('urem', a, b), signLeft);
  return withSign(add('udiv', a, b), add('xor', signLeft, signRight));
}

type Access = InstructionOf<'load'> | InstructionOf<'store'>;

const isUnaligned = (instruction: Instruction): instruction is Access =>
  (instruction.op === 'load' || instruction.op === 'store') && (instruction.align ?? 8) < instruction.width;

/** The pieces in which an unaligned access is made. */
function piecesOf({ width, align = 1 }: Access): number[] {
  return Array.from({ length: width / align }, (_, i) => i * align);
}

/** An unaligned read: its pieces shifted to their places. */
function expandLoad(fn: IrFunction, load: InstructionOf<'load'>, out: Instruction[]): Value {
  const { width, align = 1, span, args } = load;
  const type = width > 4 ? 'i64' : 'i32';
  const fields = { type, width: align, volatile: load.volatile, relocation: undefined, span } as const;
  const add = <O extends Instruction>(made: O): O => {
    out.push(made);
    return made;
  };
  let result: Value | undefined;
  for (const at of piecesOf(load)) {
    const signed = load.signed && width < 4 && at + align === width;
    const piece = add(makeInstruction(fn, 'load', [...args], { ...fields, offset: load.offset + at, signed }));
    const shift = constant(type, at * 8);
    const placed = at === 0 ? piece : add(makeInstruction(fn, 'shl', [piece, shift], { type, span }));
    result = result ? add(makeInstruction(fn, 'or', [result, placed], { type, span })) : placed;
  }
  if (load.type === 'i64' && type === 'i32') {
    return add(makeInstruction(fn, load.signed ? 'sext' : 'zext', [result as Value], { type: 'i64', span }));
  }
  if (load.type !== 'ptr') return result as Value;
  return add(makeInstruction(fn, 'to-ptr', [result as Value], { type: 'ptr', span }));
}

/** An unaligned write: the value shifted down piece by piece. */
function expandStore(fn: IrFunction, store: InstructionOf<'store'>, out: Instruction[]): void {
  const { args, align = 1, volatile, span } = store;
  const [base, value] = args as [Value, Value];
  let bits = value;
  if (value.type === 'ptr') {
    bits = makeInstruction(fn, 'to-int', [value], { type: 'i64', span });
    out.push(bits);
  }
  const type = bits.type as 'i32' | 'i64';
  for (const at of piecesOf(store)) {
    let piece: Value = bits;
    if (bits.kind === 'constant') piece = constant(type, bits.value >> BigInt(at * 8));
    else if (at > 0) {
      piece = makeInstruction(fn, 'lshr', [bits, constant(type, at * 8)], { type, span });
      out.push(piece);
    }
    const fields = { type: 'void', width: align, volatile, offset: store.offset + at, relocation: undefined } as const;
    out.push(makeInstruction(fn, 'store', [base, piece], { ...fields, span }));
  }
}

/** Makes every operation one that `version` has, every access one that the alignment allows. */
export function legalize(fn: IrFunction, version: IsaVersion): void {
  const replaced = new Map<Value, Value>();
  const isSigned = ({ op }: Instruction): boolean => version < 4 && (op === 'sdiv' || op === 'srem');
  for (const block of fn.blocks) {
    if (!block.instructions.some((instruction) => isSigned(instruction) || isUnaligned(instruction))) continue;
    const out: Instruction[] = [];
    for (const instruction of block.instructions) {
      if (isSigned(instruction)) replaced.set(instruction, expandSigned(fn, instruction, out));
      else if (!isUnaligned(instruction)) out.push(instruction);
      else if (instruction.op === 'load') replaced.set(instruction, expandLoad(fn, instruction, out));
      else expandStore(fn, instruction, out);
    }
    block.instructions = out;
  }
  replaceUses(fn, replaced);
}

/** Gives every edge from a branch into a block with several predecessors a block of its own, where phi copies can stand. */
export function splitCriticalEdges(fn: IrFunction): void {
  const count = new Map<object, number>();
  for (const block of fn.blocks) {
    for (const target of block.terminator.targets) count.set(target, (count.get(target) ?? 0) + 1);
  }
  const renamed = new Map<Block, Map<Block, Block>>();
  fn.blocks = fn.blocks.flatMap((block) => {
    const { terminator } = block;
    if (terminator.targets.length < 2) return [block];
    const edges: Block[] = [];
    terminator.targets = terminator.targets.map((target) => {
      if ((count.get(target) ?? 0) < 2 || target.instructions[0]?.op !== 'phi') return target;
      const jump = { ...terminator, id: fn.nextId++, op: 'jump' as const, args: [], targets: [target] };
      const edge = { id: fn.nextId++, name: 'edge', instructions: [], terminator: jump };
      edges.unshift(edge);
      renamed.set(target, (renamed.get(target) ?? new Map<Block, Block>()).set(block, edge));
      return edge;
    });
    return [block, ...edges];
  });
  if (renamed.size === 0) return;
  flowChanged(fn);
  for (const [target, edges] of renamed) {
    for (const phi of target.instructions) {
      if (phi.op !== 'phi') break;
      phi.blocks = phi.blocks.map((from) => edges.get(from) ?? from);
    }
  }
}
