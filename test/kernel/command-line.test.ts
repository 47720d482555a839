// The command line on the running kernel: load and run, with and without privileges, and killed in the middle.

import { execFile, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listLinks } from '../../src/kernel/index.ts';
import { compileC } from '../support/compile-c.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const main = join(root, 'dist/cli/main.cjs');
/** Root without a capability: it may still read this checkout, wherever it lies. */
const unprivileged = ['setpriv', '--bounding-set=-all', '--inh-caps=-all'];

interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function tsbpf(args: readonly string[], wrapper: readonly string[] = []): Promise<Result> {
  const [file, ...rest] = [...wrapper, process.execPath, main, ...args] as [string, ...string[]];
  return new Promise((resolve) => {
    execFile(file, rest, { cwd: root, maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, stdout, stderr });
    });
  });
}

const refusedSource = `
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
SEC("xdp") int good(struct xdp_md *ctx) { return XDP_PASS; }
SEC("xdp") int bad(struct xdp_md *ctx)
{
  __u8 *data = (__u8 *)(long)ctx->data;
  return data[0];
}
SEC("xdp") int also_good(struct xdp_md *ctx) { return XDP_DROP; }
char LICENSE[] SEC("license") = "Dual MIT/GPL";`;

let directory = '';
let refused = '';
let hello = '';

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tsbpf-cli-'));
  refused = join(directory, 'refused.o');
  hello = join(directory, 'hello.o');
  await writeFile(refused, await compileC(refusedSource));
  await cp(join(root, 'examples/hello.bpf.o'), hello);
  await cp(join(root, 'examples'), join(directory, 'examples'), { recursive: true });
});

afterAll(() => rm(directory, { recursive: true, force: true }));

/** Ids of the links that a process has open. */
function linksOf(pid: number): Set<number> {
  const facts = readdirSync(`/proc/${pid}/fdinfo`).map((fd) => readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'utf8'));
  return new Set(facts.flatMap((text) => /^link_id:\s*(\d+)$/m.exec(text)?.[1] ?? []).map(Number));
}

describe('load', () => {
  test('prints one line per program, goes on after a failure, and exits with 1', async () => {
    const missing = join(directory, 'missing.o');
    const { code, stdout } = await tsbpf(['load', '--json', missing, refused, hello]);
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(code).toBe(1);
    expect(lines[0]).toMatchObject({ file: missing, loaded: false });
    const results = lines.slice(1);
    expect(results.map(({ program, loaded }) => [program, loaded])).toEqual([
      ['good', true],
      ['bad', false],
      ['also_good', true],
      ['hello', true],
    ]);
    expect(Object.keys(results[0])).toEqual(['file', 'program', 'type', 'section', 'loaded']);
    expect(Object.keys(results[1])).toEqual(['file', 'program', 'type', 'section', 'loaded', 'reason']);
    const bad = results.find(({ program }) => program === 'bad');
    expect(bad).toMatchObject({ file: refused, type: 'xdp', section: 'xdp' });
    expect(bad.reason).toMatch(/packet/);
    expect(bad.reason).toMatch(/data\[0\]/);
  });

  test('exits with 0 when everything is accepted', async () => {
    expect(await tsbpf(['load', hello])).toMatchObject({ code: 0, stdout: `ok   ${hello} hello (tracepoint)\n` });
  });
});

describe('run', () => {
  test('says what is missing without privileges', async () => {
    const { code, stderr } = await tsbpf(['run', join(root, 'examples/hello.bpf.o'), '--duration', '1'], unprivileged);
    expect(code).toBe(1);
    expect(stderr).toMatch(/EPERM/);
    expect(stderr).toMatch(/hint: .*CAP_BPF.*sudo/);
  });

  test('ends after its duration and prints globals', async () => {
    const { code, stdout } = await tsbpf(['run', join(root, 'examples/runqlat.bpf.o'), '--duration', '1', '--json']);
    expect(code).toBe(0);
    const globals = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
      .filter((line) => 'global' in line);
    expect(globals.map(({ global }) => global)).toContain('slots');
  });

  test('leaves nothing attached when it is killed', async () => {
    const child = spawn(process.execPath, [main, 'run', join(root, 'examples/runqlat.bpf.o')], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let errors = '';
    child.stderr.on('data', (chunk) => {
      errors += chunk;
    });
    await expect.poll(() => errors).toContain('Ctrl-C ends');
    const ours = linksOf(child.pid ?? 0);
    expect(ours.size).toBeGreaterThanOrEqual(3);
    const isClosed = new Promise((resolve) => child.once('close', resolve));
    child.kill('SIGKILL');
    await isClosed;
    // The kernel frees the last reference a moment after the process is gone.
    await expect.poll(() => listLinks().filter(({ id }) => ours.has(id))).toEqual([]);
  });
});
