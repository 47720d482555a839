// Graph to blocks of instructions: what each node has to load, given what its predecessors left in the registers.

import { numbersOf } from '../ir/arrays.ts';
import { EQ, EQ_VALUE, GE, GE_VALUE, GT, GT_VALUE, SET } from '../ir/formula.ts';
import {
  ACCEPT,
  ASSIGN,
  CHAIN,
  comparesConstant,
  IN_A,
  IN_MEMORY,
  type JumpGraph,
  LOOKUP,
  type Node,
  REJECT,
  TOUCH,
} from '../ir/jumps.ts';
import { SLOT } from '../ir/values.ts';
import { PlainArithmetic } from './arithmetic.ts';
import { Code, MEMORY_WORDS, Memory, type Registers, UNKNOWN } from './code.ts';
import {
  JEQ_K,
  JEQ_X,
  JGE_K,
  JGE_X,
  JGT_K,
  JGT_X,
  JSET_K,
  LD_MEM,
  LDX_MEM,
  LOOKUP_A,
  LOOKUP_WORDS,
  ST,
  STX,
} from './opcodes.ts';
import { chainCode, type RawInstruction } from './protochain.ts';

/** Straight-line code with a jump at its end, or with one successor (`yes`). */
export interface Block {
  readonly node: Node;
  /** Opcode and constant of each instruction, one after the other; constants as signed numbers. */
  words: number[];
  /** Code with jumps of its own, instead of `words`. */
  readonly raw: readonly RawInstruction[] | undefined;
  /** Opcode of the jump at the end; 0 where there is none. */
  jump: number;
  k: number;
  yes: Node;
  no: Node;
  /** Distances of where the jump leads from the end of the program, once the block is laid out. */
  toYes: number;
  toNo: number;
}

const NO_JUMP = 0;

/** Words that {@link LOOKUP_WORDS} reads. */
const LOOKUP_SIZE = 4;

const jumpOpcodes: Readonly<Record<number, number>> = {
  [EQ]: JEQ_K,
  [GT]: JGT_K,
  [GE]: JGE_K,
  [SET]: JSET_K,
  [EQ_VALUE]: JEQ_X,
  [GT_VALUE]: JGT_X,
  [GE_VALUE]: JGE_X,
};

/** Nodes reachable from the root, each after all that lead to it. */
export function inOrder(graph: JumpGraph, root: Node): Node[] {
  // A plain array: most graphs are too small to pay for a typed one.
  const isReached = numbersOf(root + 1, 0);
  isReached[root] = 1;
  const order: Node[] = [];
  for (let node = root; node > ACCEPT; node--) {
    if (isReached[node] === 0) continue;
    order.push(node);
    isReached[graph.yes[node] as Node] = 1;
    isReached[graph.no[node] as Node] = 1;
  }
  return order;
}

function swappedComparison(operation: number): { opcode: number; flips: boolean } {
  if (operation === EQ_VALUE) return { opcode: JEQ_X, flips: false };
  // a > b is not b >= a; a >= b is not b > a.
  return { opcode: operation === GT_VALUE ? JGE_X : JGT_X, flips: true };
}

/** Gives every slot its word, so that the words above them are free. */
function reserveWords({ operations, operands, size }: JumpGraph, memory: Memory): void {
  for (let node = ACCEPT + 1; node < size; node++)
    if (operations[node] === ASSIGN) memory.word(operands[node] as number);
}

/** Makes the blocks of a graph. */
class Selector {
  readonly graph: JumpGraph;
  readonly memory: Memory;
  readonly code: Code;
  readonly blocks: Block[] = [];
  /** What A and X hold where a node is entered; undefined where nothing led there yet. */
  readonly #a: (number | undefined)[];
  readonly #x: number[];
  readonly remembers: boolean;
  readonly #arithmetic: PlainArithmetic;

  constructor(graph: JumpGraph, root: Node, remembers: boolean) {
    this.graph = graph;
    this.remembers = remembers;
    this.memory = new Memory(graph.slotRegisters);
    this.code = new Code(graph.values, this.memory);
    if (!remembers) reserveWords(graph, this.memory);
    this.#arithmetic = new PlainArithmetic(this.code, this.memory.used);
    this.#a = new Array<number | undefined>(root + 1);
    this.#x = new Array<number>(root + 1);
    // A program starts with both registers zero.
    const zero = remembers ? graph.values.constant(0) : UNKNOWN;
    this.#a[root] = zero;
    this.#x[root] = zero;
  }

