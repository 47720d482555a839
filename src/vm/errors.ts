// The error of the embedded machine: a program did what it must not, and everything known about where.

import type { BpfErrorOptions, SourceLine } from '../base/index.ts';
import { BpfError } from '../base/index.ts';

/** Why a run stopped. */
export type VmFault =
  | 'invalid-program'
  | 'bad-read'
  | 'bad-write'
  | 'budget'
  | 'call-depth'
  | 'bad-call'
  | 'helper'
  | 'bad-argument';

/** The facts of a {@link VmError}. */
export interface VmErrorFacts extends BpfErrorOptions {
  readonly fault: VmFault;
  /** Name of the program. */
  readonly program: string;
  /** Slot of the instruction, where known. */
  readonly instruction?: number | undefined;
  readonly source?: SourceLine | undefined;
  /** The address accessed. */
  readonly address?: bigint | undefined;
  /** The nearest region, as in `12 bytes after packet (60 bytes at 0x10100)`. */
  readonly region?: string | undefined;
  /** r0 to r10, unsigned. */
  readonly registers?: readonly bigint[] | undefined;
}

function placeOf(facts: VmErrorFacts): string {
  const at = facts.instruction === undefined ? '' : ` at instruction ${facts.instruction}`;
  const region = facts.region === undefined ? '' : ` (${facts.region})`;
  const { source } = facts;
  const line = source ? `\n  at ${source.file}:${source.line}: ${source.text.trim()}` : '';
  return `${at}${region}${line}`;
}

/** A program in the embedded machine accessed memory it must not, ran out of its budget, or cannot run at all. */
export class VmError extends BpfError {
  readonly code = 'vm';
  readonly fault: VmFault;
  readonly program: string;
  /** What is wrong, without program and place. */
  readonly problem: string;
  /** Slot of the instruction, where known. */
  readonly instruction: number | undefined;
  readonly source: SourceLine | undefined;
  readonly address: bigint | undefined;
  /** The nearest region, in words. */
  readonly region: string | undefined;
  /** r0 to r10 at that point, unsigned; undefined where not known. */
  readonly registers: readonly bigint[] | undefined;

  constructor(problem: string, facts: VmErrorFacts) {
    super(`program "${facts.program}": ${problem}${placeOf(facts)}`, facts);
    this.fault = facts.fault;
    this.program = facts.program;
    this.problem = problem;
    this.instruction = facts.instruction;
    this.source = facts.source;
    this.address = facts.address;
    this.region = facts.region;
    this.registers = facts.registers;
  }
}
