// Classic instructions as WebAssembly. Registers are i32 locals. A value just loaded stays in packet byte order as long as
// it is only compared with constants, which are swapped at compile time instead.

import type { ClassicRules } from '../../isa/index.ts';
import { specialOffsets } from '../../isa/index.ts';
import type { FlowGraph, FlowNode } from '../jit/flow-graph.ts';
import type { StructureSink } from '../jit/structure.ts';
import { op, type WasmCode } from '../wasm/code.ts';
import { bytesNeeded, isBranch } from './classic-graph.ts';
import type { CheckedInstruction } from './classic-program.ts';
import { loadSizes } from './classic-program.ts';

/** Parameters and locals of a filter function. */
export const filterLocal = { base: 0, captured: 1, length: 2, a: 3, x: 4, offset: 5, scratch: 6, special: 22 } as const;

/** Locals of a filter's code, its parameters included. */
export const filterLocalCount = 23;

/** Added to the size of a special load that is absolute. */
export const ABSOLUTE_ACCESS = 8;

/** Byte order in which A is held: `host`, or as loaded from 2 or 4 packet bytes. */
export type HeldOrder = 'host' | 2 | 4;

/** What the emitter is told about a program. */
export interface ClassicPlan {
  readonly code: readonly CheckedInstruction[];
  readonly graph: FlowGraph;
  readonly rules: ClassicRules;
  /** Bytes known to be there at the start of each block. */
  readonly known: readonly number[];
  /** How A is held at the start of each block, and which blocks bring it into host order at their end. */
  readonly held: { readonly atStart: readonly HeldOrder[]; readonly restored: readonly boolean[] };
  /** Local that receives the result where the filter is part of a loop, whose block it then leaves; undefined: it returns. */
  readonly resultLocal?: number;
  /**
   * Index of the imported function for special loads: (offset, size, a, x, base, captured length) -> value or
   * negative, f64. */
  readonly special: number;
}

function swap16(value: number): number {
  return ((value & 0xff) << 8) | ((value >>> 8) & 0xff);
}

function swap32(value: number): number {
  return (swap16(value) << 16) | swap16(value >>> 16);
}

/** The constant to compare with instead of `k`; undefined where no value of that size can be equal. */
export function swappedConstant(k: number, held: HeldOrder): number | undefined {
  if (held === 2) return k > 0xffff ? undefined : swap16(k);
  return held === 4 ? swap32(k) : k;
}

/** Whether the branch can compare A without bringing it into host order. */
export function comparesSwapped({ row, k }: CheckedInstruction, held: HeldOrder): boolean {
  if (row.form !== 'branch-k') return false;
  if (row.operation === 'jset') return true;
  return row.operation === 'jeq' && swappedConstant(k, held) !== undefined;
}

const comparisons: Readonly<Record<string, { readonly yes: number; readonly no: number }>> = {
  jeq: { yes: op.i32Eq, no: op.i32Ne },
  jgt: { yes: op.i32GtU, no: op.i32LeU },
  jge: { yes: op.i32GeU, no: op.i32LtU },
};

const plainOperations: Readonly<Record<string, number>> = {
  add: op.i32Add,
  sub: op.i32Sub,
  mul: op.i32Mul,
  or: op.i32Or,
  and: op.i32And,
  xor: op.i32Xor,
};

/** Operations that neither change A nor need it in host order; branches decide at the end of their block. */
const keepsOrder: ReadonlySet<string> = new Set(['load-x', 'store-x', 'jump', 'jeq', 'jgt', 'jge', 'jset']);

/** What an instruction does to the order in which A is held. */
export function heldAfter({ row, k }: CheckedInstruction, held: HeldOrder, rules: ClassicRules): HeldOrder {
  const size = loadSizes[row.operation];
  if (size !== undefined && (row.form === 'absolute' || row.form === 'indirect')) {
    const mayBeSpecial = rules === 'linux' && (row.form === 'indirect' || k >= specialOffsets.linkLayer);
    return size === 1 || mayBeSpecial ? 'host' : (size as 2 | 4);
  }
  return keepsOrder.has(row.operation) ? held : 'host';
}

