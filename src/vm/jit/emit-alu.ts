// Arithmetic as WebAssembly (RFC 9669, section 4): registers are i64 locals, 32-bit results are extended by zeros.

import type { AluOperation } from '../../isa/index.ts';
import type { PreparedInstruction } from '../program/types.ts';
import { op, valueType } from '../wasm/code.ts';
import type { Emitter, FunctionEmitter } from './function-emitter.ts';
import { local } from './function-emitter.ts';

function plain64(opcode: number): Emitter {
  return (e, instruction) => {
    e.get(instruction.dst);
    e.source(instruction);
    e.code.byte(opcode);
    e.set(instruction.dst);
  };
}

function plain32(opcode: number): Emitter {
  return (e, instruction) => {
    e.getNarrow(instruction.dst);
    e.sourceNarrow(instruction);
    e.code.ops(opcode, op.i64ExtendI32U);
    e.set(instruction.dst);
  };
}

/** Shift distances are taken modulo the width by Wasm as by BPF; for 64 bits the operand is an i64 already. */
const shift64 = plain64;

function immediateOf(instruction: PreparedInstruction): number | undefined {
  return instruction.row.form === 'dst-imm' ? instruction.imm : undefined;
}

interface Division {
  readonly operation: number;
  /** Division by zero gives zero; modulo by zero leaves the first operand. */
  readonly keepsFirst: boolean;
  /** -1 as divisor overflows in Wasm: signed division negates instead. */
  readonly negates: boolean;
}

/** Pushes the result of a division of 64 bits. */
function divide64(e: FunctionEmitter, instruction: PreparedInstruction, division: Division): void {
  const { code } = e;
  const imm = immediateOf(instruction);
  if (imm !== undefined) {
    if (imm === 0) {
      if (division.keepsFirst) e.get(instruction.dst);
      else code.i64(0);
    } else if (imm === -1 && division.negates) {
      code.i64(0);
      e.get(instruction.dst);
      code.byte(op.i64Sub);
    } else {
      e.get(instruction.dst);
      code.i64(imm).byte(division.operation);
    }
    return;
  }
  e.get(instruction.src);
  code.byte(op.i64Eqz).if(valueType.i64);
  if (division.keepsFirst) e.get(instruction.dst);
  else code.i64(0);
  code.else();
  if (division.negates) {
    e.get(instruction.src);
    code.i64(-1).byte(op.i64Eq).if(valueType.i64).i64(0);
    e.get(instruction.dst);
    code.byte(op.i64Sub).else();
  }
  e.get(instruction.dst);
  e.get(instruction.src);
  code.byte(division.operation);
  if (division.negates) code.end();
  code.end();
}

/** Pushes the result of a division of 32 bits. */
function divide32(e: FunctionEmitter, instruction: PreparedInstruction, division: Division): void {
  const { code } = e;
  const imm = immediateOf(instruction);
  if (imm !== undefined) {
    if (imm === 0) {
      if (division.keepsFirst) e.getNarrow(instruction.dst);
      else code.i32(0);
    } else if (imm === -1 && division.negates) {
      code.i32(0);
      e.getNarrow(instruction.dst);
      code.byte(op.i32Sub);
    } else {
      e.getNarrow(instruction.dst);
      code.i32(imm).byte(division.operation);
    }
    return;
  }
  e.getNarrow(instruction.src);
  code.byte(op.i32Eqz).if(valueType.i32);
  if (division.keepsFirst) e.getNarrow(instruction.dst);
  else code.i32(0);
  code.else();
  if (division.negates) {
    e.getNarrow(instruction.src);
    code.i32(-1).byte(op.i32Eq).if(valueType.i32).i32(0);
    e.getNarrow(instruction.dst);
    code.byte(op.i32Sub).else();
  }
  e.getNarrow(instruction.dst);
  e.getNarrow(instruction.src);
  code.byte(division.operation);
  if (division.negates) code.end();
  code.end();
}

function division64(division: Division): Emitter {
  return (e, instruction) => {
    divide64(e, instruction, division);
    e.set(instruction.dst);
  };
}

function division32(division: Division): Emitter {
  return (e, instruction) => {
    divide32(e, instruction, division);
    e.code.byte(op.i64ExtendI32U);
    e.set(instruction.dst);
  };
}

const arithmetic64: Record<AluOperation, Emitter> = {
  add: plain64(op.i64Add),
  sub: plain64(op.i64Sub),
  mul: plain64(op.i64Mul),
  div: division64({ operation: op.i64DivU, keepsFirst: false, negates: false }),
  mod: division64({ operation: op.i64RemU, keepsFirst: true, negates: false }),
  sdiv: division64({ operation: op.i64DivS, keepsFirst: false, negates: true }),
  smod: division64({ operation: op.i64RemS, keepsFirst: true, negates: false }),
  or: plain64(op.i64Or),
  and: plain64(op.i64And),
  xor: plain64(op.i64Xor),
  mov: (e, instruction) => {
    e.source(instruction);
    e.set(instruction.dst);
  },
  lsh: shift64(op.i64Shl),
  rsh: shift64(op.i64ShrU),
  arsh: shift64(op.i64ShrS),
};

