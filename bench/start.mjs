// From process start to attached, and peak memory: opensnoop from a compiled object against bpftrace's and libbpf-tools'.
import { attachments, findProgram, fixed, median, row, startToAttached, timeProcess } from './support.mjs';

const runs = Number(process.env.BENCH_RUNS ?? 7);

// tsbpf attaches four tracepoints by links, libbpf-tools two; bpftrace by perf events, beside one per CPU for its output.
const contenders = [
  {
    name: 'tsbpf',
    command: process.execPath,
    args: ['dist/cli/main.cjs', 'run', 'examples/opensnoop.bpf.o'],
    isAttached: (pid) => attachments(pid).links >= 4,
  },
  { name: 'bpftrace', command: findProgram(['opensnoop.bt']), args: [], isAttached: (pid) => bpftraceIsAttached(pid) },
  {
    name: 'libbpf-tools',
    command: findProgram(['/usr/sbin/opensnoop', 'opensnoop']),
    args: [],
    isAttached: (pid) => attachments(pid).links >= 2,
  },
];

// opensnoop.bt has four tracepoints; they come last, behind the output buffers of each CPU.
function bpftraceIsAttached(pid) {
  const { links, perfEvents } = attachments(pid);
  return links >= 4 || perfEvents >= 4 + cpus;
}
const cpus = (await import('node:os')).cpus().length;

const results = new Map(contenders.map(({ name }) => [name, []]));
const bare = [];
for (let run = 0; run <= runs; run++) {
  const nodeMs = timeProcess(process.execPath, ['-e', '0']);
  if (run > 0) bare.push(nodeMs);
  for (const { name, command, args, isAttached } of contenders) {
    if (!command) continue;
    const result = await startToAttached(command, args, isAttached);
    if (run > 0) results.get(name).push(result); // the first run warms the caches
  }
}

const time = (name) => median(results.get(name).map(({ timeMs }) => timeMs));
const memory = (name) => median(results.get(name).map(({ memoryMb }) => memoryMb));
const ours = time('tsbpf');
row(
  'opensnoop, start to attached: bare node -e 0 (ms)',
  fixed(ours),
  fixed(median(bare)),
  fixed(ours / median(bare), 2),
  '<= 1.7',
);
for (const name of ['bpftrace', 'libbpf-tools']) {
  if (results.get(name).length === 0)
    row(`opensnoop, start to attached: ${name}`, fixed(ours), 'not installed', '-', '');
  else
    row(
      `opensnoop, start to attached: ${name} (ms)`,
      fixed(ours),
      fixed(time(name)),
      fixed(ours / time(name), 2),
      name === 'bpftrace' ? '< 1' : '',
    );
}
for (const name of ['bpftrace', 'libbpf-tools']) {
  if (results.get(name).length > 0)
    row(
      `opensnoop, peak memory: ${name} (MB)`,
      fixed(memory('tsbpf')),
      fixed(memory(name)),
      fixed(memory('tsbpf') / memory(name), 2),
      '<= 80 MB',
    );
}
