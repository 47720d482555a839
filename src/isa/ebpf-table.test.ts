import { describe, expect, it } from 'vitest';
import { addrSpaceCast, fromRow, lddw, lddwValue } from './build.ts';
import { ebpfTable, instructionClasses, operandForms } from './ebpf-table.ts';
import { instructionProblem, rowByName, rowOf } from './lookup.ts';

const nothing = { opcode: 0, dst: 0, src: 0, offset: 0, imm: 0 };

describe('table of extended BPF', () => {
  it('has unique names and no overlapping encodings', () => {
    expect(new Set(ebpfTable.map(({ name }) => name)).size).toBe(ebpfTable.length);
    for (const row of ebpfTable) {
      expect(rowOf(fromRow(row)), row.name).toBe(row);
      expect(rowByName(row.name)).toBe(row);
      expect(row.opcode & 7, row.name).toBe(instructionClasses[row.class]);
    }
  });

  it('never lets an operand field also select the row', () => {
    for (const row of ebpfTable) {
      const operands: readonly string[] = operandForms[row.form];
      for (const field of Object.keys(row.fixed)) expect(operands, row.name).not.toContain(field);
    }
  });

  it('holds every opcode of the RFC, appendix A', () => {
    // RFC 9669, appendix A: the opcode column of the instruction set opcodes, hexadecimal, without the deprecated packet loads.
    const rfc =
      '00? 04 05 06 07 0c 0f 14 15 16 17 18 1c 1d 1e 1f 24 25 26 27 2c 2d 2e 2f 34 35 36 37 3c 3d 3e 3f 44 45 46 47 4c 4d 4e 4f ' +
      '54 55 56 57 5c 5d 5e 5f 61 62 63 64 65 66 67 69 6a 6b 6c 6d 6e 6f 71 72 73 74 75 76 77 79 7a 7b 7c 7d 7e 7f 81 84 85 87 ' +
      '89 91 94 95 97 9c 9f a4 a5 a6 a7 ac ad ae af b4 b5 b6 b7 bc bd be bf c3 c4 c5 c6 c7 cc cd ce cf d4 d5 d6 d7 db dc dd de';
    const opcodes = new Set(ebpfTable.map(({ opcode }) => opcode));
    for (const code of rfc.split(' ').slice(1)) expect(opcodes.has(Number.parseInt(code, 16)), code).toBe(true);
    for (const packet of [0x20, 0x28, 0x30, 0x40, 0x48, 0x50]) expect(opcodes.has(packet)).toBe(true);
  });
});

describe('instructionProblem', () => {
  const problem = (fields: Partial<typeof nothing>): string | undefined =>
    instructionProblem([{ ...nothing, ...fields }], 0);

  it('accepts what is well formed', () => {
    expect(problem({ opcode: 0xb7, dst: 1, imm: 5 })).toBeUndefined();
    expect(problem({ opcode: 0x95 })).toBeUndefined();
    expect(instructionProblem([addrSpaceCast(1, 2, 0)], 0)).toBeUndefined();
    expect(instructionProblem(lddw(1, -1n), 0)).toBeUndefined();
  });

  it('says what is wrong', () => {
    expect(problem({ opcode: 0 })).toBe('unknown opcode 0x00');
    expect(problem({ opcode: 0xb7, offset: 1 })).toBe('offset of mov64-imm must be 0, not 1');
    expect(problem({ opcode: 0xb7, dst: 11 })).toBe('no register r11');
    expect(problem({ opcode: 0xbf, offset: 5 })).toMatch(/no meaning with src 0, offset 5/);
    expect(problem({ opcode: 0x95, imm: 1 })).toBe('imm of exit must be 0, not 1');
    expect(problem({ opcode: 0x18 })).toMatch(/missing/);
    expect(
      instructionProblem(
        [
          { ...nothing, opcode: 0x18 },
          { ...nothing, src: 1 },
        ],
        0,
      ),
    ).toMatch(/must be zero/);
    expect(instructionProblem(lddw(1, 1n << 32n, 'lddw-map-fd'), 0)).toMatch(/high half/);
    expect(instructionProblem([], 3)).toBe('no slot 3');
  });

  it('reads back 64-bit immediates', () => {
    for (const value of [0n, 1n, 0xffff_ffffn, 0x8000_0000n, 0x1_0000_0000n, 0xffff_ffff_ffff_ffffn]) {
      const [first, second] = lddw(3, value);
      expect(lddwValue(first, second)).toBe(value);
    }
  });
});
