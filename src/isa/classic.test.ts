// Differential test of everything classic against libpcap, through a small C program.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SourceError } from '../base/index.ts';
import { assembleClassic } from './assemble-classic.ts';
import { classicProblem } from './classic-check.ts';
import {
  classicRowOf,
  disassembleClassic,
  formatClassicC,
  formatClassicDecimal,
  formatClassicInstruction,
} from './classic-format.ts';
import { ancillaryLoads, classicTable, specialOffsets } from './classic-table.ts';
import type { ClassicInstruction } from './types.ts';

// Reads programs (a count, then code jt jf k of each); prints 1 or 0 by bpf_validate, then bpf_image of every instruction.
const oracleSource = `
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
extern int bpf_validate(const struct bpf_insn *, int);
int main(void) {
  int count;
  while (scanf("%d", &count) == 1) {
    struct bpf_insn *program = calloc(count + 1, sizeof *program);
    for (int i = 0; i < count; i++) {
      unsigned code, jt, jf, k;
      if (scanf("%u %u %u %u", &code, &jt, &jf, &k) != 4) return 1;
      program[i] = (struct bpf_insn){code, jt, jf, k};
    }
    printf("%d\\n", bpf_validate(program, count));
    for (int i = 0; i < count; i++) puts(bpf_image(&program[i], i));
    free(program);
  }
}
`;

let directory = '';
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'classic-'));
  writeFileSync(join(directory, 'oracle.c'), oracleSource);
  try {
    execFileSync('cc', ['-O1', '-w', '-o', join(directory, 'oracle'), join(directory, 'oracle.c'), '-lpcap'], {
      stdio: 'pipe',
    });
  } catch (cause) {
    throw new Error('this test needs a C compiler and libpcap (apt-get install gcc libpcap-dev)', { cause });
  }
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

interface Answer {
  readonly valid: boolean;
  readonly lines: readonly string[];
}

function askLibpcap(programs: readonly (readonly ClassicInstruction[])[]): Answer[] {
  const input = programs.map(formatClassicDecimal).join('');
  const output = execFileSync(join(directory, 'oracle'), { input, encoding: 'utf8', maxBuffer: 1 << 26 }).split('\n');
  let at = 0;
  return programs.map((program) => {
    const valid = output[at++] === '1';
    const lines = output.slice(at, at + program.length);
    at += program.length;
    return { valid, lines };
  });
}

const codes = classicTable.map(({ code }) => code);
const byte = fc.integer({ min: 0, max: 255 });
const k = fc.oneof(
  fc.integer({ min: 0, max: 40 }),
  fc.integer({ min: 0, max: 0xffff_ffff }),
  fc.constantFrom(0x7fff_ffff, 0x8000_0000, 0xffff_ffff, specialOffsets.ancillary, specialOffsets.network),
);
const near = fc.integer({ min: 0, max: 6 });
const randomInstruction = fc.record({
  code: fc.oneof({ weight: 20, arbitrary: fc.constantFrom<number>(...codes) }, { weight: 1, arbitrary: byte }),
  jt: near,
  jf: near,
  k,
});
const randomProgram = fc
  .array(randomInstruction, { maxLength: 8 })
  .map((instructions) => [...instructions, { code: 6, jt: 0, jf: 0, k: 0 }]);

describe('table of classic BPF', () => {
  it('has unique codes, and unique forms per mnemonic', () => {
    expect(new Set(codes).size).toBe(codes.length);
    expect(new Set(classicTable.map(({ mnemonic, form }) => `${mnemonic} ${form}`)).size).toBe(codes.length);
    for (const row of classicTable) expect(classicRowOf(row.code)).toBe(row);
  });

  it('has ancillary loads at unique offsets', () => {
    expect(ancillaryLoads.map(({ offset }) => offset)).toEqual(ancillaryLoads.map((_row, index) => index * 4));
  });
});

describe('classic disassembler', () => {
  it('prints every code as libpcap does', () => {
    const edges = [0, 9, 0x7fff_ffff, 0xffff_fff0];
    const programs = Array.from({ length: 0x10000 }, (_, code): ClassicInstruction[] =>
      code < 0x200 ? edges.map((value) => ({ code, jt: 200, jf: 7, k: value })) : [{ code, jt: 1, jf: 2, k: 3 }],
    );
    for (const [index, { lines }] of askLibpcap(programs).entries()) {
      for (const [at, line] of lines.entries()) {
        const instruction = programs[index]?.[at] as ClassicInstruction;
        // Version 1.10 of libpcap does not print this one, which the kernel has.
        if (instruction.code === 0x81) continue;
        expect(formatClassicInstruction(instruction, at)).toBe(line);
      }
    }
  });

  it('prints -d, -dd and -ddd as tcpdump does', () => {
    const program = [
      { code: 40, jt: 0, jf: 0, k: 12 },
      { code: 21, jt: 0, jf: 1, k: 2048 },
      { code: 6, jt: 0, jf: 0, k: 262144 },
      { code: 6, jt: 0, jf: 0, k: 0 },
    ];
    const run = (option: string): string => {
      try {
        return execFileSync('tcpdump', [option, '-y', 'EN10MB', 'ip'], {
          encoding: 'utf8',
          stdio: ['ignore', 'pipe', 'ignore'],
        });
      } catch (cause) {
        throw new Error('this test needs tcpdump (apt-get install tcpdump)', { cause });
      }
    };
    expect(disassembleClassic(program)).toBe(run('-d'));
    expect(formatClassicC(program)).toBe(run('-dd'));
    expect(formatClassicDecimal(program)).toBe(run('-ddd'));
  });
});

