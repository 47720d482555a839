// Every example, run as a person would, on a known prime number of real events.

import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compileExecutable } from '../support/compile-c.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const timeFactor = Number(process.env.TSBPF_TIME_FACTOR ?? '1');
const timeoutMs = 60_000 * timeFactor;

// A process that waits for a byte on its standard input, then does one thing a known number of times.
const workload = `
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
__attribute__((noinline)) unsigned long spin_for_the_profile(double seconds) {
  struct timespec start, now;
  unsigned long turns = 0;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &start);
  do {
    for (int i = 0; i < 100000; i++) __asm__ volatile("" : "+r"(turns));
    turns++;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  } while ((now.tv_sec - start.tv_sec) + (now.tv_nsec - start.tv_nsec) / 1e9 < seconds);
  return turns;
}
int main(int argc, char **argv) {
  const char *what = argv[1];
  int count = atoi(argv[2]);
  char byte;
  if (read(0, &byte, 1) != 1) return 2;
  if (!strcmp(what, "spin")) return spin_for_the_profile(count) == 0;
  for (int i = 0; i < count; i++) {
    if (!strcmp(what, "open")) { int fd = open(argv[3], O_RDONLY); if (fd >= 0) close(fd); }
    if (!strcmp(what, "exec")) {
      if (fork() == 0) { char number[16]; sprintf(number, "%d", i); execl(argv[3], "true", "number", number, (char *)0); _exit(3); }
      wait(0);
    }
    if (!strcmp(what, "getppid")) syscall(SYS_getppid);
    if (!strcmp(what, "sleep")) usleep(1000);
    if (!strcmp(what, "malloc")) { void *volatile memory = malloc(13); free(memory); }
  }
  return 0;
}
`;

let workloadPath = '';
let directory = '';

beforeAll(async () => {
  workloadPath = await compileExecutable(workload);
  directory = await mkdtemp(join(tmpdir(), 'tsbpf-examples-'));
  expect(existsSync(join(root, 'examples/hello.mjs')), 'run "npm run build" first').toBe(true);
}, timeoutMs);

afterAll(() => rm(directory, { recursive: true, force: true }));

interface Run {
  readonly lines: string[];
  readonly errors: string;
}

function closed(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => child.once('close', resolve));
}

/** Starts a workload, then the example on it; lets the workload go once the example is attached; ends both. */
async function runExample(
  name: string,
  work: readonly string[],
  options: readonly string[] = [],
): Promise<Run & { pid: number }> {
  const worker = spawn(workloadPath, work, { stdio: ['pipe', 'ignore', 'inherit'] });
  const pid = worker.pid ?? 0;
  const objectPath = `examples/${name}.bpf.o`;
  const args = [`examples/${name}.mjs`, '--object', objectPath, '--json', '--pid', String(pid), ...options];
  const example = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let errors = '';
  example.stdout.on('data', (chunk) => (output += chunk));
  const isAttached = new Promise<void>((resolve) => {
    example.stderr.on('data', (chunk) => {
      errors += chunk;
      if (/Ctrl-C ends/.test(errors)) resolve();
    });
    example.once('close', () => resolve());
  });
  try {
    await isAttached;
    const isDone = closed(worker);
    worker.stdin.end('x');
    expect(await isDone).toBe(0);
    // The last records are on their way; one turn of the reader is enough, but the machine may be slow.
    await new Promise((resolve) => setTimeout(resolve, 500 * timeFactor));
  } finally {
    const isEnded = closed(example);
    if (example.exitCode === null) {
      example.kill('SIGINT');
      await isEnded;
    }
    worker.kill('SIGKILL');
  }
  if (example.exitCode !== 0) throw new Error(`${name} failed (${example.exitCode}): ${errors}`);
  return { lines: output.split('\n').filter((line) => line.length > 0), errors, pid };
}

