// Runs in the virtual machine: each text with BCC and with tsbpf in turn; prints every run as a line `RUN {...}`.
import { spawnSync } from 'node:child_process';

const rounds = Number(process.env.BENCH_RUNS || 5);
const texts = ['tracepoints', 'connections'];

function run(contender, text, [command, ...args]) {
  const env = { ...process.env, ASKED: String(Date.now()) };
  const { status, stdout, stderr } = spawnSync(command, args, { env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${contender}, ${text}: ${stderr.slice(-2000)}`);
  const result = JSON.parse(stdout.trim().split('\n').at(-1));
  console.log(`RUN ${JSON.stringify({ contender, text, ...result })}`);
}

try {
  for (let round = 0; round <= rounds; round++) {
    run('node', 'nothing', ['node', '/app/bench/bcc/attach.mjs', '--nothing']);
    for (const text of texts) {
      run('tsbpf', text, ['node', '/app/bench/bcc/attach.mjs', `/app/bench/bcc/${text}.c`]);
      run('bcc', text, ['python3', '/app/bench/bcc/attach.py', `/app/bench/bcc/${text}.c`]);
    }
  }
} catch (error) {
  console.log(`FAILED ${error.message}`);
}
