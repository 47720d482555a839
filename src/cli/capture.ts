// `tsbpf capture`: packets of an interface or a file through a filter, printed, counted or written.

import {
  CaptureOutput,
  type CaptureSink,
  captureInterfaces,
  captureLive,
  filterCapture,
  interfaceByNumber,
  openCaptureFile,
  PacketFilter,
} from '../api/index.ts';
import { type Diagnostic, renderDiagnostic } from '../base/index.ts';
import type { CaptureFormat, Packet } from '../pcap/index.ts';
import { stopSignal } from '../toolkit/index.ts';
import { type CaptureTask, captureOptions, captureTask } from './capture-options.ts';
import { ProgressLine } from './capture-progress.ts';
import { PacketLines } from './packet-lines.ts';
import { becomeUser, runDetached } from './processes.ts';
import { systemResolver } from './system-names.ts';
import type { Verb, VerbInput } from './verb.ts';

/** Prints or writes what is captured. */
interface Sink extends CaptureSink {
  /** Hands on what is buffered. */
  flush(): void | Promise<void>;
  /** Takes the counters of a live capture, at its end. */
  statistics?(received: number, dropped: number): void;
  close(): void;
}

const resolver = systemResolver();
const onWarning = (warning: Diagnostic): void => console.error(renderDiagnostic(warning));

function writingSink(path: string, task: CaptureTask, format: CaptureFormat): Sink {
  const { snapLength, rotation, rotateCommand } = task;
  const onRotated = rotateCommand === undefined ? undefined : (file: string): void => runDetached(rotateCommand, file);
  const output = new CaptureOutput({ path, format, snapLength, rotation, onRotated });
  return {
    item: (item): boolean => output.item(item),
    takesRecords: (from): boolean => output.takesRecords(from),
    records: (bytes): void => output.records(bytes),
    flush: (): void => output.flush(),
    statistics: (received, dropped): void =>
      output.writeStatistics({
        interface: 0,
        timestampNs: BigInt(Date.now()) * 1_000_000n,
        received: BigInt(received),
        dropped: BigInt(dropped),
      }),
    close: (): void => output[Symbol.dispose](),
  };
}

function printingSink(task: CaptureTask): Sink {
  const lines = new PacketLines(task.lines);
  return {
    item: (item): boolean => {
      if (item.kind === 'packet') lines.add(item);
      return true;
    },
    flush: (): Promise<void> => lines.flush(),
    close: (): void => undefined,
  };
}

/** Both get everything; packets are written before they are printed. */
function bothSinks(first: Sink, second: Sink): Sink {
  return {
    item: (item): boolean => first.item(item) && second.item(item),
    flush: async (): Promise<void> => {
      await first.flush();
      await second.flush();
    },
    statistics: (received, dropped): void => first.statistics?.(received, dropped),
    close: (): void => first.close(),
  };
}

function sinkOf(task: CaptureTask, format: CaptureFormat): Sink {
  const { write, isPrinting } = task;
  if (write === undefined) return printingSink(task);
  const writing = writingSink(write, task, task.format ?? format);
  return isPrinting ? bothSinks(writing, printingSink(task)) : writing;
}

async function readFile(task: CaptureTask, path: string): Promise<number> {
  const { expression, isCounting, isPrinting, snapLength, limit, user } = task;
  using stop = stopSignal();
  const filter = new PacketFilter(expression, { onWarning, resolver });
  const file = openCaptureFile(path);
  if (user !== undefined) becomeUser(user);
  // Only for someone who waits for it.
  using progress = process.stderr.isTTY && !isPrinting ? new ProgressLine() : undefined;
  let sink: Sink | undefined;
  const openSink = (format: CaptureFormat): Sink => {
    sink = sinkOf(task, format);
    return sink;
  };
  // What comes from a pipe, or is read by someone, is handed on as it comes.
  const isPrompt = isPrinting || path === '-';
  try {
    const { matches, fault } = await filterCapture({
      ...{ file, filter, snapLength, limit, signal: stop.signal },
      openSink: isCounting ? undefined : openSink,
      onProgress: progress && ((state): void => progress.show(state)),
      onBatch: isPrompt ? (): void | Promise<void> => sink?.flush() : undefined,
    });
    if (isCounting) console.log(matches);
    if (fault) throw fault;
  } finally {
    sink?.close();
  }
  return 0;
}

