// Inside the virtual machine: stands in for a compiler. The host runs the real one on the files that the arguments name.

import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { askHost } from './guest-port.mjs';

const tool = basename(process.argv[1]);
const args = process.argv.slice(2);
const outputIndex = args.indexOf('-o') + 1;

const isFile = (path) => existsSync(path) && statSync(path).isFile();
const inputs = args
  .filter((arg, index) => index !== outputIndex && !arg.startsWith('-') && isFile(arg))
  .map((arg) => resolve(arg));
// Files of the repository are on the host as well; of others it needs the headers beside them, too.
const foreign = inputs.filter((path) => !path.startsWith('/app/'));
const headers = [...new Set(foreign.map(dirname))].flatMap((directory) =>
  readdirSync(directory)
    .filter((name) => name.endsWith('.h'))
    .map((name) => join(directory, name)),
);
const files = [...new Set([...foreign, ...headers])].map((path) => ({
  path,
  bytes: readFileSync(path).toString('base64'),
}));

const answer = await askHost({ tool, args, files, directory: process.cwd() });
process.stdout.write(answer.stdout);
process.stderr.write(answer.stderr);
if (answer.output && outputIndex > 0) {
  writeFileSync(args[outputIndex], Buffer.from(answer.output, 'base64'), { mode: 0o755 });
}
process.exitCode = answer.code;
