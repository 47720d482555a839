// Machine instructions with registers to bytes: layout of blocks, jumps, fix-ups, line table.

import { SourceError, type SourceSpan } from '../../base/index.ts';
import type { AluOperation, AtomicOperation, Instruction, JumpCondition } from '../../isa/index.ts';
import * as isa from '../../isa/index.ts';
import type { Diagnostics } from '../diagnostics.ts';
import { negate } from './conditions.ts';
import type {
  EncodedFunction,
  Fixup,
  IsaVersion,
  MachineBlock,
  MachineFunction,
  MachineInstruction,
  MachineOp,
} from './types.ts';

type Slots = readonly Instruction[];
type Encoder = (instruction: MachineInstruction, context: EncodeContext) => Slots;

interface EncodeContext {
  readonly version: IsaVersion;
  readonly diagnostics: Diagnostics;
}

const helperPlaceholder = 0;

/** Stands in the text of assembly for the first symbol it links, the next number for the second. */
const FIRST_SYMBOL = 0x5ab0_0000;

function source(instruction: MachineInstruction): isa.SourceOperand {
  return instruction.src >= 0 ? isa.register(instruction.src) : instruction.imm;
}

/** Base and offset of a memory operand; `base` is the register where it is no stack object. */
function memory(instruction: MachineInstruction, base: number): isa.MemoryOperand {
  const { frame, offset } = instruction;
  return frame ? { register: 10, offset: frame.offset + offset } : { register: base, offset };
}

/** Offset of a memory operand outside 16 bits: cannot be encoded. */
function checkOffset(instruction: MachineInstruction, { diagnostics }: EncodeContext): void {
  const offset = (instruction.frame?.offset ?? 0) + instruction.offset;
  if (offset < -0x8000 || offset > 0x7fff) {
    diagnostics.error('offset', `offset ${offset} of a memory access does not fit 16 bits`, instruction.span);
  }
}

function encodeAtomic(instruction: MachineInstruction): Slots {
  const { operation, src, width } = instruction;
  return [isa.atomic(operation as AtomicOperation, memory(instruction, instruction.left), src, width as 32 | 64)];
}

function encodeAsm(instruction: MachineInstruction, { diagnostics }: EncodeContext): Slots {
  const { template, constants, uses, dst, span, labels } = instruction;
  let next = 0;
  const operands = constants.map((constant, i) => {
    if (constant === undefined) return `r${uses[next++]}`;
    return String(typeof constant === 'number' ? constant : FIRST_SYMBOL + i);
  });
  const place = (text: string, narrow: boolean): string => (narrow ? text.replace(/^r/, 'w') : text);
  const text = template
    .replace(/\$(w?)out/g, (_, narrow: string) => place(`r${dst}`, narrow !== ''))
    .replace(/\$(w?)[is]?(\d+)/g, (whole, narrow: string, index: string) => {
      const operand = operands[Number(index)];
      return operand === undefined ? whole : place(operand, narrow !== '');
    })
    .replace(/\$l(\d+)/g, 'label_$1');
  // Labels of the function stand behind the text, each at an instruction that is cut off again.
  const places = labels.map((_, i) => `label_${i + 1}: exit\n`).join('');
  try {
    const all = isa.assemble(`${text.replaceAll(';', '\n')}\n${places}`, { name: '<inline assembly>' });
    return all.slice(0, all.length - labels.length);
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    diagnostics.error('asm', `inline assembly: ${error.diagnostics[0]?.message ?? 'is malformed'}`, span, {
      hint: `it reads: ${text.trim()}`,
    });
    return [];
  }
}

const byteSwapNames = { 16: 'to-big-endian', 32: 'to-big-endian', 64: 'to-big-endian' } as const;

