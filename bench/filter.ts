// Filters against libpcap on the same expressions in one run: instructions, and time to compile.
// Usage: npm run bench:filter [-- FILE]   FILE has an expression a line, plain or as {"expr": "..."}; default: filter/expressions.txt.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { compileFilter } from '../src/filter/index.ts';
import { ask, compileRequest, parseAnswer } from '../test/filter/oracle.ts';

const netmask = 0xffffff00;
const ETHERNET = 1;
/** Both sides are timed in so many batches of so many compilations, and the best batch counts: the machine has other work. */
const BATCHES = 10;
const BATCH = 5;
const WARM_UP = 5;

interface Measured {
  readonly expression: string;
  readonly ours: number;
  readonly theirs: number;
  readonly ourTime: number;
  readonly theirTime: number;
}

function expressionOf(line: string): string {
  return line.startsWith('{') ? (JSON.parse(line) as { expr: string }).expr : line;
}

function readExpressions(file: string): string[] {
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map(expressionOf);
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

/** Nanoseconds that one compilation takes. */
function timeOf(expression: string): number {
  let best = Number.POSITIVE_INFINITY;
  for (let batch = 0; batch < BATCHES; batch++) {
    const start = process.hrtime.bigint();
    for (let i = 0; i < BATCH; i++) compileFilter(expression, { netmask });
    best = Math.min(best, Number(process.hrtime.bigint() - start) / BATCH);
  }
  return best;
}

/** Measures every expression that libpcap accepts. */
function measure(expressions: readonly string[]): Measured[] {
  const requests = expressions.map((expression) => compileRequest(ETHERNET, expression, true));
  const programs = ask(requests).map(parseAnswer);
  const times = ask(requests.map((request) => request.replace('c\t', 't\t'))).map((line) =>
    Number(line.split('\t')[1]),
  );
  const accepted = expressions.flatMap((expression, i) => {
    const program = programs[i];
    const isAccepted = program !== undefined && typeof program !== 'string';
    return isAccepted ? [{ expression, theirs: program.length, theirTime: times[i] as number }] : [];
  });
  for (let round = 0; round < WARM_UP; round++)
    for (const { expression } of accepted) compileFilter(expression, { netmask });
  return accepted.map((one) => ({
    ...one,
    ours: compileFilter(one.expression, { netmask }).instructions.length,
    ourTime: timeOf(one.expression),
  }));
}

function report(rows: readonly Measured[]): void {
  const sizes = rows.map(({ ours, theirs }) => ours / theirs);
  const mean = Math.exp(sizes.reduce((sum, ratio) => sum + Math.log(ratio), 0) / rows.length);
  const total = (pick: (row: Measured) => number): number => rows.reduce((sum, row) => sum + pick(row), 0);
  const longer = rows.filter(({ ours, theirs }) => ours > theirs);
  console.log(
    `${rows.length} expressions: ${total((row) => row.ours)} instructions, libpcap ${total((row) => row.theirs)}`,
  );
  console.log(`size: geometric mean of the ratios ${mean.toFixed(4)}, worst ${Math.max(...sizes).toFixed(3)}`);
  console.log(`longer than libpcap's: ${longer.length === 0 ? 'none' : longer.length}`);
  for (const { expression, ours, theirs } of longer.slice(0, 10)) console.log(`  ${ours} > ${theirs}  ${expression}`);
  const [ourMedian, theirMedian] = [median(rows.map((row) => row.ourTime)), median(rows.map((row) => row.theirTime))];
  const ratio = median(rows.map((row) => row.ourTime / row.theirTime));
  console.log(
    `time to compile: median ${(ourMedian / 1e3).toFixed(1)} us, libpcap ${(theirMedian / 1e3).toFixed(1)} us`,
  );
  console.log(`time to compile: median of the ratios ${ratio.toFixed(2)}`);
}

function reportHosts(what: string, host: (i: number) => string): void {
  for (const count of [100, 1000, 10_000]) {
    const text = Array.from({ length: count }, (_, i) => `host ${host(i)}`).join(' or ');
    const start = performance.now();
    const { length } = compileFilter(text).instructions;
    console.log(`or of ${count} ${what} hosts: ${(performance.now() - start).toFixed(1)} ms, ${length} instructions`);
  }
}

const [file = fileURLToPath(new URL('filter/expressions.txt', import.meta.url))] = process.argv.slice(2);
report(measure(readExpressions(file)));
reportHosts('IPv4', (i) => `10.${i >> 8}.${i & 255}.${(i * 37) % 251}`);
reportHosts('IPv6', (i) => `2001:db8:${(i >> 8).toString(16)}::${((i * 37) & 0xffff).toString(16)}`);
