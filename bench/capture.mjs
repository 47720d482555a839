// Filtering a capture file off line, against tcpdump and against reading the file at all; page cache warm.
import { execFileSync } from 'node:child_process';
import { rmSync, statSync } from 'node:fs';
import { generate } from './capture/generate.mjs';
import { findProgram, fixed, median, outputDirectory, row, timeProcess } from './support.mjs';

const runs = Number(process.env.BENCH_RUNS ?? 7);
const packets = Number(process.env.BENCH_PACKETS ?? 2_000_000);
const expression = 'tcp and port 80';
const path = `${outputDirectory}/capture.pcap`;
const tcpdump = findProgram(['tcpdump']);
if (!tcpdump) throw new Error('tcpdump is needed: apt-get install tcpdump');
const tsbpf = (...args) => [process.execPath, ['dist/cli/main.cjs', 'capture', '-r', path, ...args]];
const peer = (...args) => [tcpdump, ['-n', '-r', path, ...args]];
const countOf = ([command, args]) =>
  Number(/\d+/.exec(execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }))[0]);

/** GB/s of each command, run in turn so that all see the same machine. */
function rates(commands, sizeBytes) {
  const times = commands.map(() => []);
  for (let run = 0; run < runs; run++) {
    for (const [index, [command, args]] of commands.entries()) times[index].push(timeProcess(command, args));
  }
  return times.map((list) => sizeBytes / median(list) / 1e6);
}

try {
  generate(path, packets);
  const { size } = statSync(path);
  const counted = countOf(tsbpf('--count', expression));
  const expected = countOf(peer('--count', expression));
  if (counted !== expected) throw new Error(`${counted} packets match, tcpdump says ${expected}`);
  const cat = ['sh', ['-c', `cat ${path} > /dev/null`]];
  const start = [process.execPath, ['dist/cli/main.cjs', 'capture', '--help']];
  for (const [name, args] of [
    ['--count', ['--count', expression]],
    ['-w /dev/null', ['-w', '/dev/null', expression]],
  ]) {
    const [ours, theirs, reading, starting] = rates([tsbpf(...args), peer(...args), cat, start], size);
    row(
      `capture -r ${name} '${expression}' (GB/s), tcpdump`,
      fixed(ours, 2),
      fixed(theirs, 2),
      fixed(ours / theirs, 2),
      '>= 4',
    );
    row(
      `capture -r ${name}, cat FILE > /dev/null (GB/s)`,
      fixed(ours, 2),
      fixed(reading, 2),
      fixed(ours / reading, 2),
      '>= 0.4',
    );
    const steady = 1 / (1 / ours - 1 / starting);
    row(
      '  without the start of the process (GB/s), tcpdump',
      fixed(steady, 2),
      fixed(theirs, 2),
      fixed(steady / theirs, 2),
      '',
    );
  }
} finally {
  rmSync(path, { force: true });
}
