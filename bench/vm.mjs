// The embedded machine's compiler against the kernel's, the same C compiled natively, and our interpreter.
// Needs root for the kernel's part (BPF_PROG_TEST_RUN), clang and gcc.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { kernelHost } from '../dist/api/index.js';
import { compileFilter } from '../dist/filter/index.js';
import { readObject } from '../dist/object/index.js';
import { compileClassic, compileClassicBatch, interpretClassic, vm } from '../dist/vm/index.js';
import { buildPeer, fixed, outputDirectory, row } from './support.mjs';

const computeBound = [
  'sieve',
  'log2_loop',
  'copy_loop',
  'compare_strings',
  'switch_machine',
  'siphash',
  'sha256_blocks',
  'packet_checksum',
  'parse_tuple',
  'fibonacci_calls',
  'search_string',
  'matrix',
];
const withMaps = ['count_in_hash', 'match_prefixes'];
const all = [...computeBound, ...withMaps];
const repeat = 2000;
/** Enough for V8's optimising compiler, which works beside us, to be done. */
const rounds = 25;

const path = `${outputDirectory}/vm-programs.o`;
const clang = ['-O2', '-g', '-target', 'bpf', '-mcpu=v3', '-I/usr/include/x86_64-linux-gnu'];
execFileSync('clang-16', [...clang, '-c', 'bench/vm/programs.c', '-o', path]);
const object = readObject(readFileSync(path), { name: 'programs.o' });

const packet = Uint8Array.from({ length: 1500 }, (_, at) => at * 7);
packet.set([8, 0, 0x45], 12);
packet[23] = 6;

/** Best time of several rounds, in ns per run, and the result, by program. */
function measure(loaded, names, runs) {
  loaded.programs.get('prepare')?.run({ data: packet });
  const found = new Map();
  for (const name of names) {
    const program = loaded.programs.get(name);
    if (!program) continue;
    let best = { ns: Number.POSITIVE_INFINITY };
    for (let round = 0; round < rounds; round++) {
      const { durationNs, returnValue, instructions } = program.run({ data: packet, repeat: runs });
      if (durationNs < best.ns) best = { ns: durationNs, result: returnValue, instructions };
    }
    found.set(name, best);
  }
  return found;
}

function measureNative() {
  const lines = execFileSync(buildPeer('bench/vm/native.c'), [String(repeat)], { encoding: 'utf8' });
  return new Map(
    lines
      .trim()
      .split('\n')
      .map((line) => {
        const [name, result, ns] = line.split(' ');
        return [name, { result: Number(result), ns: Number(ns) }];
      }),
  );
}

async function measureKernel() {
  try {
    const loaded = await kernelHost().load(object, { onProgramError: () => undefined });
    const found = measure(loaded, ['empty', ...all], repeat);
    loaded[Symbol.dispose]();
    return found;
  } catch (error) {
    console.log(`no kernel to compare with: ${error.message}`);
    return new Map();
  }
}

const geometricMean = (values) => Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);

async function comparePrograms() {
  const kernel = await measureKernel();
  const native = measureNative();
  const ours = measure(
    vm({ mode: 'fast', budget: Number.POSITIVE_INFINITY }).loadNow(object),
    ['empty', ...all],
    repeat,
  );
  const checked = measure(vm().loadNow(object), all, repeat);
  const interpreted = measure(vm({ mode: 'fast', engine: 'interpreter' }).loadNow(object), all, 20);
  for (const name of all) {
    const [mine, peer, c] = [ours.get(name), kernel.get(name), native.get(name)];
    const results = new Set([mine, peer, c].filter(Boolean).map(({ result }) => result));
    if (results.size > 1 && !withMaps.includes(name)) throw new Error(`${name}: results differ: ${[...results]}`);
    row(`${name}: ns, kernel's compiler`, fixed(mine.ns, 0), fixed(peer?.ns, 0), fixed(mine.ns / peer?.ns, 2), '');
    if (c) row(`${name}: ns, native`, fixed(mine.ns, 0), fixed(c.ns, 0), fixed(mine.ns / c.ns, 2), '');
    row(`${name}: checked mode, ns`, fixed(checked.get(name).ns, 0), '', fixed(checked.get(name).ns / mine.ns, 2), '');
  }
  const against = (peers) =>
    geometricMean(computeBound.filter((name) => peers.has(name)).map((name) => ours.get(name).ns / peers.get(name).ns));
  row('geometric mean of the compute-bound: kernel', '', '', fixed(against(kernel), 2), '<= 1.0');
  row('geometric mean of the compute-bound: native', '', '', fixed(against(native), 2), '<= 1.5');
  const speeds = [...interpreted.values()].map(({ ns, instructions }) => (Number(instructions) / ns) * 1000);
  row('interpreter, million instructions/s (geometric mean)', fixed(geometricMean(speeds), 0), '', '', '>= 60');
  row(
    'empty program, called from JavaScript (ns)',
    fixed(ours.get('empty').ns, 0),
    fixed(kernel.get('empty')?.ns, 0),
    '',
    '<= 100',
  );
}

