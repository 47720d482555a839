// Prints every program that is started, with its arguments.

import { load, openObject } from 'tsbpf';
import { type Column, formatHeader, formatRow, toJson } from 'tsbpf/toolkit';
import { runExample } from './options.ts';

interface ExecEvent {
  readonly pid: number;
  readonly ppid: number;
  readonly uid: number;
  readonly ret: number;
  readonly args_count: number;
  readonly comm: string;
  readonly args: readonly string[];
}

const columns: readonly Column<ExecEvent>[] = [
  { title: 'COMM', width: 16, value: ({ comm }) => comm },
  { title: 'PID', width: 7, value: ({ pid }) => pid },
  { title: 'PPID', width: 7, value: ({ ppid }) => ppid },
  { title: 'RET', width: 4, align: 'right', value: ({ ret }) => ret },
  { title: 'ARGS', value: ({ args, args_count }) => args.slice(0, args_count).map(quote).join(' ') },
];

function quote(argument: string): string {
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : JSON.stringify(argument);
}

await runExample(async ({ object: path, pid, isJson, signal }) => {
  const object = await openObject(path ?? new URL('./execsnoop.bpf.c', import.meta.url));
  // --pid names the parent here: the process whose children are watched.
  await using session = await load(object, { globals: { target_ppid: pid } });
  const events = session.events('events', { signal });
  session.attach();
  console.error('attached; Ctrl-C ends');
  if (!isJson) console.log(formatHeader(columns));
  await events.forEach((event: ExecEvent) => {
    if (!isJson) console.log(formatRow(columns, event));
    else console.log(toJson({ ...event, args: event.args.slice(0, event.args_count) }));
  });
});
