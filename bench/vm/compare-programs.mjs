// Programs compiled from C by clang: our compiler in both modes and our interpreter, the kernel's compiler, and the same C by gcc.
// All take turns, in slices too short to be interrupted often; the best slice of each counts.
import { execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { kernelHost } from '../../dist/api/index.js';
import { readObject } from '../../dist/object/index.js';
import { vm } from '../../dist/vm/index.js';
import { buildPeer, fixed, outputDirectory, row } from '../support.mjs';

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
const rounds = 60;
const sliceNs = 400_000;
/** V8's optimising compiler starts after about so many runs, and works beside us. */
const warmRuns = 30_000;

const packet = Uint8Array.from({ length: 1500 }, (_, at) => at * 7);
packet.set([8, 0, 0x45], 12);
packet[23] = 6;

function compilePrograms() {
  const path = `${outputDirectory}/vm-programs.o`;
  const options = ['-O2', '-g', '-target', 'bpf', '-mcpu=v3', '-I/usr/include/x86_64-linux-gnu'];
  execFileSync('clang-16', [...options, '-c', 'bench/vm/programs.c', '-o', path]);
  return readObject(readFileSync(path), { name: 'programs.o' });
}

/** Prefixes of 8 to 24 bits, so that some look-ups find something. */
function fillRoutes(routes) {
  for (let index = 0; index < 128; index++) {
    const key = new Uint8Array(8);
    new DataView(key.buffer).setUint32(0, 8 + (index % 3) * 8, true);
    new DataView(key.buffer).setUint32(4, Math.imul(index, 2654435761), true);
    routes.update(key, new Uint8Array([index, 0, 0, 0]));
  }
}

/** A host as a contender: `measure(name, count)` gives result and ns per run. */
function hostContender(loaded) {
  loaded.programs.get('prepare')?.run({ data: packet });
  fillRoutes(loaded.maps.get('routes'));
  return {
    measure: (name, count) => {
      const { durationNs, returnValue, instructions } = loaded.programs.get(name).run({ data: packet, repeat: count });
      return { ns: durationNs, result: returnValue, instructions };
    },
    close: () => loaded[Symbol.dispose](),
  };
}

/** The programs compiled by gcc, in a process that answers line by line. */
function nativeContender() {
  const child = spawn(buildPeer('bench/vm/native.c'), { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    measure: async (name, count) => {
      child.stdin.write(`${name} ${count}\n`);
      const [result, ns] = (await lines.next()).value.split(' ');
      return { ns: Number(ns), result: Number(result) };
    },
    close: () => child.stdin.end(),
  };
}

async function kernelContender(object) {
  try {
    return hostContender(await kernelHost().load(object, { onProgramError: () => undefined }));
  } catch (error) {
    console.log(`no kernel to compare with: ${error.message}`);
    return undefined;
  }
}

/** Best time of each contender for one program. */
async function race(contenders, name) {
  const best = new Map();
  const counts = new Map();
  for (const [who, { measure }] of contenders) {
    const runs = who === 'interpreted' ? 20 : who === 'kernel' || who === 'native' ? 200 : warmRuns;
    const { ns } = await measure(name, runs);
    counts.set(who, Math.max(1, Math.min(100_000, Math.round(sliceNs / ns))));
  }
  for (let round = 0; round < rounds; round++) {
    for (const [who, { measure }] of contenders) {
      const slice = await measure(name, counts.get(who));
      if (!(best.get(who)?.ns <= slice.ns)) best.set(who, slice);
    }
  }
  return best;
}

const geometricMean = (values) => Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);

function printProgram(name, best) {
  const [ours, kernel, native, checked] = ['fast', 'kernel', 'native', 'checked'].map((who) => best.get(who));
  const results = new Set([ours, kernel, native, checked].filter(Boolean).map(({ result }) => result));
  // Counters of the hash map grow from run to run, and not all have run equally often.
  if (results.size > 1 && name !== 'count_in_hash') throw new Error(`${name}: results differ: ${[...results]}`);
  if (kernel)
    row(`${name}: ns, kernel's compiler`, fixed(ours.ns, 0), fixed(kernel.ns, 0), fixed(ours.ns / kernel.ns, 2), '');
  if (native) row(`${name}: ns, native`, fixed(ours.ns, 0), fixed(native.ns, 0), fixed(ours.ns / native.ns, 2), '');
  row(`${name}: checked mode with a budget, ns`, fixed(checked.ns, 0), '', fixed(checked.ns / ours.ns, 2), '');
}

/** Compares all programs, and prints. */
export async function comparePrograms() {
  const object = compilePrograms();
  const kernel = await kernelContender(object);
  const contenders = new Map([
    ['fast', hostContender(vm({ mode: 'fast', budget: Number.POSITIVE_INFINITY }).loadNow(object))],
    ['checked', hostContender(vm().loadNow(object))],
    ...(kernel ? [['kernel', kernel]] : []),
    ['interpreted', hostContender(vm({ mode: 'fast', engine: 'interpreter' }).loadNow(object))],
  ]);
  const native = nativeContender();
  const all = new Map();
  for (const name of [...computeBound, ...withMaps, 'empty']) {
    const inC = computeBound.includes(name);
    const best = await race(inC ? new Map([...contenders, ['native', native]]) : contenders, name);
    all.set(name, best);
    if (name !== 'empty') printProgram(name, best);
  }
  for (const { close } of [...contenders.values(), native]) close();
  const against = (peer, mode = 'fast') => {
    const pairs = computeBound.map((name) => all.get(name)).filter((best) => best.has(peer));
    return geometricMean(pairs.map((best) => best.get(mode).ns / best.get(peer).ns));
  };
  row('geometric mean of the compute-bound: kernel', '', '', fixed(against('kernel'), 2), '<= 1.0');
  row('geometric mean of the compute-bound: native', '', '', fixed(against('native'), 2), '<= 1.5');
  row('checked mode with a budget: kernel', '', '', fixed(against('kernel', 'checked'), 2), '');
  const speeds = [...all.values()]
    .map((best) => best.get('interpreted'))
    .map((one) => (Number(one.instructions) / one.ns) * 1000);
  row(
    'interpreter, million instructions/s (geometric mean)',
    fixed(geometricMean(speeds.slice(0, -1)), 0),
    '',
    '',
    '>= 60',
  );
  const empty = all.get('empty');
  row(
    'empty program, repeated inside Wasm (ns)',
    fixed(empty.get('fast').ns),
    fixed(empty.get('kernel')?.ns),
    '',
    '<= 15',
  );
}
