// Loads the library's scripts (scripts/library.mjs) with what V8 made of them when the package was built. Another release of Node
// refuses that and compiles as ever.
import { createRequire } from 'node:module';

// By `require`: importing built-in modules fetches everything that they export, the streams of `node:fs` among it.
const require = createRequire(import.meta.url);
const { readFileSync } = require('node:fs');
const { dirname, join } = require('node:path');
const { fileURLToPath, pathToFileURL } = require('node:url');
const { Script } = require('node:vm');

const root = dirname(fileURLToPath(import.meta.url));
const modules = new Map();

/** What is loaded, by path: the builder keeps what V8 made of it. */
export const scripts = new Map();

function cacheOf(filename) {
  try {
    return readFileSync(filename.replace(/\.cjs$/, '.cache'));
  } catch {
    return undefined;
  }
}

/** What a script exports; `path` starts at the folder of this file. */
export function load(path) {
  const filename = join(root, path);
  const known = modules.get(filename);
  if (known) return known.exports;
  const module = { exports: {} };
  modules.set(filename, module);
  const script = new Script(readFileSync(filename, 'latin1'), { filename, cachedData: cacheOf(filename) });
  scripts.set(filename, script);
  const requireHere = (name) =>
    name.startsWith('.') ? load(join(dirname(path), name.replace(/\.js$/, '.cjs'))) : require(name);
  script.runInThisContext()(requireHere, module, pathToFileURL(filename).href);
  return module.exports;
}
