// What every assembler of this folder shares: statements with their place in the text, labels, diagnostics.

import type { Diagnostic, SourceText } from '../base/index.ts';
import { SourceError, suggest } from '../base/index.ts';
import type { Instruction } from './types.ts';

/** A jump or call whose distance is known only when all labels are. */
export interface LabelReference<T = Instruction> {
  readonly label: string;
  /** Puts the distance, counted in slots from the next one, into the statement's first instruction. */
  resolve(instruction: T, distance: number): T;
}

/** One statement's instructions. */
export interface Assembled<T = Instruction> {
  readonly instructions: readonly T[];
  readonly references?: readonly LabelReference<T>[] | undefined;
}

/** One statement of the text, trimmed. */
export interface Statement {
  readonly text: string;
  /** UTF-16 offset in the whole text. */
  readonly start: number;
}

/** Why a statement cannot be assembled; thrown by dialects, caught and collected by {@link assembleWith}. */
export class StatementError extends Error {
  readonly code: string;
  readonly hint: string | undefined;
  /** The part of the statement it concerns; the whole where undefined. */
  readonly part: string | undefined;

  constructor(code: string, message: string, options: { hint?: string | undefined; part?: string | undefined } = {}) {
    super(message);
    this.code = code;
    this.hint = options.hint;
    this.part = options.part;
  }
}

/** A syntax: where comments begin, what a label definition looks like, how one statement is read. */
export interface Dialect<T = Instruction> {
  /** Matches from the start of a comment to the end of the line. */
  readonly comment: RegExp;
  /** Matches a label definition at the start of a line; group 1 is the name. */
  readonly label: RegExp;
  parse(statement: string): Assembled<T>;
}

/** `did you mean "x"?`, where some candidate is near. */
export function didYouMean(name: string, candidates: Iterable<string>): string | undefined {
  const best = suggest(name, candidates);
  return best === undefined ? undefined : `did you mean "${best}"?`;
}

/** An integer as written (decimal or hexadecimal, signed); undefined where the text is none. */
export function parseInteger(text: string): bigint | undefined {
  const match = /^([+-]?)\s*(0x[0-9a-f]+|\d+)$/i.exec(text.trim());
  if (!match?.[2]) return undefined;
  const magnitude = BigInt(match[2].toLowerCase());
  return match[1] === '-' ? -magnitude : magnitude;
}

/**
 * A number that must fit `bits`, signed or unsigned; gives the signed value.
 * @throws StatementError where it is no number or does not fit.
 */
export function parseSigned(text: string, bits: number, what: string): number {
  const value = parseInteger(text);
  if (value === undefined) throw new StatementError('bad-number', `${what} "${text}" is not a number`, { part: text });
  const limit = 1n << BigInt(bits);
  if (value < -(limit >> 1n) || value >= limit) {
    throw new StatementError('number-range', `${what} ${text} does not fit ${bits} bits`, { part: text });
  }
  return Number(BigInt.asIntN(bits, value));
}

interface Pending<T> {
  readonly slot: number;
  readonly reference: LabelReference<T>;
  readonly statement: Statement;
}

/** After so many faults an assembler gives up: the text is no assembly at all. */
const mostDiagnostics = 50;

class Assembler<T> {
  readonly source: SourceText;
  readonly dialect: Dialect<T>;
  readonly instructions: T[] = [];
  readonly diagnostics: Diagnostic[] = [];
  readonly labels = new Map<string, number>();
  readonly pending: Pending<T>[] = [];

  constructor(source: SourceText, dialect: Dialect<T>) {
    this.source = source;
    this.dialect = dialect;
  }

  run(): T[] {
    let start = 0;
    for (const line of this.source.text.split('\n')) {
      if (this.#hasEnough()) break;
      this.#line(line, start);
      start += line.length + 1;
    }
    for (const pending of this.pending) {
      if (this.#hasEnough()) break;
      this.#resolve(pending);
    }
    if (this.diagnostics.length > 0) throw new SourceError(this.diagnostics);
    return this.instructions;
  }

  #hasEnough(): boolean {
    return this.diagnostics.length >= mostDiagnostics;
  }

  #report(statement: Statement, code: string, message: string, hint?: string): void {
    const span = { source: this.source, start: statement.start, end: statement.start + statement.text.length };
    this.diagnostics.push({ severity: 'error', code, message, span, hint });
  }

  #line(line: string, start: number): void {
    let text = line.replace(this.dialect.comment, '');
    let at = start;
    for (let match = this.dialect.label.exec(text); match; match = this.dialect.label.exec(text)) {
      this.#define(match[1] ?? '', { text: match[1] ?? '', start: at + match[0].indexOf(match[1] ?? '') });
      at += match[0].length;
      text = text.slice(match[0].length);
    }
    const trimmed = text.trim();
    if (trimmed !== '') this.#statement({ text: trimmed, start: at + text.indexOf(trimmed) });
  }

  #define(label: string, place: Statement): void {
    if (this.labels.has(label)) this.#report(place, 'duplicate-label', `label "${label}" is defined twice`);
    else this.labels.set(label, this.instructions.length);
  }

  #statement(statement: Statement): void {
    this.#collect(statement, () => {
      const { instructions, references = [] } = this.dialect.parse(statement.text);
      for (const reference of references) this.pending.push({ slot: this.instructions.length, reference, statement });
      this.instructions.push(...instructions);
    });
  }

  #resolve({ slot, reference, statement }: Pending<T>): void {
    const { label } = reference;
    this.#collect(statement, () => {
      const target = this.labels.get(label);
      if (target === undefined) {
        const hint = didYouMean(label, this.labels.keys());
        throw new StatementError('unknown-label', `no label "${label}"`, { hint, part: label });
      }
      const instruction = this.instructions[slot];
      if (instruction) this.instructions[slot] = reference.resolve(instruction, target - slot - 1);
    });
  }

  /** Runs a step; a fault becomes a diagnostic at its place. */
  #collect(statement: Statement, step: () => void): void {
    try {
      step();
    } catch (error) {
      if (!(error instanceof StatementError)) throw error;
      const { part } = error;
      // The last: labels are operands, and mnemonics that look like part of one come first.
      const at = part === undefined ? -1 : statement.text.lastIndexOf(part);
      const place = at < 0 || part === undefined ? statement : { text: part, start: statement.start + at };
      this.#report(place, error.code, error.message, error.hint);
    }
  }
}

/** A reference whose distance goes into a field of an extended instruction. */
export function fieldReference(label: string, field: 'offset' | 'imm'): LabelReference {
  return {
    label,
    resolve(instruction, distance): Instruction {
      if (field === 'offset' && (distance < -0x8000 || distance > 0x7fff)) {
        const message = `label "${label}" is ${distance} slots away, too far for 16 bits`;
        throw new StatementError('jump-range', message, { part: label });
      }
      return { ...instruction, [field]: distance };
    },
  };
}

/**
 * Assembles a text in a dialect.
 * @throws SourceError with every fault found.
 */
export function assembleWith<T>(dialect: Dialect<T>, source: SourceText): T[] {
  return new Assembler(source, dialect).run();
}
