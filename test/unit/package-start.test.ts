// What has to be loaded before work begins: start-up time without a clock. Needs the built package, no privileges.

import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Script } from 'node:vm';
import { build } from 'esbuild';
import { beforeAll, describe, expect, test } from 'vitest';
import { parseBtf } from '../../src/btf/index.ts';
import { compileC } from '../../src/cc/index.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const dist = join(root, 'dist');
const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const doors: string[] = Object.values<{ default: string }>(exports).map((row) => row.default);

/** Kilobytes of the library's scripts that a program loads, by the program itself. */
function loadedKilobytes(program: string): number {
  const report = `
    const { scripts } = await import(${JSON.stringify(join(dist, 'scripts/load.js'))});
    console.log(JSON.stringify([...scripts.keys()]));`;
  const args = ['--input-type=module', '-e', `${program}\n${report}`];
  const paths: string[] = JSON.parse(execFileSync(process.execPath, args, { cwd: root, encoding: 'utf8' }));
  return paths.reduce((sum, path) => sum + statSync(path).size, 0) / 1024;
}

const importOf = (door: string): string => `await import(${JSON.stringify(join(dist, door, 'index.js'))});`;

beforeAll(() => expect(existsSync(join(dist, 'scripts/load.js')), 'run "npm run build" first').toBe(true));

describe('importing loads no more than now:', () => {
  test.each([
    ['api', 930],
    ['isa', 110],
    ['btf', 125],
    ['filter', 780],
    ['vm', 810],
    ['cc', 1480],
  ])('%s, at most %i kB', (door, most) => {
    expect(loadedKilobytes(importOf(door))).toBeLessThan(most);
  });

  test('the compiler, only when something is compiled', () => {
    const compiling = `const { compile } = ${importOf('api')} await compile('int x;');`;
    const more = loadedKilobytes(compiling) - loadedKilobytes(importOf('api'));
    expect(more).toBeGreaterThan(500);
    expect(more).toBeLessThan(1050);
  });
});

test('a build is over before code is optimized for later', () => {
  const args = ['--trace-opt', 'dist/cli/main.cjs', 'build', 'bench/cc/programs.c', '-o', 'build/optimized.o'];
  const { stdout, status } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
  expect(status).toBe(0);
  expect(stdout.split('completed optimizing').length).toBeLessThan(20);
});

test('a build reads of the types of the kernel what it needs', () => {
  const bytes = readFileSync('/sys/kernel/btf/vmlinux');
  const stringsStart = bytes.readUInt32LE(4) + bytes.readUInt32LE(16);
  let readable = 0;
  const fetch = (_: number, end: number): void => {
    if (end <= stringsStart) readable = Math.max(readable, end);
  };
  const text = readFileSync(join(root, 'examples/opensnoop.bpf.c'), 'utf8');
  const { object } = compileC(text, { btf: parseBtf(bytes, { fetch }) });
  expect(object.programs.length).toBeGreaterThan(0);
  expect(readable).toBeLessThan(stringsStart / 4);
});

describe('the package', () => {
  test('holds what V8 compiled of every script that is loaded at once', () => {
    const folder = join(dist, 'scripts');
    const caches = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.cache'));
    expect(caches.length).toBeGreaterThan(10);
    for (const cache of caches) {
      const source = readFileSync(join(folder, cache.replace(/cache$/, 'cjs')), 'latin1');
      const { cachedDataRejected } = new Script(source, { cachedData: readFileSync(join(folder, cache)) });
      expect(cachedDataRejected, `${cache}: built by another release of Node? Run "npm run build" with this one`).toBe(
        false,
      );
    }
  });

  test.each(doors)('%s is the same as script and as module', async (door) => {
    const script = await import(join(root, door));
    const module = await import(join(root, door.replace('/dist/', '/dist/modules/')));
    expect(Object.keys(script).sort()).toEqual(Object.keys(module).sort());
    expect(Object.values(script)).not.toContain(undefined);
  });

  test('gives bundlers its modules', async () => {
    const { metafile } = await build({
      stdin: { contents: "export { bpf } from './dist/api/index.js';", resolveDir: root },
      bundle: true,
      format: 'esm',
      platform: 'node',
      external: ['koffi'],
      metafile: true,
      write: false,
      logLevel: 'error',
    });
    const inputs = Object.keys(metafile.inputs);
    expect(inputs).toContain('dist/modules/api/index.js');
    expect(inputs.filter((path) => path.startsWith('dist/scripts/'))).toEqual([]);
  });
});
