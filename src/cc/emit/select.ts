// IR to machine instructions on virtual registers: operands to immediates and offsets, comparisons into branches, phis to copies.

import type { SourceSpan } from '../../base/index.ts';
import type { AluOperation, AtomicOperation, JumpCondition } from '../../isa/index.ts';
import { signedValue } from '../ir/build.ts';
import { dominates, type FlowGraph, flowGraph } from '../ir/dominators.ts';
import type {
  Block,
  Constant,
  Instruction,
  InstructionOf,
  IrFunction,
  Opcode,
  Predicate,
  SymbolAddress,
  Value,
} from '../ir/types.ts';
import { legalize, splitCriticalEdges } from './legalize.ts';
import { loopDepths } from './loops.ts';
import { machine } from './machine.ts';
import {
  type FrameObject,
  firstVirtual,
  type IsaVersion,
  type MachineBlock,
  type MachineFunction,
  type MachineInstruction,
  type Register,
} from './types.ts';

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

const conditions: Readonly<Record<Predicate, JumpCondition>> = {
  eq: 'jeq',
  ne: 'jne',
  ult: 'jlt',
  ule: 'jle',
  ugt: 'jgt',
  uge: 'jge',
  slt: 'jslt',
  sle: 'jsle',
  sgt: 'jsgt',
  sge: 'jsge',
  set: 'jset',
};

const opposite: Readonly<Record<JumpCondition, JumpCondition | undefined>> = {
  jeq: 'jne',
  jne: 'jeq',
  jlt: 'jge',
  jge: 'jlt',
  jgt: 'jle',
  jle: 'jgt',
  jslt: 'jsge',
  jsge: 'jslt',
  jsgt: 'jsle',
  jsle: 'jsgt',
  jset: undefined,
};

/** The same comparison with its sides exchanged. */
const mirrored: Readonly<Record<JumpCondition, JumpCondition>> = {
  jeq: 'jeq',
  jne: 'jne',
  jset: 'jset',
  jlt: 'jgt',
  jgt: 'jlt',
  jle: 'jge',
  jge: 'jle',
  jslt: 'jsgt',
  jsgt: 'jslt',
  jsle: 'jsge',
  jsge: 'jsle',
};

const callClobbers: readonly Register[] = [0, 1, 2, 3, 4, 5];
const commutative = new Set<AluOperation>(['add', 'mul', 'and', 'or', 'xor']);

/** A memory operand: a register or a stack object, and an offset. */
interface Place {
  readonly register: Register;
  readonly frame: FrameObject | undefined;
  readonly offset: number;
}

type Handler<O extends Opcode> = (this: Selector, instruction: InstructionOf<O>) => void;

class Selector {
  readonly fn: IrFunction;
  readonly version: IsaVersion;
  readonly externs: ReadonlySet<string>;
  readonly out: MachineFunction;
  readonly #registers = new Map<Value, Register>();
  readonly #frames = new Map<Value, FrameObject>();
  readonly #blocks = new Map<Block, MachineBlock>();
  readonly #uses = new Map<Value, number>();
  readonly #branchUses = new Map<Value, number>();
  readonly #dirty = new Set<Value>();
  readonly #symbolBases = new Map<string, { readonly register: Register; readonly block: Block }[]>();
  #graph: FlowGraph | undefined;
  /** The IR block being selected. */
  #source: Block | undefined;
  block!: MachineBlock;
  span: SourceSpan | undefined;

  constructor(fn: IrFunction, version: IsaVersion, externs: ReadonlySet<string>) {
    this.fn = fn;
    this.externs = externs;
    this.version = version;
    this.out = { name: fn.name, blocks: [], nextRegister: firstVirtual, frame: [], span: fn.span };
  }

  run(): MachineFunction {
    legalize(this.fn, this.version);
    splitCriticalEdges(this.fn);
    this.#graph = flowGraph(this.fn);
    const { order } = this.#graph;
    const depths = loopDepths(this.fn, order);
    for (const block of order) {
      const made: MachineBlock = { id: block.id, instructions: [], successors: [], depth: depths.get(block) ?? 0 };
      this.#blocks.set(block, made);
      this.out.blocks.push(made);
    }
    this.#countUses(order);
    this.#findDirty(order);
    for (const block of order) this.#selectBlock(block, order[0] === block);
    return this.out;
  }

