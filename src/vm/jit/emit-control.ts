// Conditions, calls and exit as WebAssembly.

import type { JumpCondition } from '../../isa/index.ts';
import { control, FRAME_STRIDE } from '../memory/layout.ts';
import type { PreparedInstruction } from '../program/types.ts';
import { op } from '../wasm/code.ts';
import { emitLookup } from './emit-lookup.ts';
import type { SwappedComparison } from './find-idioms.ts';
import { TAIL_CALL } from './flow-graph.ts';
import type { Emitter, FunctionEmitter } from './function-emitter.ts';
import { local } from './function-emitter.ts';

interface Comparison {
  readonly wide: number;
  readonly narrow: number;
  readonly inverse: JumpCondition | undefined;
}

const comparisons: Record<JumpCondition, Comparison> = {
  jeq: { wide: op.i64Eq, narrow: op.i32Eq, inverse: 'jne' },
  jne: { wide: op.i64Ne, narrow: op.i32Ne, inverse: 'jeq' },
  jgt: { wide: op.i64GtU, narrow: op.i32GtU, inverse: 'jle' },
  jge: { wide: op.i64GeU, narrow: op.i32GeU, inverse: 'jlt' },
  jlt: { wide: op.i64LtU, narrow: op.i32LtU, inverse: 'jge' },
  jle: { wide: op.i64LeU, narrow: op.i32LeU, inverse: 'jgt' },
  jsgt: { wide: op.i64GtS, narrow: op.i32GtS, inverse: 'jsle' },
  jsge: { wide: op.i64GeS, narrow: op.i32GeS, inverse: 'jslt' },
  jslt: { wide: op.i64LtS, narrow: op.i32LtS, inverse: 'jsge' },
  jsle: { wide: op.i64LeS, narrow: op.i32LeS, inverse: 'jsgt' },
  jset: { wide: op.i64And, narrow: op.i32And, inverse: undefined },
};

/** Takes one from the may_goto count and pushes whether it was at its end. */
function mayGoto({ code }: FunctionEmitter, taken: boolean): void {
  code.get(local.mayGoto).byte(op.i32Eqz).tee(local.narrow);
  code.get(local.mayGoto).get(local.narrow).ops(op.i32Eqz, op.i32Sub).set(local.mayGoto);
  if (!taken) code.byte(op.i32Eqz);
}

function isZero(instruction: PreparedInstruction): boolean {
  return instruction.row.form === 'branch-imm' && instruction.imm === 0;
}

/** Pushes a 32-bit condition: whether the jump is taken, or is not. */
export function emitCondition(e: FunctionEmitter, instruction: PreparedInstruction, taken: boolean): void {
  const { operation, width } = instruction.row;
  if (operation === 'may-goto') {
    mayGoto(e, taken);
    return;
  }
  const { code } = e;
  const isWide = width === 64;
  let comparison = comparisons[operation as JumpCondition];
  const inverse = taken ? undefined : comparison.inverse;
  if (inverse !== undefined) comparison = comparisons[inverse];
  if (isWide) e.get(instruction.dst);
  else e.getNarrow(instruction.dst);
  if (isZero(instruction) && comparison === comparisons.jeq) {
    code.byte(isWide ? op.i64Eqz : op.i32Eqz);
    return;
  }
  if (isWide) e.source(instruction);
  else e.sourceNarrow(instruction);
  code.byte(isWide ? comparison.wide : comparison.narrow);
  if (operation !== 'jset') return;
  if (isWide) code.i64(0).byte(taken ? op.i64Ne : op.i64Eq);
  else if (!taken) code.byte(op.i32Eqz);
}

/** The same for a comparison with a constant that is swapped in place of the value. */
export function emitSwappedCondition(
  e: FunctionEmitter,
  { row }: PreparedInstruction,
  { from, width, constant }: SwappedComparison,
  taken: boolean,
): void {
  const { code } = e;
  code.get(local.kept + from).byte(op.i32WrapI64);
  if (row.operation === 'jset') {
    code.i32(constant).byte(op.i32And);
    if (!taken) code.byte(op.i32Eqz);
    return;
  }
  if (width === 16) code.i32(0xffff).byte(op.i32And);
  code.i32(constant).byte((row.operation === 'jeq') === taken ? op.i32Eq : op.i32Ne);
}

const callOut: Emitter = (e, instruction, slot) => {
  const { code } = e;
  const map = e.links.inlined.get(slot);
  if (map) {
    emitLookup(e, map, slot);
    return;
  }
  for (let register = 1; register <= 5; register++) {
    code.i32(0);
    e.get(register);
    code.memory(op.i64Store, control.arguments + 8 * register);
  }
  e.saveBudget();
  code.i32(instruction.target).get(local.bottom).call(e.links.callOut);
  e.loadBudget();
  const isTailCall = instruction.row.operation === 'call-helper' && instruction.imm === TAIL_CALL;
  if (isTailCall) {
    e.returnIf(() => code.i32(0).memory(op.i64Load, control.arguments));
  } else {
    code.byte(op.drop);
  }
  code.i32(0).memory(op.i64Load, control.arguments);
  e.set(0);
};

const callLocal: Emitter = (e, instruction, slot) => {
  const { code, links } = e;
  code.get(local.bottom).i32(FRAME_STRIDE).byte(op.i32Sub).tee(local.narrow).i32(links.stackBottom).byte(op.i32LtU);
  e.faultIf('call-depth', slot);
  code.get(local.narrow).get(local.budget);
  for (const register of links.parameters[instruction.target] as readonly number[]) e.get(register);
  if (instruction.target === 0) code.i32(1);
  code.call(links.functions[instruction.target] as number).set(local.budget);
  e.set(0);
};

/** Emitters by key; see program/keys.ts. Branches are the structurer's. */
export const controlEmitters: Record<string, Emitter> = {
  'call-helper': callOut,
  'call-kfunc': callOut,
  'call-local': callLocal,
  'call-register': (e, instruction, slot) => {
    e.code.i32(0);
    e.getNarrow(instruction.dst);
    e.code.memory(op.i32Store, control.scratch);
    callOut(e, instruction, slot);
  },
  exit: (e) => {
    e.get(0);
    e.return();
  },
};
