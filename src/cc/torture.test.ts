// Every file of torture/ compiles for every ISA version and returns, in the embedded machine, what its last line says.

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { vm } from '../vm/index.ts';
import { compileC } from './compile.ts';

const directory = new URL('./torture/', import.meta.url);
const entry = '\n__attribute__((section("socket"), used)) int prog(void *ctx) { return test(); }\n';

async function run(name: string, isaVersion: 1 | 2 | 3 | 4): Promise<number> {
  const text = readFileSync(new URL(name, directory), 'utf8');
  const { object } = compileC(text + entry, { name, isaVersion, verify: true, disabledWarnings: ['all'] });
  using loaded = await vm().load(object);
  return loaded.programs.get('prog')?.run({ data: new Uint8Array(64) }).returnValue ?? Number.NaN;
}

describe('torture', () => {
  const files = readdirSync(directory).filter((name) => name.endsWith('.c'));
  it.each(files)('%s', async (name) => {
    const expected = Number(/\/\/ expect: (\d+)/.exec(readFileSync(new URL(name, directory), 'utf8'))?.[1]);
    for (const isaVersion of [1, 2, 3, 4] as const)
      expect(await run(name, isaVersion), `ISA v${isaVersion}`).toBe(expected);
  });
});
