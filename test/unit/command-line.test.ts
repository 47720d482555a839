// The command line as a person meets it: help, exit codes, one message per error. Needs the built package, no privileges.

import { execFile, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Script } from 'node:vm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const main = join(root, 'dist/cli/main.cjs');

interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function tsbpf(...args: string[]): Promise<Result> {
  return new Promise((resolve) => {
    execFile(process.execPath, [main, ...args], { cwd: root, maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, stdout, stderr });
    });
  });
}

let directory = '';
let verbs: string[] = [];

beforeAll(async () => {
  expect(existsSync(main), 'run "npm run build" first').toBe(true);
  directory = await mkdtemp(join(tmpdir(), 'tsbpf-cli-'));
  const { stdout } = await tsbpf('--help');
  verbs = [...stdout.matchAll(/^ {2}([a-z]+) {2}/gm)].map(([, name = '']) => name);
});

afterAll(() => rm(directory, { recursive: true, force: true }));

describe('help', () => {
  test('lists the verbs', () => {
    expect(verbs).toEqual(expect.arrayContaining(['run', 'build', 'load', 'disasm', 'btf', 'features']));
  });

  test('of every verb shows usage, options and an example, within 110 columns', async () => {
    for (const verb of verbs) {
      const { code, stdout } = await tsbpf(verb, '--help');
      expect(code, verb).toBe(0);
      expect(stdout, verb).toMatch(new RegExp(`^Usage: tsbpf ${verb} `));
      expect(stdout, verb).toContain('Options:');
      expect(stdout, verb).toContain('Examples:');
      for (const line of stdout.split('\n')) expect(line.length, `${verb}: ${line}`).toBeLessThanOrEqual(110);
    }
  });

  test('without a verb is bad usage', async () => {
    expect((await tsbpf()).code).toBe(2);
  });
});

describe('errors are one message and the right exit code', () => {
  const cases: readonly (readonly [args: string[], code: number, message: RegExp])[] = [
    [['rum'], 2, /^tsbpf: there is no verb "rum"\nhint: did you mean "run"\?\n$/],
    [['run'], 2, /FILE is missing/],
    [['run', '--durration', '1', 'x.o'], 2, /did you mean --duration\?/],
    [['run', '--duration', 'long', 'x.o'], 2, /--duration takes a number/],
    [['run', 'missing.o'], 1, /cannot read missing\.o: no such file or directory/],
    [['build', '--btf', 'package.json', 'examples/hello.bpf.c'], 1, /package\.json: no BTF magic number/],
    [['run', 'src'], 1, /cannot read src: illegal operation on a directory/],
    [['build', 'examples/hello.bpf.c', '-o', 'no/such/x.o'], 1, /^tsbpf: cannot open no\/such\/x\.o: no such file/],
    [['disasm', 'README.md'], 1, /not an ELF file/],
    [['build', 'examples/hello.bpf.c', '-o', 'x.zip'], 2, /cannot tell what to write/],
    [['build', 'examples/hello.bpf.c', '--cc', 'tcc'], 2, /--cc takes builtin, clang/],
    [['btf', '--format', 'xml'], 2, /--format takes/],
    [['load'], 2, /FILE is missing/],
  ];
  test.each(cases)('%j', async (args, code, message) => {
    const result = await tsbpf(...args);
    expect(result.stderr).toMatch(message);
    expect(result.stderr).not.toMatch(/^\s+at /m);
    expect(result.code).toBe(code);
    expect(result.stdout).toBe('');
  });

  test('of a C source have file, line, column and caret, all of them', async () => {
    const path = join(directory, 'wrong.bpf.c');
    await writeFile(path, 'int first = undeclared_name;\nint second(void) { return other_name; }\n');
    const { code, stderr } = await tsbpf('build', path);
    expect(code).toBe(1);
    expect(stderr).toMatch(/wrong\.bpf\.c:1:13: error: .*undeclared_name/);
    expect(stderr).toMatch(/wrong\.bpf\.c:2:\d+: error: .*other_name/);
    expect(stderr).toContain('            ^~~~');
  });
});

test('ends quietly when the reader of the pipe has seen enough', async () => {
  const child = spawn(process.execPath, [main, 'btf'], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += String(chunk);
  });
  child.stdout.once('data', () => child.stdout.destroy());
  const code = await new Promise((resolve) => child.once('close', resolve));
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
});

test.each(['all', 'trace', 'capture', 'capture-file'])('the compiled code of the bundle "%s" fits it', (name) => {
  const bundle = join(root, `dist/cli/${name}.cjs`);
  const cachedData = readFileSync(bundle.replace(/cjs$/, 'cache'));
  const { cachedDataRejected } = new Script(readFileSync(bundle, 'latin1'), { cachedData });
  expect(cachedDataRejected, 'built by another release of Node: run "npm run build" with this one').toBe(false);
});

describe('build, disasm, btf', () => {
  test('an object is made, and read back', async () => {
    const path = join(directory, 'hello.o');
    expect(await tsbpf('build', 'examples/hello.bpf.c', '-o', path)).toMatchObject({ code: 0, stderr: '' });
    const listing = await tsbpf('disasm', path);
    expect(listing.stdout).toContain('hello (tracepoint/sched/sched_process_exec, tracepoint):');
    expect(listing.stdout).toContain('; map events');
    expect(listing.stdout).toMatch(/call bpf_ringbuf_reserve/);
    expect(listing.stdout).toContain('@ examples/hello.bpf.c:');
    const types = await tsbpf('btf', 'struct event', '--file', path, '--format', 'ts');
    expect(types.stdout).toMatch(/interface Event \{\n {2}pid: number;\n {2}comm: string;\n\}/);
  });

  test('the same input gives the same bytes', async () => {
    const paths = [join(directory, 'a.o'), join(directory, 'b.o')];
    for (const path of paths) await tsbpf('build', 'examples/opensnoop.bpf.c', '-o', path);
    const [first, second] = await Promise.all(paths.map((path) => readFile(path)));
    expect(first?.equals(second ?? new Uint8Array())).toBe(true);
  });

  test('a module holds the types', async () => {
    const path = join(directory, 'opensnoop.ts');
    await tsbpf('build', 'examples/opensnoop.bpf.c', '-o', path);
    const text = await readFile(path, 'utf8');
    expect(text).toContain('events: Event;');
    expect(text).toMatch(/target_pid: number;/);
    expect(text).toMatch(/programs: "enter_open" \|/);
  });

  test('--json prints one object a line', async () => {
    const { stdout } = await tsbpf('disasm', 'examples/hello.bpf.c', '--json');
    const [line = ''] = stdout.split('\n');
    expect(JSON.parse(line)).toMatchObject({ program: 'hello', type: 'tracepoint' });
  });
});

test('capturing from a file loads no processes, streams or threads, which takes longer than compiling the filter', async () => {
  const path = join(directory, 'empty.pcap');
  await writeFile(path, Buffer.from('d4c3b2a1020004000000000000000000ffff000001000000', 'hex'));
  const text = `
    process.argv = [process.execPath, 'main', 'capture', '-r', ${JSON.stringify(path)}, '--count', 'tcp port 80'];
    process.on('exit', () => console.log(process.moduleLoadList.join()));
    require(${JSON.stringify(main)});`;
  const stdout = await new Promise<string>((resolve) => {
    execFile(process.execPath, ['-e', text], (_error, output) => resolve(output));
  });
  expect(stdout).toMatch(/^0\n.*NativeModule fs/);
  expect(stdout).not.toMatch(/child_process|NativeModule (?:net|tty|stream|worker_threads)\b/);
});
