// What compiling costs as a process, in processor time: `tsbpf build` against clang-16, and `bpf(text)` against bare node.
import { spawnSync } from 'node:child_process';
import { fixed, median, outputDirectory, processorTime, row } from '../support.mjs';

const runs = Number(process.env.BENCH_RUNS ?? 15);

/** Processor time in ms that a piece of work takes in this process: other work of the machine does not count. */
export function timeOf(work) {
  const start = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

/** Medians of several commands, run in turn. */
function compare(commands) {
  const times = commands.map(() => []);
  for (let run = 0; run <= runs; run++) {
    commands.forEach(([command, ...args], i) => {
      const time = processorTime(command, args);
      if (run > 0) times[i].push(time); // the first run warms the caches
    });
  }
  return times.map(median);
}

/** Processor time of `tsbpf build` against clang's on a source. */
export function compareBuild(source, flags) {
  const output = `${outputDirectory}/build.o`;
  const [node, ours, theirs] = compare([
    [process.execPath, '-e', '0'],
    [process.execPath, 'dist/cli/main.cjs', 'build', source, '-o', output],
    ['clang-16', ...flags, '-c', source, '-o', output],
  ]);
  row(
    `tsbpf build ${source}: clang, processor time (ms)`,
    fixed(ours),
    fixed(theirs),
    fixed(ours / theirs, 2),
    '<= 0.25',
  );
  row('  of which bare node', fixed(node), fixed(theirs), fixed(node / theirs, 2), '');
}

/** Processor time of a process that imports the package, or also attaches a BCC text, beyond bare node. */
export function measureBpf() {
  const script = 'bench/bcc/attach.mjs';
  const [node, imported, attached] = compare([
    [process.execPath, '-e', '0'],
    [process.execPath, '--input-type=module', '-e', "import './dist/api/index.js'"],
    [process.execPath, script, 'bench/bcc/tracepoints.c'],
  ]);
  row("import 'tsbpf', beyond bare node (ms)", fixed(imported - node), fixed(node), '', '');
  row('bpf(text), two tracepoints, beyond bare node (ms)', fixed(attached - node), fixed(node), '', '<= 150');
}

/** Peak memory in MB of `tsbpf build` with these arguments. */
export function buildMemory(args) {
  const report = "process.on('exit', () => console.error('maxRSS', process.resourceUsage().maxRSS));";
  const hook = `data:text/javascript,${encodeURIComponent(report)}`;
  const command = ['--import', hook, 'dist/cli/main.cjs', 'build', ...args, '-o', `${outputDirectory}/build.o`];
  const { stderr } = spawnSync(process.execPath, command, { encoding: 'utf8' });
  return Number(/maxRSS (\d+)/.exec(stderr)?.[1]) / 1024;
}
