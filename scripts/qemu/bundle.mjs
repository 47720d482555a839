// Bundles test files for the virtual machine: one module each, vitest replaced by the shim, places as in the repository.

import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { build } from 'esbuild';

/** Test files of the kernel suite whose path contains one of `filters` (all where there are none). */
export function kernelTests(root, filters) {
  const inSources = list(root, 'src').filter((file) => file.endsWith('.kernel.test.ts'));
  const inTests = list(root, 'test/kernel').filter((file) => file.endsWith('.test.ts'));
  return [...inSources, ...inTests]
    .sort()
    .filter((file) => filters.length === 0 || filters.some((f) => file.includes(f)));
}

/** Files below a directory of the repository, relative to the repository. */
export function list(root, directory) {
  try {
    const entries = readdirSync(join(root, directory), { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map((entry) => relative(root, join(entry.parentPath, entry.name)));
  } catch {
    return [];
  }
}

// A bundled module must still find the files beside its source.
const keepPlaces = (root) => ({
  name: 'keep-places',
  setup({ onLoad }) {
    onLoad({ filter: /\.ts$/, namespace: 'file' }, ({ path }) => {
      const place = `/app/${relative(root, path)}`;
      const contents = readFileSync(path, 'utf8')
        .replaceAll('import.meta.url', JSON.stringify(`file://${place}`))
        .replaceAll('import.meta.dirname', JSON.stringify(place.slice(0, place.lastIndexOf('/'))))
        .replaceAll('import.meta.filename', JSON.stringify(place));
      return { contents, loader: 'ts' };
    });
  },
});

const shimVitest = (root) => ({
  name: 'shim-vitest',
  setup({ onResolve }) {
    onResolve({ filter: /^vitest$/ }, () => ({ path: join(root, 'scripts/qemu/vitest-shim.mjs') }));
  },
});

/** Bundles `files` and the runner into `output`; returns the path of each bundle inside the virtual machine. */
export async function bundleTests(root, files, output) {
  await build({
    absWorkingDir: root,
    entryPoints: [...files, 'scripts/qemu/run-file.mjs'].map((file) => ({
      in: join(root, file),
      out: file.startsWith('scripts/') ? 'run-file' : file.replace(/\.ts$/, ''),
    })),
    outdir: output,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    chunkNames: 'chunks/[hash]',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    sourcemap: 'inline',
    sourcesContent: false,
    external: ['koffi', 'esbuild', 'typescript'],
    plugins: [shimVitest(root), keepPlaces(root)],
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
    logLevel: 'warning',
  });
  return files.map((file) => ({ source: file, bundle: `/app/${file.replace(/\.ts$/, '.mjs')}` }));
}

/** Bundles one module so that this script can import it. */
export async function importTypeScript(root, file, output) {
  const outfile = join(output, file.replaceAll('/', '-').replace(/\.ts$/, '.mjs'));
  const define = { 'import.meta.url': JSON.stringify(`file://${join(root, file)}`) };
  await build({
    entryPoints: [join(root, file)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    define,
    logLevel: 'warning',
  });
  return import(outfile);
}