describe('classic validity', () => {
  it('is what libpcap says', () => {
    const programs = fc.sample(randomProgram, { numRuns: 20_000, seed: 1 });
    const answers = askLibpcap(programs);
    let accepted = 0;
    for (const [index, { valid }] of answers.entries()) {
      const program = programs[index] as ClassicInstruction[];
      const problem = classicProblem(program, 'libpcap');
      if (valid) accepted++;
      expect(problem === undefined, `${disassembleClassic(program)}${problem?.problem}`).toBe(valid);
    }
    expect(accepted).toBeGreaterThan(1000);
    expect(accepted).toBeLessThan(19_000);
  });

  it('names instruction and reason', () => {
    const ret = { code: 6, jt: 0, jf: 0, k: 0 };
    expect(classicProblem([])).toEqual({ index: 0, problem: 'no instructions' });
    expect(classicProblem([{ code: 0x60, jt: 0, jf: 0, k: 3 }, ret])?.problem).toMatch(/scratch word 3 before/);
    expect(classicProblem([ret, { code: 7, jt: 0, jf: 0, k: 0 }])).toMatchObject({ index: 1, problem: /not a return/ });
    expect(classicProblem([{ code: 0x34, jt: 0, jf: 0, k: 0 }, ret])?.problem).toBe('divides by 0');
    expect(classicProblem([{ code: 0x20, jt: 0, jf: 0, k: 0xffff_f001 }, ret])?.problem).toMatch(/no ancillary load/);
  });
});

describe('classic assembler', () => {
  it('is the inverse of the disassembler', () => {
    const instruction = fc
      .record({ row: fc.constantFrom(...classicTable), jt: byte, jf: byte, k })
      .map(({ row, jt, jf, k: value }) => {
        const isBranch = row.form.startsWith('branch');
        const usesK = !['none', 'x', 'accumulator', 'length', 'branch-x'].includes(row.form);
        const limited = row.form === 'jump' ? value & 0xffff : value;
        return { code: row.code, jt: isBranch ? jt : 0, jf: isBranch ? jf : 0, k: usesK ? limited : 0 };
      });
    fc.assert(
      fc.property(fc.array(instruction, { minLength: 1, maxLength: 6 }), (program) => {
        expect(assembleClassic(disassembleClassic(program))).toEqual(program);
      }),
      { numRuns: 2000, seed: 2 },
    );
  });

  it('reads the syntax of bpf_asm', () => {
    const program = assembleClassic(`
      ldh [12]            ; ethertype
      jne #0x800, drop
      ld vlan_tci
      jlt #5, drop
      ldx 4*([14]&0xf)
      ld len
      ldi #7
      ld [x + 2]
      jeq x, keep, drop
      jmp keep
      drop: ret #0
      keep: ret a`);
    expect(disassembleClassic(program)).toBe(
      [
        '(000) ldh      [12]',
        '(001) jeq      #0x800           jt 2\tjf 10',
        '(002) ld       [-4052]',
        '(003) jge      #0x5             jt 4\tjf 10',
        '(004) ldxb     4*([14]&0xf)',
        '(005) ld       #pktlen',
        '(006) ld       #0x7',
        '(007) ld       [x + 2]',
        '(008) jeq      x                jt 11\tjf 10',
        '(009) ja       11',
        '(010) ret      #0',
        '(011) ret      ',
        '',
      ].join('\n'),
    );
  });

  it.each([
    ['ldz [12]', /no such instruction: ldz[\s\S]*did you mean "ld/],
    ['ldh M[3]', /takes no operand/],
    ['jeq #1, nowhere\nret #0', /no label "nowhere"/],
    ['a: ret #0\nja a', /lies before the jump/],
    ['ret #0x100000000', /not a 32-bit number/],
    ['(000) jeq #1 jt 0 jf 1', /cannot be reached/],
    ['jne #1, a, b\na: ret #0\nb: ret #0', /one label/],
  ])('says what is wrong with %j', (text, message) => {
    expect(() => assembleClassic(text)).toThrow(message);
    expect(() => assembleClassic(text)).toThrow(SourceError);
  });
});