/** Emits blocks of a classic program as the structurer walks them. */
export class ClassicEmitter implements StructureSink {
  readonly #code: WasmCode;
  readonly #plan: ClassicPlan;
  #held: HeldOrder = 'host';
  /** Constructs open inside the filter's code. */
  #depth = 0;

  constructor(code: WasmCode, plan: ClassicPlan) {
    this.#code = code;
    this.#plan = plan;
  }

  openLoop(): void {
    this.#code.loop();
    this.#depth++;
  }

  openBlock(): void {
    this.#code.block();
    this.#depth++;
  }

  openIf(node: FlowNode): void {
    this.#condition(node, true);
    this.#code.if();
    this.#depth++;
  }

  close(): void {
    this.#code.end();
    this.#depth--;
  }

  branch(depth: number): void {
    this.#code.br(depth);
  }

  branchIf(node: FlowNode, taken: boolean, depth: number): void {
    this.#condition(node, taken);
    this.#code.brIf(depth);
  }

  branchTable(): void {
    // Classic programs jump forward only (or, by libpcap's rules, back without choice): nothing is dispatched.
  }

  body(node: FlowNode): void {
    const { code, graph, known, held } = this.#plan;
    const index = graph.nodes.indexOf(node);
    this.#held = held.atStart[index] as HeldOrder;
    const block = code.slice(node.start, node.end);
    const needed = Math.max(0, ...block.map((instruction) => this.#packetBytes(instruction)));
    if (needed > (known[index] as number)) {
      this.#code.get(filterLocal.captured).i32(needed).byte(op.i32LtU).if();
      this.#fail();
    }
    for (const instruction of block) this.#instruction(instruction);
    const last = block.at(-1) as CheckedInstruction;
    const swapsForBranch = isBranch(last) && !comparesSwapped(last, this.#held);
    if (held.restored[index] || swapsForBranch) this.#toHost();
  }

  #packetBytes(instruction: CheckedInstruction): number {
    const isSpecial = this.#plan.rules === 'linux' && instruction.k >= specialOffsets.linkLayer;
    return isSpecial ? 0 : Math.min(bytesNeeded(instruction), 0xffff_ffff);
  }

  /** Ends the filter with the value on the stack. */
  #leave(inside: number): void {
    const { resultLocal } = this.#plan;
    if (resultLocal === undefined) this.#code.byte(op.return);
    else this.#code.set(resultLocal).br(this.#depth + inside);
  }

  /** Inside an `if`: ends the filter with 0, and closes the `if`. */
  #fail(): void {
    this.#code.i32(0);
    this.#leave(1);
    this.#code.end();
  }

  /** Brings A into host order. */
  #toHost(): void {
    const { a } = filterLocal;
    if (this.#held === 2) this.#swapHalf();
    else if (this.#held === 4) this.#swapWord();
    if (this.#held !== 'host') this.#code.set(a);
    this.#held = 'host';
  }

  #swapHalf(): void {
    const { a } = filterLocal;
    this.#code.get(a).i32(8).byte(op.i32Shl).i32(0xff00).byte(op.i32And);
    this.#code.get(a).i32(8).ops(op.i32ShrU, op.i32Or);
  }

  #swapWord(): void {
    const { a } = filterLocal;
    this.#code.get(a).i32(0x00ff00ff).byte(op.i32And).i32(24).byte(op.i32Rotl);
    this.#code.get(a).i32(8).byte(op.i32Rotl).i32(0x00ff00ff).ops(op.i32And, op.i32Or);
  }