const encoders: Readonly<Record<Exclude<MachineOp, 'branch' | 'jump'>, Encoder>> = {
  mov: (i) => [isa.mov(i.dst, source(i), i.width as 32 | 64)],
  lddw: (i) => isa.lddw(i.dst, i.symbol ? BigInt(i.symbol.offset) : i.value),
  alu: (i) => [isa.alu(i.operation as AluOperation, i.dst, source(i), i.width as 32 | 64)],
  neg: (i) => [isa.neg(i.dst, i.width as 32 | 64)],
  movsx: (i) => [isa.movsx(i.dst, i.src, i.bits as 8 | 16 | 32, i.width as 32 | 64)],
  swap: (i) => [isa.byteOrder(byteSwapNames[i.bits as 16 | 32 | 64], i.dst, i.bits as 16 | 32 | 64)],
  load(i, context): Slots {
    checkOffset(i, context);
    return [
      i.signed
        ? isa.loadSigned(i.dst, memory(i, i.src), i.width as 8 | 16 | 32)
        : isa.load(i.dst, memory(i, i.src), i.width),
    ];
  },
  store(i, context): Slots {
    checkOffset(i, context);
    return [isa.store(memory(i, i.left), source(i), i.width)];
  },
  set: (i) => [
    isa.mov(i.dst, 1, 32),
    isa.branch(i.operation as JumpCondition, i.left, source(i), { offset: 1, width: i.width as 32 | 64 }),
    isa.mov(i.dst, 0, 32),
  ],
  call: (i) => {
    const { call } = i;
    if (call?.kind === 'helper') return [isa.callHelper(call.id)];
    return [call?.kind === 'kfunc' ? isa.callKfunc(helperPlaceholder) : isa.callLocal(-1)];
  },
  exit: () => [isa.exit()],
  atomic: encodeAtomic,
  frame: (i) => [isa.mov(i.dst, isa.register(10)), isa.alu('add', i.dst, (i.frame?.offset ?? 0) + i.offset)],
  asm: encodeAsm,
  'asm-goto': encodeAsm,
  packet(i): Slots {
    const size = { 8: 0x10, 16: 0x08, 32: 0x00, 64: 0x18 }[i.width];
    const mode = i.src >= 0 ? 0x40 : 0x20;
    return [{ opcode: mode | size, dst: 0, src: Math.max(i.src, 0), offset: 0, imm: i.imm }];
  },
};

interface Pending {
  readonly slot: number;
  readonly target: MachineBlock;
  readonly span: SourceSpan | undefined;
  /** Undefined: unconditional. */
  readonly branch: MachineInstruction | undefined;
  /** Only the offset is filled in. */
  readonly keepsOpcode?: true;
}

class FunctionEncoder {
  readonly fn: MachineFunction;
  readonly context: EncodeContext;
  readonly slots: Instruction[] = [];
  readonly #fixups: Fixup[] = [];
  readonly #lines: { slot: number; span: SourceSpan }[] = [];
  readonly #core: { slot: number; relocation: number }[] = [];
  readonly #starts = new Map<MachineBlock, number>();
  readonly #pending: Pending[] = [];

  constructor(fn: MachineFunction, context: EncodeContext) {
    this.fn = fn;
    this.context = context;
  }

  run(stackBytes: number): EncodedFunction {
    const { blocks } = this.fn;
    for (const [i, block] of blocks.entries()) {
      this.#starts.set(block, this.slots.length);
      for (const [at, instruction] of block.instructions.entries())
        this.#instruction(instruction, block, { at, next: blocks[i + 1] });
    }
    for (const pending of this.#pending) this.#resolve(pending);
    const core = this.#core;
    return {
      name: this.fn.name,
      code: isa.encode(this.slots),
      fixups: this.#fixups,
      lines: this.#lines,
      core,
      stackBytes,
    };
  }

  #line(span: SourceSpan | undefined): void {
    const last = this.#lines[this.#lines.length - 1];
    if (span && (last?.span.source !== span.source || last.span.start !== span.start))
      this.#lines.push({ slot: this.slots.length, span });
  }

