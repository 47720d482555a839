// Calls of this module's functions replaced by their bodies: all static ones that are not `noinline`, callees first.

import { makeInstruction, makeTerminator, replaceUses } from '../ir/build.ts';
import { flowChanged } from '../ir/dominators.ts';
import type { Block, Instruction, InstructionOf, IrFunction, IrModule, Terminator, Value } from '../ir/types.ts';
import { removeUnreachable } from './simplify-blocks.ts';

/** Bodies of at most this many instructions are inlined wherever they are called. */
const SMALL = 400;
/** A function stops growing here; what is `always_inline` goes on. */
const LARGE = 20_000;

function sizeOf(fn: IrFunction): number {
  return fn.blocks.reduce((sum, block) => sum + block.instructions.length + 1, 0);
}

function callsIn(fn: IrFunction): string[] {
  const names: string[] = [];
  for (const block of fn.blocks) {
    for (const instruction of block.instructions) {
      if (instruction.op === 'call' && instruction.target.kind === 'function') names.push(instruction.target.name);
    }
  }
  return names;
}

/** Functions in an order where callees come before callers, and those that call themselves by some way. */
function bottomUp(module: IrModule): { readonly order: IrFunction[]; readonly recursive: Set<string> } {
  const order: IrFunction[] = [];
  const recursive = new Set<string>();
  const state = new Map<string, 'open' | 'done'>();
  for (const root of module.functions.values()) {
    const stack: { readonly fn: IrFunction; readonly calls: string[] }[] = [];
    const enter = (fn: IrFunction): void => {
      state.set(fn.name, 'open');
      stack.push({ fn, calls: callsIn(fn) });
    };
    if (!state.has(root.name)) enter(root);
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const name = top.calls.pop();
      if (name === undefined) {
        state.set(top.fn.name, 'done');
        order.push(top.fn);
        stack.pop();
      } else if (state.get(name) === 'open') recursive.add(name);
      else {
        const callee = module.functions.get(name);
        if (callee && !state.has(name)) enter(callee);
      }
    }
  }
  return { order, recursive };
}

class Inlining {
  readonly #module: IrModule;
  readonly #caller: IrFunction;
  readonly #canInline: (callee: IrFunction, size: number) => boolean;
  /** Results of calls that are gone. */
  readonly #results = new Map<Value, Value>();
  #size: number;

  constructor(module: IrModule, caller: IrFunction, canInline: (callee: IrFunction, size: number) => boolean) {
    this.#module = module;
    this.#caller = caller;
    this.#canInline = canInline;
    this.#size = sizeOf(caller);
  }

