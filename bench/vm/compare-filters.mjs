// Packet filters: extended BPF compiled, against classic BPF interpreted by us and by libpcap, on a packet that matches and one
// that does not.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { compileFilter } from '../../dist/filter/index.js';
import { PcapEncoder } from '../../dist/pcap/index.js';
import { compileClassicBatch, interpretClassic, vm } from '../../dist/vm/index.js';
import { buildPeer, fixed, outputDirectory, row } from '../support.mjs';

const rounds = 60;
const XDP_PASS = 2;

/** ns per call, best of many rounds. */
function timeCalls(call, count) {
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

/** A whole buffer of records filtered by classic BPF, compiled: ns per packet. */
function timeBatch(code, one) {
  const batch = compileClassicBatch(code, 'pcap-little', { capacity: 1 << 20 });
  const size = 16 + one.length;
  const count = Math.floor(batch.capacity / size);
  const view = new DataView(batch.input.buffer, batch.input.byteOffset);
  for (let index = 0; index < count; index++) {
    view.setUint32(index * size + 8, one.length, true);
    view.setUint32(index * size + 12, one.length, true);
    batch.input.set(one, index * size + 16);
  }
  return timeCalls(() => batch.run(count * size), 3) / count;
}

/** libpcap's bpf_filter on the same packet, with libpcap's own code. */
function measureLibpcap(expression, one) {
  const peer = buildPeer('bench/capture/bpf-filter.c', ['pcap']);
  const path = `${outputDirectory}/packet.pcap`;
  const encoder = new PcapEncoder();
  writeFileSync(path, Buffer.concat([encoder.header(), encoder.packet({ timestampNs: 0n, data: one })]));
  const output = execFileSync(peer, [path, '2000'], { input: `${expression}\n\n`, encoding: 'utf8' });
  // The second line is what walking takes, which is not the filter's.
  const [[matches, ns], [, walk]] = output.split('\n').map((line) => line.split(' ').map(Number));
  return { matches: matches !== 0, ns: ns - walk };
}

/** Extended BPF, compiled: the filter as an XDP program that passes what matches; in one call for many runs, and call by call. */
function measureExtended(filter, one) {
  const host = vm({ mode: 'fast', budget: Number.POSITIVE_INFINITY });
  const loaded = host.loadNow(filter.toXdp({ match: 'pass' }));
  const [program] = [...loaded.programs.values()];
  const repeat = 20_000;
  const { returnValue } = program.run({ data: one, repeat });
  let ns = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round++) ns = Math.min(ns, program.run({ data: one, repeat }).durationNs);
  loaded[Symbol.dispose]();
  return { matches: returnValue === XDP_PASS, ns };
}

function compareFilter(title, expression, one) {
  const filter = compileFilter(expression);
  const interpreted = interpretClassic(filter.instructions);
  const extended = measureExtended(filter, one);
  const libpcap = measureLibpcap(expression, one);
  const results = new Set([interpreted(one) !== 0, extended.matches, libpcap.matches]);
  if (results.size !== 1) throw new Error(`${title}: results differ`);
  const ours = timeCalls(() => interpreted(one), 20_000);
  const batch = timeBatch(filter.instructions, one);
  const against = (what, mine, peer, aim) =>
    row(`${title}: ${what}`, fixed(mine), fixed(peer), fixed(peer / mine), aim);
  against('extended compiled, classic interpreted (ns)', extended.ns, ours, '>= 4');
  against("extended compiled, libpcap's bpf_filter (ns)", extended.ns, libpcap.ns, '>= 4');
  against('classic compiled over a buffer, bpf_filter (ns)', batch, libpcap.ns, '<= 15 ns');
}

/** Compares all filters, and prints. */
export function compareFilters() {
  for (const [title, expression, matching, other] of filters) {
    compareFilter(`${title}, match`, expression, matching);
    compareFilter(`${title}, no match`, expression, other);
  }
}
