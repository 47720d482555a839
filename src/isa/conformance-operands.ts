// Operands of the conformance syntax: registers, immediates, places in memory, jump targets.

import type { AssembleOptions } from './assemble.ts';
import type { Assembled } from './assembly-source.ts';
import { fieldReference, parseInteger, parseSigned, StatementError } from './assembly-source.ts';
import * as build from './build.ts';
import { registerCount } from './lookup.ts';
import type { Instruction } from './types.ts';

/** Operands of one statement, and how to read them. */
export class Operands {
  readonly texts: readonly string[];
  readonly options: AssembleOptions;

  constructor(texts: readonly string[], options: AssembleOptions) {
    this.texts = texts;
    this.options = options;
  }

  /** @throws StatementError unless there are exactly (or from, to) so many. */
  expect(count: number, atMost = count): void {
    if (this.texts.length >= count && this.texts.length <= atMost) return;
    throw new StatementError('operands', `${count} operands expected, ${this.texts.length} given`);
  }

  text(index: number): string {
    return this.texts[index] ?? '';
  }

  isRegister(index: number): boolean {
    return /^%?r\d+$/.test(this.text(index));
  }

  register(index: number): number {
    const text = this.text(index);
    const number = /^%?r(\d+)$/.exec(text)?.[1];
    if (number === undefined) throw new StatementError('bad-register', `"${text}" is not a register`, { part: text });
    if (Number(number) >= registerCount)
      throw new StatementError('no-such-register', `no register ${text}`, { part: text });
    return Number(number);
  }

  /** A 32-bit immediate; 64-bit spellings that sign-extend from 32 bits are taken as well. */
  immediate(index: number): number {
    const text = this.text(index);
    const value = parseInteger(text);
    const extended = value === undefined ? undefined : BigInt.asIntN(64, value);
    if (value !== undefined && value < 1n << 64n && extended === BigInt.asIntN(32, value)) return Number(extended);
    return parseSigned(text, 32, 'immediate');
  }

  source(index: number): build.SourceOperand {
    return this.isRegister(index) ? build.register(this.register(index)) : this.immediate(index);
  }

  memory(index: number): build.MemoryOperand {
    const text = this.text(index);
    const match = /^\[\s*%?r(\d+)\s*([+-]\s*(?:0x[0-9a-f]+|\d+))?\s*\]$/i.exec(text);
    if (!match || Number(match[1]) >= registerCount) {
      throw new StatementError('bad-memory', `"${text}" is not a place in memory`, {
        part: text,
        hint: 'as in [%r1+8]',
      });
    }
    return { register: Number(match[1]), offset: match[2] === undefined ? 0 : this.#offset(match[2]) };
  }

  /** A jump's target: a distance, or a label for later. */
  target(index: number, field: 'offset' | 'imm', instruction: Instruction): Assembled {
    const text = this.text(index);
    if (parseInteger(text) === undefined) {
      if (/^[A-Za-z_.$][\w.$-]*$/.test(text))
        return { instructions: [instruction], references: [fieldReference(text, field)] };
      throw new StatementError('bad-target', `"${text}" is neither a label nor a distance`, { part: text });
    }
    const distance = field === 'offset' ? this.#offset(text) : parseSigned(text, 32, 'distance');
    return { instructions: [{ ...instruction, [field]: distance }] };
  }

  #offset(text: string): number {
    const value = parseInteger(text);
    if (value !== undefined && value >= -0x8000n && value <= 0x7fffn) return Number(value);
    throw new StatementError('number-range', `offset ${text} does not fit 16 bits`, { part: text });
  }
}
