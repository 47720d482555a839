// Objects that others wrote: whatever libbpf (bpftool) loads on this kernel, we load as well.

import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { load } from '../../src/api/index.ts';
import { readObject } from '../../src/object/index.ts';
import { mountBpffs } from '../../src/sys/index.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const objects = join(root, 'build/foreign-objects');
const pins = `/sys/fs/bpf/tsbpf-foreign-${process.pid}`;

beforeAll(() => {
  mountBpffs();
});
afterAll(() => rmSync(pins, { recursive: true, force: true }));

function libbpfLoads(path: string): Promise<boolean> {
  rmSync(pins, { recursive: true, force: true });
  return new Promise((resolve, reject) => {
    execFile('bpftool', ['prog', 'loadall', path, pins], (error) => {
      rmSync(pins, { recursive: true, force: true });
      if (error?.code === 'ENOENT') reject(new Error('bpftool is needed: apt-get install bpftool'));
      else resolve(!error);
    });
  });
}

/** What we could not load of an object. */
async function problemsOf(path: string, name: string): Promise<string[]> {
  const refused: string[] = [];
  try {
    const object = readObject(readFileSync(path), { name });
    await using _session = await load(object, {
      onProgramError: (program, error) => refused.push(`${program.name}: ${error.message}`),
    });
  } catch (error) {
    refused.push(String(error));
  }
  return refused;
}

test('what libbpf loads, we load', { timeout: 1_200_000 }, async () => {
  mkdirSync(objects, { recursive: true });
  const names = readdirSync(objects);
  expect(names.length, 'run: node scripts/extract-objects.mjs (needs libbpf-tools)').toBeGreaterThan(50);
  const problems: string[] = [];
  let both = 0;
  for (const name of names) {
    const path = join(objects, name);
    const theirs = await libbpfLoads(path);
    const refused = await problemsOf(path, name);
    if (theirs && refused.length > 0) problems.push(`${name}: ${refused.join('; ')}`);
    if (theirs && refused.length === 0) both++;
  }
  expect(problems).toEqual([]);
  // At least half of the tools need nothing that this kernel leaves out.
  expect(both).toBeGreaterThan(25);
});
