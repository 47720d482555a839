// The torture suite: C files full of small cases, each a program of its own, whose values come from the machine's own compiler;
// and in single/ files of one case, with its value in the last line.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CompileCOptions, compileC } from '../../../src/cc/index.ts';
import type { HostObject } from '../../../src/host/index.ts';
import type { BpfObject } from '../../../src/object/index.ts';

const directory = new URL('.', import.meta.url).pathname;

/** Names of the files, without `.c`. */
export const tortureFiles: readonly string[] = readdirSync(directory)
  .filter((name) => name.endsWith('.c'))
  .map((name) => name.slice(0, -2));

/** Names of the files of one case, without `.c`. */
export const singleCases: readonly string[] = readdirSync(`${directory}single`)
  .filter((name) => name.endsWith('.c'))
  .map((name) => name.slice(0, -2));

const entry = `
__attribute__((section("socket"), used)) int prog(void *ctx) { return test(); }
char LICENSE[] __attribute__((section("license"), used)) = "GPL";
`;

/** A file of one case: the object, and what its program is to return. */
export function compileSingle(
  name: string,
  options: CompileCOptions = {},
): { readonly object: BpfObject; readonly expected: number } {
  const text = readFileSync(`${directory}single/${name}.c`, 'utf8');
  const settings = { name: `${name}.c`, verify: true, disabledWarnings: ['all'], ...options };
  return { object: compileC(text + entry, settings).object, expected: Number(/\/\/ expect: (\d+)/.exec(text)?.[1]) };
}

/** Runs the case of a loaded file. */
export function runSingle({ programs }: HostObject): number | undefined {
  return programs.get('prog')?.run({ data: new Uint8Array(64) }).returnValue;
}

/** Value of every case, as gcc computes it. */
export function expectedValues(): ReadonlyMap<string, string> {
  const work = mkdtempSync(join(tmpdir(), 'torture-'));
  try {
    const main = join(work, 'main.c');
    const binary = join(work, 'torture');
    writeFileSync(main, 'int main(void) { return 0; }\n');
    const sources = tortureFiles.map((name) => `${directory}${name}.c`);
    execFileSync('gcc', ['-O1', '-w', '-fwrapv', '-fno-strict-aliasing', '-o', binary, ...sources, main]);
    const lines = execFileSync(binary, { encoding: 'utf8' }).trim().split('\n');
    return new Map(lines.map((line) => line.split(' ') as [string, string]));
  } catch (error) {
    throw new Error('the torture suite needs a native C compiler: install gcc', { cause: error });
  } finally {
    rmSync(work, { recursive: true });
  }
}

/** Compiles one file. */
export function compileTorture(name: string, options: CompileCOptions = {}): BpfObject {
  const resolve = (path: string): { name: string; text: string } => ({
    name: path,
    text: readFileSync(directory + path, 'utf8'),
  });
  const text = readFileSync(`${directory}${name}.c`, 'utf8');
  return compileC(text, { name: `${name}.c`, resolve, verify: true, ...options }).object;
}

/** Runs every case of a loaded file: its value, or what went wrong. */
export function runCases(object: HostObject): Map<string, string> {
  const values = new Map<string, string>();
  const results = object.maps.get('.data.result');
  if (!results) throw new Error('no map for the result');
  for (const [name, program] of object.programs) {
    try {
      program.run({ data: new Uint8Array(64) });
      const bytes = results.lookup(new Uint8Array(4)) as Uint8Array;
      values.set(name, String(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true)));
    } catch (error) {
      values.set(name, String(error));
    }
  }
  return values;
}