  #countUses(order: readonly Block[]): void {
    for (const block of order) {
      for (const { args } of block.instructions)
        for (const arg of args) this.#uses.set(arg, (this.#uses.get(arg) ?? 0) + 1);
      const { op, args } = block.terminator;
      for (const arg of args) {
        this.#uses.set(arg, (this.#uses.get(arg) ?? 0) + 1);
        if (op === 'branch') this.#branchUses.set(arg, (this.#branchUses.get(arg) ?? 0) + 1);
      }
    }
  }

  #selectBlock(block: Block, isEntry: boolean): void {
    this.block = this.#blocks.get(block) as MachineBlock;
    this.#source = block;
    if (isEntry) this.#parameters();
    for (const instruction of block.instructions) {
      this.span = instruction.span;
      (handlers[instruction.op] as unknown as Handler<Opcode>).call(this, instruction as never);
    }
    this.span = block.terminator.span;
    this.#phiCopies(block);
    this.#terminator(block);
    this.block.successors = [...new Set(block.terminator.targets)].map((target) => this.machineBlock(target));
  }

  machineBlock(block: Block): MachineBlock {
    return this.#blocks.get(block) as MachineBlock;
  }

  #parameters(): void {
    this.span = this.fn.span;
    for (const parameter of this.fn.parameters) {
      const register = this.newRegister();
      this.#registers.set(parameter, register);
      if (this.#uses.has(parameter)) this.emit(machine('mov', { dst: register, src: parameter.index + 1 }));
    }
  }

  newRegister(): Register {
    return this.out.nextRegister++;
  }

  emit(instruction: MachineInstruction): void {
    this.block.instructions.push(this.span ? { ...instruction, span: this.span } : instruction);
  }

  /** The register a value lives in. */
  registerOf(value: Value): Register {
    if (value.kind === 'constant') return this.#constant(value);
    if (value.kind === 'symbol') {
      const dst = this.newRegister();
      const isExtern = this.externs.has(value.name);
      this.emit(machine('lddw', { dst, symbol: { name: value.name, offset: isExtern ? 0 : value.offset } }));
      if (isExtern && value.offset !== 0) this.emit(machine('alu', { dst, operation: 'add', imm: value.offset }));
      return dst;
    }
    if (value.kind === 'undefined') {
      const dst = this.newRegister();
      this.emit(machine('mov', { dst, imm: 0 }));
      return dst;
    }
    const frame = this.#frames.get(value);
    if (frame) {
      const dst = this.newRegister();
      this.emit(machine('frame', { dst, frame }));
      return dst;
    }
    return this.resultOf(value);
  }

  /** The register an instruction's result goes to. */
  resultOf(value: Value): Register {
    let register = this.#registers.get(value);
    if (register === undefined) {
      register = this.newRegister();
      this.#registers.set(value, register);
    }
    return register;
  }

  #constant(value: Constant): Register {
    const dst = this.newRegister();
    const signed = signedValue(value);
    if (value.type === 'i32') this.emit(machine('mov', { dst, imm: Number(signed), width: 32 }));
    else if (fits32(signed)) this.emit(machine('mov', { dst, imm: Number(signed) }));
    else if (value.value <= 0xffffffffn)
      this.emit(machine('mov', { dst, imm: Number(BigInt.asIntN(32, value.value)), width: 32 }));
    else this.emit(machine('lddw', { dst, value: value.value }));
    return dst;
  }

  /** The immediate that a constant can be encoded as, for operations of its own width. */
  immediate(value: Value): number | undefined {
    if (value.kind !== 'constant') return undefined;
    const signed = signedValue(value);
    return fits32(signed) ? Number(signed) : undefined;
  }

  /** Source operand: an immediate where it fits, else a register. */
  operand(value: Value): { readonly src: Register; readonly imm: number } {
    const imm = this.immediate(value);
    return imm === undefined ? { src: this.registerOf(value), imm: 0 } : { src: -1, imm };
  }

  copy(dst: Register, src: Register): void {
    this.emit(machine('mov', { dst, src }));
  }

  /** Are the upper 32 bits of the register that holds this i32 known to be zero? */
  isZeroExtended(value: Value): boolean {
    return value.kind === 'constant' || (value.kind === 'instruction' && !this.#dirty.has(value));
  }

  /** Finds the i32 values whose upper halves may hold anything: bare truncations, and phis of such. */
  #findDirty(order: readonly Block[]): void {
    for (let changed = true; changed; ) {
      changed = false;
      for (const block of order) {
        for (const instruction of block.instructions) {
          if (instruction.type !== 'i32' || this.#dirty.has(instruction) || !this.#isDirty(instruction)) continue;
          this.#dirty.add(instruction);
          changed = true;
        }
      }
    }
  }

  #isDirty(instruction: Instruction): boolean {
    switch (instruction.op) {
      case 'phi':
      case 'opaque':
        return instruction.args.some(
          (arg) => arg.kind === 'parameter' || (arg.kind === 'instruction' && this.#dirty.has(arg)),
        );
      case 'trunc':
        return !this.isSmall(instruction.args[0] as Value);
      case 'asm':
        return true;
      case 'atomic':
        return instruction.width !== 4;
      default:
        return false;
    }
  }

  /** Is an i64 known to be below 2^32? */
  isSmall(value: Value): boolean {
    if (value.kind === 'constant') return value.value <= 0xffffffffn;
    if (value.kind !== 'instruction') return false;
    const right = value.args[1];
    if (value.op === 'load') return value.width < 8 && !value.signed;
    if (value.op === 'zext') return true;
    if (value.op === 'and') return right?.kind === 'constant' && right.value <= 0xffffffffn;
    return value.op === 'lshr' && right?.kind === 'constant' && right.value >= 32n;
  }

  place(base: Value, offset: number): Place {
    let at = base;
    let total = offset;
    while (at.kind === 'instruction' && at.op === 'ptradd' && at.args[1]?.kind === 'constant') {
      const next = total + Number(signedValue(at.args[1]));
      if (next < -0x8000 || next > 0x7fff) break;
      total = next;
      at = at.args[0] as Value;
    }
    const frame = this.#frames.get(at);
    if (frame) return { register: -1, frame, offset: total };
    if (at.kind === 'symbol') {
      const inside = at.offset + total;
      if (inside >= -0x8000 && inside <= 0x7fff)
        return { register: this.#symbolBase(at), frame: undefined, offset: inside };
      return { register: this.registerOf({ ...at, offset: inside }), frame: undefined, offset: 0 };
    }
    return { register: this.registerOf(at), frame: undefined, offset: total };
  }

  /** Start of a symbol's memory, in one register for all accesses that its first one dominates. */
  #symbolBase(symbol: SymbolAddress): Register {
    const known = this.#symbolBases.get(symbol.name) ?? [];
    this.#symbolBases.set(symbol.name, known);
    const found = known.find(({ block }) => dominates(this.#graph as FlowGraph, block, this.#source as Block));
    if (found) return found.register;
    const register = this.registerOf({ ...symbol, offset: 0 });
    known.push({ register, block: this.#source as Block });
    return register;
  }

  addFrame(alloca: InstructionOf<'alloca'>): void {
    const frame: FrameObject = { size: Math.max(alloca.size, 1), align: alloca.align, name: alloca.name, offset: 0 };
    this.#frames.set(alloca, frame);
    this.out.frame.push(frame);
  }

  frameOf(value: Value): FrameObject | undefined {
    return this.#frames.get(value);
  }

  /** A comparison used by branches only is made there. */
  isFused(compare: InstructionOf<'compare'>): boolean {
    return (this.#uses.get(compare) ?? 0) === (this.#branchUses.get(compare) ?? 0);
  }

  isUnused(value: Value): boolean {
    return !this.#uses.has(value);
  }

  /** Operands of a comparison at the machine: condition, sides, width. */
  comparison(compare: InstructionOf<'compare'>): {
    operation: JumpCondition;
    left: Register;
    src: Register;
    imm: number;
    width: 32 | 64;
  } {
    let [a, b] = compare.args as [Value, Value];
    let operation = conditions[compare.predicate];
    if (this.version < 2 && ['jlt', 'jle', 'jslt', 'jsle'].includes(operation)) {
      [a, b] = [b, a];
      operation = mirrored[operation];
    }
    if (a.type === 'i32' && this.version < 3) return this.#wideComparison(operation, a, b);
    const left = this.registerOf(a);
    return { operation, left, ...this.operand(b), width: a.type === 'i32' ? 32 : 64 };
  }

  /** Without 32-bit jumps: both sides extended to 64 bits first. */
  #wideComparison(
    operation: JumpCondition,
    a: Value,
    b: Value,
  ): { operation: JumpCondition; left: Register; src: Register; imm: number; width: 64 } {
    const isSigned = operation.startsWith('js') && operation !== 'jset';
    const wide = (value: Value): Register => {
      const register = this.registerOf(value);
      if (!isSigned && this.isZeroExtended(value)) return register;
      const dst = this.newRegister();
      if (isSigned) this.signExtend(dst, register, 32, 64);
      else this.emit(machine('mov', { dst, src: register, width: 32 }));
      return dst;
    };
    const left = wide(a);
    if (b.kind === 'constant') {
      const value = isSigned ? signedValue(b) : b.value;
      if (fits32(value)) return { operation, left, src: -1, imm: Number(value), width: 64 };
    }
    return { operation, left, src: wide(b), imm: 0, width: 64 };
  }

  signExtend(dst: Register, src: Register, bits: 8 | 16 | 32, width: 32 | 64): void {
    if (this.version >= 4) {
      this.emit(machine('movsx', { dst, src, bits, width }));
      return;
    }
    this.copy(dst, src);
    for (const operation of ['lsh', 'arsh'] as const)
      this.emit(machine('alu', { dst, operation, imm: width - bits, width }));
  }

  #terminator(block: Block): void {
    const { op, args, targets } = block.terminator;
    if (op === 'jump') {
      this.emit(machine('jump', { target: this.machineBlock(targets[0] as Block) }));
      return;
    }
    if (op === 'branch') {
      this.#branch(args[0] as Value, targets);
      return;
    }
    if (op === 'ret') {
      const value = args[0];
      if (!value || value.kind === 'undefined') this.emit(machine('mov', { dst: 0, imm: 0 }));
      else this.#moveTo(0, value);
      this.emit(machine('exit', { uses: [0] }));
      return;
    }
    // Not reached; the kernel wants an end all the same.
    this.emit(machine('mov', { dst: 0, imm: 0 }));
    this.emit(machine('exit', { uses: [0] }));
  }

  #branch(condition: Value, targets: readonly Block[]): void {
    const [then, other] = targets.map((target) => this.machineBlock(target)) as [MachineBlock, MachineBlock];
    const isCompare = condition.kind === 'instruction' && condition.op === 'compare' && this.isFused(condition);
    if (isCompare) this.emit(machine('branch', { ...this.comparison(condition), target: then }));
    else {
      const left = this.registerOf(condition);
      const width = this.version < 3 ? 64 : 32;
      this.emit(machine('branch', { operation: 'jne', left, imm: 0, width, target: then }));
    }
    this.emit(machine('jump', { target: other }));
  }

  #moveTo(dst: Register, value: Value): void {
    if (value.kind !== 'constant') {
      this.copy(dst, this.registerOf(value));
      return;
    }
    const at = this.block.instructions.length;
    this.#constant(value);
    const last = this.block.instructions[at] as MachineInstruction;
    last.dst = dst;
  }

  /** Copies into the phis of the successor, as if all at once. */
  #phiCopies(block: Block): void {
    const target = block.terminator.targets[0];
    if (block.terminator.targets.length !== 1 || !target) return;
    const moves: { dst: Register; src: Register }[] = [];
    const constants: { dst: Register; value: Value }[] = [];
    for (const phi of target.instructions) {
      if (phi.op !== 'phi') break;
      const value = phi.args[phi.blocks.indexOf(block)] as Value;
      if (value.kind === 'undefined') {
        // Any register will do, but it must have a value: the verifier looks at it.
        constants.push({ dst: this.resultOf(phi), value: { kind: 'constant', type: value.type, value: 0n } });
      } else if (value.kind === 'instruction' || value.kind === 'parameter') {
        const src = this.frameOf(value) ? undefined : this.registerOf(value);
        if (src === undefined) constants.push({ dst: this.resultOf(phi), value });
        else if (src !== this.resultOf(phi)) moves.push({ dst: this.resultOf(phi), src });
      } else constants.push({ dst: this.resultOf(phi), value });
    }
    this.#parallelMoves(moves);
    for (const { dst, value } of constants) this.#moveTo(dst, value);
  }

  #parallelMoves(moves: { dst: Register; src: Register }[]): void {
    const pending = [...moves];
    while (pending.length > 0) {
      const free = pending.findIndex(({ dst }) => !pending.some((other) => other.src === dst));
      if (free >= 0) {
        const { dst, src } = pending.splice(free, 1)[0] as { dst: Register; src: Register };
        this.copy(dst, src);
        continue;
      }
      // Only cycles are left: one value steps aside.
      const first = pending[0] as { dst: Register; src: Register };
      const aside = this.newRegister();
      this.copy(aside, first.src);
      for (const move of pending) if (move.src === first.src) move.src = aside;
    }
  }

  /** `dst = left op right` in two-address form. */
  arithmetic(instruction: Instruction, operation: AluOperation, width: 32 | 64): void {
    let [left, right] = instruction.args as [Value, Value];
    if (commutative.has(operation) && left.kind === 'constant') [left, right] = [right, left];
    const dst = this.resultOf(instruction);
    const isNegation = operation === 'sub' && left.kind === 'constant' && left.value === 0n;
    if (isNegation) {
      this.copy(dst, this.registerOf(right));
      this.emit(machine('neg', { dst, width }));
      return;
    }
    const operand = this.operand(right);
    this.copyInto(dst, left);
    this.emit(machine('alu', { dst, operation, ...operand, width }));
  }

  copyInto(dst: Register, value: Value): void {
    this.#moveTo(dst, value);
  }

  callWith(args: readonly Value[], make: (uses: Register[]) => MachineInstruction): void {
    const registers = args.map((arg) => (arg.kind === 'constant' ? -1 : this.registerOf(arg)));
    for (const [i, arg] of args.entries()) {
      if (arg.kind === 'constant') this.#moveTo(i + 1, arg);
      else this.copy(i + 1, registers[i] as Register);
    }
    this.emit(make(args.map((_, i) => i + 1)));
  }
}

