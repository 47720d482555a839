// Compiles one function: graph, dominators, structure, code.

import { InternalError } from '../../base/index.ts';
import { FRAME_SIZE, MAX_MAY_GOTO } from '../memory/layout.ts';
import { keyTable } from '../program/keys.ts';
import type { FunctionRange, PreparedInstruction, PreparedProgram } from '../program/types.ts';
import { op, valueType } from '../wasm/code.ts';
import type { WasmModule } from '../wasm/module.ts';
import { groupAccesses } from './access-groups.ts';
import type { InstructionCounts } from './count-instructions.ts';
import { countInstructions } from './count-instructions.ts';
import type { Dominance } from './dominators.ts';
import { findDominance } from './dominators.ts';
import { aluEmitters } from './emit-alu.ts';
import { controlEmitters, emitCondition, emitSwappedCondition } from './emit-control.ts';
import { memoryEmitters } from './emit-memory.ts';
import type { Idioms } from './find-idioms.ts';
import { findIdioms } from './find-idioms.ts';
import type { FlowGraph, FlowNode } from './flow-graph.ts';
import { buildFlowGraph, endsInBranch, lastInstruction } from './flow-graph.ts';
import { usesFrame } from './frame-analysis.ts';
import type { Emitter, ModuleLinks } from './function-emitter.ts';
import { FunctionEmitter, local } from './function-emitter.ts';
import { makeReducible } from './reducible.ts';
import type { StructureSink } from './structure.ts';
import { emitStructured } from './structure.ts';

const emitterByRow = keyTable<Emitter>({ ...aluEmitters, ...memoryEmitters, ...controlEmitters });

/** What is known of a function before its code is written. */
interface FunctionFacts {
  readonly counts: InstructionCounts;
  readonly idioms: Idioms;
}

/** Writes a function's code as the structurer walks its graph. */
class CodeSink implements StructureSink {
  readonly #e: FunctionEmitter;
  readonly #program: PreparedProgram;
  readonly #facts: FunctionFacts;

  constructor(emitter: FunctionEmitter, facts: FunctionFacts) {
    this.#e = emitter;
    this.#program = emitter.program;
    this.#facts = facts;
  }

