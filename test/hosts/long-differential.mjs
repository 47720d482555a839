// `node test/hosts/long-differential.mjs [FIRST SEED [COUNT]]`: compares that many random programs in all configurations of the
// embedded machine and, as root, in the kernel. Bundled, since imports are slow in the test runner.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { build } from 'esbuild';

const outfile = resolve(`build/long-differential-${process.pid}.mjs`);
await build({
  entryPoints: ['test/hosts/long-differential.ts'],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  external: ['koffi'],
});
const commit = execFileSync('git', ['describe', '--always', '--dirty'], { encoding: 'utf8' }).trim();
const digest = createHash('sha256').update(readFileSync(outfile)).digest('hex').slice(0, 12);
console.log(`commit ${commit}, bundle ${digest}`);
try {
  await import(outfile);
} finally {
  rmSync(outfile);
}
