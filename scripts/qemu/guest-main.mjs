// Inside the virtual machine: runs each test file in a process of its own and passes its results on to the host.

import { spawn } from 'node:child_process';
import { appendFileSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const { files, silenceMs } = JSON.parse(readFileSync('/app/tests.json', 'utf8'));
const results = '/dev/ttyS1';
const send = (message) => appendFileSync(results, `${JSON.stringify(message)}\n`);

async function runFile(file) {
  send({ file });
  const child = spawn(process.execPath, ['--enable-source-maps', '--expose-gc', '/app/run-file.mjs', file.bundle], {
    cwd: '/app',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let newsAtMs = performance.now();
  const watch = setInterval(() => {
    if (performance.now() - newsAtMs < silenceMs) return;
    send({ result: { name: '(file)', status: 'fail', note: `no news for ${silenceMs} ms` } });
    clearInterval(watch);
    child.kill('SIGKILL');
  }, 1000);
  createInterface({ input: child.stderr }).on('line', (line) => send({ output: line }));
  createInterface({ input: child.stdout }).on('line', (line) => {
    newsAtMs = performance.now();
    if (line.startsWith('{"tsbpfTest":')) send({ result: JSON.parse(line).tsbpfTest });
    else send({ output: line });
  });
  const [code, signal] = await new Promise((resolve) => child.on('close', (...status) => resolve(status)));
  clearInterval(watch);
  send({ fileEnd: { code, signal } });
}

for (const file of files) await runFile(file);
send({ end: true });