function fits32(value: bigint): boolean {
  return value >= -0x80000000n && value <= 0x7fffffffn;
}

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
  const constants = args.map((arg) => (template === '' ? undefined : this.immediate(arg)));
  const registers = args.map((arg, i) => (constants[i] !== undefined ? -1 : this.registerOf(arg)));
  const dst = instruction.type === 'void' ? -1 : this.resultOf(instruction);
  if (tied >= 0 && dst >= 0) this.copyInto(dst, args[tied] as Value);
  if (template === '') return;
  // In the order of the arguments; constants have no register, the tied one that of the result.
  const uses = registers.flatMap((register, i) =>
    constants[i] !== undefined ? [] : [i === tied && dst >= 0 ? dst : register],
  );
  this.emit(machine('asm', { dst, template, constants, uses, clobbers }));
}

const handlers: { readonly [O in Opcode]: Handler<O> } = {
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
    const dst = this.resultOf(instruction);
    if (this.isUnused(instruction)) return;
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
    if (value.kind === 'constant') {
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
};

/** The opposite of a condition, if there is one. */
export function negate(condition: JumpCondition, version: IsaVersion): JumpCondition | undefined {
  const found = opposite[condition];
  const isLess = found !== undefined && ['jlt', 'jle', 'jslt', 'jsle'].includes(found);
  return version < 2 && isLess ? undefined : found;
}

/** Selects the instructions of a function for an ISA version. The IR function is changed on the way. */
export function select(fn: IrFunction, version: IsaVersion, externs: ReadonlySet<string>): MachineFunction {
  return new Selector(fn, version, externs).run();
}
