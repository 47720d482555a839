// How often each process calls malloc, and for how many bytes, printed at the end.

import { load, openObject } from 'tsbpf';
import { formatTable, toJson } from 'tsbpf/toolkit';
import { runExample, untilStopped } from './options.ts';

interface Total {
  readonly calls: bigint;
  readonly bytes: bigint;
}

await runExample(async ({ object: path, pid, isJson, signal }) => {
  const object = await openObject(path ?? new URL('./malloc-count.bpf.c', import.meta.url));
  await using session = await load(object, { globals: { target_pid: pid } });
  session.attach();
  console.error('counting calls of malloc; Ctrl-C ends and prints');
  await untilStopped(signal);
  const totals: [number, Total][] = [...session.map('totals')];
  totals.sort(([, a], [, b]) => Number(b.calls - a.calls));
  if (isJson) for (const [process, { calls, bytes }] of totals) console.log(toJson({ pid: process, calls, bytes }));
  else
    console.log(
      formatTable(
        ['PID', 'CALLS', 'BYTES'],
        totals.map(([process, { calls, bytes }]) => [`${process}`, `${calls}`, `${bytes}`]),
      ),
    );
});
