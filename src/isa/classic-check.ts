// Whether a classic program may run: the rules of the kernel (bpf_check_classic, v6.18) and of libpcap (bpf_validate, 1.10).

import { classicRowOf } from './classic-format.ts';
import { ancillaryLoads, maxClassicInstructions, scratchWords, specialOffsets } from './classic-table.ts';
import type { ClassicInstruction } from './types.ts';

/** Why a classic program is refused. */
export interface ClassicProblem {
  /** The instruction concerned; its place. */
  readonly index: number;
  readonly problem: string;
}

/** Whose rules. */
export type ClassicRules = 'linux' | 'libpcap';

type Check = (instructions: readonly ClassicInstruction[], index: number) => string | undefined;

const classOf = (code: number): number => code & 0x07;
const isImmediate = (code: number): boolean => (code & 0x08) === 0;
const isDivision = (code: number): boolean =>
  classOf(code) === 0x04 && ((code & 0xf0) === 0x30 || (code & 0xf0) === 0x90);
const scratchCodes: readonly number[] = [0x60, 0x61, 0x02, 0x03];
const ancillaryOffsets: ReadonlySet<number> = new Set(ancillaryLoads.map(({ offset }) => offset));

function jumpProblem(instructions: readonly ClassicInstruction[], index: number): string | undefined {
  const { code, jt, jf, k } = instructions[index] as ClassicInstruction;
  const left = instructions.length - index - 1;
  if ((code & 0xf0) === 0) return k >= left ? `jumps ${k} slots on, past the end` : undefined;
  if (jt >= left || jf >= left) return `jumps ${Math.max(jt, jf)} slots on, past the end`;
  return undefined;
}

/** libpcap adds modulo 2^32, and so lets unconditional jumps go back. */
function libpcapJumpProblem(instructions: readonly ClassicInstruction[], index: number): string | undefined {
  const { code, k } = instructions[index] as ClassicInstruction;
  if ((code & 0xf0) !== 0) return jumpProblem(instructions, index);
  const target = (index + 1 + k) >>> 0;
  return target >= instructions.length ? `jumps to slot ${target}, past the end` : undefined;
}

function divisionProblem({ code, k }: ClassicInstruction): string | undefined {
  return isDivision(code) && isImmediate(code) && k === 0 ? 'divides by 0' : undefined;
}

const checkLinux: Check = (instructions, index) => {
  const instruction = instructions[index] as ClassicInstruction;
  const { code, k } = instruction;
  const row = classicRowOf(code);
  if (!row) return `no such instruction: 0x${code.toString(16)}`;
  const isShift = (row.operation === 'lsh' || row.operation === 'rsh') && row.form === 'decimal';
  if (isShift && k >= 32) return `shifts by ${k}`;
  if (scratchCodes.includes(code) && k >= scratchWords) return `no scratch word ${k}`;
  if (row.form === 'absolute' && k >= specialOffsets.ancillary && !ancillaryOffsets.has(k - specialOffsets.ancillary)) {
    return `no ancillary load at offset ${k - specialOffsets.ancillary}`;
  }
  if (classOf(code) === 0x05) return jumpProblem(instructions, index);
  return divisionProblem(instruction);
};

const libpcapModes: readonly number[] = [0x00, 0x20, 0x40, 0x60, 0x80, 0xa0];
const libpcapAlu: readonly number[] = [0x00, 0x10, 0x20, 0x30, 0x40, 0x50, 0x60, 0x70, 0x80, 0x90, 0xa0];
const libpcapJumps: readonly number[] = [0x00, 0x10, 0x20, 0x30, 0x40];

/** libpcap looks at class, mode and operation, not at the whole code. */
const checkLibpcap: Check = (instructions, index) => {
  const instruction = instructions[index] as ClassicInstruction;
  const { code, k } = instruction;
  const unknown = `no such instruction: 0x${code.toString(16)}`;
  const instructionClass = classOf(code);
  const isLoad = instructionClass <= 1;
  if (isLoad && !libpcapModes.includes(code & 0xe0)) return unknown;
  const usesScratch = (isLoad && (code & 0xe0) === 0x60) || instructionClass === 2 || instructionClass === 3;
  if (usesScratch && k >= scratchWords) return `no scratch word ${k}`;
  if (instructionClass === 4 && !libpcapAlu.includes(code & 0xf0)) return unknown;
  if (instructionClass === 5 && !libpcapJumps.includes(code & 0xf0)) return unknown;
  if (instructionClass === 5) return libpcapJumpProblem(instructions, index);
  return divisionProblem(instruction);
};

/** Scratch words that surely hold something, as bits, before each instruction. The kernel refuses to read others. */
function uninitialisedRead(instructions: readonly ClassicInstruction[]): ClassicProblem | undefined {
  const reachedWith: number[] = instructions.map(() => 0xffff);
  const arrive = (index: number, valid: number): void => {
    reachedWith[index] = (reachedWith[index] ?? 0xffff) & valid;
  };
  let valid = 0;
  for (const [index, { code, jt, jf, k }] of instructions.entries()) {
    valid &= reachedWith[index] ?? 0xffff;
    if (code === 0x60 || code === 0x61) {
      if ((valid & (1 << k)) === 0) return { index, problem: `reads scratch word ${k} before it is written` };
    } else if (code === 0x02 || code === 0x03) {
      valid |= 1 << k;
    } else if (code === 0x05) {
      arrive(index + 1 + k, valid);
      valid = 0xffff;
    } else if (classOf(code) === 0x05) {
      arrive(index + 1 + jt, valid);
      arrive(index + 1 + jf, valid);
      valid = 0xffff;
    }
  }
  return undefined;
}

const isReturn = (code: number): boolean => classOf(code) === 0x06;

/** Why a classic program is refused by those rules; undefined where it is accepted. */
export function classicProblem(
  instructions: readonly ClassicInstruction[],
  rules: ClassicRules = 'linux',
): ClassicProblem | undefined {
  const { length } = instructions;
  if (length === 0) return { index: 0, problem: 'no instructions' };
  if (rules === 'linux' && length > maxClassicInstructions) {
    return { index: maxClassicInstructions, problem: `${length} instructions; ${maxClassicInstructions} are the most` };
  }
  const check = rules === 'linux' ? checkLinux : checkLibpcap;
  for (let index = 0; index < length; index++) {
    const problem = check(instructions, index);
    if (problem !== undefined) return { index, problem };
  }
  const last = instructions[length - 1];
  if (last && !isReturn(last.code)) return { index: length - 1, problem: 'the last instruction is not a return' };
  return rules === 'linux' ? uninitialisedRead(instructions) : undefined;
}
