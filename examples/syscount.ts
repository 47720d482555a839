// Counts system calls by number and prints the most frequent ones at the end.

import { load, openObject } from 'tsbpf';
import { formatTable, toJson } from 'tsbpf/toolkit';
import { runExample, untilStopped } from './options.ts';

const shown = 20;

await runExample(async ({ object: path, pid, isJson, signal }) => {
  const object = await openObject(path ?? new URL('./syscount.bpf.c', import.meta.url));
  await using session = await load(object, { globals: { target_pid: pid } });
  session.attach();
  console.error('counting system calls; Ctrl-C ends and prints');
  await untilStopped(signal);
  // Each value has one count per CPU.
  const totals = [...session.map('counts')].map(([number, perCpu]: [number, bigint[]]) => ({
    number,
    count: perCpu.reduce((sum, count) => sum + count, 0n),
  }));
  totals.sort((a, b) => Number(b.count - a.count));
  if (isJson) for (const total of totals) console.log(toJson(total));
  else
    console.log(
      formatTable(
        ['SYSCALL', 'COUNT'],
        totals.slice(0, shown).map(({ number, count }) => [`${number}`, `${count}`]),
      ),
    );
});
