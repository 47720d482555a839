// The BPF texts of Debian's BCC tools: how long each takes to compile in a process that has compiled before, and in one that has not.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { SourceError } from '../../dist/base/index.js';
import { parseBtf } from '../../dist/btf/index.js';
import { compileC } from '../../dist/cc/index.js';
import { fixed, median, row } from '../support.mjs';
import { buildMemory, timeOf } from './processes.mjs';

const folder = 'build/bcc-texts/';

function eventFormat(category, event) {
  const path = `/sys/kernel/tracing/events/${category}/${event}/format`;
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

/** Macros given to the compiler, as `-D` options. */
const definesOf = (name) =>
  JSON.parse(readFileSync(`${folder}${name}.json`, 'utf8')).cflags.filter((flag) => /^-D\s*\w/.test(flag));

function options(name, btf) {
  const defines = definesOf(name).map((flag) => /^-D\s*(\w+)(?:=(.*))?$/.exec(flag)?.slice(1, 3) ?? []);
  return {
    dialect: 'bcc',
    btf,
    defines: Object.fromEntries(defines.map(([macro, value = '1']) => [macro, value])),
    tracepointFormat: eventFormat,
    disabledWarnings: ['all'],
  };
}

const kernelTypes = () => parseBtf(readFileSync('/sys/kernel/btf/vmlinux'));

function timeToCompile(name, btf) {
  const [text, settings] = [readFileSync(`${folder}${name}.c`, 'utf8'), options(name, btf)];
  return timeOf(() => {
    try {
      compileC(text, settings);
    } catch (error) {
      // Some texts are for kernels that have what this one lacks.
      if (!(error instanceof SourceError)) throw error;
    }
  });
}

function coldTime(name) {
  const { stdout } = spawnSync(process.execPath, [fileURLToPath(import.meta.url), name], { encoding: 'utf8' });
  return Number(stdout);
}

/** Prints medians and extremes. */
export function measureTexts() {
  if (!existsSync(`${folder}execsnoop.json`)) {
    if (!existsSync('/usr/sbin/execsnoop-bpfcc')) throw new Error('the texts are missing: apt-get install bpfcc-tools');
    execFileSync('/usr/bin/python3', ['test/bcc/record-texts.py', folder], { stdio: 'inherit' });
  }
  const names = readdirSync(folder)
    .filter((file) => file.endsWith('.c'))
    .map((file) => file.slice(0, -2));
  const btf = kernelTypes();
  const warm = new Map();
  for (let round = 0; round < 3; round++)
    for (const name of names) warm.set(name, Math.min(warm.get(name) ?? Infinity, timeToCompile(name, btf)));
  const slowest = [...warm].sort(([, a], [, b]) => b - a).map(([name]) => name);
  row(`${names.length} BCC texts, warm, best of 3: median (ms)`, fixed(median([...warm.values()])), '', '', '<= 20');
  row(`  largest (ms): ${slowest[0]}`, fixed(warm.get(slowest[0])), '', '', '<= 300');
  const sample = slowest.filter((_, i) => i % 20 === 0);
  const cold = sample.map(coldTime);
  row(`the same, first of a process, ${sample.length} of them: median (ms)`, fixed(median(cold)), '', '', '');
  row('  largest (ms)', fixed(Math.max(...cold)), '', '', '');
  const memory = slowest.slice(0, 20).map((name) => {
    const defines = definesOf(name).flatMap((flag) => ['-D', flag.replace(/^-D\s*/, '')]);
    return buildMemory([`${folder}${name}.c`, '--dialect', 'bcc', ...defines]);
  });
  row('tsbpf build of the 20 slowest, peak memory, largest (MB)', fixed(Math.max(...memory)), '', '', '<= 100');
}

// As a program: the time of the first text that a process compiles.
if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(timeToCompile(process.argv[2], kernelTypes()));