  #condition(node: FlowNode, taken: boolean): void {
    const instruction = lastInstruction(this.#program, node);
    const swapped = this.#facts.idioms.comparisons.get(node.end - 1);
    if (swapped) emitSwappedCondition(this.#e, instruction, swapped, taken);
    else emitCondition(this.#e, instruction, taken);
  }

  openLoop(): void {
    this.#e.code.loop();
    this.#e.depth++;
  }

  openBlock(): void {
    this.#e.code.block();
    this.#e.depth++;
  }

  openIf(node: FlowNode): void {
    this.#condition(node, true);
    this.#e.code.if();
    this.#e.depth++;
  }

  close(): void {
    this.#e.code.end();
    this.#e.depth--;
  }

  branch(depth: number, index: number): void {
    this.#count(this.#facts.counts.onBranch[index] as number);
    this.#e.code.br(depth);
  }

  branchIf(node: FlowNode, taken: boolean, depth: number, index: number): void {
    this.#condition(node, taken);
    const count = this.#facts.counts.onBranch[index] as number;
    if (count === 0 || !this.#e.links.counted) {
      this.#e.code.brIf(depth);
      return;
    }
    this.#e.code.if();
    this.#count(count);
    this.#e.code.br(depth + 1).end();
  }

  branchTable(depths: readonly number[]): void {
    const { code } = this.#e;
    code
      .get(local.label)
      .byte(op.brTable)
      .unsigned(depths.length - 1);
    for (const depth of depths) code.unsigned(depth);
  }

  body(node: FlowNode, isLoopHeader: boolean, index: number): void {
    if (node.kind === 'label') this.#e.code.i32(node.label).set(local.label);
    this.#count(this.#facts.counts.atStart[index] as number);
    if (isLoopHeader) this.#check(node.start);
    const last = endsInBranch(this.#program, node) ? node.end - 1 : node.end;
    for (let slot = node.start; slot < last; slot++) {
      const instruction = this.#program.code[slot];
      if (instruction && instruction.row.operation !== 'jump') this.#emit(instruction, slot);
    }
  }

  #emit(instruction: PreparedInstruction, slot: number): void {
    const { rotations, keeps } = this.#facts.idioms;
    const { code } = this.#e;
    const rotation = rotations.get(slot);
    if (rotation) {
      code
        .get(local.kept + rotation.from)
        .i64(rotation.distance)
        .byte(op.i64Rotl);
      this.#e.set(instruction.dst);
      return;
    }
    const kept = keeps.get(slot);
    if (kept !== undefined) {
      this.#e.get(instruction.dst);
      code.set(local.kept + kept);
    }
    const emitter = emitterByRow(instruction.row);
    if (!emitter) throw new InternalError(`the compiler has no emitter for ${instruction.row.name}`);
    emitter(this.#e, instruction, slot);
  }

  /** Takes instructions from the budget; only loops and functions look whether it is used up. */
  #count(count: number): void {
    if (count === 0 || !this.#e.links.counted) return;
    this.#e.code.get(local.budget).i64(count).byte(op.i64Sub).set(local.budget);
  }

  #check(slot: number): void {
    if (!this.#e.links.counted) return;
    this.#e.code.get(local.budget).i64(0).byte(op.i64LtS);
    this.#e.faultIf('budget', slot);
  }
}

function structuredGraph(program: PreparedProgram, range: FunctionRange): { graph: FlowGraph; dominance: Dominance } {
  const graph = buildFlowGraph(program, range);
  const dominance = findDominance(graph);
  if (dominance.isReducible) return { graph, dominance };
  for (const [index, node] of graph.nodes.entries()) if (dominance.place[index] === -1) node.successors = [];
  makeReducible(graph, dominance.order);
  return { graph, dominance: findDominance(graph) };
}

function usesMayGoto(program: PreparedProgram, range: FunctionRange): boolean {
  for (let slot = range.start; slot < range.end; slot++) {
    if (program.code[slot]?.row.operation === 'may-goto') return true;
  }
  return false;
}

function emitPrologue(e: FunctionEmitter, range: FunctionRange): void {
  const { code, links } = e;
  if (links.checked && usesFrame(e.program, range)) code.get(local.bottom).i32(0).i32(FRAME_SIZE).memoryFill();
  if (usesMayGoto(e.program, range)) code.i32(MAX_MAY_GOTO).set(local.mayGoto);
  if (!links.counted) return;
  code.get(local.budget).i64(0).byte(op.i64LeS);
  e.faultIf('budget', range.start);
}

/** The program's own function: its body in a loop, each time with fresh registers and the whole budget. */
function emitRepeated(e: FunctionEmitter, parameters: readonly number[], emitBody: () => void): void {
  const { code } = e;
  const count = 2 + parameters.length;
  code.firstLocal = count + 1;
  /** Parameters lie before the body's locals. */
  const parameter = (index: number): number => index - code.firstLocal;
  code.loop().get(parameter(0)).set(local.bottom).get(parameter(1)).set(local.budget);
  for (let register = 0; register < 10; register++) {
    const place = parameters.indexOf(register);
    if (place < 0) code.i64(0);
    else code.get(parameter(2 + place));
    e.set(register);
  }
  code.block(valueType.i64);
  emitBody();
  code.end();
  e.set(0);
  code.get(parameter(count)).i32(1).byte(op.i32Sub).tee(parameter(count)).brIf(0).end();
  e.get(0);
  code.get(local.budget);
}

/** Compiles a function into the module under construction. */
export function compileFunction(
  module: WasmModule,
  program: PreparedProgram,
  range: FunctionRange,
  links: ModuleLinks,
): void {
  const structured = structuredGraph(program, range);
  const { graph, dominance } = structured;
  const e = new FunctionEmitter(program, links, range, groupAccesses(program, range, structured, links.extents));
  const counts = countInstructions(program, graph, dominance);
  const facts = { counts, idioms: findIdioms(program, graph, dominance) };
  const emitBody = (): void => {
    e.code.block();
    emitPrologue(e, range);
    emitStructured(graph, dominance, new CodeSink(e, facts));
    e.code.byte(op.unreachable).end();
    e.faultHandler();
  };
  if (range.index === 0) emitRepeated(e, links.parameters[0] as readonly number[], emitBody);
  else emitBody();
  module.define(links.functions[range.index] as number, e.locals(), e.code);
}
