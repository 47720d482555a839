// Equal computations become one (dominator-tree value numbering), loads of what was just stored or loaded become that value.

import { constant, makeInstruction, replaceUses } from '../ir/build.ts';
import { flowGraph } from '../ir/dominators.ts';
import { pureOps } from '../ir/operations.ts';
import type { Block, Instruction, InstructionOf, IrFunction, Opcode, Value } from '../ir/types.ts';
import { killedBy, type Location, locationOf, MemoryScope, mayOverlap } from './memory-locations.ts';

const extensions: ReadonlySet<Opcode> = new Set<Opcode>(['zext', 'sext']);

/** What is known to lie at a place in memory. */
interface Known {
  readonly location: Location;
  readonly value: Value;
  /** How a load that gives this value reads: type, width, sign; of a store of a part, the type only. */
  readonly how: string;
}

/** So many blocks are searched for what may change memory on the way from a block to the next it dominates. */
const MOST_BETWEEN = 100;
/** So many places are remembered. */
const MOST_KNOWN = 64;

type Kill = (location: Location) => boolean;

interface Frame {
  readonly block: Block;
  readonly added: string[];
  readonly memory: Known[];
  next: number;
}

class Merger {
  readonly fn: IrFunction;
  readonly replaced = new Map<Value, Value>();
  readonly #graph;
  readonly #scope: MemoryScope;
  readonly #available = new Map<string, Value>();
  readonly #numbers = new Map<Value, number>();
  readonly #kills = new Map<Block, readonly Kill[]>();
  /** How many blocks that compare a value have been passed. */
  readonly #comparisons = new Map<Value, number>();
  /** What loads of parts are replaced by, in their places. */
  readonly made = new Map<Instruction, Instruction>();

  constructor(fn: IrFunction) {
    this.fn = fn;
    this.#graph = flowGraph(fn);
    this.#scope = new MemoryScope(fn);
  }

  resolve(value: Value): Value {
    let at = value;
    for (let next = this.replaced.get(at); next; next = this.replaced.get(at)) at = next;
    return at;
  }

