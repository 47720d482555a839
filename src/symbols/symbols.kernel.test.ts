// Names of addresses of the running kernel and of processes of our own, against what they themselves say.

import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compileExecutable } from '../../test/support/compile-c.ts';
import { openExecutable } from './executable.ts';
import { findBinary } from './find-binary.ts';
import { kernelSymbols } from './kallsyms.ts';
import { processMaps } from './process-maps.ts';
import { Symbolizer } from './symbolizer.ts';

// Prints where its functions are, then waits.
const source = `
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
__attribute__((noinline)) int some_function(int a) { return a + 1; }
int main(void) {
  void *generated = mmap(0, 8192, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  printf("%lu %lu %lu %lu\\n", (long)some_function, (long)main, (long)generated, (long)malloc);
  fflush(stdout);
  pause();
}
`;

// Prints where its function is; when told, becomes the program named by its argument.
const becomeSource = (name: string): string => `
#include <stdio.h>
#include <unistd.h>
__attribute__((noinline)) int function_${name}(int a) { return a + 1; }
int main(int count, char **arguments) {
  printf("%lu\\n", (long)function_${name});
  fflush(stdout);
  getchar();
  if (count > 1) execl(arguments[1], arguments[1], NULL);
}
`;

let child: ChildProcess;
let places: bigint[];

beforeAll(async () => {
  child = spawn(await compileExecutable(source), { stdio: ['ignore', 'pipe', 'inherit'] });
  const line = await new Promise<string>((resolve) => child.stdout?.once('data', (data) => resolve(String(data))));
  places = line.trim().split(' ').map(BigInt);
});
afterAll(() => {
  child.kill('SIGKILL');
});
const pid = (): number => child.pid ?? -1;
const place = (index: number): bigint => places[index] ?? 0n;

describe('the kernel', () => {
  test('agrees with /proc/kallsyms, line by line', () => {
    const symbolizer = new Symbolizer();
    const rows = readFileSync('/proc/kallsyms', 'utf8')
      .split('\n')
      .map((line) => line.split(/\s+/));
    const byAddress = new Map<string, string[]>();
    for (const [address = '', , name = ''] of rows) byAddress.set(address, [...(byAddress.get(address) ?? []), name]);
    for (let index = 0; index < rows.length; index += 101) {
      const [address = '', type = '', , module] = rows[index] ?? [];
      // BPF programs and what traces functions come and go with other processes.
      if (!/^[tT]$/.test(type) || /^\[(bpf|__builtin__\w+)\]$/.test(module ?? '')) continue;
      // Several symbols may share the address.
      const names = byAddress.get(address) ?? [];
      const found = symbolizer.resolveKernel(BigInt(`0x${address}`));
      expect(found.offset).toBe(0);
      expect(names).toContain(found.name);
      if (module && names.length === 1) expect(found.module).toBe(module.slice(1, -1));
      const next = symbolizer.resolveKernel(BigInt(`0x${address}`) + 1n);
      if (next.offset === 1) expect(names).toContain(next.name);
    }
  });

  test('knows functions by name', () => {
    const found = kernelSymbols().find('vfs_read');
    expect(found).toMatchObject({ name: 'vfs_read', module: undefined });
    expect(kernelSymbols().functionNames().length).toBeGreaterThan(10_000);
  });
});

