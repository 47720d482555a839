// `tsbpf capture`: packets of an interface or a file through a filter, printed, counted or written.

import { statSync } from 'node:fs';
import type { FilterFileResult, Rotation } from '../api/index.ts';
import {
  CaptureOutput,
  captureLive,
  filterItems,
  filterRaw,
  OutputFile,
  openCaptureFile,
  PacketFilter,
} from '../api/index.ts';
import { type Diagnostic, renderDiagnostic } from '../base/index.ts';
import type { CaptureFormat, CaptureItem, Packet } from '../pcap/index.ts';
import { stopSignal } from '../toolkit/index.ts';
import { PacketLines } from './packet-lines.ts';
import { systemResolver } from './system-names.ts';
import type { Verb, VerbInput } from './verb.ts';
import { CommandLineError } from './verb.ts';

/** What the command line asks for. */
interface Task {
  readonly expression: string;
  readonly write: string | undefined;
  readonly isCounting: boolean;
  readonly limit: number | undefined;
  readonly snapLength: number | undefined;
  readonly rotation: Rotation | undefined;
  readonly format: CaptureFormat | undefined;
  readonly input: VerbInput;
}

/** Takes items: prints or writes them. */
interface Sink {
  item(item: CaptureItem): void;
  /** Hands on what is buffered. */
  flush(): void | Promise<void>;
  /** Nothing more is wanted. */
  readonly isDone: boolean;
  /** Takes the counters of a live capture, at its end. */
  statistics?(received: number, dropped: number): void;
  close(): void;
}

const resolver = systemResolver();
const onWarning = (warning: Diagnostic): void => console.error(renderDiagnostic(warning));
const megabyte = 1_000_000;
const largestSnapLength = 262144;

function whole(input: VerbInput, name: string, least: number): number | undefined {
  const value = input.number(name, least);
  if (value !== undefined && !Number.isInteger(value)) {
    throw new CommandLineError(`--${name} takes a whole number, not "${value}"`);
  }
  return value;
}

function rotationOf(input: VerbInput): Rotation | undefined {
  const size = input.number('rotate-size', 0);
  const seconds = input.number('rotate-seconds', 1);
  const files = whole(input, 'files', 1);
  if (size === undefined && seconds === undefined) {
    if (files !== undefined) throw new CommandLineError('--files needs --rotate-size or --rotate-seconds');
    return undefined;
  }
  if (input.text('write') === undefined) throw new CommandLineError('rotation needs --write');
  return { sizeBytes: size && Math.ceil(size * megabyte), seconds, files };
}

function formatOf(input: VerbInput): CaptureFormat | undefined {
  const name = input.text('format') ?? /\.(pcap|pcapng)$/.exec(input.text('write') ?? '')?.[1];
  if (name === undefined || name === 'pcap' || name === 'pcapng') return name;
  throw new CommandLineError(`--format takes pcap or pcapng, not "${name}"`);
}

function taskOf(input: VerbInput): Task {
  const snapLength = whole(input, 'snap-length', 0);
  const task: Task = {
    expression: input.positionals.join(' '),
    write: input.text('write'),
    isCounting: input.flag('count'),
    limit: whole(input, 'limit', 1),
    snapLength: snapLength === 0 ? undefined : snapLength,
    rotation: rotationOf(input),
    format: formatOf(input),
    input,
  };
  if (snapLength !== undefined && snapLength > largestSnapLength) {
    throw new CommandLineError(`--snap-length takes at most ${largestSnapLength}`);
  }
  if (task.isCounting && task.write !== undefined) throw new CommandLineError('--count and --write exclude each other');
  if (task.isCounting && input.flag('json')) throw new CommandLineError('--count and --json exclude each other');
  return task;
}

