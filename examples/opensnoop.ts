// Prints every file that is opened: which process, what came of it, which path.

import { load, openObject } from 'tsbpf';
import { type Column, formatHeader, formatRow, toJson } from 'tsbpf/toolkit';
import { runExample } from './options.ts';

interface OpenEvent {
  readonly ts_ns: bigint;
  readonly pid: number;
  readonly uid: number;
  /** A file descriptor, or -errno. */
  readonly ret: number;
  readonly flags: number;
  readonly comm: string;
  readonly fname: string;
}

const columns: readonly Column<OpenEvent>[] = [
  { title: 'PID', width: 7, value: ({ pid }) => pid },
  { title: 'COMM', width: 16, value: ({ comm }) => comm },
  { title: 'FD', width: 4, align: 'right', value: ({ ret }) => (ret < 0 ? -1 : ret) },
  { title: 'ERR', width: 3, align: 'right', value: ({ ret }) => (ret < 0 ? -ret : 0) },
  { title: 'PATH', value: ({ fname }) => fname },
];

await runExample(async ({ object: path, pid, isJson, signal }) => {
  const object = await openObject(path ?? new URL('./opensnoop.bpf.c', import.meta.url));
  await using session = await load(object, { globals: { target_pid: pid } });
  const events = session.events('events', { signal });
  session.attach();
  console.error('attached; Ctrl-C ends');
  if (!isJson) console.log(formatHeader(columns));
  await events.forEach((event: OpenEvent) => {
    console.log(isJson ? toJson(event) : formatRow(columns, event));
  });
  if (session.globals.dropped > 0n) console.error(`${session.globals.dropped} events lost`);
});
