// How long tasks wait for a CPU, as a histogram at the end.

import { load, openObject } from 'tsbpf';
import { formatLog2Histogram, toJson } from 'tsbpf/toolkit';
import { runExample, untilStopped } from './options.ts';

await runExample(async ({ object: path, pid, isJson, signal }) => {
  const object = await openObject(path ?? new URL('./runqlat.bpf.c', import.meta.url));
  await using session = await load(object, { globals: { target_tgid: pid } });
  session.attach();
  console.error('measuring run queue latency; Ctrl-C ends and prints');
  await untilStopped(signal);
  const slots: number[] = session.globals.slots;
  console.log(isJson ? toJson({ unit: 'usecs', slots }) : formatLog2Histogram(slots, 'usecs'));
});
