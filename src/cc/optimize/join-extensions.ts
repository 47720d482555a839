// A sign extension to 32 bits that is then extended to 64 is made to 64 at once: two shifts instead of four.

import { constant, makeInstruction, replaceUses } from '../ir/build.ts';
import type { Constant, Instruction, IrFunction, Value } from '../ir/types.ts';

/** `(x << up) >> down` with sign, as the two counts; `sign-extend` is such a pair too. */
function signedField(value: Value): { readonly from: Value; readonly up: bigint; readonly down: bigint } | undefined {
  if (value.kind !== 'instruction' || value.type !== 'i32') return undefined;
  const [from, count] = value.args as [Value, Value | undefined];
  if (value.op === 'sign-extend') return { from, up: BigInt(32 - value.bits), down: BigInt(32 - value.bits) };
  if (value.op !== 'ashr' || count?.kind !== 'constant') return undefined;
  if (from.kind !== 'instruction' || from.op !== 'shl' || from.args[1]?.kind !== 'constant') return undefined;
  return { from: from.args[0] as Value, up: from.args[1].value & 31n, down: count.value & 31n };
}

function join(fn: IrFunction, sext: Instruction, out: Instruction[]): Value | undefined {
  const field = signedField(sext.args[0] as Value);
  if (!field) return undefined;
  const { span } = sext;
  const by = (count: bigint): Constant => constant('i64', count + 32n);
  const wide = makeInstruction(fn, 'zext', [field.from], { type: 'i64', span });
  const up = makeInstruction(fn, 'shl', [wide, by(field.up)], { type: 'i64', span });
  const down = makeInstruction(fn, 'ashr', [up, by(field.down)], { type: 'i64', span });
  out.push(wide, up, down);
  return down;
}

/** Joins sign extensions. */
export function joinExtensions(fn: IrFunction): boolean {
  const replaced = new Map<Value, Value>();
  for (const block of fn.blocks) {
    if (!block.instructions.some(({ op }) => op === 'sext')) continue;
    const out: Instruction[] = [];
    for (const instruction of block.instructions) {
      const joined = instruction.op === 'sext' ? join(fn, instruction, out) : undefined;
      if (joined) replaced.set(instruction, joined);
      else out.push(instruction);
    }
    block.instructions = out;
  }
  replaceUses(fn, replaced);
  return replaced.size > 0;
}
