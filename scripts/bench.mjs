// Runs benchmarks: `npm run bench` the foundation's, `npm run bench -- NAME...` those named. Each prints ratios of one run.
import { existsSync, readdirSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { header } from '../bench/support.mjs';

const foundation = ['start', 'btf', 'hash', 'ringbuf'];
const names = process.argv.length > 2 ? process.argv.slice(2) : foundation;
const known = readdirSync('bench').filter((file) => /\.(mjs|ts)$/.test(file) && file !== 'support.mjs');
if (!existsSync('dist/api/index.js')) {
  console.error('the package is not built; run: npm run build');
  process.exit(2);
}
// A benchmark reads no arguments of ours.
process.argv.length = 2;

/** The benchmark as a module that this release of Node can run. */
async function runnable(name) {
  const file = known.find((candidate) => candidate.replace(/\.\w+$/, '') === name);
  if (!file)
    throw new Error(
      `there is no such benchmark; there are: ${known.map((one) => one.replace(/\.\w+$/, '')).join(', ')}`,
    );
  if (file.endsWith('.mjs')) return `bench/${file}`;
  const outfile = `build/bench/${name}.mjs`;
  const define = { 'import.meta.url': JSON.stringify(pathToFileURL(`bench/${file}`).href) };
  await build({
    entryPoints: [`bench/${file}`],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    define,
    logLevel: 'warning',
  });
  return outfile;
}

header();
for (const name of names) {
  try {
    await import(pathToFileURL(await runnable(name)).href);
  } catch (error) {
    // A benchmark never fails a build: it says why and the next one runs.
    console.log(`${name}: ${error instanceof Error ? error.message : error}`);
  }
}
