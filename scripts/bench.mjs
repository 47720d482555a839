// Runs benchmarks: `npm run bench` the foundation's, `npm run bench -- NAME...` those named. Each prints ratios of one run.
// What is no benchmark's name is an argument for them: `npm run bench -- filter FILE`.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { header } from '../bench/support.mjs';

const foundation = ['start', 'btf', 'hash', 'ringbuf'];
const known = readdirSync('bench').filter((file) => /\.(mjs|ts)$/.test(file) && file !== 'support.mjs');
if (!existsSync('dist/api/index.js')) {
  console.error('the package is not built; run: npm run build');
  process.exit(2);
}
const isName = (word) => known.some((file) => file.replace(/\.\w+$/, '') === word);
const words = process.argv.slice(2);
const names = words.length > 0 ? words.filter((word, i) => i === 0 || isName(word)) : foundation;
// A benchmark sees its own arguments alone.
process.argv.splice(2, words.length, ...words.filter((word) => !names.includes(word)));

/** Keeps `import.meta.url` what it is in each file, though all become one. */
const ownPlaces = {
  name: 'own-places',
  setup: ({ onLoad }) =>
    onLoad({ filter: /\.ts$/ }, ({ path }) => ({
      loader: 'ts',
      contents: readFileSync(path, 'utf8').replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href)),
    })),
};

/** The benchmark as a module that this release of Node can run. */
async function runnable(name) {
  const file = known.find((candidate) => candidate.replace(/\.\w+$/, '') === name);
  if (!file)
    throw new Error(
      `there is no such benchmark; there are: ${known.map((one) => one.replace(/\.\w+$/, '')).join(', ')}`,
    );
  if (file.endsWith('.mjs')) return `bench/${file}`;
  const outfile = `build/bench/${name}.mjs`;
  await build({
    entryPoints: [`bench/${file}`],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    plugins: [ownPlaces],
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