  get memoryWords(): number {
    return Math.max(this.memory.used + this.code.mostTemporaries, this.#arithmetic.mostWords);
  }

  run(root: Node): Block[] {
    for (let node = root; node > ACCEPT; node--) if (this.#a[node] !== undefined) this.blocks.push(this.#block(node));
    if (this.memoryWords > 0) this.#dropDeadStores();
    return this.blocks;
  }

  #block(node: Node): Block {
    const { graph, code } = this;
    const operation = graph.operations[node] as number;
    if (this.remembers) code.begin(this.#a[node] as number, this.#x[node] as number);
    else code.begin(UNKNOWN, UNKNOWN);
    const block: Block = {
      node,
      words: code.words,
      raw: this.#raw(operation, graph.operands[node] as number),
      jump: NO_JUMP,
      k: 0,
      yes: graph.yes[node] as Node,
      no: graph.no[node] as Node,
      toYes: 0,
      toNo: 0,
    };
    if (operation === ASSIGN) this.#assign(code, node);
    else if (operation === TOUCH) code.toA(graph.subjects[node] as number);
    else if (operation === CHAIN) this.#chain(code, block);
    else if (operation === LOOKUP) this.#lookUp(code, block);
    else this.#compare(code, block, operation);
    block.words = code.words;
    this.#leave(block.yes, code.registers);
    if (block.jump !== NO_JUMP) this.#leave(block.no, code.registers);
    return block;
  }

  #raw(operation: number, operand: number): readonly RawInstruction[] | undefined {
    if (operation !== CHAIN) return undefined;
    const chain = this.graph.chains[operand];
    return chain && chainCode(chain, MEMORY_WORDS - 1);
  }

  #chain(code: Code, block: Block): void {
    const chain = this.graph.chains[this.graph.operands[block.node] as number];
    block.jump = JEQ_K;
    block.k = chain?.protocol ?? 0;
    code.registers.a = UNKNOWN;
    code.registers.x = UNKNOWN;
  }

  #lookUp(code: Code, block: Block): void {
    const { values, subjects, operands, lookups } = this.graph;
    const first = subjects[block.node] as number;
    block.k = operands[block.node] as number;
    const words = lookups[block.k]?.[0]?.address.length ?? 1;
    block.jump = words === 1 ? LOOKUP_A : LOOKUP_WORDS;
    if (words === 1) code.toA(first);
    else
      for (let word = 0; word < words; word++)
        code.keep(values.load(4, values.as[first] as number, values.offsetOf(first) + 4 * word));
  }

  #assign(code: Code, node: Node): void {
    const { graph } = this;
    const slot = graph.operands[node] as number;
    const value = graph.subjects[node] as number;
    const register = graph.slotRegisters[slot] ?? IN_MEMORY;
    const name = graph.values.slot(slot);
    if (register === IN_MEMORY) {
      code.store(slot, value);
      if (code.registers.a === value) code.registers.a = name;
      else code.registers.x = name;
    } else if (register === IN_A) {
      code.toA(value);
      code.registers.a = name;
    } else {
      code.toX(value);
      code.registers.x = name;
    }
  }

  #compare(code: Code, block: Block, operation: number): void {
    const subject = this.graph.subjects[block.node] as number;
    const operand = this.graph.operands[block.node] as number;
    block.jump = jumpOpcodes[operation] as number;
    if (comparesConstant(operation)) {
      code.toA(subject);
      block.k = operand;
    } else if (this.remembers || this.graph.values.kinds[subject] === SLOT) this.#compareValues(code, block, operation);
    else {
      this.#arithmetic.compare(operation, subject, operand);
      if (operation === EQ_VALUE) block.jump = JEQ_K;
    }
  }

  #compareValues(code: Code, block: Block, operation: number): void {
    const subject = this.graph.subjects[block.node] as number;
    const operand = this.graph.operands[block.node] as number;
    const { registers } = code;
    const isSwapped = this.remembers && registers.a !== subject && (registers.a === operand || registers.x === subject);
    if (!isSwapped) {
      code.both(subject, operand);
      return;
    }
    code.both(operand, subject);
    const { opcode, flips } = swappedComparison(operation);
    block.jump = opcode;
    if (flips) [block.yes, block.no] = [block.no, block.yes];
  }

  #leave(target: Node, registers: Registers): void {
    if (target === ACCEPT || target === REJECT) return;
    const known = this.#a[target];
    if (known === undefined) {
      this.#a[target] = registers.a;
      this.#x[target] = registers.x;
    } else {
      if (known !== registers.a) this.#a[target] = UNKNOWN;
      if (this.#x[target] !== registers.x) this.#x[target] = UNKNOWN;
    }
  }

  #dropDeadStores(): void {
    const isRead = new Uint8Array(MEMORY_WORDS);
    for (const { words, jump } of this.blocks) {
      if (jump === LOOKUP_WORDS) isRead.fill(1, MEMORY_WORDS - LOOKUP_SIZE);
      for (let i = 0; i < words.length; i += 2) {
        if (words[i] === LD_MEM || words[i] === LDX_MEM) isRead[words[i + 1] as number] = 1;
      }
    }
    for (const block of this.blocks) {
      const { words } = block;
      if (!words.includes(ST) && !words.includes(STX)) continue;
      const kept: number[] = [];
      for (let i = 0; i < words.length; i += 2) {
        const opcode = words[i] as number;
        const k = words[i + 1] as number;
        if ((opcode === ST || opcode === STX) && !isRead[k]) continue;
        kept.push(opcode, k);
      }
      block.words = kept;
    }
  }
}

/** The blocks of a graph, and how many words of scratch memory they use. */
export interface Selection {
  readonly blocks: Block[];
  readonly memoryWords: number;
  /** True where a value bound to a register is read after the register was lost: such code must not be used. */
  readonly isBroken: boolean;
}

/** Selects instructions; `remembers` is off for code that takes every test by itself. */
export function selectBlocks(graph: JumpGraph, root: Node, remembers: boolean): Selection {
  if (root <= ACCEPT) return { blocks: [], memoryWords: 0, isBroken: false };
  const selector = new Selector(graph, root, remembers);
  const blocks = selector.run(root);
  return { blocks, memoryWords: selector.memoryWords, isBroken: selector.code.isBroken };
}
