// Compares instructionProblem with what the running kernel's verifier says of instructions with random fields.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isOlderThanTables } from '../../test/support/skip-unsupported.ts';
import { exit, mov, store } from './build.ts';
import { encode } from './codec.ts';
import { instructionProblem, lddwOpcode, rowOf } from './lookup.ts';
import type { Instruction } from './types.ts';

/** Slots of every program tried; shorter ones are filled up. */
const programSlots = 56;

// Reads programs of equal length; prints for each `loaded` or the last line of the verifier's log.
const loaderSource = `
#include <bpf/bpf.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
static char text[1 << 16];
int main(void) {
  struct bpf_insn program[${programSlots}];
  while (fread(program, sizeof program, 1, stdin) == 1) {
    LIBBPF_OPTS(bpf_prog_load_opts, options, .log_buf = text, .log_size = sizeof text, .log_level = 1);
    text[0] = 0;
    int fd = bpf_prog_load(BPF_PROG_TYPE_SOCKET_FILTER, NULL, "GPL", program, ${programSlots}, &options);
    if (fd >= 0) { close(fd); puts("loaded"); continue; }
    char *reason = "";
    for (char *line = strtok(text, "\\n"); line; line = strtok(NULL, "\\n"))
      if (strncmp(line, "processed", 9)) reason = line;
    puts(reason);
  }
}
`;

/** What the verifier says of a malformed instruction, as against one in the wrong place or with the wrong operands. */
const malformed =
  /unknown opcode|reserved|is invalid|unrecognized|invalid BPF_LD_IMM|invalid atomic|invalid bpf_ld_imm64|invalid may_goto/;

const zero: Instruction = { opcode: 0, dst: 0, src: 0, offset: 0, imm: 0 };
const before: readonly Instruction[] = [
  ...Array.from({ length: 10 }, (_, register) => mov(register, 1)),
  store({ register: 10, offset: -8 }, 0, 64),
  store({ register: 10, offset: -16 }, 0, 64),
];

function programWith(instruction: Instruction): Instruction[] {
  const head = [...before, instruction, ...(instruction.opcode === lddwOpcode ? [zero] : [])];
  return [...head, ...Array.from({ length: programSlots - head.length - 1 }, () => mov(0, 0)), exit()];
}

const randomInstruction = fc.record({
  opcode: fc.integer({ min: 0, max: 255 }),
  dst: fc.constantFrom(0, 0, 1, 10, 11),
  src: fc.constantFrom(0, 0, 0, 1, 2, 10, 11),
  offset: fc.constantFrom(0, 0, 0, 1, 8, 16, 32, -8, -16),
  imm: fc.constantFrom(0, 0, 1, 8, 16, 32, 64, 0x40, 0x50, 0xa0, 0xe1, 0xf1, 0x41, 0x100, 0x110, -1),
});

let directory = '';
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'lookup-'));
  writeFileSync(join(directory, 'loader.c'), loaderSource);
  try {
    execFileSync('cc', ['-O1', '-o', join(directory, 'loader'), join(directory, 'loader.c'), '-lbpf'], {
      stdio: 'pipe',
    });
  } catch (cause) {
    throw new Error('this test needs a C compiler and libbpf-dev (apt-get install gcc libbpf-dev)', { cause });
  }
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe.skipIf(isOlderThanTables)(
  'well-formed instructions on the running kernel (skipped on kernels older than the tables)',
  () => {
    it('are those that instructionProblem takes', () => {
      const numRuns = process.env.TSBPF_LONG ? 200_000 : 20_000;
      // The kernel has no call by register.
      const instructions = fc
        .sample(randomInstruction, { numRuns, seed: 5 })
        .filter((instruction) => rowOf(instruction)?.operation !== 'call-register');
      const input = encode(instructions.flatMap(programWith));
      const output = execFileSync(join(directory, 'loader'), { input, encoding: 'utf8', maxBuffer: 1 << 26 });
      const answers = output.trimEnd().split('\n');
      expect(answers).toHaveLength(instructions.length);
      let loaded = 0;
      for (const [index, answer] of answers.entries()) {
        const program = programWith(instructions[index] ?? zero);
        const problem = instructionProblem(program, before.length);
        const shown = `${JSON.stringify(instructions[index])}: ${answer}; ${problem}`;
        if (answer === 'loaded') {
          loaded++;
          expect(problem, shown).toBeUndefined();
        } else if (problem === undefined) {
          expect(answer, shown).not.toMatch(malformed);
        }
      }
      expect(loaded).toBeGreaterThan(500);
    });
  },
);
