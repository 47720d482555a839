// Programs in the way of libbpf's tools, one of every kind, and the examples: what the kernel accepts of clang's code, it accepts of ours.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { load, openObject } from '../../src/api/index.ts';
import { type BpfObject, readObject, writeObject } from '../../src/object/index.ts';
import { mountBpffs } from '../../src/sys/index.ts';
import { compileC } from '../support/compile-c.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const sources = ['test/cc/tools/', 'examples/'].flatMap((folder) =>
  readdirSync(root + folder)
    .filter((file) => file.endsWith('.bpf.c'))
    .map((file) => folder + file),
);

/** Programs that the kernel refuses, and why; under `*` what keeps the whole object out, be it a type that the kernel has not. */
async function refused(compiled: Promise<BpfObject>): Promise<Map<string, string>> {
  const problems = new Map<string, string>();
  try {
    const onProgramError = ({ name }: { readonly name: string }, error: Error): void => {
      problems.set(name, error.message);
    };
    (await load(await compiled, { onProgramError })).close();
  } catch (error) {
    problems.set('*', (error as Error).message);
  }
  return problems;
}

/** What libbpf says against an object; nothing where it loads. */
function problemOfLibbpf(object: Uint8Array): string | undefined {
  const directory = mkdtempSync(join(tmpdir(), 'tsbpf-tools-'));
  const pins = `${mountBpffs()}/tsbpf-tools-${process.pid}`;
  try {
    const file = join(directory, 'object.bpf.o');
    writeFileSync(file, object);
    execFileSync('bpftool', ['prog', 'loadall', file, pins], { stdio: 'pipe' });
    return undefined;
  } catch (error) {
    return String((error as { stderr?: Buffer }).stderr ?? error);
  } finally {
    for (const path of [pins, directory]) rmSync(path, { recursive: true, force: true });
  }
}

it('there are enough of them', () => {
  expect(sources.length).toBeGreaterThanOrEqual(70);
});

describe.each(sources)('%s', (file) => {
  it('is accepted wherever clang’s code is', async () => {
    const theirs = await refused(compileC(file).then((bytes) => readObject(bytes, { name: file })));
    const ours = await refused(openObject(root + file));
    const worse = [...ours].filter(([name]) => !theirs.has(name) && !theirs.has('*'));
    expect(Object.fromEntries(worse)).toEqual({});
  });

  it('is loaded by libbpf where it loads clang’s object', async () => {
    if (problemOfLibbpf(await compileC(file)) !== undefined) return;
    expect(problemOfLibbpf(writeObject(await openObject(root + file)))).toBeUndefined();
  });
});