function report(captured: number, { received, dropped }: { received: number; dropped: number }): void {
  const packets = (count: number): string => `${count} packet${count === 1 ? '' : 's'}`;
  console.error(`${packets(captured)} captured`);
  console.error(`${packets(received)} received by filter`);
  console.error(`${packets(dropped)} dropped by kernel`);
}

async function captureFrom(task: CaptureTask, name: string): Promise<number> {
  const { expression, snapLength, limit = Number.POSITIVE_INFINITY, bufferBytes, direction, user } = task;
  using stop = stopSignal();
  let captured = 0;
  let sink: Sink | undefined;
  const onPacket = (packet: Packet): boolean => {
    captured++;
    return sink?.item(packet) !== false && captured < limit;
  };
  try {
    const statistics = await captureLive({
      ...{ interface: name, expression, snapLength, signal: stop.signal, onPacket, onWarning, resolver },
      ...{ bufferBytes, direction, promiscuous: task.isPromiscuous },
      onStart: (item) => {
        if (user !== undefined) becomeUser(user);
        sink = task.isCounting ? undefined : sinkOf(task, 'pcap');
        sink?.item(item);
        console.error(`listening on ${name}, snapshot length ${item.interface.snapLength} bytes; Ctrl-C ends`);
      },
      onBatch: () => sink?.flush(),
    });
    sink?.statistics?.(statistics.received, statistics.dropped);
    sink?.close();
    if (task.isCounting) console.log(captured);
    report(captured, statistics);
  } finally {
    sink?.close();
  }
  return 0;
}

function listInterfaces(): number {
  const rows = [...captureInterfaces(), { name: 'any', state: 'all interfaces at once' }];
  const width = Math.max(...rows.map(({ name }) => name.length));
  for (const [index, { name, state }] of rows.entries())
    console.log(`${String(index + 1).padStart(2)} ${name.padEnd(width)}  ${state}`);
  return 0;
}

function run(input: VerbInput): Promise<number> {
  if (input.flag('list-interfaces')) return Promise.resolve(listInterfaces());
  const task = captureTask(input);
  const { source } = task;
  return 'file' in source ? readFile(task, source.file) : captureFrom(task, interfaceByNumber(source.interface));
}

export const captureVerb: Verb = {
  name: 'capture',
  usage: '-i INTERFACE|-r FILE [OPTION...] [EXPRESSION]',
  description: [
    'Takes packets from an interface or a capture file, keeps those that match EXPRESSION (the language of',
    'pcap-filter(7); none: all), and prints, counts or writes them. Addresses and ports are printed as numbers.',
    '',
    'Files: pcap and pcapng, plain, gzip or zstd. What is written has the form of what was read, unless the name',
    'ends in .pcap or .pcapng. On an interface the filter runs in the kernel, and packets come through a ring of',
    'shared memory; Ctrl-C ends the capture, and everything in the ring by then is still taken. How many packets',
    'there were, and how many found no room, is told at the end. Capturing needs CAP_NET_RAW.',
  ].join('\n'),
  options: captureOptions,
  examples: [
    ['tsbpf capture -i eth0 tcp port 443', 'see packets as they come'],
    ['tsbpf capture -r in.pcap -w web.pcap "tcp and port 80"', 'copy the packets that match'],
    ['tsbpf capture -r big.pcapng.zst --count "host 10.0.0.1"', 'count them'],
    ['tsbpf capture -i eth0 -w day-%H.pcap -G 3600 -W 24', 'a file an hour, for a day'],
    ['tsbpf capture -r in.pcap --json icmp6', 'packets for a script'],
  ],
  run,
};