const arithmetic32: Record<AluOperation, Emitter> = {
  add: plain32(op.i32Add),
  sub: plain32(op.i32Sub),
  mul: plain32(op.i32Mul),
  div: division32({ operation: op.i32DivU, keepsFirst: false, negates: false }),
  mod: division32({ operation: op.i32RemU, keepsFirst: true, negates: false }),
  sdiv: division32({ operation: op.i32DivS, keepsFirst: false, negates: true }),
  smod: division32({ operation: op.i32RemS, keepsFirst: true, negates: false }),
  or: plain32(op.i32Or),
  and: plain32(op.i32And),
  xor: plain32(op.i32Xor),
  mov: (e, instruction) => {
    e.sourceNarrow(instruction);
    e.code.byte(op.i64ExtendI32U);
    e.set(instruction.dst);
  },
  lsh: plain32(op.i32Shl),
  rsh: plain32(op.i32ShrU),
  arsh: plain32(op.i32ShrS),
};

/** Swaps the bytes of each pair of `step`-bit units of the i64 on the stack; `mask` selects the lower of each pair. */
function swapUnits(e: FunctionEmitter, step: number, mask: readonly [low: number, high: number]): void {
  const { code } = e;
  code
    .tee(local.wide)
    .i64(...mask)
    .byte(op.i64And)
    .i64(step)
    .byte(op.i64Shl);
  code
    .get(local.wide)
    .i64(step)
    .byte(op.i64ShrU)
    .i64(...mask)
    .ops(op.i64And, op.i64Or);
}

const swapTo: Record<16 | 32 | 64, Emitter> = {
  16: (e, { dst }) => {
    e.getNarrow(dst);
    e.code.tee(local.narrow).i32(0xff).byte(op.i32And).i32(8).byte(op.i32Shl);
    e.code.get(local.narrow).i32(8).byte(op.i32ShrU).i32(0xff).ops(op.i32And, op.i32Or, op.i64ExtendI32U);
    e.set(dst);
  },
  32: (e, { dst }) => {
    e.getNarrow(dst);
    e.code.tee(local.narrow).i32(0x00ff00ff).byte(op.i32And).i32(24).byte(op.i32Rotl);
    e.code.get(local.narrow).i32(8).byte(op.i32Rotl).i32(0x00ff00ff).ops(op.i32And, op.i32Or, op.i64ExtendI32U);
    e.set(dst);
  },
  64: (e, { dst }) => {
    e.get(dst);
    swapUnits(e, 8, [0x00ff00ff, 0x00ff00ff]);
    swapUnits(e, 16, [0x0000ffff, 0x0000ffff]);
    e.code.i64(32).byte(op.i64Rotl);
    e.set(dst);
  },
};

const truncateTo: Record<16 | 32 | 64, Emitter> = {
  16: (e, { dst }) => {
    e.get(dst);
    e.code.i64(0xffff).byte(op.i64And);
    e.set(dst);
  },
  32: (e, { dst }) => {
    e.getNarrow(dst);
    e.code.byte(op.i64ExtendI32U);
    e.set(dst);
  },
  64: () => undefined,
};

function signExtend(extend: number, to64: boolean): Emitter {
  return (e, { dst, src }) => {
    e.get(src);
    e.code.byte(extend);
    if (!to64) e.code.ops(op.i32WrapI64, op.i64ExtendI32U);
    e.set(dst);
  };
}

/** Emitters by key; see program/keys.ts. */
export const aluEmitters: Record<string, Emitter> = {
  neg64: (e, { dst }) => {
    e.code.i64(0);
    e.get(dst);
    e.code.byte(op.i64Sub);
    e.set(dst);
  },
  neg32: (e, { dst }) => {
    e.code.i32(0);
    e.getNarrow(dst);
    e.code.ops(op.i32Sub, op.i64ExtendI32U);
    e.set(dst);
  },
  'addr-space-cast64': (e, { dst, src }) => {
    e.get(src);
    e.set(dst);
  },
  lddw: (e, { dst, imm, high }) => {
    e.code.i64(imm, high);
    e.set(dst);
  },
};

for (const [operation, emitter] of Object.entries(arithmetic64)) aluEmitters[`${operation}64`] = emitter;
for (const [operation, emitter] of Object.entries(arithmetic32)) aluEmitters[`${operation}32`] = emitter;
for (const width of [16, 32, 64] as const) {
  aluEmitters[`to-little-endian${width}`] = truncateTo[width];
  aluEmitters[`to-big-endian${width}`] = swapTo[width];
  aluEmitters[`byte-swap${width}`] = swapTo[width];
}
for (const [bits, extend] of [
  [8, op.i64Extend8S],
  [16, op.i64Extend16S],
  [32, op.i64Extend32S],
] as const) {
  aluEmitters[`movsx${bits}to64`] = signExtend(extend, true);
  aluEmitters[`movsx${bits}to32`] = signExtend(extend, false);
}
