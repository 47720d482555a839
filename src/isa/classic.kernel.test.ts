// Asks the running kernel which classic programs it takes as socket filters, and compares with classicProblem.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { classicProblem } from './classic-check.ts';
import { disassembleClassic, formatClassicDecimal } from './classic-format.ts';
import { ancillaryLoads, classicTable, specialOffsets } from './classic-table.ts';
import type { ClassicInstruction } from './types.ts';

const oracleSource = `
#include <linux/filter.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
int main(void) {
  int count;
  while (scanf("%d", &count) == 1) {
    struct sock_filter *program = calloc(count + 1, sizeof *program);
    for (int i = 0; i < count; i++) {
      unsigned code, jt, jf, k;
      if (scanf("%u %u %u %u", &code, &jt, &jf, &k) != 4) return 1;
      program[i] = (struct sock_filter){code, jt, jf, k};
    }
    int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
    struct sock_fprog filter = {count, program};
    puts(setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter) == 0 ? "1" : "0");
    close(fd);
    free(program);
  }
}
`;

let directory = '';
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'classic-kernel-'));
  writeFileSync(join(directory, 'oracle.c'), oracleSource);
  try {
    execFileSync('cc', ['-O1', '-w', '-o', join(directory, 'oracle'), join(directory, 'oracle.c')], { stdio: 'pipe' });
  } catch (cause) {
    throw new Error('this test needs a C compiler (apt-get install gcc)', { cause });
  }
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const near = fc.integer({ min: 0, max: 3 });
const k = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 3 }) },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 40 }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 0xffff_ffff }) },
  { weight: 1, arbitrary: fc.constantFrom(...ancillaryLoads.map(({ offset }) => specialOffsets.ancillary + offset)) },
);
const instruction = fc.record({
  code: fc.oneof(
    { weight: 30, arbitrary: fc.constantFrom<number>(...classicTable.map(({ code }) => code)) },
    { weight: 10, arbitrary: fc.constantFrom(0x60, 0x61, 0x02, 0x03, 0x05, 0x15) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 0xffff }) },
  ),
  jt: near,
  jf: near,
  k,
});
const program = fc
  .array(instruction, { maxLength: 8 })
  .map((instructions) => [...instructions, { code: 6, jt: 0, jf: 0, k: 0 }]);

describe('classic validity on the running kernel', () => {
  it('is what the kernel says', () => {
    const programs: ClassicInstruction[][] = fc.sample(program, { numRuns: 20_000, seed: 4 });
    const input = programs.map(formatClassicDecimal).join('');
    const answers = execFileSync(join(directory, 'oracle'), { input, encoding: 'utf8', maxBuffer: 1 << 24 })
      .trim()
      .split('\n');
    expect(answers).toHaveLength(programs.length);
    for (const [index, answer] of answers.entries()) {
      const instructions = programs[index] ?? [];
      const problem = classicProblem(instructions, 'linux');
      const shown = `${disassembleClassic(instructions)}${problem?.index}: ${problem?.problem}`;
      expect(problem === undefined, shown).toBe(answer === '1');
    }
    const accepted = answers.filter((answer) => answer === '1').length;
    expect(accepted).toBeGreaterThan(2000);
    expect(accepted).toBeLessThan(18_000);
  });
});
