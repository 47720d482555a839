// Verifier logs recorded from real refusals, and messages of other kernels.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { rejections } from './fixtures/rejections.ts';
import { type RejectedProgram, readVerifierLog, verifierError } from './verifier-log.ts';
import { explainReason } from './verifier-reasons.ts';

const directory = new URL('fixtures/rejections/', import.meta.url);

function rejected(fields: Partial<RejectedProgram['spec']> = {}, license = 'GPL'): RejectedProgram {
  return { spec: { name: 'prog', type: 'socket_filter', lines: [], references: [], ...fields }, license };
}

describe('recorded logs', () => {
  const poisonAt1 = [
    { instruction: 1, kind: 'field-byte-offset', description: 'task_struct___x.no_such_field_anywhere' },
  ] as const;
  const recorded = rejections.filter(({ name }) => existsSync(new URL(`${name}.log`, directory)));

  test('there are enough of them, and each belongs to a program', () => {
    expect(recorded.length).toBeGreaterThanOrEqual(15);
    const names = new Set(rejections.map(({ name }) => name));
    expect(readdirSync(directory).filter((file) => !names.has(file.replace(/\.log$/, '')))).toEqual([]);
  });

  test.each(recorded.map((rejection) => [rejection.name, rejection] as const))('%s', (name, rejection) => {
    const log = readFileSync(new URL(`${name}.log`, directory), 'utf8');
    const error = verifierError(log, rejected({ poisoned: poisonAt1 }, rejection.license));
    expect(error.summary).toMatch(rejection.summary);
    expect(error.log).toBe(log);
    expect(log).toContain(error.excerpt.at(-1)?.replace(/\.\.\.$/, ''));
  });
});

describe('messages of other kernels', () => {
  test.each([
    ["R0 invalid mem access 'inv'", /is used as a pointer, but is a number/],
    ["R1 invalid mem access 'map_value_or_null'", /R1 may be NULL/],
    ['invalid indirect read from stack R2 off -8+4 size 8', /8 bytes of the stack at -8 are used, but byte 4/],
    ['invalid read from stack R10 off -16+0 size 8', /8 bytes of the stack at -16 are used, but byte 0/],
    ['invalid stack off=-520 size=8', /byte 520 of it is used/],
    ['cannot call GPL only function from proprietary program', /GPL-compatible programs only/],
    ['unknown func bpf_probe_write_user#36', /helper bpf_probe_write_user is not available/],
    ['back-edge from insn 7 to 3', /cannot prove to end/],
    [
      'At program exit the register R0 has value (0x7; 0x0) should have been in (0x0; 0x1)',
      /value is 7, but must be in \(0x0; 0x1\)/,
    ],
    [
      'At program exit the register R0 has unknown scalar value should have been in [0, 1]',
      /can be anything, but must be in \[0, 1\]/,
    ],
    ['the call stack of 9 frames is too deep !', /more than 8 functions/],
    ['unknown opcode 81', /compile for an older instruction set/],
    [
      'math between pkt pointer and register with unbounded min value is not allowed',
      /without lower limit is added to a pkt pointer/,
    ],
    ['R1 leaks addr into map', /would leak into map/],
  ])('%s', (message, meaning) => {
    expect(explainReason(message, { programType: 'xdp', license: 'MIT' })).toMatch(meaning);
  });

  test('an unknown message is given as it is', () => {
    const error = verifierError(
      '0: (95) exit\nsomething never seen before\nprocessed 1 insns (limit 1000000)\n',
      rejected(),
    );
    expect(error.summary).toBe('something never seen before');
  });
});

describe('where it happened', () => {
  const lines = [
    { instruction: 0, file: 'a.c', text: 'int x;', line: 3, column: 2 },
    { instruction: 4, file: 'a.c', text: '  call();', line: 5, column: 3 },
  ];

  test('line information of the last instruction in the log', () => {
    const error = verifierError('4: (85) call foo#1\n5: (95) exit\nR0 !read_ok\n', rejected({ lines }));
    expect(error.source).toEqual({ file: 'a.c', line: 5, column: 3, text: '  call();' });
    expect(error.message).toContain('at a.c:5: call();');
  });

  test('where something was acquired, for a leak', () => {
    const log =
      '9: (95) exit\nUnreleased reference id=2 alloc_insn=1\nBPF_EXIT instruction in main prog would lead to reference leak\n';
    expect(verifierError(log, rejected({ lines })).source?.line).toBe(3);
  });

  test('the comments of the log where the program has no line information', () => {
    const error = verifierError('; return 1; @ b.c:17\n5: (95) exit\nR0 !read_ok\n', rejected());
    expect(error.source).toMatchObject({ file: 'b.c', line: 17, text: 'return 1;' });
  });

  test('the excerpt starts at the source line and is short', () => {
    const states = Array.from({ length: 30 }, (_, index) => `${index}: (b7) r0 = ${index} ; ${'R0=1 '.repeat(80)}`);
    const { excerpt } = readVerifierLog([...states, 'R0 !read_ok', 'processed 30 insns'].join('\n'));
    expect(excerpt.length).toBeLessThanOrEqual(8);
    expect(Math.max(...excerpt.map((line) => line.length))).toBeLessThanOrEqual(160);
    expect(excerpt.at(-1)).toBe('R0 !read_ok');
  });

  test.each(['', '\n', 'processed 3 insns\n', '\0', 'x'.repeat(100_000)])('odd log %#', (log) => {
    expect(verifierError(log, rejected()).summary.length).toBeGreaterThan(0);
  });
});

test('a missing weak function is named', () => {
  const error = verifierError('3: (85) call unknown#2003000000\ninvalid func unknown#2003000000\n', {
    ...rejected({ references: [{ kind: 'kfunc', instruction: 3, extern: 'bpf_new_kfunc' }] }),
  });
  expect(error.summary).toContain('kernel function bpf_new_kfunc does not exist on this kernel');
});