  #condition(node: FlowNode, taken: boolean): void {
    const instruction = this.#plan.code[node.end - 1] as CheckedInstruction;
    const { row, k } = instruction;
    const constant = comparesSwapped(instruction, this.#held)
      ? (swappedMask(k, this.#held, row.operation) as number)
      : k;
    this.#code.get(filterLocal.a);
    if (row.form === 'branch-x') this.#code.get(filterLocal.x);
    else this.#code.i32(constant);
    if (row.operation === 'jset') {
      this.#code.byte(op.i32And);
      if (!taken) this.#code.byte(op.i32Eqz);
      return;
    }
    const comparison = comparisons[row.operation] as { yes: number; no: number };
    this.#code.byte(taken ? comparison.yes : comparison.no);
  }

  #instruction(instruction: CheckedInstruction): void {
    const { operation, form } = instruction.row;
    const size = loadSizes[operation];
    if (size !== undefined && (form === 'absolute' || form === 'indirect')) {
      this.#load(instruction, size);
      return;
    }
    if (form === 'header-length' && this.#plan.rules === 'linux' && instruction.k >= specialOffsets.linkLayer) {
      this.#specialHeaderLength(instruction.k);
      return;
    }
    const emit = emitters[operation];
    if (!emit) return;
    if (!keepsOrder.has(operation) && operation !== 'load-32') this.#toHost();
    emit(this.#code, instruction, this.#plan.rules, (inside) => this.#leave(inside));
    if (operation === 'load-32') this.#held = 'host';
  }

  #load(instruction: CheckedInstruction, size: number): void {
    const { row, k } = instruction;
    const code = this.#code;
    const isLinux = this.#plan.rules === 'linux';
    if (row.form === 'absolute') {
      if (isLinux && k >= specialOffsets.linkLayer) this.#specialLoad(size | ABSOLUTE_ACCESS, () => code.i32(k));
      else this.#plainLoad(size, () => code.get(filterLocal.base), k);
      return;
    }
    code.get(filterLocal.x).i32(k).byte(op.i32Add).set(filterLocal.offset);
    if (!isLinux) {
      this.#checkOffset(size);
      this.#plainLoad(size, () => code.get(filterLocal.base).get(filterLocal.offset).byte(op.i32Add), 0);
      return;
    }
    this.#indirectLinuxLoad(size);
  }

  /** Indirect loads of Linux may turn out special: both ways leave A in host order. */
  #indirectLinuxLoad(size: number): void {
    const code = this.#code;
    code
      .get(filterLocal.offset)
      .i32(specialOffsets.linkLayer | 0)
      .byte(op.i32GeU)
      .if();
    this.#depth++;
    this.#specialLoad(size, () => code.get(filterLocal.offset));
    code.else();
    this.#checkOffset(size);
    this.#plainLoad(size, () => code.get(filterLocal.base).get(filterLocal.offset).byte(op.i32Add), 0);
    this.#toHost();
    code.end();
    this.#depth--;
    this.#held = 'host';
  }

  /** Ends with 0 unless `size` bytes lie at the offset. */
  #checkOffset(size: number): void {
    const code = this.#code;
    code.get(filterLocal.captured).i32(size).byte(op.i32LtU);
    code.get(filterLocal.offset).get(filterLocal.captured).i32(size).ops(op.i32Sub, op.i32GtU, op.i32Or);
    code.if();
    this.#fail();
  }

  #plainLoad(size: number, address: () => void, offset: number): void {
    const opcode = size === 1 ? op.i32Load8U : size === 2 ? op.i32Load16U : op.i32Load;
    address();
    this.#code.memory(opcode, offset).set(filterLocal.a);
    this.#held = size === 1 ? 'host' : (size as 2 | 4);
  }

  #specialLoad(access: number, offset: () => void): void {
    this.#toHost();
    this.#pushSpecial(access, offset);
    this.#code.set(filterLocal.a);
    this.#held = 'host';
  }

  /** Pushes the value of a special load, or ends the program with 0. */
  #pushSpecial(access: number, offset: () => void): void {
    const code = this.#code;
    const value = filterLocal.special;
    offset();
    code.i32(access).get(filterLocal.a).get(filterLocal.x);
    code.get(filterLocal.base).get(filterLocal.captured).call(this.#plan.special);
    // Negative: the program ends with 0.
    code.tee(value).byte(op.f64Const).all([0, 0, 0, 0, 0, 0, 0, 0]).byte(op.f64Lt);
    code.if();
    this.#fail();
    code.get(value).byte(op.i32TruncF64U);
  }

  /** `ldxb 4*([k]&0xf)` where `k` counts from a header. */
  #specialHeaderLength(k: number): void {
    this.#pushSpecial(1, () => this.#code.i32(k));
    this.#code.i32(0xf).byte(op.i32And).i32(2).byte(op.i32Shl).set(filterLocal.x);
  }
}

