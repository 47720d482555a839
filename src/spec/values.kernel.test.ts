// Compares the values of the tables with the enumerations in the running kernel's type information.

import { execFileSync } from 'node:child_process';
import { beforeAll, describe, expect, it } from 'vitest';
import { attachTypes, commands, elementFlags, helpers, mapFlags, mapTypes, programTypes } from './index.ts';

let values = new Map<string, number>();
beforeAll(() => {
  let text: string;
  try {
    text = execFileSync('bpftool', ['btf', 'dump', 'file', '/sys/kernel/btf/vmlinux', 'format', 'c'], { encoding: 'utf8', maxBuffer: 1 << 26 });
  } catch (cause) {
    throw new Error('this test needs bpftool and a kernel with BTF (apt-get install bpftool)', { cause });
  }
  values = new Map([...text.matchAll(/^\t((?:__MAX_|__)?BPF_\w+) = (\d+),$/gm)].map(([, name = '', value]) => [name, Number(value)]));
});

describe('values on the running kernel', () => {
  it.each(Object.entries({ attachTypes, commands, elementFlags, mapFlags, mapTypes, programTypes }))('of %s', (_name, rows) => {
    // A kernel older than the table lacks the last ones.
    const known = rows.filter(({ kernelName }) => values.has(kernelName));
    expect(known.length).toBeGreaterThan(rows.length / 2);
    for (const { kernelName, value } of known) expect(values.get(kernelName), kernelName).toBe(value);
  });

  it('of helpers', () => {
    const known = helpers.filter(({ name }) => values.has(`BPF_FUNC_${name}`));
    expect(known.length).toBeGreaterThan(180);
    for (const { name, id } of known) expect(values.get(`BPF_FUNC_${name}`), name).toBe(id);
  });
});
