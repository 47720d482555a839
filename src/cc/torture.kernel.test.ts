// The torture files in the kernel: its verifier accepts what the compiler made, and the result is the same.

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isOlderThanTables } from '../../test/support/skip-unsupported.ts';
import { BpfError } from '../base/index.ts';
import { kernelHost } from '../kernel/index.ts';
import { compileC } from './compile.ts';

const directory = new URL('./torture/', import.meta.url);
const entry =
  '\n__attribute__((section("socket"), used)) int prog(void *ctx) { return test(); }\nchar LICENSE[] __attribute__((section("license"), used)) = "GPL";\n';

/** What no verifier can follow, whoever compiled it: the program is refused, and that is checked. */
const refusedEverywhere: Readonly<Record<string, string>> = {
  'array-char-sum.c': 'loops until a byte of the stack is zero',
  'array-variable-index.c': 'indexes the stack with a number that may be anything',
  'flow-return-in-loop.c': 'loop without bound',
  'global-designated-init.c': 'indexes a table with a number that may be anything',
  'global-static-local.c': 'indexes a table with a signed remainder',
  'global-pointer-free-list.c': 'indexes a table with a number from memory',
  'loop-pointer-walk.c': 'ends a loop by comparing pointers to the stack',
};

/** What depends on the release. */
const refusedHere: Readonly<Record<string, string>> = isOlderThanTables
  ? {
      'array-string-functions.c': 'reads the stack in a loop whose bound the verifier of 6.1 loses',
      'asm-goto.c': 'may_goto came with Linux 6.9',
    }
  : { 'hash-crc.c': 'too many paths: a branch in each of 72 turns' };
const refused: Readonly<Record<string, string>> = { ...refusedEverywhere, ...refusedHere };

describe('torture in the kernel', () => {
  const files = readdirSync(directory).filter((name) => name.endsWith('.c') && refused[name] === undefined);
  it.each(Object.keys(refused))('%s is refused', async (name) => {
    const text = readFileSync(new URL(name, directory), 'utf8');
    const { object } = compileC(text + entry, { name, disabledWarnings: ['all'] });
    await expect(kernelHost().load(object)).rejects.toThrow(BpfError);
  });
  it.each(files)('%s', async (name) => {
    const text = readFileSync(new URL(name, directory), 'utf8');
    const expected = Number(/\/\/ expect: (\d+)/.exec(text)?.[1]);
    const { object } = compileC(text + entry, { name, disabledWarnings: ['all'] });
    using loaded = await kernelHost().load(object);
    expect(loaded.programs.get('prog')?.run({ data: new Uint8Array(64) }).returnValue).toBe(expected);
  });
});
