// What benchmarks share: medians, peers built from C, processes timed and weighed, ratios printed.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { performance } from 'node:perf_hooks';

// Node reads these certificates at every start, for 30 ms, where they are set: that belongs to the machine, not to what is compared.
delete process.env.NODE_EXTRA_CA_CERTS;

export const outputDirectory = 'build/bench';
mkdirSync(outputDirectory, { recursive: true });

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

/** Builds a C peer with gcc; returns its path. */
export function buildPeer(source, libraries = []) {
  const output = `${outputDirectory}/${source.replaceAll('/', '-').replace(/\.c$/, '')}`;
  execFileSync('gcc', ['-O2', '-o', output, source, ...libraries.map((name) => `-l${name}`)], { stdio: 'inherit' });
  return output;
}

/** Compiles a BPF source with clang through the command line; returns the object's path. */
export function buildObject(source) {
  const output = `${outputDirectory}/${source.replaceAll('/', '-').replace(/\.c$/, '.o')}`;
  execFileSync(process.execPath, ['dist/cli/main.cjs', 'build', source, '-o', output], { stdio: 'inherit' });
  return output;
}

export function findProgram(names) {
  for (const name of names) {
    const { stdout } = spawnSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' });
    if (stdout.trim()) return stdout.trim();
  }
  return undefined;
}

/** Prints one result: the claim, ours, the peer's, their ratio and the aim. */
export function row(name, ...cellsAfter) {
  const [ours, peer, ratio, aim] = cellsAfter;
  const cells = [name.padEnd(58), String(ours).padStart(14), String(peer).padStart(14), String(ratio).padStart(8)];
  console.log(`${cells.join(' ')}  ${aim}`);
}

export function header() {
  row('', 'tsbpf', 'peer', 'ratio', 'aim');
}

export function fixed(value, digits = 1) {
  return value === undefined || Number.isNaN(value) ? '-' : value.toFixed(digits);
}

/** Wall time in ms of a whole process. */
export function timeProcess(command, args) {
  const start = performance.now();
  const { status } = spawnSync(command, args, { stdio: 'ignore' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed (${status})`);
  return performance.now() - start;
}

/** Processor time in ms of a whole process, its threads and the kernel's work for it. @throws Error if it fails */
export function processorTime(command, args) {
  const script = 'TIMEFORMAT="%3U %3S"; { time "$0" "$@" >/dev/null 2>&1; } 2>&1';
  const { status, stdout } = spawnSync('bash', ['-c', script, command, ...args], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed (${status})`);
  const [user, system] = stdout.trim().split(' ').map(Number);
  return (user + system) * 1000;
}

/** Peak resident memory of a running process in MB. */
export function peakMemoryMb(pid) {
  const match = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return match ? Number(match[1]) / 1024 : Number.NaN;
}

/**
 * Starts a tracing command and waits until `isAttached(pid)`; returns the time in ms from start to then, and the peak memory.
 * Polls every half millisecond.
 */
export async function startToAttached(command, args, isAttached) {
  const start = performance.now();
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'ignore'] });
  const ended = new Promise((resolve) => child.once('close', resolve));
  try {
    while (!isAttached(child.pid)) {
      if (child.exitCode !== null) throw new Error(`${command} ended before it was attached`);
      if (performance.now() - start > 60_000) throw new Error(`${command} was not attached within a minute`);
      await new Promise((resolve) => setTimeout(resolve, 0.5));
    }
    const timeMs = performance.now() - start;
    return { timeMs, memoryMb: peakMemoryMb(child.pid) };
  } finally {
    child.kill('SIGINT');
    await ended;
  }
}

/** Number of descriptors of a process by which something is attached: BPF links, and perf events (tracepoints, buffers). */
export function attachments(pid) {
  let links = 0;
  let perfEvents = 0;
  try {
    for (const fd of readdirSync(`/proc/${pid}/fd`)) {
      const target = readlinkSync(`/proc/${pid}/fd/${fd}`);
      if (target.includes('bpf_link') || target.includes('bpf-link')) links++;
      if (target.includes('[perf_event]')) perfEvents++;
    }
  } catch {
    // The process is not there yet, or has just opened or closed a descriptor: look again.
  }
  return { links, perfEvents };
}

export function requirePath(path, hint) {
  if (!existsSync(path)) throw new Error(`${path} is missing: ${hint}`);
}