describe('a process', () => {
  test('its own functions and those of its libraries', () => {
    const symbolizer = new Symbolizer();
    expect(symbolizer.resolve(pid(), place(0) + 3n)).toMatchObject({ name: 'some_function', offset: 3 });
    expect(symbolizer.resolve(pid(), place(1))).toMatchObject({ name: 'main', offset: 0 });
    const malloc = symbolizer.resolve(pid(), place(3) + 2n);
    expect(malloc.offset).toBe(2);
    expect(malloc.name).toMatch(/malloc/);
    expect(malloc.module).toMatch(/libc/);
  });

  test('the vdso', () => {
    const symbolizer = new Symbolizer();
    const region = processMaps(pid()).find(({ path }) => path === '[vdso]');
    const start = region?.start ?? 0n;
    const size = Number((region?.end ?? 0n) - start);
    const names = new Set<string | undefined>();
    for (let offset = 0; offset < size; offset += 8) names.add(symbolizer.resolve(pid(), start + BigInt(offset)).name);
    expect([...names].join(' ')).toMatch(/clock_gettime/);
  });

  test('generated code, by the map that its compiler writes', () => {
    const map = `/tmp/perf-${pid()}.map`;
    writeFileSync(map, `${place(2).toString(16)} 80 Function:generated\n`);
    try {
      const symbolizer = new Symbolizer();
      expect(symbolizer.resolve(pid(), place(2) + 5n)).toEqual({
        name: 'Function:generated',
        offset: 5,
        module: '[jit]',
      });
      expect(symbolizer.resolve(pid(), place(2) + 0x80n).name).toBeUndefined();
      writeFileSync(map, `${place(2).toString(16)} 80 old\n${place(2).toString(16)} 100 Function:longer\n`);
      expect(symbolizer.resolve(pid(), place(2) + 0x80n).name).toBe('Function:longer');
    } finally {
      rmSync(map);
    }
  });

  test('what has no name: unmapped addresses, processes that are not there', () => {
    const symbolizer = new Symbolizer();
    expect(symbolizer.resolve(pid(), 1n)).toEqual({ name: undefined, offset: 0, module: undefined });
    expect(symbolizer.resolve(4194305, place(0)).name).toBeUndefined();
  });

  test('a file that only the process itself can see, in its own mount namespace', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'tsbpf-mounts-'));
    const script = 'mount -t tmpfs tmpfs "$1" && cp "$2" "$1/inner" && exec "$1/inner"';
    const inner = spawn('unshare', ['-m', 'sh', '-c', script, 'sh', directory, await compileExecutable(source)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      const line = await new Promise<string>((resolve) => inner.stdout?.once('data', (data) => resolve(String(data))));
      const address = BigInt(line.split(' ')[0] ?? 0);
      const own = inner.pid ?? -1;
      const file = join(directory, 'inner');
      expect(existsSync(file)).toBe(false);
      expect(new Symbolizer().resolve(own, address + 4n)).toEqual({ name: 'some_function', offset: 4, module: file });
      expect(findBinary(file, own)).toBe(`/proc/${own}/root${file}`);
      expect(openExecutable(findBinary(file, own)).findFunction('main').size).toBeGreaterThan(0);
      expect(findBinary('libc', own)).toMatch(/^\/proc\/\d+\/root\/.*libc/);
    } finally {
      inner.kill('SIGKILL');
      rmSync(directory, { recursive: true });
    }
  });

  test('a process that has become another program', async () => {
    // At a fixed address, the new program's functions stand where those of the old one were.
    const flags = ['-no-pie'];
    const before = await compileExecutable(becomeSource('before'), flags);
    const after = await compileExecutable(becomeSource('after'), flags);
    const becoming = spawn(before, [after], { stdio: ['pipe', 'pipe', 'inherit'] });
    const line = (): Promise<string> =>
      new Promise((resolve) => becoming.stdout?.once('data', (data) => resolve(String(data))));
    try {
      const symbolizer = new Symbolizer();
      const first = BigInt((await line()).trim());
      expect(symbolizer.resolve(becoming.pid ?? -1, first).name).toBe('function_before');
      const next = line();
      becoming.stdin?.write('go\n');
      const second = BigInt((await next).trim());
      await new Promise((resolve) => setTimeout(resolve, 150));
      expect(second).toBe(first);
      expect(symbolizer.resolve(becoming.pid ?? -1, second).name).toBe('function_after');
    } finally {
      becoming.kill('SIGKILL');
    }
  });

  test('names stay known after the process has ended', async () => {
    const other = spawn(await compileExecutable(source), { stdio: ['ignore', 'pipe', 'inherit'] });
    const line = await new Promise<string>((resolve) => other.stdout?.once('data', (data) => resolve(String(data))));
    const address = BigInt(line.split(' ')[0] ?? 0);
    const symbolizer = new Symbolizer();
    expect(symbolizer.resolve(other.pid ?? -1, address).name).toBe('some_function');
    other.kill('SIGKILL');
    await new Promise((resolve) => other.once('close', resolve));
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(symbolizer.resolve(other.pid ?? -1, address + 1n).name).toBe('some_function');
  });
});
