// Checks the IR's rules between passes: form, types, dominance.

import { InternalError } from '../../base/index.ts';
import { FlowGraph, flowGraph } from './dominators.ts';
import { binaryOps } from './operations.ts';
import { printFunction, printInstruction } from './print.ts';
import type { Block, Instruction, IrFunction, IrModule, Value } from './types.ts';

/** Types of arguments by operation; `same`: that of the result. */
const argumentTypes: Readonly<Record<string, readonly string[]>> = {
  zext: ['i32'],
  sext: ['i32'],
  trunc: ['i64'],
  'to-ptr': ['i64'],
  'to-int': ['ptr'],
  'sign-extend': ['same'],
  ptradd: ['ptr', 'i64'],
  load: ['ptr'],
  store: ['ptr', 'any'],
  copy: ['ptr', 'ptr'],
  fill: ['ptr', 'i32'],
  opaque: ['same'],
  branch: ['i32'],
};

class Verifier {
  readonly fn: IrFunction;
  readonly graph: FlowGraph;
  readonly #home = new Map<Instruction, { readonly block: Block; readonly index: number }>();

  constructor(fn: IrFunction) {
    this.fn = fn;
    this.graph = flowGraph(fn);
    if (!this.graph.equals(new FlowGraph(fn))) throw new InternalError(`flow graph of ${fn.name} is out of date`);
    for (const block of fn.blocks) {
      for (const [index, instruction] of block.instructions.entries()) {
        if (this.#home.has(instruction)) this.fail(instruction, 'stands in two places');
        this.#home.set(instruction, { block, index });
      }
    }
  }

  fail(instruction: Instruction, problem: string): never {
    throw new InternalError(
      `IR of ${this.fn.name}: ${problem}: ${printInstruction(instruction)}\n${printFunction(this.fn)}`,
    );
  }

  run(): void {
    const known = new Set(this.fn.blocks);
    for (const block of this.graph.order) {
      let seenOther = false;
      for (const [index, instruction] of block.instructions.entries()) {
        if (instruction.op === 'phi') {
          if (seenOther) this.fail(instruction, 'phi behind another instruction');
          this.phi(instruction, block);
        } else {
          seenOther = true;
          this.checkTypes(instruction);
          for (const arg of instruction.args) this.use(instruction, arg, { block, index });
        }
      }
      this.checkTypes(block.terminator);
      for (const arg of block.terminator.args)
        this.use(block.terminator, arg, { block, index: block.instructions.length });
      for (const target of block.terminator.targets)
        if (!known.has(target)) this.fail(block.terminator, 'target outside the function');
    }
  }

  phi(phi: Instruction & { readonly op: 'phi' }, block: Block): void {
    const before = this.graph.predecessors(block);
    if (
      phi.blocks.length !== phi.args.length ||
      phi.blocks.length !== before.length ||
      before.some((from) => !phi.blocks.includes(from))
    ) {
      this.fail(phi, 'phi does not match the predecessors');
    }
    for (const [i, arg] of phi.args.entries()) {
      if (arg.type !== phi.type) this.fail(phi, 'phi of another type');
      const from = phi.blocks[i] as Block;
      this.use(phi, arg, { block: from, index: from.instructions.length });
    }
  }

  checkTypes(instruction: Instruction): void {
    const wanted = binaryOps.has(instruction.op) ? ['same', 'same'] : argumentTypes[instruction.op];
    if (instruction.op === 'compare' && instruction.args[0]?.type !== instruction.args[1]?.type)
      this.fail(instruction, 'compares two types');
    if (!wanted) return;
    for (const [i, type] of wanted.entries()) {
      const actual = instruction.args[i]?.type;
      if (actual === undefined || (type !== 'any' && actual !== (type === 'same' ? instruction.type : type)))
        this.fail(instruction, `argument ${i} has type ${actual}`);
    }
  }

  use(user: Instruction, value: Value, at: { readonly block: Block; readonly index: number }): void {
    if (value.kind !== 'instruction') return;
    const home = this.#home.get(value);
    if (!home) {
      this.fail(user, `uses %${value.id}, which is nowhere`);
      return;
    }
    const isBefore = home.block === at.block ? home.index < at.index : this.graph.dominates(home.block, at.block);
    if (!isBefore) this.fail(user, `uses %${value.id}, which does not dominate it`);
  }
}

/** @throws InternalError where a function breaks the rules. */
export function verifyFunction(fn: IrFunction): void {
  new Verifier(fn).run();
}

/** @throws InternalError where any function breaks the rules. */
export function verifyModule(module: IrModule): void {
  for (const fn of module.functions.values()) verifyFunction(fn);
}
