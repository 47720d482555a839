// `tsbpf filter`: compiles a filter expression and prints the program.

import { renderDiagnostics, UsageError } from '../base/index.ts';
import {
  compileFilter,
  compileToJson,
  type FilterFormat,
  type FilterOptions,
  formatFilter,
  listLinkTypes,
} from '../filter/index.ts';
import { linesOf } from './lines.ts';
import { printLine } from './standard-output.ts';
import { systemResolver } from './system-names.ts';
import type { Verb, VerbInput } from './verb.ts';

/** Options that choose what is printed; `-dd` and `-ddd` come as repeated `-d`. */
const formats: readonly FilterFormat[] = ['json', 'ebpf', 'dot', 'svg', 'explain'];
const listings: readonly FilterFormat[] = ['d', 'dd', 'ddd'];

function formatOf(input: VerbInput): FilterFormat {
  const chosen = formats.filter((name) => input.flag(name));
  if (chosen.length > 1) throw new UsageError(`--${chosen[0]} and --${chosen[1]} exclude each other`);
  const listing = Math.min(3, input.texts('d').length);
  return chosen[0] ?? listings[listing - 1] ?? 'd';
}

function optimization(input: VerbInput): 'size' | 'speed' | false {
  if (input.flag('O')) return false;
  const goal = input.text('optimize') ?? 'size';
  if (goal !== 'size' && goal !== 'speed') throw new UsageError(`--optimize takes size or speed, not "${goal}"`);
  return goal;
}

function parseNetmask(text: string): number {
  const parts = text.split('.').map(Number);
  if (parts.length !== 4 || parts.some((part) => !(part >= 0 && part <= 255)))
    throw new UsageError(`"${text}" is no netmask`, { hint: 'as in 255.255.255.0' });
  return parts.reduce((sum, part) => sum * 256 + part, 0);
}

function filterOptions(input: VerbInput): FilterOptions {
  const netmask = input.text('netmask');
  return {
    linkType: input.text('link-type') ?? 'EN10MB',
    snapLength: input.number('snapshot-length', 0) || 262144,
    optimize: optimization(input),
    resolver: systemResolver(),
    ...(netmask === undefined ? {} : { netmask: parseNetmask(netmask) }),
  };
}

/** One object a line, however long the line is and whatever it holds. */
async function printLines(options: FilterOptions): Promise<void> {
  for await (const lines of linesOf(process.stdin)) {
    const text = lines.map((line) => `${compileToJson(line, options)}\n`).join('');
    if (!process.stdout.write(text)) await new Promise((resolve) => process.stdout.once('drain', resolve));
  }
}

async function run(input: VerbInput): Promise<number> {
  if (input.flag('list-link-types')) {
    process.stdout.write(listLinkTypes());
    return 0;
  }
  const options = filterOptions(input);
  const expression = input.positionals.join(' ');
  if (expression === '-' && input.flag('json')) {
    await printLines(options);
    return 0;
  }
  if (input.positionals.length === 0)
    throw new UsageError('an expression is missing', { hint: "quote it: tsbpf filter 'tcp port 80'" });
  const filter = compileFilter(expression, options);
  if (filter.warnings.length > 0) console.error(renderDiagnostics(filter.warnings));
  printLine(formatFilter(filter, formatOf(input)).trimEnd());
  return 0;
}

export const filterVerb: Verb = {
  name: 'filter',
  usage: 'EXPRESSION [OPTION...]',
  description: [
    'Compiles an expression in the language of pcap-filter(7) to classic BPF and prints it as tcpdump -d does,',
    'or in another form. With --json and - as the expression, reads one expression a line and prints one object a',
    'line.',
  ].join('\n'),
  options: [
    {
      name: 'd',
      short: 'd',
      isRepeatable: true,
      description: 'the listing; twice: a C array; three times: decimal numbers',
    },
    { name: 'ebpf', description: 'the program in extended BPF, for a socket' },
    { name: 'json', description: 'one JSON object' },
    { name: 'dot', description: 'the control-flow graph for Graphviz' },
    { name: 'svg', description: 'the control-flow graph as a drawing' },
    { name: 'explain', description: 'what each block tests, in words' },
    { name: 'O', short: 'O', description: 'every test as it is written, without optimising' },
    { name: 'optimize', value: 'GOAL', description: 'size (fewest instructions, default) or speed (fewest executed)' },
    { name: 'link-type', short: 'y', value: 'DLT', description: 'link type; default EN10MB' },
    { name: 'snapshot-length', short: 's', value: 'BYTES', description: 'bytes to keep of a packet; default 262144' },
    { name: 'netmask', value: 'MASK', description: 'netmask of the interface, for "ip broadcast"' },
    { name: 'list-link-types', description: 'the link types there are' },
  ],
  examples: [
    ["tsbpf filter 'tcp port 80'", 'the program, as tcpdump -d prints it'],
    ["tsbpf filter 'icmp or udp port 53' --svg > filter.svg", 'a picture of it'],
    ["tsbpf filter 'ip host 10.0.0.1' -y RAW -ddd", 'for iptables -m bpf'],
  ],
  run,
};
