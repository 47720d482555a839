// Reading a hash map of 100,000 entries, in batches, against a C reader on libbpf.
import { execFileSync } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import { load, openObject } from '../dist/api/index.js';
import { buildObject, buildPeer, fixed, median, row } from './support.mjs';

const entries = 100_000;
const runs = 9;
const path = `/sys/fs/bpf/tsbpf-bench-hash-${process.pid}`;
const session = await load(await openObject(buildObject('bench/hash/hash.bpf.c')));
const map = session.map('entries');
map.setAll(Array.from({ length: entries }, (_, key) => [key, BigInt(key) + 1n]));

function read(all) {
  const times = [];
  for (let run = 0; run < runs; run++) {
    const start = performance.now();
    let count = 0;
    for (const _entry of all()) count++;
    if (count !== entries) throw new Error(`read ${count} of ${entries} entries`);
    times.push(performance.now() - start);
  }
  return median(times);
}

const raw = read(() => map.raw.entries());
const decoded = read(() => map.entries());
map.raw.pin(path);
try {
  const reader = buildPeer('bench/hash/reader.c', ['bpf']);
  const c = Number(execFileSync(reader, [path, String(entries), String(runs)], { encoding: 'utf8' }));
  row('hash map, 100,000 entries: raw (ms)', fixed(raw), fixed(c), fixed(raw / c, 2), '<= 2');
  row('hash map, 100,000 entries: decoded (ms)', fixed(decoded), fixed(c), fixed(decoded / c, 2), '<= 2');
} finally {
  map.raw.unpin(path);
  session.close();
}
