// What the options of `tsbpf capture` ask for; most have tcpdump's letters.

import { readFileSync, statSync } from 'node:fs';
import type { CaptureDirection, Rotation } from '../api/index.ts';
import type { CaptureFormat, DumpStyle } from '../pcap/index.ts';
import type { PacketLinesOptions } from './packet-lines.ts';
import { timeStyles } from './packet-times.ts';
import { CommandLineError, type OptionSpec, type VerbInput } from './verb.ts';

/** What the command line asks for. */
export interface CaptureTask {
  readonly source: { readonly file: string } | { readonly interface: string };
  readonly expression: string;
  readonly write: string | undefined;
  readonly isCounting: boolean;
  /** Packets are printed: without a file to write to, or beside it. */
  readonly isPrinting: boolean;
  readonly limit: number | undefined;
  readonly snapLength: number | undefined;
  readonly rotation: Rotation | undefined;
  /** Run with the name of each file of a rotation that is finished. */
  readonly rotateCommand: string | undefined;
  /** The user to become before anything is written. */
  readonly user: string | undefined;
  readonly format: CaptureFormat | undefined;
  readonly lines: PacketLinesOptions;
  readonly bufferBytes: number | undefined;
  readonly isPromiscuous: boolean;
  readonly direction: CaptureDirection;
}

const megabyte = 1_000_000;

/** Options that are numbers: the least and the most they take; whole ones unless they say otherwise. */
const numbers = {
  limit: { least: 1, most: 0xffff_ffff },
  'snap-length': { least: 0, most: 262_144 },
  'buffer-size': { least: 64, most: 2_000_000 },
  files: { least: 1, most: 1_000_000 },
  'rotate-size': { least: 0.001, most: 1e9, hasFraction: true },
  'rotate-seconds': { least: 1, most: 1e9, hasFraction: true },
} as const satisfies Readonly<Record<string, { least: number; most: number; hasFraction?: true }>>;

function numberOf(input: VerbInput, name: keyof typeof numbers): number | undefined {
  const row: { readonly least: number; readonly most: number; readonly hasFraction?: true } = numbers[name];
  const value = input.number(name, row.least);
  if (value === undefined) return undefined;
  if (value > row.most) throw new CommandLineError(`--${name} takes at most ${row.most}`);
  if (!row.hasFraction && !Number.isInteger(value)) {
    throw new CommandLineError(`--${name} takes a whole number, not "${value}"`);
  }
  return value;
}

