// Equal computations become one (dominator-tree value numbering), loads of what was just stored or loaded become that value.

import { replaceUses } from '../ir/build.ts';
import { flowGraph } from '../ir/dominators.ts';
import type { Block, Instruction, InstructionOf, IrFunction, Opcode, Value } from '../ir/types.ts';
import { killedBy, type Location, locationOf, MemoryScope, mayOverlap } from './memory-locations.ts';

/** Operations that depend on nothing but their operands. Not `alloca`, whose result is a new thing every time. */
const numbered: ReadonlySet<Opcode> = new Set<Opcode>([
  'add',
  'sub',
  'mul',
  'udiv',
  'sdiv',
  'urem',
  'srem',
  'and',
  'or',
  'xor',
  'shl',
  'lshr',
  'ashr',
  'compare',
  'zext',
  'sext',
  'trunc',
  'to-ptr',
  'to-int',
  'sign-extend',
  'bswap',
  'ptradd',
]);

/** What is known to lie at a place in memory. */
interface Known {
  readonly location: Location;
  readonly value: Value;
  /** How a load that gives this value reads: type, width, sign. */
  readonly how: string;
}

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
      const child = this.#graph.children.get(top.block)?.[top.next++];
      if (!child) {
        for (const key of top.added) this.#available.delete(key);
        stack.pop();
        continue;
      }
      // Memory is as the dominating block left it only where there is no other way in.
      const before = this.#graph.predecessors.get(child) ?? [];
      stack.push(this.#enter(child, before.length === 1 && before[0] === top.block ? top.memory : []));
    }
  }

  #enter(block: Block, memory: readonly Known[]): Frame {
    const frame: Frame = { block, added: [], memory: [...memory], next: 0 };
    for (const instruction of block.instructions) this.#instruction(instruction, frame);
    return frame;
  }

  #instruction(instruction: Instruction, frame: Frame): void {
    if (numbered.has(instruction.op)) this.#number(instruction, frame);
    else if (instruction.op === 'load') this.#load(instruction, frame);
    else this.#change(instruction, frame.memory);
  }

  /** Forgets what the instruction may overwrite, learns what it stores. */
  #change(instruction: Instruction, memory: Known[]): void {
    const killed = killedBy(instruction, this.#scope);
    if (killed) {
      let kept = 0;
      for (const known of memory) if (!killed(known.location)) memory[kept++] = known;
      memory.length = kept;
    }
    if (instruction.op === 'store') this.#store(instruction, memory);
  }

  #number(instruction: Instruction, frame: Frame): void {
    const key = this.#keyOf(instruction);
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
    const known = memory.find((other) => other.how === how && isSame(other.location, location));
    if (known) this.replaced.set(load, known.value);
    else memory.push({ location, value: load, how });
  }

  /** A later load of the same width gives the stored value where nothing is cut off or extended. */
  #store(store: InstructionOf<'store'>, memory: Known[]): void {
    const value = store.args[1] as Value;
    const isWhole = value.type === 'i32' ? store.width === 4 : store.width === 8;
    if (store.volatile || store.relocation !== undefined || !isWhole || value.kind === 'undefined') return;
    const location = locationOf(store, (arg) => this.resolve(arg));
    for (const signed of [false, true]) memory.push({ location, value, how: `${value.type} ${store.width} ${signed}` });
  }
}

function isSame(a: Location, b: Location): boolean {
  return a.offset === b.offset && a.width === b.width && mayOverlap(a, b, undefined) === 'same';
}

/** Merges equal computations and forwards memory within extended basic blocks. */
export function mergeEqual(fn: IrFunction): boolean {
  const merger = new Merger(fn);
  merger.run();
  if (merger.replaced.size === 0) return false;
  replaceUses(fn, merger.replaced);
  for (const block of fn.blocks)
    block.instructions = block.instructions.filter((instruction) => !merger.replaced.has(instruction));
  return true;
}
