// IR to machine instructions on virtual registers: operands to immediates and offsets, comparisons into branches, phis to copies.

import type { AluOperation, AtomicOperation } from '../../isa/index.ts';
import type { Instruction, InstructionOf, IrFunction, Value } from '../ir/types.ts';
import { fits32 } from './immediate.ts';
import { machine } from './machine.ts';
import { splitOffset } from './place.ts';
import { type Handlers, Selector } from './selector.ts';
import type { IsaVersion, MachineFunction, Register } from './types.ts';
import type { SymbolTable } from './value-selector.ts';

const aluNames: Readonly<Record<string, AluOperation>> = {
  add: 'add',
  sub: 'sub',
  mul: 'mul',
  udiv: 'div',
  urem: 'mod',
  sdiv: 'sdiv',
  srem: 'smod',
  and: 'and',
  or: 'or',
  xor: 'xor',
  shl: 'lsh',
  lshr: 'rsh',
  ashr: 'arsh',
};

const callClobbers: readonly Register[] = [0, 1, 2, 3, 4, 5];

const arithmeticHandler = function (this: Selector, instruction: Instruction): void {
  this.arithmetic(instruction, aluNames[instruction.op] as AluOperation, instruction.type === 'i32' ? 32 : 64);
};

const plainCopy = function (this: Selector, instruction: Instruction): void {
  this.copyInto(this.resultOf(instruction), instruction.args[0] as Value);
};

function memoryWidth(width: number): 8 | 16 | 32 | 64 {
  return (width * 8) as 8 | 16 | 32 | 64;
}

const fetchNames: Readonly<Record<string, AtomicOperation>> = {
  add: 'atomic-fetch-add',
  and: 'atomic-fetch-and',
  or: 'atomic-fetch-or',
  xor: 'atomic-fetch-xor',
  xchg: 'atomic-xchg',
  cmpxchg: 'atomic-cmpxchg',
};
const plainNames: Readonly<Record<string, AtomicOperation>> = {
  add: 'atomic-add',
  and: 'atomic-and',
  or: 'atomic-or',
  xor: 'atomic-xor',
};

function selectAtomic(this: Selector, instruction: InstructionOf<'atomic'>): void {
  const { operation, args, width } = instruction;
  const place = this.place(args[0] as Value, instruction.offset);
  const isUsed = !this.isUnused(instruction);
  const needsOld = isUsed || operation === 'xchg' || operation === 'cmpxchg';
  const name = (needsOld ? fetchNames[operation] : plainNames[operation]) as AtomicOperation;
  const where = { left: place.register, frame: place.frame, offset: place.offset, width: memoryWidth(width) };
  if (operation === 'cmpxchg') {
    const desired = this.registerOf(args[2] as Value);
    this.copyInto(0, args[1] as Value);
    this.emit(machine('atomic', { ...where, operation: name, src: desired, dst: 0, uses: [0] }));
    if (isUsed) this.copy(this.resultOf(instruction), 0);
    return;
  }
  if (!needsOld) {
    this.emit(machine('atomic', { ...where, operation: name, src: this.registerOf(args[1] as Value) }));
    return;
  }
  const dst = this.resultOf(instruction);
  this.copyInto(dst, args[1] as Value);
  this.emit(machine('atomic', { ...where, operation: name, src: dst, dst }));
}

function selectCall(this: Selector, instruction: InstructionOf<'call'>): void {
  this.callWith(instruction.args, (uses) =>
    machine('call', { call: instruction.target, uses, clobbers: callClobbers }),
  );
  if (instruction.type !== 'void' && !this.isUnused(instruction)) this.copy(this.resultOf(instruction), 0);
}

function selectPacketLoad(this: Selector, instruction: InstructionOf<'packet-load'>): void {
  const [context, offset] = instruction.args as [Value, Value];
  const imm = this.immediate(offset);
  const src = imm === undefined ? this.registerOf(offset) : -1;
  this.copyInto(6, context);
  this.emit(
    machine('packet', { src, imm: imm ?? 0, width: memoryWidth(instruction.width), uses: [6], clobbers: callClobbers }),
  );
  if (!this.isUnused(instruction)) this.copy(this.resultOf(instruction), 0);
}

function selectAsm(this: Selector, instruction: InstructionOf<'asm'>): void {
  const { args, template, tied, clobbers } = instruction;
  const { constants, registers } = this.asmOperands(args, template);
  const dst = instruction.type === 'void' ? -1 : this.resultOf(instruction);
  if (tied >= 0 && dst >= 0) this.copyInto(dst, args[tied] as Value);
  if (template === '') return;
  // In the order of the arguments; constants have no register, the tied one that of the result.
  const uses = registers.flatMap((register, i) =>
    constants[i] !== undefined ? [] : [i === tied && dst >= 0 ? dst : register],
  );
  this.emit(machine('asm', { dst, template, constants, uses, clobbers }));
}

