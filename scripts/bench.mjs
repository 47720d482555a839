// Runs benchmarks: `npm run bench` the foundation's, `npm run bench -- NAME...` those named. Each prints ratios of one run.
import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { header } from '../bench/support.mjs';

const foundation = ['start', 'btf', 'hash', 'ringbuf'];
const names = process.argv.length > 2 ? process.argv.slice(2) : foundation;
if (!existsSync('dist/api/index.js')) {
  console.error('the package is not built; run: npm run build');
  process.exit(2);
}
header();
for (const name of names) {
  try {
    await import(pathToFileURL(`bench/${name}.mjs`).href);
  } catch (error) {
    // A benchmark never fails a build: it says why and the next one runs.
    console.log(`${name}: ${error instanceof Error ? error.message : error}`);
  }
}
