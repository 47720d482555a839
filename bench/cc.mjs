// The embedded compiler against clang-16 -O2 -mcpu=v3: instructions in the programs, depth of the stack, instructions run in
// the embedded machine and their time in the kernel, time and memory to compile, in process and as processes. Sources: the examples,
// texts of the tests, the torture suite (whose cases need nothing but themselves), and the texts of Debian's BCC tools.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { parseBtf } from '../dist/btf/index.js';
import { compileC } from '../dist/cc/index.js';
import { decode } from '../dist/isa/index.js';
import { readObject } from '../dist/object/index.js';
import { vm } from '../dist/vm/index.js';
import { compareInKernel } from './cc/kernel-time.mjs';
import { compareBuild, measureBpf, timeOf } from './cc/processes.mjs';
import { measureTexts } from './cc/texts.mjs';
import { fixed, median, outputDirectory, processorTime, row } from './support.mjs';

const torture = 'test/cc/torture/';
const realistic = ['bench/vm/programs.c', 'bench/cc/programs.c'];
const sourcesIn = (directory, end) =>
  readdirSync(directory)
    .filter((name) => name.endsWith(end))
    .map((name) => directory + name);
const sources = [
  ...sourcesIn('examples/', '.bpf.c'),
  'bench/ringbuf/ringbuf.bpf.c',
  ...sourcesIn('src/object/fixtures/', '.bpf.c'),
  'src/vm/fixtures/packets.bpf.c',
  ...sourcesIn('test/kernel/fixtures/', '.bpf.c'),
  ...sourcesIn(torture, '.c'),
  ...realistic,
];
const btf = parseBtf(readFileSync('/sys/kernel/btf/vmlinux'));
const headers = process.env.VMLINUX_H ?? 'build/bench';
const flags = [
  '-O2',
  '-g',
  '-mcpu=v3',
  '-target',
  'bpf',
  '-w',
  '-D__TARGET_ARCH_x86',
  `-I${headers}`,
  '-I/usr/include/x86_64-linux-gnu',
  `-I${torture}`,
];

if (!process.env.VMLINUX_H) {
  const dump = ['-c', `bpftool btf dump file /sys/kernel/btf/vmlinux format c > ${outputDirectory}/vmlinux.h`];
  if (spawnSync('sh', dump).status !== 0) throw new Error('bpftool cannot print the kernel types: install bpftool');
}

/** Processor time of clang as a process, and its object; undefined where it refuses the source. */
function compileWithClang(source) {
  const output = `${outputDirectory}/${source.replaceAll('/', '-')}.o`;
  if (spawnSync('clang-16', ['--version']).error) throw new Error('install clang-16');
  try {
    const timeMs = processorTime('clang-16', [...flags, '-c', source, '-o', output]);
    return { timeMs, object: readObject(readFileSync(output), { name: source }) };
  } catch {
    return undefined;
  }
}

function compileHere(source) {
  const resolve = (path) => ({ name: path, text: readFileSync(torture + path, 'utf8') });
  const options = { name: source.split('/').pop(), btf, disabledWarnings: ['all'] };
  if (source.startsWith(torture)) Object.assign(options, { btf: undefined, resolve });
  const text = readFileSync(source, 'utf8');
  let object;
  const timeMs = timeOf(() => {
    object = compileC(text, options).object;
  });
  return { timeMs, object };
}

const size = ({ programs }) => programs.reduce((sum, { code }) => sum + code.length / 8, 0);

/** Bytes below the frame pointer that a function's instructions reach, by offsets and by addresses made. */
function stackDepth(code) {
  const [framePointer, add] = [10, 0x07];
  const copies = new Set();
  let lowest = 0;
  for (const { opcode, dst, src, offset, imm } of decode(code)) {
    const kind = opcode & 7;
    if ((kind === 1 && src === framePointer) || ((kind === 2 || kind === 3) && dst === framePointer))
      lowest = Math.min(lowest, offset);
    if (opcode === add && copies.has(dst)) lowest = Math.min(lowest, imm);
    if (opcode === 0xbf && src === framePointer) copies.add(dst);
    else copies.delete(dst);
  }
  return -lowest;
}

const deepestStack = ({ programs }) => Math.max(0, ...programs.map(({ code }) => stackDepth(code)));

/** An IPv4 and TCP packet. */
const packet = Uint8Array.from({ length: 1500 }, (_, at) => at * 7);
packet.set([8, 0, 0x45], 12);
packet[23] = 6;

