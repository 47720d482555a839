#!/usr/bin/env node
// Starts the command line from its bundle and from what V8 made of it when the package was built: compiling would take longer than
// everything else between typing and being attached. Another release of Node refuses the cache and compiles as ever.
'use strict';
const { readFileSync } = require('node:fs');
const { join } = require('node:path');
const { Script } = require('node:vm');

// Verbs whose start is waited for have a bundle of their own; scripts/build.mjs makes them.
const bundles = { run: 'trace', load: 'trace', capture: 'capture', build: 'build', filter: 'filter' };
const [verb, ...args] = process.argv.slice(2);
// Short names take another millisecond off, but say nothing in a stack trace.
const isDebugging = args.includes('--debug');
// Most captures are of files; whatever might ask for another has all that captures.
const isFromFile =
  verb === 'capture' && !isDebugging && !args.some((arg) => /^-(?:-interface|-list|[^-]*[iD])/.test(arg));
const ofVerb = Object.hasOwn(bundles, verb) && !isDebugging ? bundles[verb] : 'all';
const bundle = isFromFile ? 'capture-file' : ofVerb;
// Nothing takes longer to start than a second thread for a large file.
if (isFromFile) require('./second-thread.cjs').startEarly(args);
const filename = join(__dirname, `${bundle}.cjs`);

function readCache() {
  try {
    return readFileSync(join(__dirname, `${bundle}.cache`));
  } catch {
    return undefined;
  }
}

const script = new Script(readFileSync(filename, 'latin1'), { filename, cachedData: readCache() });
// What ends within a second gains nothing from what V8 does for later: optimized code took half of a large build, threads that collect
// little garbage together and more fresh memory to fill before it is collected a few milliseconds of any. After the script, whose
// cache is for the usual flags.
if (verb === 'build' || verb === 'load') {
  const { setFlagsFromString } = require('node:v8');
  setFlagsFromString('--no-incremental-marking --no-parallel-scavenge --no-concurrent-sweeping');
  setFlagsFromString('--interrupt-budget=1000000 --semi-space-growth-factor=1');
}
// Nothing is left to do then but to take V8's heap apart.
process.on('beforeExit', (code) => process.exit(code));
script.runInThisContext()(require, module, filename);
