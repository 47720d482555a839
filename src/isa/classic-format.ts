// Text of classic programs as tcpdump -d, -dd and -ddd print them (libpcap 1.10, bpf_image.c and bpf_dump.c).

import type { ClassicForm, ClassicRow } from './classic-table.ts';
import { classicTable } from './classic-table.ts';
import type { ClassicInstruction } from './types.ts';

const rowsByCode: ReadonlyMap<number, ClassicRow> = new Map(classicTable.map((row) => [row.code, row]));

/** The table row of a classic code; undefined where there is none. */
export function classicRowOf(code: number): ClassicRow | undefined {
  return rowsByCode.get(code);
}

const operandTexts: Record<ClassicForm, (k: number, index: number) => string> = {
  none: () => '',
  accumulator: () => '',
  decimal: (k) => `#${k | 0}`,
  hexadecimal: (k) => `#0x${k.toString(16)}`,
  x: () => 'x',
  absolute: (k) => `[${k | 0}]`,
  indirect: (k) => `[x + ${k | 0}]`,
  'header-length': (k) => `4*([${k | 0}]&0xf)`,
  length: () => '#pktlen',
  memory: (k) => `M[${k | 0}]`,
  jump: (k, index) => `${(index + 1 + k) | 0}`,
  'branch-k': (k) => `#0x${k.toString(16)}`,
  'branch-x': () => 'x',
};

const jumpClass = 0x05;

/** One instruction as `tcpdump -d` prints it: `(001) jeq      #0x800           jt 2\tjf 8`. Jump targets are absolute. */
export function formatClassicInstruction(instruction: ClassicInstruction, index: number): string {
  const { code, jt, jf, k } = instruction;
  const row = classicRowOf(code);
  const operand = row ? operandTexts[row.form](k, index) : `0x${code.toString(16)}`;
  const start = `(${`${index}`.padStart(3, '0')}) ${(row?.mnemonic ?? 'unimp').padEnd(8)} `;
  const isBranch = (code & 0x07) === jumpClass && (code & 0xf0) !== 0;
  return isBranch ? `${start}${operand.padEnd(16)} jt ${index + 1 + jt}\tjf ${index + 1 + jf}` : `${start}${operand}`;
}

/** A program as `tcpdump -d` prints it. */
export function disassembleClassic(instructions: readonly ClassicInstruction[]): string {
  return instructions.map((instruction, index) => `${formatClassicInstruction(instruction, index)}\n`).join('');
}

/** A program as `tcpdump -dd` prints it: elements of a C array. */
export function formatClassicC(instructions: readonly ClassicInstruction[]): string {
  return instructions
    .map(({ code, jt, jf, k }) => `{ 0x${code.toString(16)}, ${jt}, ${jf}, 0x${k.toString(16).padStart(8, '0')} },\n`)
    .join('');
}

/** A program as `tcpdump -ddd` prints it: a count, then decimal numbers. */
export function formatClassicDecimal(instructions: readonly ClassicInstruction[]): string {
  const lines = instructions.map(({ code, jt, jf, k }) => `${code} ${jt} ${jf} ${k}\n`);
  return `${instructions.length}\n${lines.join('')}`;
}