/** The constant or mask for A as held. */
function swappedMask(k: number, held: HeldOrder, operation: string): number | undefined {
  if (operation === 'jset' && held === 2) return swap16(k);
  return swappedConstant(k, held);
}

/** Ends the filter with the value on the stack, from inside so many constructs of the emitter's own. */
type Leave = (inside: number) => void;

type Emit = (code: WasmCode, instruction: CheckedInstruction, rules: ClassicRules, leave: Leave) => void;

function operand(code: WasmCode, { row, k }: CheckedInstruction): void {
  if (row.form === 'x') code.get(filterLocal.x);
  else code.i32(k);
}

function arithmetic(opcode: number): Emit {
  return (code, instruction) => {
    code.get(filterLocal.a);
    operand(code, instruction);
    code.byte(opcode).set(filterLocal.a);
  };
}

/** Division by X ends the program with 0 where X is 0. */
function division(opcode: number): Emit {
  return (code, instruction, rules, leave) => {
    if (instruction.row.form === 'x') {
      code.get(filterLocal.x).byte(op.i32Eqz).if().i32(0);
      leave(1);
      code.end();
    }
    arithmetic(opcode)(code, instruction, rules, leave);
  };
}

/** Kernel: distance modulo 32. libpcap: 32 and more give 0. */
function shift(opcode: number): Emit {
  return (code, instruction, rules, leave) => {
    if (rules === 'linux') {
      arithmetic(opcode)(code, instruction, rules, leave);
      return;
    }
    code.get(filterLocal.a);
    operand(code, instruction);
    code.byte(opcode).i32(0);
    operand(code, instruction);
    code.i32(32).ops(op.i32LtU, op.select).set(filterLocal.a);
  };
}

/** What moves into a register: constant, length, scratch word. */
function loadInto(register: number): Emit {
  return (code, { row, k }) => {
    if (row.form === 'hexadecimal') code.i32(k);
    else if (row.form === 'length') code.get(filterLocal.length);
    else if (row.form === 'memory') code.get(filterLocal.scratch + k);
    else code.get(filterLocal.base).memory(op.i32Load8U, k).i32(0xf).byte(op.i32And).i32(2).byte(op.i32Shl);
    code.set(register);
  };
}

const emitters: Readonly<Record<string, Emit>> = {
  'load-32': loadInto(filterLocal.a),
  'load-x': loadInto(filterLocal.x),
  store: (code, { k }) => code.get(filterLocal.a).set(filterLocal.scratch + k),
  'store-x': (code, { k }) => code.get(filterLocal.x).set(filterLocal.scratch + k),
  ...Object.fromEntries(Object.entries(plainOperations).map(([name, opcode]) => [name, arithmetic(opcode)])),
  div: division(op.i32DivU),
  mod: division(op.i32RemU),
  lsh: shift(op.i32Shl),
  rsh: shift(op.i32ShrU),
  neg: (code) => code.i32(0).get(filterLocal.a).byte(op.i32Sub).set(filterLocal.a),
  tax: (code) => code.get(filterLocal.a).set(filterLocal.x),
  txa: (code) => code.get(filterLocal.x).set(filterLocal.a),
  return: (code, { row, k }, _, leave) => {
    if (row.form === 'accumulator') code.get(filterLocal.a);
    else code.i32(k);
    leave(0);
  },
};