function parse(lines: readonly string[]): Record<string, unknown>[] {
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('examples on real events', () => {
  test('hello greets exactly the programs started', { timeout: timeoutMs }, async () => {
    const { lines } = await runExample('hello', ['exec', '13', '/bin/true']);
    const greetings = lines.filter((line) => line.startsWith('hello true,'));
    expect(greetings).toHaveLength(13);
  });

  test('opensnoop sees exactly the files opened', { timeout: timeoutMs }, async () => {
    const path = join(directory, 'opened');
    await writeFile(path, '');
    const { lines, pid } = await runExample('opensnoop', ['open', '17', path]);
    const events = parse(lines).filter(({ fname }) => fname === path);
    expect(events).toHaveLength(17);
    expect(events.every((event) => event.pid === pid && Number(event.ret) >= 0)).toBe(true);
  });

  test('opensnoop shows what failed', { timeout: timeoutMs }, async () => {
    const path = join(directory, 'missing');
    const { lines } = await runExample('opensnoop', ['open', '7', path]);
    expect(parse(lines).filter(({ fname, ret }) => fname === path && ret === -2)).toHaveLength(7);
  });

  test('execsnoop sees exactly the programs started, with their arguments', { timeout: timeoutMs }, async () => {
    const { lines, pid } = await runExample('execsnoop', ['exec', '11', '/bin/true']);
    const events = parse(lines);
    expect(events.map(({ args }) => args)).toEqual(Array.from({ length: 11 }, (_, i) => ['true', 'number', String(i)]));
    expect(events.every((event) => event.ppid === pid && event.comm === 'true' && event.ret === 0)).toBe(true);
  });

  test('syscount counts exactly the calls made', { timeout: timeoutMs }, async () => {
    const { lines } = await runExample('syscount', ['getppid', '10007']);
    const getppid = { x64: 110, arm64: 173 }[process.arch as 'x64' | 'arm64'];
    expect(parse(lines).find(({ number }) => number === getppid)).toEqual({ number: getppid, count: 10007 });
  });

  test('runqlat counts every wake-up', { timeout: timeoutMs }, async () => {
    const { lines } = await runExample('runqlat', ['sleep', '499']);
    const [histogram] = parse(lines) as [{ slots: number[] }];
    const total = histogram.slots.reduce((sum, count) => sum + count, 0);
    // Each sleep ends in one wake-up; being preempted adds to that, and one that comes before the sleeper is off its CPU is none.
    expect(total).toBeGreaterThanOrEqual(487);
    expect(total).toBeLessThan(499 * 3);
  });

  test('profile names the function that burns the CPU', { timeout: timeoutMs }, async () => {
    const { lines, pid } = await runExample('profile', ['spin', '2']);
    const stacks = parse(lines) as { pid: number; count: number; user: string[] }[];
    expect(stacks.every((stack) => stack.pid === pid)).toBe(true);
    const hot = stacks.filter(({ user }) => user.some((frame) => frame.includes('spin_for_the_profile')));
    // 99 a second for two seconds of CPU time.
    expect(
      hot.reduce((sum, { count }) => sum + count, 0),
      lines.join('\n'),
    ).toBeGreaterThan(80);
  });

  test('malloc-count counts exactly the calls made', { timeout: timeoutMs }, async () => {
    const { lines, pid } = await runExample('malloc-count', ['malloc', '1009']);
    expect(parse(lines)).toEqual([{ pid, calls: 1009, bytes: 1009 * 13 }]);
  });

  const hasKprobes = existsSync('/sys/bus/event_source/devices/kprobe');
  test.skipIf(!hasKprobes)(
    'funclatency measures every call (skipped: this kernel has no kprobes)',
    { timeout: timeoutMs },
    async () => {
      const { lines } = await runExample('funclatency', ['getppid', '1009'], ['__x64_sys_getppid']);
      const [histogram] = parse(lines) as [{ slots: number[] }];
      expect(histogram.slots.reduce((sum, count) => sum + count, 0)).toBe(1009);
    },
  );
});
