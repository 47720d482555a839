// Where values are while instructions are selected: in registers, on the stack, or made where they are needed.

import type { SourceSpan } from '../../base/index.ts';
import { constant, signedValue } from '../ir/build.ts';
import type { Block, InstructionOf, SymbolAddress, Value } from '../ir/types.ts';
import { constantFields, fits32 } from './immediate.ts';
import { machine } from './machine.ts';
import { splitOffset } from './place.ts';
import type { Neighbour } from './sections.ts';
import type { SharedValues } from './shared-values.ts';
import type { FrameObject, MachineBlock, MachineFunction, MachineInstruction, Register } from './types.ts';

/** What is known of the module's symbols. */
export interface SymbolTable {
  /** Those whose address cannot have an offset. */
  readonly externs: ReadonlySet<string>;
  readonly neighbours: ReadonlyMap<string, Neighbour>;
}

/** A memory operand: a register or a stack object, and an offset. */
export interface Place {
  readonly register: Register;
  readonly frame: FrameObject | undefined;
  readonly offset: number;
}

/** Gives values their registers and addresses their form. */
export class ValueSelector {
  readonly out: MachineFunction;
  readonly symbols: SymbolTable;
  readonly #registers = new Map<Value, Register>();
  readonly #frames = new Map<Value, FrameObject>();
  shared!: SharedValues;
  /** The IR block being selected. */
  source: Block | undefined;
  block!: MachineBlock;
  span: SourceSpan | undefined;

  constructor(out: MachineFunction, symbols: SymbolTable) {
    this.out = out;
    this.symbols = symbols;
  }

  newRegister(): Register {
    return this.out.nextRegister++;
  }

  emit(instruction: MachineInstruction): void {
    if (this.span) instruction.span = this.span;
    this.block.instructions.push(instruction);
  }

  /** The register a value lives in. */
  registerOf(value: Value): Register {
    const key = this.#keyOf(value);
    if (key !== undefined)
      return this.shared.register(
        key,
        this.source as Block,
        () => this.#recipe(value, this.newRegister()) as MachineInstruction,
      );
    if (value.kind !== 'symbol') return this.resultOf(value);
    const dst = this.newRegister();
    this.copyInto(dst, value);
    return dst;
  }

  /** What a value that depends on no register is called. */
  #keyOf(value: Value): string | undefined {
    if (value.kind === 'undefined') return this.#keyOf(constant(value.type, 0));
    if (value.kind === 'constant') {
      const { op, width, imm, value: wide } = constantFields(value);
      return `${op}${width}:${imm}:${wide}`;
    }
    if (value.kind === 'symbol') {
      const { name, offset } = this.#located(value);
      return this.#canMake(name, offset) ? `${name}+${offset}` : undefined;
    }
    const place = this.framePlace(value);
    return place && `frame${this.out.frame.indexOf(place.frame)}+${place.offset}`;
  }

  /** The instruction that makes a value which depends on no register. */
  #recipe(value: Value, dst: Register): MachineInstruction | undefined {
    if (value.kind === 'undefined') return this.#recipe(constant(value.type, 0), dst);
    if (value.kind === 'constant') {
      const fields = constantFields(value);
      return machine(fields.op, { ...fields, dst });
    }
    if (value.kind === 'symbol') {
      const { name, offset } = this.#located(value);
      return this.#canMake(name, offset) ? machine('lddw', { symbol: { name, offset }, dst }) : undefined;
    }
    const place = this.framePlace(value);
    return place && machine('frame', { ...place, dst });
  }

  /** An offset cannot be part of an extern's address. */
  #canMake(name: string, offset: number): boolean {
    return offset === 0 || !this.symbols.externs.has(name);
  }

  /** The symbol as seen from the first of its section. */
  #located(symbol: SymbolAddress): SymbolAddress {
    const known = this.symbols.neighbours.get(symbol.name);
    return known ? { ...symbol, name: known.name, offset: symbol.offset + known.offset } : symbol;
  }

  /** A place on the stack at a constant offset. */
  framePlace(value: Value): { readonly frame: FrameObject; readonly offset: number } | undefined {
    const { base, offset } = splitOffset(value);
    const frame = this.#frames.get(base);
    return frame && { frame, offset };
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

  place(base: Value, offset: number): Place {
    const split = splitOffset(base);
    const start = split.base.kind === 'symbol' ? this.#located(split.base) : undefined;
    const inside = start?.offset ?? 0;
    const total = split.offset + offset + inside;
    const isNear = total >= -0x8000 && total <= 0x7fff;
    const frame = this.#frames.get(split.base);
    if (frame && isNear) return { register: -1, frame, offset: total };
    // Further than an instruction reaches: the sum goes to a register.
    if (start) {
      const [from, rest] = isNear ? [0, total] : [total, 0];
      return { register: this.registerOf({ ...start, offset: from }), frame: undefined, offset: rest };
    }
    if (!isNear) return { register: this.registerOf(base), frame: undefined, offset };
    return { register: this.registerOf(split.base), frame: undefined, offset: total };
  }

  addFrame(alloca: InstructionOf<'alloca'>): void {
    const frame: FrameObject = { size: Math.max(alloca.size, 1), align: alloca.align, name: alloca.name, offset: 0 };
    this.#frames.set(alloca, frame);
    this.out.frame.push(frame);
  }

  /** Is the value no register's, but a constant or a constant address? */
  isMadeAnywhere(value: Value): boolean {
    return isFixed(value) || this.framePlace(value) !== undefined;
  }

  /** `dst = value`, constants made in place. */
  copyInto(dst: Register, value: Value): void {
    const recipe = this.#recipe(value, dst);
    if (recipe) this.emit(recipe);
    else if (value.kind !== 'symbol') this.copy(dst, this.resultOf(value));
    else {
      this.copyInto(dst, { ...value, offset: 0 });
      this.emit(machine('alu', { dst, operation: 'add', imm: value.offset }));
    }
  }
}

/** Is it made of nothing that is computed? */
function isFixed({ kind }: Value): boolean {
  return kind === 'constant' || kind === 'undefined' || kind === 'symbol';
}