  #instruction(
    instruction: MachineInstruction,
    block: MachineBlock,
    where: { readonly at: number; readonly next: MachineBlock | undefined },
  ): void {
    const { op, span, relocation, symbol, call } = instruction;
    if (op === 'jump') {
      if (instruction.target === where.next) return;
      this.#line(span);
      this.#jump(instruction.target as MachineBlock, span);
      return;
    }
    this.#line(span);
    if (op === 'branch') {
      this.#branch(instruction, block, where);
      return;
    }
    const slot = this.slots.length;
    if (relocation >= 0) this.#core.push({ slot, relocation });
    if (symbol) this.#fixups.push({ slot, kind: 'symbol', name: symbol.name, offset: symbol.offset });
    if (call && call.kind !== 'helper') this.#fixups.push({ slot, kind: 'call', target: call });
    this.slots.push(...encoders[op](instruction, this.context));
    this.#asmSymbols(instruction, slot);
    if (op === 'asm-goto') this.#asmLabels(instruction, slot);
  }

  /** What assembly calls and takes the address of is left to the linker. */
  #asmSymbols({ constants }: MachineInstruction, from: number): void {
    for (let slot = from; slot < this.slots.length && constants.length > 0; slot++) {
      const { opcode, dst, imm } = this.slots[slot] as Instruction;
      const symbol = constants[imm - FIRST_SYMBOL];
      if (typeof symbol !== 'object') continue;
      const { name, offset } = symbol;
      const isCall = (opcode & 7) === 5;
      if (isCall) this.#fixups.push({ slot, kind: 'call', target: { kind: 'function', name } });
      else this.#fixups.push({ slot, kind: 'symbol', name, offset });
      const replaced = isCall ? [isa.callLocal(-1)] : isa.lddw(dst, BigInt(offset));
      this.slots.splice(slot, replaced.length, ...replaced);
    }
  }

  /** Jumps of assembly that lead behind its text go to the labels. */
  #asmLabels({ labels, span }: MachineInstruction, from: number): void {
    const end = this.slots.length;
    for (let slot = from; slot < end; slot++) {
      const { opcode, offset } = this.slots[slot] as Instruction;
      const isJump = (opcode & 7) === 5 || (opcode & 7) === 6;
      const target = isJump ? labels[slot + 1 + offset - end] : undefined;
      if (target) this.#pending.push({ slot, target, span, branch: undefined, keepsOpcode: true });
    }
  }

  #jump(target: MachineBlock, span: SourceSpan | undefined): void {
    this.#pending.push({ slot: this.slots.length, target, span, branch: undefined });
    this.slots.push(isa.jump(0));
  }

  /** A branch followed by a jump to the other side: turned round where its target comes next anyway. */
  #branch(
    instruction: MachineInstruction,
    block: MachineBlock,
    where: { readonly at: number; readonly next: MachineBlock | undefined },
  ): void {
    const follower = block.instructions[where.at + 1];
    let branch = instruction;
    if (instruction.target === where.next && follower?.op === 'jump' && follower.target) {
      const negated = negate(instruction.operation as JumpCondition, this.context.version);
      if (negated) {
        branch = { ...instruction, operation: negated, target: follower.target };
        follower.target = instruction.target;
      }
    }
    this.#pending.push({ slot: this.slots.length, target: branch.target as MachineBlock, span: branch.span, branch });
    this.slots.push(isa.exit());
  }

  #resolve({ slot, target, span, branch, keepsOpcode }: Pending): void {
    const offset = (this.#starts.get(target) as number) - slot - 1;
    const isFar = offset < -0x8000 || offset > 0x7fff;
    if (isFar && (branch || keepsOpcode || this.context.version < 4)) {
      this.context.diagnostics.error(
        'function-too-large',
        `function '${this.fn.name}' is too large: a jump does not fit 16 bits`,
        span ?? this.fn.span,
        {
          hint: 'split the function with __noinline, or use bpf_loop',
        },
      );
      return;
    }
    if (keepsOpcode) this.slots[slot] = { ...(this.slots[slot] as Instruction), offset };
    else if (!branch) this.slots[slot] = isa.jump(offset);
    else {
      const width = branch.width as 32 | 64;
      this.slots[slot] = isa.branch(branch.operation as JumpCondition, branch.left, source(branch), { offset, width });
    }
  }
}

/** Encodes a function whose registers and stack are settled. */
export function encodeFunction(
  fn: MachineFunction,
  context: EncodeContext & { readonly stackBytes: number },
): EncodedFunction {
  return new FunctionEncoder(fn, context).run(context.stackBytes);
}
