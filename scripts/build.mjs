// Builds the package into dist/: one bundle per door with shared chunks, type declarations, and the examples' objects.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { build } from 'esbuild';

// The doors users import: `tsbpf` and the portable ones, plus the command line.
const doors = [
  'api',
  'isa',
  'btf',
  'elf',
  'object',
  'host',
  'pcap',
  'filter',
  'cc',
  'vm',
  'spec',
  'base',
  'symbols',
  'toolkit',
];
const entryPoints = Object.fromEntries(
  doors.filter((door) => existsSync(`src/${door}/index.ts`)).map((door) => [`${door}/index`, `src/${door}/index.ts`]),
);

rmSync('dist', { recursive: true, force: true });
await build({
  entryPoints,
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  external: ['koffi'],
  sourcemap: false,
  logLevel: 'warning',
  chunkNames: 'chunks/[name]-[hash]',
});
// One CommonJS file: the command line starts in half the time of many ES modules, and most of its life is its start.
await build({
  entryPoints: { 'cli/main': 'src/cli/main.ts' },
  outdir: 'dist',
  outExtension: { '.js': '.cjs' },
  bundle: true,
  format: 'cjs',
  platform: 'node',
  target: 'node20',
  external: ['koffi'],
  minifyWhitespace: true,
  minifySyntax: true,
  define: { 'import.meta.url': 'importMetaUrl' },
  banner: { js: "const importMetaUrl = require('node:url').pathToFileURL(__filename).href;" },
  logLevel: 'warning',
});
if (!process.argv.includes('--no-types')) {
  execFileSync('npx', ['tsc', '-p', 'tsconfig.build.json'], { stdio: 'inherit' });
}
if (!process.argv.includes('--no-examples')) {
  await buildExamples();
  buildExampleObjects();
}

// The objects are for people and benchmarks that start from a compiled program; without a compiler they are left out.
function buildExampleObjects() {
  for (const file of readdirSync('examples').filter((name) => name.endsWith('.bpf.c'))) {
    const output = `examples/${file.replace(/\.c$/, '.o')}`;
    try {
      execFileSync(process.execPath, ['dist/cli/main.cjs', 'build', `examples/${file}`, '-o', output], {
        stdio: 'inherit',
      });
    } catch {
      console.error(`examples/${file}: not compiled (see above); the package itself is complete`);
      if (process.env.CI) process.exitCode = 1;
    }
  }
}

// The examples' TypeScript as plain JavaScript beside it, for Node releases that cannot run TypeScript themselves.
async function buildExamples() {
  const names = readdirSync('examples').filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'));
  await build({
    entryPoints: names.map((name) => `examples/${name}`),
    outdir: 'examples',
    outExtension: { '.js': '.mjs' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    tsconfigRaw: {},
    logLevel: 'warning',
  });
}
