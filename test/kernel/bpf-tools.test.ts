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

interface Outcome {
  readonly accepted: readonly string[];
  /** By program; under `*` what keeps the whole object out, be it a type that the kernel has not. */
  readonly problems: ReadonlyMap<string, string>;
}

/** What the kernel makes of an object. */
async function outcome(compiled: Promise<BpfObject>): Promise<Outcome> {
  const problems = new Map<string, string>();
  const onProgramError = ({ name }: { readonly name: string }, error: Error): void => {
    problems.set(name, error.message);
  };
  try {
    const object = await compiled;
    (await load(object, { onProgramError })).close();
    return { accepted: object.programs.map(({ name }) => name).filter((name) => !problems.has(name)), problems };
  } catch (error) {
    return { accepted: [], problems: problems.set('*', (error as Error).message) };
  }
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
    const theirs = await outcome(compileC(file).then((bytes) => readObject(bytes, { name: file })));
    const ours = await outcome(openObject(root + file));
    const lost = theirs.accepted.filter((name) => !ours.accepted.includes(name));
    expect(lost, JSON.stringify([...ours.problems])).toEqual([]);
  });

  it('is loaded by libbpf where it loads clang’s object', async () => {
    if (problemOfLibbpf(await compileC(file)) !== undefined) return;
    expect(problemOfLibbpf(writeObject(await openObject(root + file)))).toBeUndefined();
  });
});
