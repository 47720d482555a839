// Copies and fills that are left become loads and stores of the widest words their alignment allows.

import { constant, makeInstruction } from '../ir/build.ts';
import type { Instruction, InstructionOf, IrFunction, IrModule, Value, Width } from '../ir/types.ts';

function words(size: number, align: number): { readonly at: number; readonly width: Width }[] {
  const result: { at: number; width: Width }[] = [];
  for (let at = 0; at < size; ) {
    let width = Math.min(8, align);
    while (at + width > size) width >>= 1;
    result.push({ at, width: width as Width });
    at += width;
  }
  return result;
}

/** Alignment of an address as far as it is seen. */
function knownAlign(value: Value, align: number): number {
  if (value.kind !== 'instruction') return align;
  if (value.op === 'alloca') return Math.max(align, value.align);
  if (value.op !== 'ptradd' || value.args[1]?.kind !== 'constant') return align;
  const offset = Number(BigInt.asUintN(16, value.args[1].value));
  const base = knownAlign(value.args[0] as Value, 1);
  return Math.max(align, Math.min(base, offset === 0 ? 8 : offset & -offset));
}

/** Data that is known: its bytes become constants, so how they lie in memory does not matter. */
function isKnownData(value: Value, module: IrModule): boolean {
  return value.kind === 'symbol' && module.constants.has(value.name);
}

function expandCopy(fn: IrFunction, module: IrModule, copy: InstructionOf<'copy'>, out: Instruction[]): void {
  const [to, from] = copy.args as [Value, Value];
  const fromAlign = isKnownData(from, module) ? 8 : knownAlign(from, copy.align);
  const align = Math.min(knownAlign(to, copy.align), fromAlign);
  for (const { at, width } of words(copy.size, align)) {
    const fields = { width, volatile: false, offset: at, relocation: undefined, span: copy.span };
    const load = makeInstruction(fn, 'load', [from], { ...fields, type: width === 8 ? 'i64' : 'i32', signed: false });
    out.push(load, makeInstruction(fn, 'store', [to, load], { ...fields, type: 'void' }));
  }
}

function expandFill(fn: IrFunction, fill: InstructionOf<'fill'>, out: Instruction[]): void {
  const [to, byte] = fill.args as [Value, Value];
  const align = knownAlign(to, fill.align);
  const repeated = byte.kind === 'constant' ? undefined : repeat(fn, fill, byte, out);
  for (const { at, width } of words(fill.size, align)) {
    const type = width === 8 ? 'i64' : 'i32';
    const pattern =
      byte.kind === 'constant'
        ? constant(type, BigInt.asUintN(width * 8, (byte.value & 0xffn) * 0x0101010101010101n))
        : repeated;
    const fields = { width, volatile: false, offset: at, relocation: undefined, span: fill.span };
    out.push(makeInstruction(fn, 'store', [to, pattern as Value], { ...fields, type: 'void' }));
  }
}

/** The byte in all eight bytes of a word. */
function repeat(fn: IrFunction, fill: Instruction, byte: Value, out: Instruction[]): Value {
  const wide = makeInstruction(fn, 'zext', [byte], { type: 'i64', span: fill.span });
  const low = makeInstruction(fn, 'and', [wide, constant('i64', 0xff)], { type: 'i64', span: fill.span });
  const all = makeInstruction(fn, 'mul', [low, constant('i64', 0x0101010101010101n)], { type: 'i64', span: fill.span });
  out.push(wide, low, all);
  return all;
}

/** Expands every copy and fill. */
export function expandMemory(fn: IrFunction, module: IrModule): boolean {
  let changed = false;
  for (const block of fn.blocks) {
    if (!block.instructions.some(({ op }) => op === 'copy' || op === 'fill')) continue;
    const out: Instruction[] = [];
    for (const instruction of block.instructions) {
      if (instruction.op === 'copy') expandCopy(fn, module, instruction, out);
      else if (instruction.op === 'fill') expandFill(fn, instruction, out);
      else out.push(instruction);
    }
    block.instructions = out;
    changed = true;
  }
  return changed;
}
