// Filters against libpcap on the same expressions in one run: instructions, and time to compile.
// Usage: filter.ts [FILE.jsonl]   each line {"expr": "..."}; without a file, a list of its own.

import { readFileSync } from 'node:fs';
import { compileFilter } from '../src/filter/index.ts';
import { ask, compileRequest, parseAnswer } from '../test/filter/oracle.ts';

const ownList = [
  'tcp port 80',
  'port 80',
  'host 10.0.0.1',
  'net 10.0.0.0/8',
  'icmp or tcp port 80 or udp port 53',
  'tcp portrange 1024-65535',
  'tcp[tcpflags] & (tcp-syn|tcp-fin) != 0 and not src and dst net 10.0.0.0/8',
  'ip6 and udp portrange 1000-2000',
  'vlan and ip',
  'not port 22 and not arp',
  'less 60 and ip proto 47',
  'ether multicast and not ip multicast',
  'ip[2:2] > ip[4:2]',
];
const ROUNDS = 20;
const netmask = 0xffffff00;

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

function timeOf(expression: string): number {
  const start = process.hrtime.bigint();
  for (let round = 0; round < ROUNDS; round++) compileFilter(expression, { netmask });
  return Number(process.hrtime.bigint() - start) / ROUNDS;
}

const [file] = process.argv.slice(2);
const expressions =
  file === undefined
    ? ownList
    : readFileSync(file, 'utf8')
        .trim()
        .split('\n')
        .map((line) => String((JSON.parse(line) as { expr: string }).expr));
const programs = ask(expressions.map((expression) => compileRequest(1, expression, true))).map(parseAnswer);
const theirTimes = ask(expressions.map((expression) => compileRequest(1, expression, true).replace('c\t', 't\t'))).map(
  (line) => Number(line.split('\t')[1]),
);

let logarithms = 0;
let compared = 0;
let [ours, theirs, longer] = [0, 0, 0];
const ratios: number[] = [];
for (const expression of expressions) for (let warm = 0; warm < 3; warm++) compileFilter(expression, { netmask });
expressions.forEach((expression, index) => {
  const program = programs[index];
  if (program === undefined || typeof program === 'string') return;
  const { length } = compileFilter(expression, { netmask }).instructions;
  if (length > program.length) longer++;
  ours += length;
  theirs += program.length;
  logarithms += Math.log(length / program.length);
  compared++;
  ratios.push(timeOf(expression) / (theirTimes[index] as number));
});
console.log(`${compared} expressions: ${ours} instructions, libpcap ${theirs}; longer than libpcap's: ${longer}`);
console.log(`size, geometric mean of the ratios: ${Math.exp(logarithms / compared).toFixed(4)}`);
console.log(`time to compile, median of the ratios: ${median(ratios).toFixed(2)}`);
for (const count of [100, 1000, 10_000]) {
  const hosts = Array.from({ length: count }, (_, i) => `host 10.${i >> 8}.${i & 255}.${(i * 37) % 251}`).join(' or ');
  const start = performance.now();
  const { length } = compileFilter(hosts).instructions;
  console.log(`or of ${count} hosts: ${(performance.now() - start).toFixed(1)} ms, ${length} instructions`);
}
