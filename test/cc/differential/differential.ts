// Random programs compiled by this compiler and run in the embedded machine, against the same natively.

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SourceError } from '../../../src/base/index.ts';
import { type CompileCOptions, compileC, type IsaVersion } from '../../../src/cc/index.ts';
import { vm } from '../../../src/vm/index.ts';
import { generateCases } from './generate.ts';

const here = new URL('.', import.meta.url).pathname;
const torture = new URL('../torture/', import.meta.url).pathname;
const isaVersions: readonly IsaVersion[] = [3, 4, 3, 2];

/** What a program gave on both sides; `ours` says why where it was refused. */
export interface Comparison {
  readonly name: string;
  readonly ours: string;
  readonly native: string;
}

/** The 64-bit number that the first program of a text leaves in data section `section`, or the reason there is none. */
function resultOf(text: string, section: string, options: CompileCOptions): string {
  try {
    const { object } = compileC(text, { name: 'random.c', verify: true, disabledWarnings: ['all'], ...options });
    const host = vm();
    const loaded = host.loadNow(object);
    for (const program of loaded.programs.values()) program.run({ data: new Uint8Array(64) });
    const bytes = loaded.maps.get(section)?.lookup(new Uint8Array(4)) as Uint8Array;
    const value = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
    host[Symbol.dispose]();
    return String(value);
  } catch (error) {
    if (!(error instanceof SourceError)) return String(error);
    const { diagnostics } = error;
    return `refused: ${diagnostics.find(({ severity }) => severity === 'error')?.code}`;
  }
}

function inDirectory<T>(work: (directory: string) => T): T {
  const directory = mkdtempSync(join(tmpdir(), 'differential-'));
  try {
    return work(directory);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function gcc(...args: readonly string[]): void {
  execFileSync('gcc', ['-O0', '-w', '-fwrapv', '-fno-strict-aliasing', '-Wno-packed-bitfield-compat', ...args]);
}

/** Programs of our own generator, `count` from `seed` on. */
export function compareGenerated(seed: number, count: number): Comparison[] {
  return inDirectory((directory) => {
    const file = join(directory, 'cases.c');
    writeFileSync(file, `${generateCases(seed, count)}\nint main(void) { return 0; }\n`);
    gcc(`-I${torture}`, '-o', join(directory, 'cases'), file);
    const lines = execFileSync(join(directory, 'cases'), { encoding: 'utf8' }).trim().split('\n');
    const header = readFileSync(`${torture}case.h`, 'utf8');
    const resolve = (name: string): { name: string; text: string } => ({ name, text: header });
    return lines.map((line) => {
      const [name = '', native = ''] = line.split(' ');
      const at = Number(name.slice('case_'.length));
      const isaVersion = isaVersions[at % isaVersions.length] as IsaVersion;
      return { name, native, ours: resultOf(generateCases(at, 1), '.data.result', { resolve, isaVersion }) };
    });
  });
}

// Sizes that BPF's stack and instruction limits leave room for; data with addresses in it is nothing BPF has.
const csmithLimits = [
  '--no-argc',
  '--no-float',
  '--max-funcs',
  '3',
  '--max-block-size',
  '3',
  '--max-block-depth',
  '3',
  '--max-array-len-per-dim',
  '4',
  '--max-array-dim',
  '2',
];
const csmithModes = [
  ['--no-pointers'],
  ['--no-pointers', '--no-arrays'],
  ['--no-global-variables'],
  ['--no-pointers', '--no-packed-struct', '--max-struct-fields', '5'],
  ['--no-pointers', '--no-longlong', '--no-volatiles'],
];

/** The program csmith makes of a seed; undefined where it does not end natively within a second of processor time. */
export function compareCsmith(seed: number): Comparison | undefined {
  return inDirectory((directory) => {
    const mode = csmithModes[seed % csmithModes.length] as readonly string[];
    const text = csmith(['--seed', String(seed), ...csmithLimits, ...mode]);
    const [file, binary] = [join(directory, 'program.c'), join(directory, 'program')];
    writeFileSync(file, text);
    gcc(`-I${here}`, '-o', binary, file);
    // A second of the processor's: how long that takes is up to the machine.
    const run = spawnSync('prlimit', ['--cpu=1', binary], { encoding: 'utf8' });
    if (run.error) throw new Error('prlimit is needed: apt-get install util-linux', { cause: run.error });
    if (run.status !== 0) return undefined;
    const header = readFileSync(`${here}csmith.h`, 'utf8');
    const ours = resultOf(text, '.data.checksum', { resolve: (name) => ({ name, text: header }) });
    return { name: `csmith ${seed}`, ours, native: run.stdout.trim() };
  });
}

function csmith(args: readonly string[]): string {
  const made = spawnSync('csmith', args, { encoding: 'utf8', timeout: 600_000 });
  if (made.error || made.status !== 0)
    throw new Error('csmith does not run: install the package csmith', { cause: made.error });
  return made.stdout;
}
