// Which row of the table an instruction is, and whether its fields are what the row allows.

import type { EbpfRow, OperandField } from './ebpf-table.ts';
import { ebpfTable, immediateSources, operandForms } from './ebpf-table.ts';
import type { Instruction } from './types.ts';

// Made when first asked for: a compiler writes instructions and looks none up.
let byOpcode: readonly (readonly EbpfRow[])[] | undefined;
let byName: ReadonlyMap<string, EbpfRow> | undefined;

function rowsOf(opcode: number): readonly EbpfRow[] {
  byOpcode ??= listByOpcode();
  return byOpcode[opcode] ?? [];
}

function listByOpcode(): EbpfRow[][] {
  const lists: EbpfRow[][] = Array.from({ length: 256 }, () => []);
  for (const row of ebpfTable) lists[row.opcode]?.push(row);
  return lists;
}

const highIsOperand: ReadonlySet<string> = new Set(
  immediateSources.filter(({ high }) => high).map(({ operation }) => operation),
);

/** Opcode of the first slot of a 64-bit immediate load. */
export const lddwOpcode = 0x18;
/** Number of registers programs may name: r0 to r10. */
export const registerCount = 11;

function matches(row: EbpfRow, instruction: Instruction): boolean {
  const { src, offset, imm } = row.fixed;
  return (
    (src === undefined || src === instruction.src) &&
    (offset === undefined || offset === instruction.offset) &&
    (imm === undefined || imm === instruction.imm)
  );
}

/** The table row of an instruction; undefined where no instruction has this opcode and these selecting fields. */
export function rowOf(instruction: Instruction): EbpfRow | undefined {
  return rowsOf(instruction.opcode).find((row) => matches(row, instruction));
}

/** The table row of a name such as `add64-imm`. */
export function rowByName(name: string): EbpfRow | undefined {
  byName ??= new Map(ebpfTable.map((row) => [row.name, row]));
  return byName.get(name);
}

/** How many slots the instruction at hand takes: 2 for a 64-bit immediate load, else 1. */
export function slotCount(instruction: Instruction): 1 | 2 {
  return instruction.opcode === lddwOpcode ? 2 : 1;
}

function unusedFieldProblem(row: EbpfRow, instruction: Instruction): string | undefined {
  const operands: readonly OperandField[] = operandForms[row.form];
  for (const field of ['dst', 'src', 'offset', 'imm'] as const) {
    if (operands.includes(field) || (field === 'imm' && operands.includes('imm64'))) continue;
    const expected = field === 'dst' ? 0 : (row.fixed[field] ?? 0);
    if (instruction[field] !== expected)
      return `${field} of ${row.name} must be ${expected}, not ${instruction[field]}`;
  }
  for (const field of ['dst', 'src'] as const) {
    if (operands.includes(field) && instruction[field] >= registerCount) return `no register r${instruction[field]}`;
  }
  return undefined;
}

function secondSlotProblem(row: EbpfRow, next: Instruction | undefined): string | undefined {
  if (!next) return 'second half of the 64-bit immediate is missing';
  if (next.opcode !== 0 || next.dst !== 0 || next.src !== 0 || next.offset !== 0) {
    return 'second half of the 64-bit immediate must be zero but for its immediate';
  }
  if (!highIsOperand.has(row.operation) && next.imm !== 0) return `high half of ${row.name} must be 0, not ${next.imm}`;
  return undefined;
}

function hex(opcode: number): string {
  return `0x${opcode.toString(16).padStart(2, '0')}`;
}

/**
 * Why the instruction at `slot` is not a known, well-formed one (unknown opcode, reserved field in use, no such register,
 * half a 64-bit load); undefined where it is. Says nothing of where jumps go or what registers hold.
 */
export function instructionProblem(instructions: readonly Instruction[], slot: number): string | undefined {
  const instruction = instructions[slot];
  if (!instruction) return `no slot ${slot}`;
  const row = rowOf(instruction);
  if (row) {
    const problem = unusedFieldProblem(row, instruction);
    return problem ?? (slotCount(instruction) === 2 ? secondSlotProblem(row, instructions[slot + 1]) : undefined);
  }
  const candidates = rowsOf(instruction.opcode);
  if (candidates.length === 0) return `unknown opcode ${hex(instruction.opcode)}`;
  const fields = `src ${instruction.src}, offset ${instruction.offset}, imm ${instruction.imm}`;
  return `opcode ${hex(instruction.opcode)} has no meaning with ${fields}`;
}
