// Everything BCC's reference guide has for programs, a text per area: compiled and accepted by the kernel.

import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { refusals, textCompiler } from '../bcc/recorded-texts.ts';

const folder = fileURLToPath(new URL('../bcc/reference/', import.meta.url));

/** The machine that this was written on has no trampolines and no BPF LSM; the virtual machine's kernel has both. */
const isLockedDown = process.env.TSBPF_QEMU !== '1';

const compile = textCompiler();

describe("texts after BCC's reference guide", () => {
  it.each(readdirSync(folder).filter((file) => file.endsWith('.c')))('%s', async (file) => {
    const compiled = compile({ name: file.slice(0, -2), text: readFileSync(folder + file, 'utf8'), defines: {} });
    const refused = [...(await refusals(compiled))].map(([program, error]) => `${program}: ${error.message}`);
    expect(refused.filter((problem) => !(isLockedDown && problem.endsWith('EPERM')))).toEqual([]);
  });
});
