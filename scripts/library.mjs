// Builds the library into dist/: its doors as modules with shared chunks, and the same chunks as scripts with what V8 compiled of
// them. Node takes the scripts, which start in half the time; bundlers and browsers take the modules.
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build, transform } from 'esbuild';

// A door loads the chunks of all classes that it exports, as those of its functions when one is called. `VmHost` is exported by the
// door of most programs, few of which make one: its chunk is apart from those of its parts, which are loaded with the first one.
const costlyClass = 'src/vm/vm.ts';
const apart = ['vm/vm', 'vm/errors', 'vm/machine', 'vm/contexts/prepare-run', 'vm/host/load-object'];

/** Builds these folders of src/ as doors, with these plugins of esbuild. */
export async function buildLibrary(doors, plugins) {
  const entries = [...doors.map((door) => `${door}/index`), ...apart];
  const { metafile } = await build({
    entryPoints: Object.fromEntries(entries.map((entry) => [entry, `src/${entry}.ts`])),
    outdir: 'dist/modules',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    external: ['koffi'],
    plugins,
    metafile: true,
    logLevel: 'warning',
    chunkNames: 'chunks/[name]-[hash]',
  });
  for (const [path, { entryPoint, inputs }] of Object.entries(metafile.outputs))
    await writeScript(path, entryPoint?.endsWith('/index.ts') || costlyClass in inputs);
  copyFileSync('scripts/library-loader.mjs', 'dist/scripts/load.js');
  for (const door of doors) writeDoor(door, metafile.outputs[`dist/modules/${door}/index.js`].exports);
  writeConditions(doors);
  spawnSync(process.execPath, ['scripts/library-cache.mjs'], { stdio: 'inherit' });
}

/** A module as the body of a function that scripts/library-loader.mjs calls. */
async function writeScript(modulePath, isLazy) {
  const { code } = await transform(readFileSync(modulePath, 'utf8'), {
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    supported: { 'dynamic-import': false },
    define: { 'import.meta.url': 'importMetaUrl' },
    banner: '(function(require,module,importMetaUrl){',
    footer: '})',
  });
  const path = modulePath.replace('/modules/', '/scripts/');
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path.replace(/\.js$/, '.cjs'), isLazy ? loadWhenUsed(code) : code);
}

// Few of those who import `tsbpf` filter packets: each chunk is loaded when it is used first.
function loadWhenUsed(code) {
  const loading = /^var (import_chunk_\w+) = (require\("[^"]+"\));$/gm;
  return [...code.matchAll(loading)].reduce(
    (text, [line, name, loaded]) =>
      text
        .replace(line, `var ${name}_loaded, ${name} = () => (${name}_loaded ??= ${loaded});`)
        .replace(new RegExp(`\\bnew ${name}\\.(\\w+)`, 'g'), `new (${name}().$1)`)
        .replace(new RegExp(`\\b${name}\\.`, 'g'), `${name}().`),
    code,
  );
}

// `#door` is a script or a module by the conditions in dist/package.json.
function writeDoor(door, names) {
  const list = names.join(', ');
  mkdirSync(`dist/${door}`, { recursive: true });
  writeFileSync(`dist/${door}/index.js`, `export { ${list} } from '#${door}';\n`);
  const exported = names.length === 0 ? 'export {};\n' : `export const { ${list} } = script('${door}/index.cjs');\n`;
  writeFileSync(`dist/scripts/${door}.js`, `import { load as script } from './load.js';\n${exported}`);
}

function writeConditions(doors) {
  const target = (door) => {
    const modules = `./modules/${door}/index.js`;
    return { module: modules, node: `./scripts/${door}.js`, default: modules };
  };
  const imports = Object.fromEntries(doors.map((door) => [`#${door}`, target(door)]));
  writeFileSync(join('dist', 'package.json'), JSON.stringify({ type: 'module', sideEffects: false, imports }, null, 2));
}