  #key(value: Value): string {
    const resolved = this.resolve(value);
    if (resolved.kind === 'constant') return `${resolved.type}${resolved.value}`;
    if (resolved.kind === 'symbol') return `@${resolved.name}+${resolved.offset}`;
    let number = this.#numbers.get(resolved);
    if (number === undefined) {
      number = this.#numbers.size;
      this.#numbers.set(resolved, number);
    }
    return `%${number}`;
  }

  #keyOf(instruction: Instruction): string {
    const detail = instruction.op === 'compare' ? instruction.predicate : 'bits' in instruction ? instruction.bits : '';
    return `${instruction.op} ${instruction.type} ${detail} ${instruction.args.map((arg) => this.#key(arg)).join(' ')}`;
  }

  run(): void {
    const entry = this.#graph.order[0];
    if (!entry) return;
    const stack: Frame[] = [this.#enter(entry, [])];
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const child = this.#graph.children(top.block)[top.next++];
      if (!child) {
        for (const key of top.added) this.#available.delete(key);
        stack.pop();
        continue;
      }
      stack.push(this.#enter(child, this.#memoryAt(child, top)));
    }
  }

  /** What is still known where `block` begins of what was known at the end of the block that dominates it. */
  #memoryAt(block: Block, { block: dominator, memory }: Frame): readonly Known[] {
    const before = this.#graph.predecessors(block);
    if (memory.length === 0 || (before.length === 1 && before[0] === dominator)) return memory;
    const between = new Set<Block>();
    const work = [...before];
    for (let at = work.pop(); at; at = work.pop()) {
      if (at === dominator || between.has(at)) continue;
      if (between.size === MOST_BETWEEN) return [];
      between.add(at);
      work.push(...this.#graph.predecessors(at));
    }
    let kept = memory;
    for (const at of between)
      for (const kill of this.#killsOf(at)) kept = kept.filter(({ location }) => !kill(location));
    return kept;
  }

  #killsOf(block: Block): readonly Kill[] {
    const known = this.#kills.get(block);
    if (known) return known;
    const kills = [...block.instructions, block.terminator].flatMap(
      (instruction) => killedBy(instruction, this.#scope) ?? [],
    );
    this.#kills.set(block, kills);
    return kills;
  }

  #enter(block: Block, memory: readonly Known[]): Frame {
    const frame: Frame = { block, added: [], memory: [...memory], next: 0 };
    for (const instruction of block.instructions) this.#instruction(instruction, frame);
    for (const instruction of block.instructions) if (instruction.op === 'compare') this.#passComparison(instruction);
    return frame;
  }

  #passComparison({ args }: Instruction): void {
    for (const arg of args) {
      const value = this.resolve(arg);
      this.#comparisons.set(value, (this.#comparisons.get(value) ?? 0) + 1);
    }
  }

  #instruction(instruction: Instruction, frame: Frame): void {
    if (pureOps.has(instruction.op)) this.#number(instruction, frame);
    else if (instruction.op === 'load') this.#load(instruction, frame);
    else this.#change(instruction, frame.memory);
  }

  /** Forgets what the instruction may overwrite, learns what it stores. */
  #change(instruction: Instruction, memory: Known[]): void {
    const killed = memory.length > 0 ? killedBy(instruction, this.#scope) : undefined;
    if (killed) {
      let kept = 0;
      for (const known of memory) if (!killed(known.location)) memory[kept++] = known;
      memory.length = kept;
    }
    if (instruction.op === 'store') this.#store(instruction, memory);
  }

  #number(instruction: Instruction, frame: Frame): void {
    // What is extended before a comparison does not learn from its branch: the verifier keeps two registers apart.
    const isExtension = extensions.has(instruction.op);
    const passed = isExtension ? this.#comparisons.get(this.resolve(instruction.args[0] as Value)) : undefined;
    const key = `${this.#keyOf(instruction)}${passed === undefined ? '' : ` after ${passed}`}`;
    const known = this.#available.get(key);
    if (known) this.replaced.set(instruction, known);
    else {
      this.#available.set(key, instruction);
      frame.added.push(key);
    }
  }

  #load(load: InstructionOf<'load'>, { memory }: Frame): void {
    if (load.volatile || load.relocation !== undefined) return;
    const location = locationOf(load, (value) => this.resolve(value));
    const how = `${load.type} ${load.width} ${load.signed}`;
    const same = memory.filter((other) => isSame(other.location, location));
    const known = same.find((other) => other.how === how);
    const part = known ? undefined : same.find((other) => other.how === load.type);
    if (known) this.replaced.set(load, known.value);
    else if (part) this.#takePart(load, part.value);
    else this.#learn(memory, { location, value: load, how });
  }

  /** The low bits of what was stored, extended as the load does. */
  #takePart(load: InstructionOf<'load'>, value: Value): void {
    const bits = load.width * 8;
    const type = load.type as 'i32';
    const mask = (1n << BigInt(bits)) - 1n;
    if (value.kind === 'constant') {
      this.replaced.set(load, constant(type, load.signed ? BigInt.asIntN(bits, value.value) : value.value & mask));
      return;
    }
    const { span } = load;
    const made = load.signed
      ? makeInstruction(this.fn, 'sign-extend', [value], { type, bits: bits as 8, span })
      : makeInstruction(this.fn, 'and', [value, constant(type, mask)], { type, span });
    this.made.set(load, made);
    this.replaced.set(load, made);
  }

  #learn(memory: Known[], known: Known): void {
    if (memory.length === MOST_KNOWN) memory.shift();
    memory.push(known);
  }

  /** A later load of the same width gives the stored value, or a part of it. */
  #store(store: InstructionOf<'store'>, memory: Known[]): void {
    const value = store.args[1] as Value;
    if (store.volatile || store.relocation !== undefined || value.kind === 'undefined') return;
    const location = locationOf(store, (arg) => this.resolve(arg));
    if (store.width < (value.type === 'i32' ? 4 : 8)) this.#learn(memory, { location, value, how: value.type });
    else {
      for (const signed of [false, true])
        this.#learn(memory, { location, value, how: `${value.type} ${store.width} ${signed}` });
    }
  }
}

function isSame(a: Location, b: Location): boolean {
  return a.offset === b.offset && a.width === b.width && mayOverlap(a, b, undefined) === 'same';
}

/** Merges equal computations and forwards memory. */
export function mergeEqual(fn: IrFunction): boolean {
  const merger = new Merger(fn);
  merger.run();
  const { replaced, made } = merger;
  if (replaced.size === 0) return false;
  for (const block of fn.blocks) {
    const kept: Instruction[] = [];
    for (const instruction of block.instructions) {
      const instead = made.get(instruction);
      if (instead) kept.push(instead);
      else if (!replaced.has(instruction)) kept.push(instruction);
    }
    block.instructions = kept;
  }
  replaceUses(fn, replaced);
  return true;
}
