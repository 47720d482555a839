// Replaces IR operations that the chosen instruction set lacks.

import { constant, makeInstruction, replaceUses } from '../ir/build.ts';
import type { Instruction, IrFunction, Value } from '../ir/types.ts';
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

/** Makes every operation one that `version` has. */
export function legalize(fn: IrFunction, version: IsaVersion): void {
  if (version >= 4) return;
  const replaced = new Map<Value, Value>();
  for (const block of fn.blocks) {
    if (!block.instructions.some(({ op }) => op === 'sdiv' || op === 'srem')) continue;
    const out: Instruction[] = [];
    for (const instruction of block.instructions) {
      if (instruction.op === 'sdiv' || instruction.op === 'srem')
        replaced.set(instruction, expandSigned(fn, instruction, out));
      else out.push(instruction);
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
  for (const block of [...fn.blocks]) {
    const { terminator } = block;
    if (terminator.targets.length < 2) continue;
    terminator.targets = terminator.targets.map((target) => {
      if ((count.get(target) ?? 0) < 2 || target.instructions[0]?.op !== 'phi') return target;
      const jump = { ...terminator, id: fn.nextId++, op: 'jump' as const, args: [], targets: [target] };
      const edge = { id: fn.nextId++, name: 'edge', instructions: [], terminator: jump };
      fn.blocks.splice(fn.blocks.indexOf(block) + 1, 0, edge);
      for (const phi of target.instructions) {
        if (phi.op !== 'phi') break;
        phi.blocks = phi.blocks.map((from) => (from === block ? edge : from));
      }
      return edge;
    });
  }
}
