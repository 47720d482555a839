// The compiled filter per packet against libpcap's bpf_filter, over the same packets in memory: with walking from record to record,
// which takes both the same time, and without.
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { compileFilter } from '../dist/filter/index.js';
import { compileRecordLoop, recordMemory, recordState } from '../dist/vm/index.js';
import { generate } from './capture/generate.mjs';
import { buildPeer, fixed, outputDirectory, row } from './support.mjs';

/** About a megabyte: they stay in the processor's cache, so that it is the filter that takes time. */
const packets = 2000;
const rounds = 400;
const page = 65_536;
const headerBytes = 24;
const hosts = Array.from({ length: 100 }, (_, index) => `host 10.0.${index % 16}.${(index * 37) % 256}`).join(' or ');
const filters = [
  ['tcp and port 80', 'tcp and port 80'],
  ['host 192.168.1.1', 'host 192.168.1.1'],
  ['ip6 and udp portrange', 'ip6 and udp portrange 1000-2000'],
  ['tcpflags and nets', 'tcp[tcpflags] & (tcp-syn|tcp-fin) != 0 and not src and dst net 10.0.0.0/8'],
  ['100 hosts', hosts],
  ['port 22', 'port 22'],
];
const everything = '';

/** Matches, and ns per packet. */
function measure(expression, bytes) {
  const format = {
    kind: 'pcap',
    endian: 'little',
    headerBytes: 16,
    maxCapturedBytes: 262_144,
    snapLength: 262_144,
    unitsPerSecond: 1e6,
    copies: false,
  };
  const { instructions } = compileFilter(expression, { optimize: 'speed' });
  const memory = recordMemory(page + bytes.byteLength);
  const { run } = compileRecordLoop([instructions], format, memory);
  new Uint8Array(memory.buffer).set(bytes, page);
  const state = new Uint32Array(memory.buffer, 0, 4);
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round++) {
    state.fill(0);
    const start = performance.now();
    run(page + headerBytes, page + bytes.byteLength, 0, 0xffff_ffff);
    best = Math.min(best, performance.now() - start);
  }
  return { matches: state[recordState.matches], ns: (best * 1e6) / packets };
}

const path = `${outputDirectory}/packets.pcap`;
try {
  generate(path, packets);
  const bytes = readFileSync(path);
  const peer = buildPeer('bench/capture/bpf-filter.c', ['pcap']);
  const input = [...filters.map(([, expression]) => expression), everything].map((line) => `${line}\n`).join('');
  const told = execFileSync(peer, [path, String(rounds)], { input, encoding: 'utf8' })
    .trim()
    .split('\n');
  const results = told.map((line) => line.split(' ').map(Number));
  const [ourWalk, theirWalk] = [measure(everything, bytes).ns, results.at(-1)[1]];
  for (const [index, [name, expression]] of filters.entries()) {
    const [matches, ns] = results[index];
    const ours = measure(expression, bytes);
    if (ours.matches !== matches) throw new Error(`${name}: ${ours.matches} packets match, libpcap says ${matches}`);
    const [ourFilter, theirFilter] = [Math.max(0, ours.ns - ourWalk), ns - theirWalk];
    row(`${name}: bpf_filter (ns per packet)`, fixed(ours.ns), fixed(ns), fixed(ours.ns / ns, 2), '');
    row('  without walking', fixed(ourFilter), fixed(theirFilter), fixed(ourFilter / theirFilter, 2), '<= 0.4');
  }
} finally {
  rmSync(path, { force: true });
}
