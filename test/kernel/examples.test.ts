// Every example, run as a person would, on a known prime number of real events.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compileExecutable } from '../support/compile-c.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

// A process that waits for a byte on its standard input, does one thing a known number of times, tells how often it was
// taken off its CPU meanwhile, and stays until its standard input ends.
const workload = `
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
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
static long switches(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_nvcsw + usage.ru_nivcsw;
}
int main(int argc, char **argv) {
  const char *what = argv[1];
  int count = atoi(argv[2]);
  char byte;
  if (read(0, &byte, 1) != 1) return 2;
  long before = switches();
  if (!strcmp(what, "spin")) spin_for_the_profile(count);
  for (int i = 0; i < count && strcmp(what, "spin"); i++) {
    if (!strcmp(what, "open")) { int fd = open(argv[3], O_RDONLY); if (fd >= 0) close(fd); }
    if (!strcmp(what, "exec")) {
      if (fork() == 0) { char number[16]; sprintf(number, "%d", i); execl(argv[3], "true", "number", number, (char *)0); _exit(3); }
      wait(0);
    }
    if (!strcmp(what, "getppid")) syscall(SYS_getppid);
    if (!strcmp(what, "sleep")) usleep(1000);
    if (!strcmp(what, "malloc")) { void *volatile memory = malloc(13); free(memory); }
  }
  char text[24];
  int length = sprintf(text, "%ld\\n", switches() - before);
  return write(1, text, length) == length && read(0, &byte, 1) == 0 ? 0 : 2;
}
`;

let workloadPath = '';
let directory = '';

beforeAll(async () => {
  workloadPath = await compileExecutable(workload);
  directory = await mkdtemp(join(tmpdir(), 'tsbpf-examples-'));
  expect(existsSync(join(root, 'examples/hello.mjs')), 'run "npm run build" first').toBe(true);
});

afterAll(() => rm(directory, { recursive: true, force: true }));

interface Run {
  readonly lines: string[];
  readonly pid: number;
  /** How often the workload was taken off its CPU. */
  readonly switches: number;
}

function closed(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => child.once('close', resolve));
}

/** Starts a workload, then the example on it; lets the workload go once the example is attached; ends the example, then it. */
async function runExample(name: string, work: readonly string[], options: readonly string[] = []): Promise<Run> {
  const worker = spawn(workloadPath, work, { stdio: ['pipe', 'pipe', 'inherit'] });
  const pid = worker.pid ?? 0;
  const objectPath = `examples/${name}.bpf.o`;
  const args = [`examples/${name}.mjs`, '--object', objectPath, '--json', '--pid', String(pid), ...options];
  const example = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  const isEnded = closed(example);
  let output = '';
  let errors = '';
  example.stdout.on('data', (chunk) => (output += chunk));
  const isAttached = new Promise<void>((resolve) => {
    example.stderr.on('data', (chunk) => {
      errors += chunk;
      if (/Ctrl-C ends/.test(errors)) resolve();
    });
  });
  try {
    await Promise.race([isAttached, isEnded]);
    worker.stdin.write('x');
    const [switches] = await once(worker.stdout, 'data');
    // What happened by now is still told: an example reads all that is there before it ends.
    example.kill('SIGINT');
    if ((await isEnded) !== 0) throw new Error(`${name} failed (${example.exitCode}): ${errors}`);
    worker.stdin.end();
    expect(await closed(worker)).toBe(0);
    return { lines: output.split('\n').filter((line) => line.length > 0), pid, switches: Number(switches) };
  } finally {
    example.kill('SIGKILL');
    worker.kill('SIGKILL');
  }
}

function parse(lines: readonly string[]): Record<string, unknown>[] {
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('examples on real events', () => {
  test('hello greets exactly the programs started', async () => {
    // Others start programs, too: this one has a name of its own.
    const name = `true-${process.pid}`;
    await copyFile('/bin/true', join(directory, name));
    const { lines } = await runExample('hello', ['exec', '13', join(directory, name)]);
    const greetings = lines.filter((line) => line.startsWith(`hello ${name},`));
    expect(greetings).toHaveLength(13);
  });

  test('opensnoop sees exactly the files opened', async () => {
    const path = join(directory, 'opened');
    await writeFile(path, '');
    const { lines, pid } = await runExample('opensnoop', ['open', '17', path]);
    const events = parse(lines).filter(({ fname }) => fname === path);
    expect(events).toHaveLength(17);
    expect(events.every((event) => event.pid === pid && Number(event.ret) >= 0)).toBe(true);
  });

  test('opensnoop shows what failed', async () => {
    const path = join(directory, 'missing');
    const { lines } = await runExample('opensnoop', ['open', '7', path]);
    expect(parse(lines).filter(({ fname, ret }) => fname === path && ret === -2)).toHaveLength(7);
  });

  test('execsnoop sees exactly the programs started, with their arguments', async () => {
    const { lines, pid } = await runExample('execsnoop', ['exec', '11', '/bin/true']);
    const events = parse(lines);
    expect(events.map(({ args }) => args)).toEqual(Array.from({ length: 11 }, (_, i) => ['true', 'number', String(i)]));
    expect(events.every((event) => event.ppid === pid && event.comm === 'true' && event.ret === 0)).toBe(true);
  });

  test('syscount counts exactly the calls made', async () => {
    const { lines } = await runExample('syscount', ['getppid', '10007']);
    const getppid = { x64: 110, arm64: 173 }[process.arch as 'x64' | 'arm64'];
    expect(parse(lines).find(({ number }) => number === getppid)).toEqual({ number: getppid, count: 10007 });
  });

  test('runqlat counts every wake-up', async () => {
    const { lines, switches } = await runExample('runqlat', ['sleep', '499']);
    const [histogram] = parse(lines) as [{ slots: number[] }];
    const total = histogram.slots.reduce((sum, count) => sum + count, 0);
    // Each time that it comes back to a CPU, it was woken up or preempted before; a few turns are preempted going to sleep.
    expect(switches).toBeGreaterThan(400);
    expect(total).toBeGreaterThanOrEqual(switches * 0.9);
    expect(total).toBeLessThanOrEqual(switches + 3);
  });

  test('profile names the function that burns the CPU', async () => {
    const { lines, pid } = await runExample('profile', ['spin', '2']);
    const stacks = parse(lines) as { pid: number; count: number; user: string[] }[];
    expect(stacks.every((stack) => stack.pid === pid)).toBe(true);
    const hot = stacks.filter(({ user }) => user.some((frame) => frame.includes('spin_for_the_profile')));
    // 99 a second for two seconds, but an emulated CPU stands still at times, and the process does little else.
    const samples = (of: typeof stacks): number => of.reduce((sum, { count }) => sum + count, 0);
    expect(samples(hot), lines.join('\n')).toBeGreaterThan(samples(stacks) / 2);
  });

  test('malloc-count counts exactly the calls made', async () => {
    const { lines, pid } = await runExample('malloc-count', ['malloc', '1009']);
    expect(parse(lines)).toEqual([{ pid, calls: 1009, bytes: 1009 * 13 }]);
  });

  const hasKprobes = existsSync('/sys/bus/event_source/devices/kprobe');
  test.skipIf(!hasKprobes)('funclatency measures every call (skipped: this kernel has no kprobes)', async () => {
    const { lines } = await runExample('funclatency', ['getppid', '1009'], ['__x64_sys_getppid']);
    const [histogram] = parse(lines) as [{ slots: number[] }];
    expect(histogram.slots.reduce((sum, count) => sum + count, 0)).toBe(1009);
  });
});
