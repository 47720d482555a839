import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SourceError } from '../base/index.ts';
import { assemble } from './assemble.ts';
import { fromRow, lddw } from './build.ts';
import { disassemble } from './disassemble.ts';
import type { EbpfRow, OperandField } from './ebpf-table.ts';
import { ebpfTable, immediateSources, operandForms } from './ebpf-table.ts';
import { instructionProblem } from './lookup.ts';
import type { Instruction } from './types.ts';

const field = (low: number, high: number): fc.Arbitrary<number> =>
  fc.oneof(fc.constantFrom(low, high, 0), fc.integer({ min: low, max: high }));

/** Any well-formed instruction, as one or two slots. */
const anyInstruction: fc.Arbitrary<readonly Instruction[]> = fc
  .record({
    row: fc.constantFrom(...ebpfTable),
    dst: field(0, 10),
    src: field(0, 10),
    offset: field(-0x8000, 0x7fff),
    imm: field(-0x8000_0000, 0x7fff_ffff),
    high: field(-0x8000_0000, 0x7fff_ffff),
  })
  .map(({ row, high, ...values }) => {
    const operands: readonly OperandField[] = operandForms[row.form];
    const source = immediateSources.find(({ operation }) => operation === row.operation);
    if (source) {
      const value = (BigInt(source.high ? high : 0) << 32n) | BigInt.asUintN(32, BigInt(values.imm));
      return lddw(values.dst, value, source.operation);
    }
    const used = Object.fromEntries(
      Object.entries(values).filter(([name]) => operands.some((operand) => operand === name)),
    );
    return [fromRow(row, used)];
  });

/** llvm-objdump's text says neither what kind a call is nor the high half of a pseudo load, and of indirect packet loads no offset. */
function survivesLlvm(row: EbpfRow): boolean {
  return !['call-local', 'call-kfunc', 'packet-indirect'].includes(row.operation) && !row.operation.startsWith('lddw-');
}

describe('assembler and disassembler', () => {
  it('are inverse in the syntax of the kernel', () => {
    fc.assert(
      fc.property(fc.array(anyInstruction, { minLength: 1, maxLength: 4 }), (instructions) => {
        const program = instructions.flat();
        expect(program.every((_slot, at) => program[at]?.opcode === 0 || !instructionProblem(program, at))).toBe(true);
        expect(assemble(disassemble(program))).toEqual(program);
      }),
      { numRuns: 2000, seed: 1 },
    );
  });

  it.each([false, true])('are inverse in the syntax of llvm (alu32 %s)', (alu32) => {
    const names = new Map(ebpfTable.map((row) => [row.opcode * 8 + (row.fixed.src ?? 0), row]));
    const survivor = anyInstruction.filter(([first]) => {
      const row = first && (names.get(first.opcode * 8 + first.src) ?? names.get(first.opcode * 8));
      return row === undefined || survivesLlvm(row);
    });
    fc.assert(
      fc.property(survivor, (program) => {
        expect(assemble(disassemble(program, { style: 'llvm', alu32 }))).toEqual(program);
      }),
      { numRuns: 2000, seed: 2 },
    );
  });

  it('cover every row of the table', () => {
    for (const row of ebpfTable) {
      const program =
        row.form === 'load-imm64' ? [fromRow(row), fromRow({ ...row, opcode: 0, fixed: {} })] : [fromRow(row)];
      expect(assemble(disassemble(program)), row.name).toEqual(program);
      expect(disassemble(program, { style: 'llvm' }), row.name).not.toContain('unknown');
    }
  });

  it('resolve labels and helper names', () => {
    const text = `
      r1 = 5 ; a comment
      again: r1 += -1      // another
      if r1 != 0 goto again
      call bpf_ktime_get_ns  # and another
      call sub
      gotol end
    end:
      exit
    sub: r0 = 0
      exit`;
    const program = assemble(text, { helperId: (name) => (name === 'ktime_get_ns' ? 5 : undefined) });
    expect(disassemble(program)).toBe(
      [
        '   0: (b7) r1 = 5',
        '   1: (07) r1 += -1',
        '   2: (55) if r1 != 0x0 goto pc-2',
        '   3: (85) call unknown#5',
        '   4: (85) call pc+2',
        '   5: (06) gotol pc+0',
        '   6: (95) exit',
        '   7: (b7) r0 = 0',
        '   8: (95) exit',
        '',
      ].join('\n'),
    );
  });

  it.each([
    ['r1 = 1\nexti', /<assembly>:2:1: error: no such instruction: exti[\s\S]*did you mean "exit"/],
    ['goto lop\nloop: exit', /no label "lop"[\s\S]*did you mean "loop"/],
    ['r11 = 1', /no register r11/],
    ['r1 = 0x123456789', /does not fit 32 bits[\s\S]*"ll"/],
    ['r1 = *(u8 *)(r2 + 40000)', /does not fit 16 bits/],
    ['a: exit\na: exit', /defined twice/],
    ['r1 = be16 r2', /both registers must be r1/],
    ['w1 += r2', /differ in width/],
    ['r1 = *(s64 *)(r2 + 0)', /needs no sign/],
    ['(b7) r1 += 1', /opcode/],
    ['r3 = cmpxchg_64(r1 + 0, r0, r2)', /old value is left in r0/],
    ['call 99999999999', /does not fit/],
  ])('say what is wrong with %j', (text, message) => {
    expect(() => assemble(text)).toThrow(message);
    expect(() => assemble(text)).toThrow(SourceError);
  });

  it('report every fault at once', () => {
    try {
      assemble('foo\nr1 = 1\nbar baz');
      expect.unreachable();
    } catch (error) {
      expect((error as SourceError).diagnostics).toHaveLength(2);
    }
  });

  it('give up soon on what is no assembly', () => {
    const garbage = 'what is this?\n'.repeat(200_000);
    expect(() => assemble(garbage)).toThrow(SourceError);
    expect(() => assemble('goto nowhere\n'.repeat(100_000))).toThrow(SourceError);
  });

  it('throw nothing but SourceError at random text', () => {
    const piece = fc.constantFrom(
      'r1',
      'w2',
      '=',
      '+=',
      '*(u8 *)',
      '(r1 + 4)',
      'goto',
      'if',
      '5',
      '-0x1',
      'call',
      'll',
      'lock',
      ':',
      '[',
      '#',
      ' ',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(piece, fc.string({ maxLength: 4 })), { maxLength: 12 }), (pieces) => {
        try {
          assemble(pieces.join(' '));
        } catch (error) {
          expect(error).toBeInstanceOf(SourceError);
        }
      }),
      { numRuns: 1000, seed: 3 },
    );
  });
});