function rotationOf(input: VerbInput): Rotation | undefined {
  const size = numberOf(input, 'rotate-size');
  const seconds = numberOf(input, 'rotate-seconds');
  const files = numberOf(input, 'files');
  if (size === undefined && seconds === undefined) {
    if (input.text('rotate-command') !== undefined)
      throw new CommandLineError('--rotate-command needs --rotate-size or --rotate-seconds');
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

const dumpFlags: readonly (readonly [name: string, style: DumpStyle])[] = [
  ['hex', 'hex'],
  ['hex-characters', 'hex-and-characters'],
  ['characters', 'characters'],
];

/** What is shown below each line: the last in the table wins where several are asked for. */
function dumpOf(input: VerbInput): PacketLinesOptions['dump'] {
  let dump: PacketLinesOptions['dump'];
  for (const [name, style] of dumpFlags) {
    const count = input.count(name);
    if (count > 0) dump = { style, includesLink: count > 1 };
  }
  return dump;
}

function linesOf(input: VerbInput, snapLength: number | undefined): PacketLinesOptions {
  const times = timeStyles[input.count('time')];
  if (!times) throw new CommandLineError('-t can be given at most five times', { hint: 'see tsbpf capture --help' });
  return {
    ...{ times, snapLength, dump: dumpOf(input) },
    isJson: input.flag('json'),
    isNumbered: input.flag('number'),
    isQuiet: input.flag('quiet'),
    detail: input.count('verbose'),
    showsLink: input.flag('link-header'),
    hasAbsoluteNumbers: input.flag('absolute-numbers'),
  };
}

function directionOf(input: VerbInput): CaptureDirection {
  const text = input.text('direction') ?? 'inout';
  if (text === 'in' || text === 'out' || text === 'inout') return text;
  throw new CommandLineError(`--direction takes in, out or inout, not "${text}"`);
}

function expressionOf(input: VerbInput): string {
  const path = input.text('expression-file');
  if (path === undefined) return input.positionals.join(' ');
  if (input.positionals.length > 0)
    throw new CommandLineError('--expression-file and an expression exclude each other');
  return readFileSync(path, 'utf8');
}

function sourceOf(input: VerbInput): CaptureTask['source'] {
  const [file, name] = [input.text('read'), input.text('interface')];
  if (file !== undefined && name !== undefined) throw new CommandLineError('--read and --interface exclude each other');
  if (file !== undefined) return { file };
  if (name !== undefined) return { interface: name };
  throw new CommandLineError('nothing to capture from', {
    hint: 'give an interface with -i (-D lists them; any: all), or a file with -r',
  });
}

function isSameFile(read: string, write: string): boolean {
  try {
    const [a, b] = [statSync(read), statSync(write)];
    return a.isFile() && a.ino === b.ino && a.dev === b.dev;
  } catch {
    return false;
  }
}

function check(task: CaptureTask): void {
  const { source, write, isCounting, lines } = task;
  if ('file' in source && write !== undefined && isSameFile(source.file, write)) {
    throw new CommandLineError('the output would overwrite the input', { hint: 'give another name with -w' });
  }
  if (isCounting && write !== undefined) throw new CommandLineError('--count and --write exclude each other');
  if (isCounting && lines.isJson) throw new CommandLineError('--count and --json exclude each other');
  if (write === '-' && task.isPrinting)
    throw new CommandLineError('--print and --write to standard output exclude each other');
}

/** Reads the command line. @throws CommandLineError */
export function captureTask(input: VerbInput): CaptureTask {
  const snapLength = numberOf(input, 'snap-length') || undefined;
  const write = input.text('write');
  const isCounting = input.flag('count');
  const buffer = numberOf(input, 'buffer-size');
  const task: CaptureTask = {
    ...{ write, isCounting, snapLength },
    source: sourceOf(input),
    expression: expressionOf(input),
    isPrinting: input.flag('print') || (write === undefined && !isCounting),
    limit: numberOf(input, 'limit'),
    rotation: rotationOf(input),
    rotateCommand: input.text('rotate-command'),
    user: input.text('user'),
    format: formatOf(input),
    lines: linesOf(input, snapLength),
    bufferBytes: buffer && buffer * 1024,
    isPromiscuous: !input.flag('no-promiscuous'),
    direction: directionOf(input),
  };
  check(task);
  return task;
}

/** The options. */
export const captureOptions: readonly OptionSpec[] = [
  {
    name: 'interface',
    short: 'i',
    value: 'NAME',
    description: 'capture live; a name or a number that -D tells; any: all',
  },
  { name: 'list-interfaces', short: 'D', description: 'list the interfaces' },
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
  {
    name: 'rotate-command',
    short: 'z',
    value: 'COMMAND',
    description: 'run COMMAND FILE for each file of -C or -G when the next one begins',
  },
  { name: 'user', short: 'Z', value: 'USER', description: 'become USER once the input is open, if started by root' },
  { name: 'print', description: 'print packets even though they are written' },
  { name: 'json', description: 'print one JSON object per packet' },
  { name: 'link-header', short: 'e', description: 'print the link-layer header as well' },
  {
    name: 'time',
    short: 't',
    isRepeatable: true,
    description: 'no time; -tt: since 1970; -ttt, -ttttt: since the last, the first; -tttt: date',
  },
  { name: 'quiet', short: 'q', description: 'print less about each packet' },
  {
    name: 'verbose',
    short: 'v',
    isRepeatable: true,
    description: 'fields of IP, checksums, HTTP heads; -vv: DNS sections too; -vvv: their times',
  },
  { name: 'number', short: '#', description: 'number the packets' },
  {
    name: 'absolute-numbers',
    short: 'S',
    description: 'print TCP sequence numbers as they are, not from the first on',
  },
  {
    name: 'hex',
    short: 'x',
    isRepeatable: true,
    description: 'print the bytes of each packet; -xx: link-layer header too',
  },
  { name: 'hex-characters', short: 'X', isRepeatable: true, description: 'as -x, with characters' },
  { name: 'characters', short: 'A', isRepeatable: true, description: 'as -x, characters alone' },
  { name: 'direction', short: 'Q', value: 'in|out|inout', description: 'only packets that come in, or go out' },
  { name: 'expression-file', short: 'F', value: 'FILE', description: 'read the expression from a file' },
  {
    name: 'buffer-size',
    short: 'B',
    value: 'KIB',
    description: 'size of the ring of a live capture; default: 16384',
  },
  { name: 'no-promiscuous', short: 'p', description: 'only packets to and from this machine' },
  {
    name: 'numeric',
    short: 'n',
    isRepeatable: true,
    description: 'taken for familiarity: names are never looked up for printing',
  },
  { name: 'packet-buffered', short: 'U', description: 'taken for familiarity: packets are written as they come' },
  { name: 'line-buffered', short: 'l', description: 'taken for familiarity: lines are printed as packets come' },
];
