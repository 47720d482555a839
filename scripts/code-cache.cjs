// Runs commands with the command line's bundle and keeps what V8 compiled of it:
// node scripts/code-cache.cjs BUNDLE CACHE ARGUMENT... [, ARGUMENT...]
'use strict';
const { readFileSync, writeFileSync } = require('node:fs');
const { createRequire } = require('node:module');
const { resolve } = require('node:path');
const { Script } = require('node:vm');

const [bundle, cache, ...args] = process.argv.slice(2);
const filename = resolve(bundle);
const script = new Script(readFileSync(filename, 'latin1'), { filename });
// At the end, when what was used is compiled: only that is kept.
process.on('exit', () => writeFileSync(cache, script.createCachedData()));

function runNext() {
  if (args.length === 0) return;
  const end = args.includes(',') ? args.indexOf(',') : args.length;
  process.argv = [process.execPath, filename, ...args.splice(0, end + 1).slice(0, end)];
  script.runInThisContext()(createRequire(filename), { exports: {} }, filename);
}
process.on('beforeExit', runNext);
runNext();
