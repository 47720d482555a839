// Builds the package into dist/: one bundle per door with shared chunks, type declarations, and the examples' objects.
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, readdirSync, rmSync } from 'node:fs';
import { build } from 'esbuild';
import { generate } from '../bench/capture/generate.mjs';
import { buildLibrary } from './library.mjs';
import { loweredArrays } from './lower-arrays.mjs';

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
rmSync('dist', { recursive: true, force: true });
const lowered = loweredArrays('tsconfig.build.json');
await buildLibrary(doors, [lowered]);
// The command line is one CommonJS file, as the body of a function that scripts/cli-loader.cjs calls: it starts in half the time of
// many ES modules, and most of its life is its start. `trace` holds the verbs that wait for the kernel alone, and so starts sooner;
// so do `build`, `filter`, `capture`, and `capture-file` without what captures live.
await buildCommandLine('all');
await buildCommandLine('trace', ['run', 'load']);
await buildCommandLine('capture', ['capture', 'capture-live']);
await buildCaptureFile();
await buildCommandLine('build', ['build'], { minifyIdentifiers: true });
await buildCommandLine('filter', ['filter'], { minifyIdentifiers: true });
copyFileSync('scripts/cli-loader.cjs', 'dist/cli/main.cjs');
chmodSync('dist/cli/main.cjs', 0o755);
if (!process.argv.includes('--no-types')) {
  execFileSync('npx', ['tsc', '-p', 'tsconfig.build.json'], { stdio: 'inherit' });
}
if (!process.argv.includes('--no-examples')) {
  await buildExamples();
  buildExampleObjects();
}
keepCompiledCode('all', 'disasm', 'examples/opensnoop.bpf.o', ',', 'filter', '-d', 'tcp port 80 or host 10.0.0.1');
keepCompiledCode('filter', 'filter', '-d', 'tcp port 80 or host 10.0.0.1');
keepCompiledCode('trace', 'run', 'examples/opensnoop.bpf.o', '-g', 'target_pid=1', '--duration', '0');
keepCompiledCapture();
const sample = ['-o', 'dist/cli/sample.o'];
keepCompiledCode(
  'build',
  'build',
  'examples/opensnoop.bpf.c',
  ...sample,
  ',',
  'build',
  'bench/bcc/connections.c',
  ...sample,
);
rmSync('dist/cli/sample.o', { force: true });

/** One bundle of the command line, with all or only some of the verbs and what else is loaded when it is needed. */
async function buildCommandLine(name, verbs, { plugins = [], ...options } = {}) {
  const onlyThose = {
    name: 'only-those-verbs',
    setup({ onResolve }) {
      onResolve({ filter: /^\.\/(?:[a-z]+|capture-live)\.ts$/, namespace: 'file' }, ({ importer, kind, path }) => {
        const isVerb = kind === 'dynamic-import' && /src\/cli\/(?:verbs|capture)\.ts$/.test(importer);
        return isVerb && verbs && !verbs.includes(path.slice(2, -3)) ? { path, external: true } : undefined;
      });
    },
  };
  await build({
    ...script(`cli/${name}`, 'src/cli/main.ts'),
    external: ['koffi'],
    minifySyntax: true,
    ...options,
    // A path does as well: it is asked for to find koffi.
    define: { 'import.meta.url': '__filename' },
    banner: { js: '(function(require,module,__filename){' },
    footer: { js: '})' },
    plugins: [onlyThose, ...plugins, lowered],
  });
}

/** Settings of a bundle that Node loads as a script. */
function script(name, entry) {
  return {
    entryPoints: { [name]: entry },
    outdir: 'dist',
    outExtension: { '.js': '.cjs' },
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    minifyWhitespace: true,
    logLevel: 'warning',
  };
}

/** What filters files, and by itself what starts its second thread, which scripts/cli-loader.cjs does before it loads the rest. */
async function buildCaptureFile() {
  const secondThreadApart = {
    name: 'second-thread-apart',
    setup({ onResolve }) {
      onResolve({ filter: /\/second-thread\.ts$/ }, () => ({ path: './second-thread.cjs', external: true }));
    },
  };
  await buildCommandLine('capture-file', ['capture'], { minifyIdentifiers: true, plugins: [secondThreadApart] });
  await build({ ...script('cli/second-thread', 'src/api/capture/second-thread.ts'), plugins: [lowered] });
}

// What these arguments needed is kept compiled; without privileges, what was needed to find that out.
function keepCompiledCode(name, ...args) {
  const files = [`dist/cli/${name}.cjs`, `dist/cli/${name}.cache`];
  spawnSync(process.execPath, ['scripts/code-cache.cjs', ...files, ...args], { stdio: 'ignore' });
}

// What filtering a file needs is what its user waits for most.
function keepCompiledCapture() {
  const path = 'dist/cli/sample.pcap';
  generate(path, 1000);
  const count = ['capture', '-r', path, '--count', 'tcp and port 80 or host 192.168.1.1'];
  keepCompiledCode('capture', 'capture', '-D', ',', ...count);
  keepCompiledCode('capture-file', ...count);
  rmSync(path);
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
