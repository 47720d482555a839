// `tsbpf run`: compile, load, attach everything, print events as they come and maps at the end.

import type { EventStream } from '../api/index.ts';
import { load } from '../api/index.ts';
import { stopSignal, toJson, toText } from '../toolkit/index.ts';
import { printState } from './session-state.ts';
import { compileOptions, onlyPositional, openObject } from './source.ts';
import type { Verb, VerbInput } from './verb.ts';
import { CommandLineError } from './verb.ts';

// Values of globals are read as JSON where they are JSON (numbers, true, arrays, objects), else as text.
function parseGlobal(text: string): [name: string, value: unknown] {
  const equals = text.indexOf('=');
  if (equals <= 0) throw new CommandLineError(`--global takes NAME=VALUE, not "${text}"`);
  const value = text.slice(equals + 1);
  if (/^-?(0[xX][0-9a-fA-F]+|\d+)$/.test(value)) {
    const isNegative = value.startsWith('-');
    const wide = BigInt(value.replace('-', ''));
    return [text.slice(0, equals), isNegative ? -wide : wide];
  }
  try {
    return [text.slice(0, equals), JSON.parse(value)];
  } catch {
    return [text.slice(0, equals), value];
  }
}

async function printEvents(name: string, stream: EventStream<unknown>, isJson: boolean): Promise<void> {
  await stream.forEach((event) => {
    console.log(isJson ? `{"event":${JSON.stringify(name)},"value":${toJson(event)}}` : toText(event));
  });
  if (stream.lost > 0n)
    console.error(`${name}: ${stream.lost} events lost (the reader was too slow, or the buffer too small)`);
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    // A timer keeps the process alive while only the kernel has something to do.
    const alive = setInterval(() => undefined, 60_000);
    signal.addEventListener('abort', () => {
      clearInterval(alive);
      resolve();
    });
  });
}

async function run(input: VerbInput): Promise<number> {
  const path = onlyPositional(input, 'FILE');
  const isJson = input.flag('json');
  const durationSeconds = input.number('duration');
  const globals = Object.fromEntries(input.texts('global').map(parseGlobal));
  const object = await openObject(path, input);
  await using session = await load(object, { globals });
  using stop = stopSignal({ durationSeconds });
  const buffers = object.maps
    .filter(({ type }) => type === 'ringbuf' || type === 'perf_event_array')
    .map(({ name }) => name);
  const streams = buffers.map((name) => [name, session.events(name, { signal: stop.signal })] as const);
  const links = session.attach();
  const left = session.programs.length - links.length;
  const ending = durationSeconds === undefined ? 'Ctrl-C ends' : `for ${durationSeconds} s`;
  console.error(
    `${links.length} program${links.length === 1 ? '' : 's'} attached${left ? `, ${left} without a place to attach to` : ''}; ${ending}`,
  );
  await Promise.all([aborted(stop.signal), ...streams.map(([name, stream]) => printEvents(name, stream, isJson))]);
  printState(session, isJson);
  return 0;
}

export const runVerb: Verb = {
  name: 'run',
  usage: 'FILE.bpf.c|FILE.o [OPTION...]',
  description: [
    'Compiles a C source (or reads an object), loads it, attaches every program where its section says,',
    'prints the records of its ring and perf buffers as they come, and at the end its maps and global',
    'variables. Ctrl-C detaches and ends.',
  ].join('\n'),
  options: [
    { name: 'duration', short: 'd', value: 'SECONDS', description: 'end after so long; default: Ctrl-C' },
    {
      name: 'global',
      short: 'g',
      value: 'NAME=VALUE',
      isRepeatable: true,
      description: 'set a global variable before loading',
    },
    { name: 'json', description: 'one JSON object per event, map entry and variable' },
    ...compileOptions,
  ],
  examples: [
    ['tsbpf run examples/opensnoop.bpf.c --duration 5', 'see every file opened in five seconds'],
    ['tsbpf run examples/opensnoop.bpf.o -g target_pid=1234 --json', 'only those of one process, for a script'],
  ],
  run,
};