const handlers: Handlers = {
  add: arithmeticHandler,
  sub: arithmeticHandler,
  mul: arithmeticHandler,
  udiv: arithmeticHandler,
  sdiv: arithmeticHandler,
  urem: arithmeticHandler,
  srem: arithmeticHandler,
  and: arithmeticHandler,
  or: arithmeticHandler,
  xor: arithmeticHandler,
  shl: arithmeticHandler,
  lshr: arithmeticHandler,
  ashr: arithmeticHandler,
  compare(instruction): void {
    if (this.isFused(instruction)) return;
    this.emit(machine('set', { dst: this.resultOf(instruction), ...this.comparison(instruction) }));
  },
  zext(instruction): void {
    const value = instruction.args[0] as Value;
    const dst = this.resultOf(instruction);
    if (value.kind === 'constant' || this.isZeroExtended(value)) this.copyInto(dst, value);
    else this.emit(machine('mov', { dst, src: this.registerOf(value), width: 32 }));
  },
  sext(instruction): void {
    this.signExtend(this.resultOf(instruction), this.registerOf(instruction.args[0] as Value), 32, 64);
  },
  trunc: plainCopy,
  'to-ptr': plainCopy,
  'to-int': plainCopy,
  opaque: plainCopy,
  'sign-extend'(instruction): void {
    const src = this.registerOf(instruction.args[0] as Value);
    this.signExtend(this.resultOf(instruction), src, instruction.bits, instruction.type === 'i32' ? 32 : 64);
  },
  bswap(instruction): void {
    const dst = this.resultOf(instruction);
    this.copyInto(dst, instruction.args[0] as Value);
    this.emit(machine('swap', { dst, bits: instruction.bits }));
  },
  ptradd(instruction): void {
    const [base, offset] = instruction.args as [Value, Value];
    if (this.isUnused(instruction) || this.framePlace(instruction)) return;
    const dst = this.resultOf(instruction);
    if (offset.kind === 'instruction' && offset.op === 'core') {
      this.copyInto(dst, base);
      this.emit(machine('alu', { dst, operation: 'add', imm: Number(offset.value), relocation: offset.relocation }));
      return;
    }
    const isDifference =
      offset.kind === 'instruction' &&
      offset.op === 'sub' &&
      offset.args[0]?.kind === 'constant' &&
      offset.args[0].value === 0n;
    const operand = this.operand(isDifference ? (offset.args[1] as Value) : offset);
    this.copyInto(dst, base);
    this.emit(machine('alu', { dst, operation: isDifference ? 'sub' : 'add', ...operand }));
  },
  alloca(instruction): void {
    this.addFrame(instruction);
  },
  load(instruction): void {
    const { signed, relocation = -1 } = instruction;
    const width = memoryWidth(instruction.width);
    const place =
      relocation >= 0
        ? { register: this.registerOf(instruction.args[0] as Value), frame: undefined, offset: instruction.offset }
        : this.place(instruction.args[0] as Value, instruction.offset);
    const dst = this.resultOf(instruction);
    const isWide = instruction.type !== 'i32';
    const extends_ = signed && width < (isWide ? 64 : 32);
    const direct = extends_ && isWide && this.version >= 4 && relocation < 0;
    const fields = { src: place.register, frame: place.frame, offset: place.offset, width, relocation };
    if (direct || !extends_) {
      this.emit(machine('load', { dst, ...fields, signed: direct }));
      return;
    }
    const raw = this.newRegister();
    this.emit(machine('load', { dst: raw, ...fields }));
    this.signExtend(dst, raw, width as 8 | 16 | 32, isWide ? 64 : 32);
  },
  store(instruction): void {
    const { relocation = -1 } = instruction;
    const [base, value] = instruction.args as [Value, Value];
    const place =
      relocation >= 0
        ? { register: this.registerOf(base), frame: undefined, offset: instruction.offset }
        : this.place(base, instruction.offset);
    const width = memoryWidth(instruction.width);
    const fields = { left: place.register, frame: place.frame, offset: place.offset, width, relocation };
    if (value.kind === 'undefined') return;
    // Linux before 6.4 refuses to store constants into the context.
    if (value.kind === 'constant' && splitOffset(base).base.kind !== 'parameter') {
      const narrow = BigInt.asIntN(Math.min(width, 64), value.value);
      if (fits32(narrow)) {
        this.emit(machine('store', { ...fields, imm: Number(narrow) }));
        return;
      }
    }
    this.emit(machine('store', { ...fields, src: this.registerOf(value) }));
  },
  copy(): void {},
  fill(): void {},
  call: selectCall,
  atomic: selectAtomic,
  phi(instruction): void {
    this.resultOf(instruction);
  },
  core(instruction): void {
    const { relocation, value } = instruction;
    const dst = this.resultOf(instruction);
    if (this.isUnused(instruction)) return;
    const signed = BigInt.asIntN(64, value);
    if (fits32(signed)) this.emit(machine('mov', { dst, imm: Number(signed), relocation }));
    else this.emit(machine('lddw', { dst, value, relocation }));
  },
  asm: selectAsm,
  'packet-load': selectPacketLoad,
  jump(): void {},
  branch(): void {},
  ret(): void {},
  unreachable(): void {},
  'asm-goto'(): void {},
};

/** Selects the instructions of a function for an ISA version. The IR function is changed on the way. */
export function select(fn: IrFunction, version: IsaVersion, symbols: SymbolTable): MachineFunction {
  return new Selector(fn, { version, symbols, handlers }).run();
}
