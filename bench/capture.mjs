// Filtering a capture file off line, against tcpdump and against reading the file at all; page cache warm.
import { execFileSync } from 'node:child_process';
import { rmSync, statSync } from 'node:fs';
import { findProgram, fixed, median, outputDirectory, processorTime, row, timeProcess } from './support.mjs';

const runs = Number(process.env.BENCH_RUNS ?? 7);
const packets = Number(process.env.BENCH_PACKETS ?? 2_000_000);
const expression = 'tcp and port 80';
const path = `${outputDirectory}/capture.pcap`;
const pcapngPath = `${outputDirectory}/capture.pcapng`;
const tcpdump = findProgram(['tcpdump']);
if (!tcpdump) throw new Error('tcpdump is needed: apt-get install tcpdump');
const tsbpf = (file, ...args) => [process.execPath, ['dist/cli/main.cjs', 'capture', '-r', file, ...args]];
const peer = (file, ...args) => [tcpdump, ['-n', '-r', file, ...args]];
const start = [process.execPath, ['dist/cli/main.cjs', 'capture', '--help']];
const countOf = ([command, args]) =>
  Number(/\d+/.exec(execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }))[0]);

/** Medians of what `measure` tells of each command, run in turn so that all see the same machine. */
function mediansOf(commands, measure) {
  const values = commands.map(() => []);
  for (let run = 0; run < runs; run++) {
    for (const [index, [command, args]] of commands.entries()) values[index].push(measure(command, args));
  }
  return values.map(median);
}

const rates = (commands, sizeBytes) => mediansOf(commands, timeProcess).map((ms) => sizeBytes / ms / 1e6);

function checkCounts(file) {
  const counted = countOf(tsbpf(file, '--count', expression));
  const expected = countOf(peer(file, '--count', expression));
  if (counted !== expected) throw new Error(`${counted} packets match, tcpdump says ${expected}`);
}

function compareRates(name, args) {
  const { size } = statSync(path);
  const cat = ['sh', ['-c', `cat ${path} > /dev/null`]];
  const [ours, theirs, reading, starting] = rates([tsbpf(path, ...args), peer(path, ...args), cat, start], size);
  const steady = 1 / (1 / ours - 1 / starting);
  const title = `capture -r ${name}`;
  row(`${title} '${expression}' (GB/s), tcpdump`, fixed(ours, 2), fixed(theirs, 2), fixed(ours / theirs, 2), '>= 4');
  row(`${title}, cat FILE > /dev/null (GB/s)`, fixed(ours, 2), fixed(reading, 2), fixed(ours / reading, 2), '>= 0.4');
  row('  without the start of the process (GB/s)', fixed(steady, 2), fixed(theirs, 2), fixed(steady / theirs, 2), '');
}

function compareProcessorTimes(name, file, args) {
  const seconds = (command, commandArgs) => processorTime(command, commandArgs) / 1000;
  const [ours, theirs] = mediansOf([tsbpf(file, ...args), peer(file, ...args)], seconds);
  row(`${name}, processor time (s), tcpdump`, fixed(ours, 2), fixed(theirs, 2), fixed(ours / theirs, 2), '');
}

try {
  // In processes of their own: starting a process from a large one takes longer.
  execFileSync(process.execPath, ['bench/capture/generate.mjs', path, String(packets)]);
  execFileSync(process.execPath, ['bench/capture/to-pcapng.mjs', path, pcapngPath]);
  for (const file of [path, pcapngPath]) checkCounts(file);
  compareRates('--count', ['--count', expression]);
  compareRates('-w /dev/null', ['-w', '/dev/null', expression]);
  compareProcessorTimes('pcapng --count', pcapngPath, ['--count', expression]);
  compareProcessorTimes('pcapng -w /dev/null', pcapngPath, ['-w', '/dev/null', expression]);
  compareProcessorTimes('pcap -s 96 -w /dev/null', path, ['-s', '96', '-w', '/dev/null', expression]);
} finally {
  rmSync(path, { force: true });
  rmSync(pcapngPath, { force: true });
}