  /** Inlines all there is, also in what was inlined; true if there was anything. */
  run(): boolean {
    const caller = this.#caller;
    const blocks: Block[] = [];
    const work = caller.blocks.toReversed();
    for (let block = work.pop(); block; block = work.pop()) {
      blocks.push(block);
      const at = block.instructions.findIndex((instruction) => this.#calleeOf(instruction));
      if (at >= 0) work.push(...this.#inline(block, at).reverse());
    }
    if (blocks.length === caller.blocks.length) return false;
    caller.blocks = blocks;
    replaceUses(caller, this.#results);
    // What stands behind a call that never returns is never reached now.
    flowChanged(caller);
    removeUnreachable(caller);
    return true;
  }

  /** The function that an instruction calls, if it is to be inlined. */
  #calleeOf(instruction: Instruction): IrFunction | undefined {
    if (instruction.op !== 'call') return undefined;
    this.#resolveIndirect(instruction);
    const { kind, name } = instruction.target;
    const callee = kind === 'function' ? this.#module.functions.get(name) : undefined;
    return callee && callee !== this.#caller && this.#canInline(callee, this.#size) ? callee : undefined;
  }

  /** A call through a pointer that turns out to be a function of the module is a call of that function. */
  #resolveIndirect(call: InstructionOf<'call'>): void {
    const [given, ...rest] = call.args;
    if (call.target.kind !== 'indirect' || !given) return;
    let pointer = given;
    for (let result = this.#results.get(pointer); result; result = this.#results.get(pointer)) pointer = result;
    if (pointer.kind !== 'symbol' || pointer.offset !== 0 || !this.#module.functions.has(pointer.name)) return;
    call.target = { kind: 'function', name: pointer.name };
    call.args = rest;
  }

  /** Replaces a call by what it calls; returns the blocks that stand behind its own now. */
  #inline(block: Block, at: number): Block[] {
    const caller = this.#caller;
    const call = block.instructions[at] as InstructionOf<'call'>;
    const callee = this.#module.functions.get(call.target.name) as IrFunction;
    const rest: Block = {
      id: caller.nextId++,
      name: `${block.name}.cont`,
      instructions: block.instructions.slice(at + 1),
      terminator: block.terminator,
    };
    block.instructions = block.instructions.slice(0, at);
    for (const target of rest.terminator.targets) retargetPhis(target, block, rest);
    const body = cloneBody(caller, callee, call.args);
    block.terminator = makeTerminator(caller, 'jump', [], [body.blocks[0] as Block], call.span);
    const returns: { readonly block: Block; readonly value: Value | undefined }[] = [];
    for (const copy of body.blocks) {
      if (copy.terminator.op !== 'ret') continue;
      returns.push({ block: copy, value: copy.terminator.args[0] });
      copy.terminator = makeTerminator(caller, 'jump', [], [rest], copy.terminator.span);
    }
    caller.blocks[0]?.instructions.unshift(...body.allocas);
    if (call.type !== 'void' && returns.length > 0) this.#results.set(call, joinReturns(caller, rest, call, returns));
    this.#size += sizeOf(callee);
    return [...body.blocks, rest];
  }
}

/** Is a call to be replaced? Functions whose address is used stay as well: callbacks. */
function shouldInline(callee: IrFunction, callerSize: number, uses: number): boolean {
  if (callee.inline === 'never') return false;
  if (callee.inline === 'always') return true;
  if (callee.linkage !== 'static') return false;
  if (uses === 1) return true;
  const size = sizeOf(callee);
  return size <= SMALL || callerSize + size < LARGE;
}

/** Inlines in the whole module. */
export function inlineCalls(module: IrModule): boolean {
  const { order, recursive } = bottomUp(module);
  const uses = new Map<string, number>();
  for (const fn of order) for (const name of callsIn(fn)) uses.set(name, (uses.get(name) ?? 0) + 1);
  const canInline = (callee: IrFunction, callerSize: number): boolean =>
    !recursive.has(callee.name) && shouldInline(callee, callerSize, uses.get(callee.name) ?? 0);
  let changed = false;
  for (const caller of order) changed = new Inlining(module, caller, canInline).run() || changed;
  return changed;
}

function joinReturns(
  caller: IrFunction,
  rest: Block,
  call: InstructionOf<'call'>,
  returns: readonly { readonly block: Block; readonly value: Value | undefined }[],
): Value {
  const only = returns[0];
  if (returns.length === 1 && only?.value) return only.value;
  const values = returns.map(({ value }) => value ?? ({ kind: 'undefined', type: call.type as 'i64' } as const));
  const phi = makeInstruction(caller, 'phi', values, {
    type: call.type,
    blocks: returns.map((row) => row.block),
    span: call.span,
  });
  rest.instructions.unshift(phi);
  return phi;
}

function retargetPhis(block: Block, from: Block, to: Block): void {
  for (const phi of block.instructions) {
    if (phi.op !== 'phi') return;
    phi.blocks = phi.blocks.map((other) => (other === from ? to : other));
  }
}

/** A copy of a function's blocks with parameters replaced; stack objects apart, for the caller's entry. */
function cloneBody(
  caller: IrFunction,
  callee: IrFunction,
  args: readonly Value[],
): { readonly blocks: Block[]; readonly allocas: Instruction[] } {
  const blocks = new Map<Block, Block>();
  const values = new Map<Value, Value>();
  for (const parameter of callee.parameters) values.set(parameter, args[parameter.index] as Value);
  for (const block of callee.blocks) {
    const copy = {
      id: caller.nextId++,
      name: block.name,
      instructions: [] as Instruction[],
      terminator: block.terminator,
      unroll: block.unroll,
    };
    blocks.set(block, copy);
  }
  const allocas: Instruction[] = [];
  for (const block of callee.blocks) {
    const copy = blocks.get(block) as Block;
    for (const instruction of block.instructions) {
      const made = { ...instruction, id: caller.nextId++, args: [...instruction.args] } as Instruction;
      values.set(instruction, made);
      if (made.op === 'alloca') allocas.push(made);
      else copy.instructions.push(made);
    }
  }
  const map = (value: Value): Value => values.get(value) ?? value;
  for (const [block, copy] of blocks) {
    for (const instruction of copy.instructions) {
      instruction.args = instruction.args.map(map);
      if (instruction.op === 'phi') instruction.blocks = instruction.blocks.map((from) => blocks.get(from) as Block);
    }
    const { terminator } = block;
    const targets = terminator.targets.map((target) => blocks.get(target) as Block);
    copy.terminator = { ...terminator, id: caller.nextId++, args: terminator.args.map(map), targets } as Terminator;
  }
  return { blocks: [...blocks.values()], allocas };
}