/** Instructions run by each program of an object, and what it returned. */
function executed(object) {
  const host = vm({ mode: 'interpret', count: true });
  const loaded = host.loadNow(object);
  const result = new Map();
  for (const [name, program] of loaded.programs) {
    const { instructions, returnValue } = program.run({ data: packet });
    result.set(name, { run: Number(instructions ?? 0n), returnValue });
  }
  host[Symbol.dispose]();
  return result;
}

const sumOf = (programs) => [...programs.values()].reduce((sum, { run }) => sum + run, 0);

/** Compares programs one by one: they must return the same. */
function compareEach(ours, theirs) {
  for (const [name, { run, returnValue }] of ours) {
    const peer = theirs.get(name);
    if (!peer) continue;
    if (returnValue !== peer.returnValue)
      throw new Error(`${name} returns ${returnValue}, clang's ${peer.returnValue}`);
    row(`  ${name}: instructions run`, run, peer.run, fixed(run / peer.run, 2), '<= 1.3');
    ratios.realistic.push(run / peer.run);
  }
}

const ratios = { size: [], executed: [], realistic: [], kernel: [], warm: [] };
const deeper = [];
const warmTimes = [];
for (const source of sources) {
  try {
    const peer = compileWithClang(source);
    if (!peer) continue;
    const cold = compileHere(source);
    const warm = median([1, 2, 3, 4, 5].map(() => compileHere(source).timeMs));
    const [ours, theirs] = [size(cold.object), size(peer.object)];
    if (theirs === 0) continue;
    row(`${source}: instructions`, ours, theirs, fixed(ours / theirs, 2), '<= 1.3');
    ratios.size.push(ours / theirs);
    const [depth, theirDepth] = [deepestStack(cold.object), deepestStack(peer.object)];
    row('  deepest stack (bytes)', depth, theirDepth, depth - theirDepth, '<= +64');
    deeper.push(depth - theirDepth);
    ratios.warm.push(warm / peer.timeMs);
    warmTimes.push(warm);
    row(
      '  compile, cold then warm: clang (ms)',
      `${fixed(cold.timeMs)} ${fixed(warm)}`,
      fixed(peer.timeMs),
      fixed(warm / peer.timeMs, 2),
      '<= 0.25',
    );
    const isRealistic = realistic.includes(source);
    if (!isRealistic && !source.startsWith(torture)) continue;
    const [programs, theirPrograms] = [executed(cold.object), executed(peer.object)];
    if (isRealistic) {
      compareEach(programs, theirPrograms);
      ratios.kernel.push(...(await compareInKernel(cold.object, peer.object, packet)));
      continue;
    }
    const [run, theirRun] = [sumOf(programs), sumOf(theirPrograms)];
    row('  instructions run', run, theirRun, fixed(run / theirRun, 2), '<= 1.3');
    ratios.executed.push(run / theirRun);
  } catch (error) {
    console.log(`${source}: ${(error.message ?? String(error)).split('\n')[0]}`);
  }
}

const mean = (list) => Math.exp(list.reduce((sum, ratio) => sum + Math.log(ratio), 0) / list.length);
const total = (name, list, aim) => row(name, fixed(mean(list), 3), fixed(Math.max(...list), 2), list.length, aim);
/** One part of the table at the end; what is missing on this machine leaves the rest. */
function part(measure) {
  try {
    measure();
  } catch (error) {
    console.log(error.message);
  }
}
console.log('geometric mean, worst, number of sources');
total('instructions in the program', ratios.size, '<= 1.00, worst 1.3');
total('instructions run, torture', ratios.executed, '<= 1.00, worst 1.3');
total('instructions run, programs as users write them', ratios.realistic, '<= 1.00, worst 1.3');
if (ratios.kernel.length > 0) total('time of a run in the kernel, the same programs', ratios.kernel, '<= 1.00');
row('bytes of stack beyond clang, at most', Math.max(...deeper), '', '', '<= 64');
total('time to compile, warm, in process : clang', ratios.warm, '');
row('median of warm compile times (ms)', fixed(median(warmTimes)), '', '', '<= 20');
part(measureTexts);
part(() => compareBuild('examples/opensnoop.bpf.c', flags));
part(() => compareBuild('examples/runqlat.bpf.c', flags));
part(measureBpf);
