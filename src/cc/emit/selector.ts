// The frame of instruction selection: comparisons, arithmetic, calls, blocks and their ends.

import type { AluOperation, JumpCondition } from '../../isa/index.ts';
import { constant, signedValue } from '../ir/build.ts';
import { flowGraph } from '../ir/dominators.ts';
import type { Block, Instruction, InstructionOf, IrFunction, Opcode, Terminator, Value } from '../ir/types.ts';
import { conditions, mirrored } from './conditions.ts';
import { fits32 } from './immediate.ts';
import { legalize, splitCriticalEdges } from './legalize.ts';
import { loopDepths } from './loops.ts';
import { machine } from './machine.ts';
import { parallelMoves } from './parallel-moves.ts';
import { SharedValues } from './shared-values.ts';
import {
  firstVirtual,
  type IsaVersion,
  type MachineBlock,
  type MachineFunction,
  type MachineInstruction,
  type Register,
} from './types.ts';
import { UseCounts } from './use-counts.ts';
import { type SymbolTable, ValueSelector } from './value-selector.ts';
import { dirtyValues } from './zero-extension.ts';

const commutative = new Set<AluOperation>(['add', 'mul', 'and', 'or', 'xor']);

/** What an operation becomes. */
export type Handler<O extends Opcode> = (this: Selector, instruction: InstructionOf<O>) => void;

/** A handler for every operation. */
export type Handlers = { readonly [O in Opcode]: Handler<O> };

/** Does assembly leave for good, as the body of a naked function does? */
function returnsBySelf(last: MachineInstruction | undefined): boolean {
  return last?.op === 'asm' && /\b(?:exit|goto\s+\S+)[\s;]*$/.test(last.template);
}

/** What selection depends on. */
export interface SelectorOptions {
  readonly version: IsaVersion;
  readonly symbols: SymbolTable;
  readonly handlers: Handlers;
}

/** Selects within one function; what each operation becomes is told by the handlers. */
export class Selector extends ValueSelector {
  readonly fn: IrFunction;
  readonly version: IsaVersion;
  readonly handlers: Handlers;
  readonly #blocks = new Map<Block, MachineBlock>();
  #uses = new UseCounts([]);
  #dirty: ReadonlySet<Value> = new Set();

  constructor(fn: IrFunction, options: SelectorOptions) {
    const { version, symbols, handlers } = options;
    super({ name: fn.name, blocks: [], nextRegister: firstVirtual, frame: [], span: fn.span }, symbols);
    this.handlers = handlers;
    this.fn = fn;
    this.version = version;
  }

  run(): MachineFunction {
    legalize(this.fn, this.version);
    splitCriticalEdges(this.fn);
    const graph = flowGraph(this.fn);
    const { order } = graph;
    const depths = loopDepths(graph);
    this.shared = new SharedValues({ graph, depths, machineBlock: (block): MachineBlock => this.machineBlock(block) });
    for (const block of order) {
      const made: MachineBlock = { id: block.id, instructions: [], successors: [], depth: depths.get(block) ?? 0 };
      this.#blocks.set(block, made);
      this.out.blocks.push(made);
    }
    this.#uses = new UseCounts(order);
    this.#dirty = dirtyValues(order);
    for (const block of order) this.#selectBlock(block, order[0] === block);
    this.shared.place();
    return this.out;
  }

  #selectBlock(block: Block, isEntry: boolean): void {
    this.block = this.#blocks.get(block) as MachineBlock;
    this.source = block;
    if (isEntry) this.#parameters();
    for (const instruction of block.instructions) {
      this.span = instruction.span;
      (this.handlers[instruction.op] as unknown as Handler<Opcode>).call(this, instruction as never);
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
      const dst = this.resultOf(parameter);
      if (!this.isUnused(parameter)) this.emit(machine('mov', { dst, src: parameter.index + 1 }));
    }
  }

  /** Are the upper 32 bits of the register that holds this i32 known to be zero? */
  isZeroExtended(value: Value): boolean {
    return value.kind === 'constant' || (value.kind === 'instruction' && !this.#dirty.has(value));
  }

  /** A comparison used by branches only is made there. */
  isFused(compare: InstructionOf<'compare'>): boolean {
    return this.#uses.isForBranchesOnly(compare);
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
      this.copyInto(0, value ?? constant('i64', 0));
      this.emit(machine('exit', { uses: [0] }));
      return;
    }
    if (op === 'asm-goto') {
      this.#asmGoto(block.terminator);
      return;
    }
    if (returnsBySelf(this.block.instructions.at(-1))) return;
    // Not reached; the kernel wants an end all the same.
    this.emit(machine('mov', { dst: 0, imm: 0 }));
    this.emit(machine('exit', { uses: [0] }));
  }

  /** Operands of assembly: numbers and symbols where the text takes them, registers for the rest. */
  asmOperands(
    args: readonly Value[],
    template: string,
  ): { readonly constants: MachineInstruction['constants']; readonly registers: readonly Register[] } {
    const constants = args.map((arg, i) => {
      const [, how] = new RegExp(`\\$w?([is])${i}\\b`).exec(template) ?? [];
      if (how === 's' && arg.kind === 'symbol') return arg;
      return how === 'i' ? this.immediate(arg) : undefined;
    });
    const registers = args.map((arg, i) => (constants[i] !== undefined ? -1 : this.registerOf(arg)));
    return { constants, registers };
  }

  #asmGoto({ args, targets, assembly }: Terminator): void {
    const { template = '', clobbers = [] } = assembly ?? {};
    const { constants, registers } = this.asmOperands(args, template);
    const [next, ...labels] = targets.map((target) => this.machineBlock(target));
    const uses = registers.filter((register) => register >= 0);
    this.emit(machine('asm-goto', { template, constants, uses, clobbers, labels }));
    this.emit(machine('jump', { target: next }));
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

  /** Copies into the phis of the successor, as if all at once. */
  #phiCopies(block: Block): void {
    const target = block.terminator.targets[0];
    if (block.terminator.targets.length !== 1 || !target) return;
    const moves: { dst: Register; src: Register }[] = [];
    const constants: { dst: Register; value: Value }[] = [];
    for (const phi of target.instructions) {
      if (phi.op !== 'phi') break;
      const value = phi.args[phi.blocks.indexOf(block)] as Value;
      const dst = this.resultOf(phi);
      if (this.isMadeAnywhere(value)) constants.push({ dst, value });
      else if (this.registerOf(value) !== dst) moves.push({ dst, src: this.registerOf(value) });
    }
    parallelMoves(moves, this);
    for (const { dst, value } of constants) this.copyInto(dst, value);
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

  callWith(args: readonly Value[], make: (uses: Register[]) => MachineInstruction): void {
    const registers = args.map((arg) => (this.isMadeAnywhere(arg) ? -1 : this.registerOf(arg)));
    for (const [i, arg] of args.entries()) {
      if (this.isMadeAnywhere(arg)) this.copyInto(i + 1, arg);
      else this.copy(i + 1, registers[i] as Register);
    }
    this.emit(make(args.map((_, i) => i + 1)));
  }
}
