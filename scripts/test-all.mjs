// Runs every suite one after the other, goes on after a failure, and ends with one line of counts.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';

rmSync('build/test-results', { recursive: true, force: true });
mkdirSync('build/test-results', { recursive: true });

const vitest = (project, file) => [
  'npx',
  'vitest',
  'run',
  '--project',
  project,
  '--reporter=default',
  '--reporter=json',
  `--outputFile.json=${file}`,
];
const unitResults = 'build/test-results/unit.json';
const kernelResults = 'build/test-results/kernel.json';
const qemuResults = 'build/test-results/qemu.json';

// Each step with the file in which it leaves its counts, if it counts tests.
const steps = [
  { name: 'checks', command: ['npm', 'run', '--silent', 'check'] },
  { name: 'build', command: ['npm', 'run', '--silent', 'build'] },
  { name: 'objects of others', command: ['node', 'scripts/extract-objects.mjs'] },
  { name: 'unit tests', command: vitest('unit', unitResults), results: unitResults },
  { name: 'tests on the running kernel', command: vitest('kernel', kernelResults), results: kernelResults },
  {
    name: 'tests on Debian 6.1 in QEMU',
    command: ['node', 'scripts/qemu/run.mjs', '--results', qemuResults],
    results: qemuResults,
  },
];

const total = { passed: 0, failed: 0, skipped: 0 };
const failedSteps = [];

function count(path) {
  try {
    const {
      numPassedTests,
      numFailedTests,
      numPendingTests,
      numTodoTests = 0,
    } = JSON.parse(readFileSync(path, 'utf8'));
    total.passed += numPassedTests;
    total.failed += numFailedTests;
    total.skipped += numPendingTests + numTodoTests;
    return numPassedTests;
  } catch {
    return 0;
  }
}

for (const { name, command, results } of steps) {
  const startMs = Date.now();
  console.log(`\n== ${name}`);
  const [program, ...args] = command;
  const { status } = spawnSync(program, args, { stdio: 'inherit' });
  const passed = results ? count(results) : 1;
  const isFailed = status !== 0 || passed === 0;
  if (isFailed) failedSteps.push(name);
  console.log(`== ${name}: ${isFailed ? 'FAILED' : 'done'} in ${Math.round((Date.now() - startMs) / 1000)} s`);
}

if (failedSteps.length > 0) console.log(`\nfailed: ${failedSteps.join(', ')}`);
if (failedSteps.length > 0 && total.failed === 0) total.failed = failedSteps.length;
console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = failedSteps.length > 0 ? 1 : 0;