function writingSink(path: string, task: Task, format: CaptureFormat): Sink {
  const { snapLength, rotation } = task;
  const output = new CaptureOutput({ path, format, snapLength, rotation });
  return {
    item: (item): void => output.write(item),
    flush: (): void => output.flush(),
    get isDone(): boolean {
      return output.isDone;
    },
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

function printingSink({ input, snapLength }: Task): Sink {
  const lines = new PacketLines({ isJson: input.flag('json'), showsLink: input.flag('link-header'), snapLength });
  return {
    item: (item): void => {
      if (item.kind === 'packet') lines.add(item);
    },
    flush: (): Promise<void> => lines.flush(),
    isDone: false,
    close: (): void => undefined,
  };
}

const countingSink: Sink = { item: () => undefined, flush: () => undefined, isDone: false, close: () => undefined };

function sinkOf(task: Task, format: CaptureFormat): Sink {
  if (task.isCounting) return countingSink;
  return task.write === undefined ? printingSink(task) : writingSink(task.write, task, task.format ?? format);
}

/** Copies or counts without looking at packets one by one, where that is all that is asked and the file allows it. */
async function filterFast(task: Task, path: string, signal: AbortSignal): Promise<FilterFileResult | undefined> {
  const { expression, write, limit, isCounting } = task;
  const isCopy = write !== undefined && !task.rotation && task.snapLength === undefined && task.format !== 'pcapng';
  if (path === '-' || !(isCounting || isCopy)) return undefined;
  const file = openCaptureFile(path);
  const filter = new PacketFilter(expression, { onWarning, resolver });
  let output: OutputFile | undefined;
  const openOutput = (): OutputFile => {
    output = new OutputFile(write ?? '-');
    return output;
  };
  try {
    return await filterRaw({ file, filter, limit, signal }, isCounting ? undefined : openOutput);
  } finally {
    output?.close();
  }
}

async function readFile(task: Task, path: string): Promise<number> {
  using stop = stopSignal();
  const fast = await filterFast(task, path, stop.signal);
  const { matches, fault } = fast ?? (await readItems(task, path, stop.signal));
  if (task.isCounting) console.log(matches);
  if (fault) throw fault;
  return 0;
}

async function readItems(task: Task, path: string, signal: AbortSignal): Promise<FilterFileResult> {
  const filter = new PacketFilter(task.expression, { onWarning, resolver });
  const file = openCaptureFile(path);
  let sink: Sink | undefined;
  // The filter is compiled when the first interface is known: only then may the output be made, and a file emptied.
  const early: CaptureItem[] = [];
  try {
    return await filterItems({
      ...{ file, filter, signal, limit: task.limit },
      onItem: (item) => {
        early.push(item);
        if (!sink && item.kind !== 'interface') return true;
        sink ??= sinkOf(task, early[0]?.kind === 'section' ? 'pcapng' : 'pcap');
        for (const waiting of early.splice(0)) sink.item(waiting);
        return !sink.isDone;
      },
      onBatch: () => sink?.flush(),
    });
  } finally {
    sink?.close();
  }
}

function report(captured: number, { received, dropped }: { received: number; dropped: number }): void {
  const packets = (count: number): string => `${count} packet${count === 1 ? '' : 's'}`;
  console.error(`${packets(captured)} captured`);
  console.error(`${packets(received)} received by filter`);
  console.error(`${packets(dropped)} dropped by kernel`);
}

async function captureFrom(task: Task, name: string): Promise<number> {
  const { expression, snapLength, limit = Number.POSITIVE_INFINITY, input } = task;
  using stop = stopSignal();
  const buffer = whole(input, 'buffer-size', 64);
  let captured = 0;
  let sink: Sink | undefined;
  const onPacket = (packet: Packet): boolean => {
    captured++;
    sink?.item(packet);
    return captured < limit && !sink?.isDone;
  };
  try {
    const statistics = await captureLive({
      ...{ interface: name, expression, snapLength, signal: stop.signal, onPacket, onWarning, resolver },
      bufferBytes: buffer && buffer * 1024,
      promiscuous: !input.flag('no-promiscuous'),
      onStart: (item) => {
        sink = sinkOf(task, 'pcap');
        sink.item(item);
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

function isSameFile(read: string, write: string): boolean {
  try {
    const [a, b] = [statSync(read), statSync(write)];
    return a.isFile() && a.ino === b.ino && a.dev === b.dev;
  } catch {
    return false;
  }
}

async function run(input: VerbInput): Promise<number> {
  const [path, name] = [input.text('read'), input.text('interface')];
  if (path !== undefined && name !== undefined) throw new CommandLineError('--read and --interface exclude each other');
  const task = taskOf(input);
  if (path !== undefined && task.write !== undefined && isSameFile(path, task.write)) {
    throw new CommandLineError('the output would overwrite the input', { hint: 'give another name with -w' });
  }
  if (path !== undefined) return readFile(task, path);
  if (name !== undefined) return captureFrom(task, name);
  throw new CommandLineError('nothing to capture from', { hint: 'give an interface with -i, or a file with -r' });
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
  options: [
    { name: 'interface', short: 'i', value: 'NAME', description: 'capture live' },
    { name: 'read', short: 'r', value: 'FILE', description: 'read a capture file; -: standard input' },
    {
      name: 'write',
      short: 'w',
      value: 'FILE',
      description: 'write packets instead of printing them; -: standard output',
    },
    { name: 'format', value: 'pcap|pcapng', description: 'what to write; default: by the name, or as read' },
    { name: 'count', description: 'print only the number of matching packets' },
    { name: 'limit', short: 'c', value: 'N', description: 'end after N matching packets' },
    {
      name: 'snap-length',
      short: 's',
      value: 'BYTES',
      description: 'keep at most so much of a packet; default: 262144',
    },
    {
      name: 'rotate-size',
      short: 'C',
      value: 'MB',
      description: 'begin a new file after so many million bytes: FILE, FILE1, ...',
    },
    {
      name: 'rotate-seconds',
      short: 'G',
      value: 'S',
      description: 'begin a new file after S seconds; FILE may hold %H%M%S and the like',
    },
    { name: 'files', short: 'W', value: 'N', description: 'with -C: keep N files in turn; with -G alone: end after N' },
    { name: 'json', description: 'print one JSON object per packet' },
    { name: 'link-header', short: 'e', description: 'print the link-layer header as well' },
    { name: 'numeric', short: 'n', description: 'taken for familiarity: names are never looked up for printing' },
    {
      name: 'buffer-size',
      short: 'B',
      value: 'KIB',
      description: 'size of the ring of a live capture; default: 16384',
    },
    { name: 'no-promiscuous', short: 'p', description: 'only packets to and from this machine' },
  ],
  examples: [
    ['tsbpf capture -i eth0 tcp port 443', 'see packets as they come'],
    ['tsbpf capture -r in.pcap -w web.pcap "tcp and port 80"', 'copy the packets that match'],
    ['tsbpf capture -r big.pcapng.zst --count "host 10.0.0.1"', 'count them'],
    ['tsbpf capture -i eth0 -w day-%H.pcap -G 3600 -W 24', 'a file an hour, for a day'],
    ['tsbpf capture -r in.pcap --json icmp6', 'packets for a script'],
  ],
  run,
};
