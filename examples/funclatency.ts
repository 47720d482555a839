// How long a kernel function takes, as a histogram at the end: funclatency vfs_read.

import { load, openObject, UsageError } from 'tsbpf';
import { formatLog2Histogram, toJson } from 'tsbpf/toolkit';
import { runExample, untilStopped } from './options.ts';

await runExample(async ({ object: path, pid, isJson, signal, positionals: [name] }) => {
  if (name === undefined) throw new UsageError('which kernel function?', { hint: 'for example: funclatency vfs_read' });
  const object = await openObject(path ?? new URL('./funclatency.bpf.c', import.meta.url));
  await using session = await load(object, { globals: { target_tgid: pid } });
  session.program('leave').attach({ kind: 'kprobe', function: name, return: true });
  session.program('enter').attach({ kind: 'kprobe', function: name });
  console.error(`measuring ${name}; Ctrl-C ends and prints`);
  await untilStopped(signal);
  const slots: number[] = session.globals.slots;
  console.log(isJson ? toJson({ unit: 'nsecs', slots }) : formatLog2Histogram(slots, 'nsecs'));
});