/** ns per call, best of several rounds. */
function timeCalls(call, count = 200_000) {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    for (let run = 0; run < count; run++) call();
    best = Math.min(best, ((performance.now() - start) * 1e6) / count);
  }
  return best;
}

function httpPacket(port, payload) {
  const bytes = new Uint8Array(54 + payload);
  bytes.set([8, 0, 0x45], 12);
  new DataView(bytes.buffer).setUint16(16, 40 + payload);
  bytes[23] = 6;
  new DataView(bytes.buffer).setUint16(34, 40000);
  new DataView(bytes.buffer).setUint16(36, port);
  bytes[46] = 0x50;
  return bytes;
}

const httpPayload = 'tcp port 80 and (((ip[2:2] - ((ip[0]&0xf)<<2)) - ((tcp[12]&0xf0)>>2)) != 0)';
const filters = [
  ['port 22', 'port 22', httpPacket(22, 20), httpPacket(80, 20)],
  ['HTTP payload', httpPayload, httpPacket(80, 20), httpPacket(80, 0)],
];

function batchOf(code, one) {
  const batch = compileClassicBatch(code, 'pcap-little', { capacity: 1 << 20 });
  const size = 16 + one.length;
  const count = Math.floor(batch.capacity / size);
  const view = new DataView(batch.input.buffer, batch.input.byteOffset);
  for (let index = 0; index < count; index++) {
    view.setUint32(index * size + 8, one.length, true);
    view.setUint32(index * size + 12, one.length, true);
    batch.input.set(one, index * size + 16);
  }
  return { count, call: () => batch.run(count * size) };
}

/** libpcap's bpf_filter on the same packet. */
function measureLibpcap(expression, one) {
  const peer = buildPeer('bench/vm/bpf-filter.c', ['pcap']);
  const output = execFileSync(peer, [expression, Buffer.from(one).toString('hex')], { encoding: 'utf8' });
  const [result, ns] = output.split(' ');
  return { matches: Number(result) !== 0, ns: Number(ns) };
}

function compareFilter(name, expression, one) {
  const { instructions } = compileFilter(expression);
  const interpreted = interpretClassic(instructions);
  const compiled = compileClassic(instructions);
  const libpcap = measureLibpcap(expression, one);
  const results = new Set([interpreted(one) !== 0, compiled(one) !== 0, libpcap.matches]);
  if (results.size !== 1) throw new Error(`${name}: results differ`);
  const slow = timeCalls(() => interpreted(one));
  const single = timeCalls(() => compiled(one));
  const { count, call } = batchOf(instructions, one);
  const each = timeCalls(call, 20) / count;
  const aim = '>= 4, <= 15 ns';
  row(`${name}: compiled in a loop, against interpreted (ns)`, fixed(each), fixed(slow), fixed(slow / each), aim);
  row(
    `${name}: compiled in a loop, against libpcap (ns)`,
    fixed(each),
    fixed(libpcap.ns),
    fixed(libpcap.ns / each),
    aim,
  );
  row(`${name}: one call, against libpcap (ns)`, fixed(single), fixed(libpcap.ns), fixed(libpcap.ns / single), '');
}

function compareFilters() {
  for (const [title, expression, matching, other] of filters) {
    compareFilter(`${title}, match`, expression, matching);
    compareFilter(`${title}, no match`, expression, other);
  }
}

await comparePrograms();
compareFilters();
