// Differential test of the disassembler and the assembler in llvm's syntax against llvm-mc and llvm-objdump 16 and 19.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { assemble } from './assemble.ts';
import { fromRow, lddw } from './build.ts';
import { decode, encode } from './codec.ts';
import { disassembleLines } from './disassemble.ts';
import type { EbpfRow, OperandField } from './ebpf-table.ts';
import { ebpfTable, immediateSources, operandForms } from './ebpf-table.ts';
import { rowOf } from './lookup.ts';
import type { Instruction } from './types.ts';

let directory = '';
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'llvm-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function run(tool: string, args: readonly string[]): string {
  try {
    return execFileSync(tool, args, { encoding: 'utf8', maxBuffer: 1 << 26, stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (cause) {
    throw new Error(`this test needs ${tool} (apt-get install llvm-16 llvm-19 clang-19)`, { cause });
  }
}

/** Text of each slot as llvm-objdump prints it, without numbers and without names of jump targets. */
function objdump(version: 16 | 19, object: string, options: readonly string[]): Map<number, string> {
  const listing = run(`llvm-objdump-${version}`, ['-d', '--no-show-raw-insn', ...options, object]);
  const lines = new Map<number, string>();
  for (const [, slot, text] of listing.matchAll(/^ *(\d+):\t(.*)$/gm)) {
    lines.set(Number(slot), (text ?? '').replace(/ <[.\w]+(?:\+0x\w+)?>$/, ''));
  }
  return lines;
}

function objectOf(program: readonly Instruction[]): string {
  const source = join(directory, 'bytes.s');
  const object = join(directory, 'bytes.o');
  writeFileSync(source, `.byte ${[...encode(program)].join(',')}\n`);
  run('llvm-mc-19', ['-triple', 'bpfel', '-mcpu=v4', '--filetype=obj', source, '-o', object]);
  return object;
}

/** Some instructions of a row, with operands at the edges and inside. */
function samplesOf(row: EbpfRow): Instruction[][] {
  const edge = (low: number, high: number): fc.Arbitrary<number> =>
    fc.oneof(fc.constantFrom(low, high, 0, -1), fc.integer({ min: low, max: high }));
  const values = fc.sample(
    fc.record({
      dst: fc.integer({ min: 0, max: 10 }),
      src: fc.integer({ min: 0, max: 10 }),
      offset: edge(-0x8000, 0x7fff),
      imm: edge(-0x8000_0000, 0x7fff_ffff),
    }),
    { numRuns: 12, seed: 7 },
  );
  const operands: readonly OperandField[] = operandForms[row.form];
  const source = immediateSources.find(({ operation }) => operation === row.operation);
  return values.map((fields) => {
    if (source)
      return lddw(
        fields.dst,
        (BigInt(source.high ? fields.offset : 0) << 32n) | BigInt.asUintN(32, BigInt(fields.imm)),
        source.operation,
      );
    const used = Object.fromEntries(
      Object.entries(fields).filter(([name]) => operands.some((operand) => operand === name)),
    );
    return [fromRow(row, used)];
  });
}

const rowsOfLlvm19 = ebpfTable.filter(({ operation }) => operation !== 'load-acquire' && operation !== 'store-release');

describe('disassembler in the syntax of llvm', () => {
  const program = rowsOfLlvm19.flatMap((row) => samplesOf(row).flat());

  it.each([
    { name: 'llvm-objdump-19', version: 19, options: [], alu32: false },
    { name: 'llvm-objdump-19 --mcpu=v4', version: 19, options: ['--mcpu=v4'], alu32: true },
    { name: 'llvm-objdump-16', version: 16, options: [], alu32: false },
    { name: 'llvm-objdump-16 --mcpu=v3', version: 16, options: ['--mcpu=v3'], alu32: false },
  ] as const)('prints what $name prints', ({ version, options, alu32 }) => {
    const theirs = objdump(version, objectOf(program), options);
    let compared = 0;
    for (const { slot, text } of disassembleLines(program, { style: 'llvm', alu32 })) {
      const expected = theirs.get(slot);
      const instruction = program[slot] as Instruction;
      const name = rowOf(instruction)?.name;
      if (!isReadBy(instruction, version, alu32)) continue;
      compared++;
      expect(text, `${name} at slot ${slot}`).toBe(expected);
    }
    expect(compared).toBeGreaterThan(version === 19 ? 1900 : 1300);
  });
});

/** Whether this llvm-objdump reads the instruction for what it is; where not, it prints `<unknown>` or another one. */
function isReadBy(instruction: Instruction, version: 16 | 19, alu32: boolean): boolean {
  const row = rowOf(instruction);
  if (!row) return false;
  // Without 32-bit registers there is but one 32-bit atomic.
  const isOtherAtomic = row.group === 'atomic32' && row.operation !== 'atomic-add';
  if (isOtherAtomic && !alu32) return false;
  if (version === 19) return true;
  const isLater = row.version === 4 || row.form === 'store-imm' || row.operation === 'jset';
  return !isLater && row.operation !== 'call-register';
}

describe('assembler in the syntax of llvm', () => {
  it('gives the bytes that llvm-mc gives', () => {
    const instructions = rowsOfLlvm19
      .filter(
        ({ operation, form }) => form !== 'call-offset' && operation !== 'call-local' && !/^lddw-/.test(operation),
      )
      .flatMap(samplesOf)
      // llvm-mc 19 takes 16 bits of a long jump only.
      .filter(([first]) => first?.opcode !== 0x06 || Math.abs(first.imm) < 0x8000);
    const program = instructions.flat();
    const lines = disassembleLines(program, { style: 'llvm', alu32: true }).map(({ text }) => text);
    const source = join(directory, 'text.s');
    const object = join(directory, 'text.o');
    const binary = join(directory, 'text.bin');
    writeFileSync(source, `${lines.join('\n')}\n`);
    run('llvm-mc-19', ['-triple', 'bpfel', '-mcpu=v4', '--filetype=obj', source, '-o', object]);
    run('llvm-objcopy-19', ['-O', 'binary', '--only-section=.text', object, binary]);
    expect(assemble(lines.join('\n'))).toEqual(decode(new Uint8Array(readFileSync(binary))));
  });

  it('takes the listing of a compiled program back', () => {
    const source = join(directory, 'sum.c');
    const object = join(directory, 'sum.o');
    const binary = join(directory, 'sum.bin');
    writeFileSync(
      source,
      'long sum(const int *p, long n) { long s = 0; for (long i = 0; i < n; i++) if (p[i] > 3) s += p[i] / (i + 1); return s; }\n',
    );
    run('clang-19', ['-target', 'bpf', '-mcpu=v4', '-O2', '-c', source, '-o', object]);
    run('llvm-objcopy-19', ['-O', 'binary', '--only-section=.text', object, binary]);
    const listing = run('llvm-objdump-19', ['-d', '--no-show-raw-insn', object]);
    const body = listing.slice(listing.indexOf('>:\n') + 3);
    expect(assemble(body)).toEqual(decode(new Uint8Array(readFileSync(binary))));
  });
});
