// Ring buffer throughput: records read per second while a producer keeps the buffer full, against a C consumer on libbpf.
import { execFileSync, spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { load, openObject } from '../dist/api/index.js';
import { buildObject, buildPeer, fixed, median, row } from './support.mjs';

const seconds = 2;
const runs = Number(process.env.BENCH_RUNS ?? 3);
const directory = `/sys/fs/bpf/tsbpf-bench-${process.pid}`;
const object = await openObject(buildObject('bench/ringbuf/ringbuf.bpf.c'));
const producer = buildPeer('bench/ringbuf/producer.c', ['bpf']);
const consumer = buildPeer('bench/ringbuf/consumer.c', ['bpf']);

async function withProducer(program, producerSeconds, rate, body) {
  const session = await load(object);
  execFileSync('mkdir', ['-p', directory]);
  session.program(program).raw.pin(`${directory}/program`);
  session.map('events').raw.pin(`${directory}/events`);
  // Producer and consumer on a CPU each, as far as the machine has two.
  const child = spawn(
    'taskset',
    ['-c', '1', producer, `${directory}/program`, String(producerSeconds), ...(rate ? [String(rate)] : [])],
    { stdio: 'inherit' },
  );
  const ended = new Promise((resolve) => child.once('close', resolve));
  try {
    return await body(session, ended);
  } finally {
    child.kill();
    await ended;
    session.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

async function rateOf(session, listen) {
  const abort = new AbortController();
  const stream = session.events('events', { signal: abort.signal });
  let count = 0;
  let start = 0;
  const done = listen(stream, () => {
    if (count === 0) start = performance.now();
    count++;
  });
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  const rate = count / ((performance.now() - start) / 1000);
  abort.abort();
  await done;
  return rate;
}

const viaViews = (program) =>
  withProducer(program, seconds + 3, 0, (session) => rateOf(session, (stream, on) => stream.forEachRecord(on)));
const viaObjects = (program) =>
  withProducer(program, seconds + 3, 0, (session) => rateOf(session, (stream, on) => stream.forEach(on)));
const viaC = (program) =>
  withProducer(program, seconds + 3, 0, async () =>
    Number(
      execFileSync('taskset', ['-c', '0', consumer, `${directory}/events`, String(seconds)], { encoding: 'utf8' }),
    ),
  );

const millions = (value) => fixed(value / 1e6, 2);
for (const [program, size] of [
  ['produce_small', 8],
  ['produce_large', 64],
]) {
  const results = { views: [], objects: [], c: [] };
  for (let run = 0; run < runs; run++) {
    results.c.push(await viaC(program));
    results.views.push(await viaViews(program));
    if (program === 'produce_large') results.objects.push(await viaObjects(program));
  }
  const [views, c] = [median(results.views), median(results.c)];
  row(
    `ring buffer, ${size}-byte records, raw views (million/s)`,
    millions(views),
    millions(c),
    fixed(views / c, 2),
    '>= 5 million/s, >= 0.5',
  );
  if (results.objects.length > 0) {
    const objects = median(results.objects);
    row(
      `ring buffer, ${size}-byte records, decoded (million/s)`,
      millions(objects),
      millions(c),
      fixed(objects / c, 2),
      '>= 1 million/s',
    );
  }
}

const lossless = await withProducer('produce_large', 10, 200_000, async (session, ended) => {
  const abort = new AbortController();
  let count = 0;
  const done = session.events('events', { signal: abort.signal }).forEach(() => {
    count++;
  });
  await ended;
  await new Promise((resolve) => setTimeout(resolve, 200));
  abort.abort();
  await done;
  return { count, dropped: session.globals.dropped };
});
row('ring buffer, 200,000/s for 10 s: decoded records; lost', lossless.count, lossless.dropped, '', '0 lost');
