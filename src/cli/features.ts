// `tsbpf features`: what the running kernel supports.

import type { KernelFeatures } from '../api/index.ts';
import { kernelFeatures } from '../api/index.ts';
import { UsageError } from '../base/index.ts';
import { attachTypes, commands, mapTypes, programTypes } from '../spec/index.ts';
import { toJson } from '../toolkit/index.ts';
import type { Verb, VerbInput } from './verb.ts';

const lineWidth = 100;

interface SinceRow {
  readonly name: string;
  readonly since: string;
}

/** Names filled into lines, indented below a title. */
function wrapped(title: string, names: readonly string[]): string[] {
  const lines: string[] = [];
  let line = '';
  for (const name of names) {
    if (line && line.length + name.length + 4 > lineWidth) {
      lines.push(line);
      line = '';
    }
    line += `${line ? ', ' : '  '}${name}`;
  }
  if (line) lines.push(line);
  return [title, ...lines];
}

function section(title: string, answers: Readonly<Record<string, boolean>>, rows: readonly SinceRow[]): string[] {
  const since = new Map(rows.map((row) => [row.name, row.since]));
  const all = Object.entries(answers);
  const supported = all.filter(([, has]) => has).map(([name]) => name);
  const missing = all
    .filter(([, has]) => !has)
    .map(([name]) => `${name}${since.has(name) ? ` (${since.get(name)})` : ''}`);
  const lines = wrapped(`${title}: ${supported.length} of ${all.length}`, supported);
  return missing.length > 0
    ? [
        ...lines,
        ...wrapped(
          '  missing (since Linux):',
          missing.map((name) => `  ${name}`),
        ),
      ]
    : lines;
}

function* report(features: KernelFeatures): Generator<string> {
  const { release, capabilities, kernelBtf, mounts } = features;
  yield `Linux ${release}`;
  yield `types of the kernel (BTF): ${kernelBtf ? 'yes' : 'no'}`;
  yield `tracefs: ${mounts.tracefs ?? 'not mounted'}; bpf file system: ${mounts.bpf ?? 'not mounted'}`;
  yield `capabilities of this process: ${capabilities.join(', ') || 'none'}`;
  yield '';
  yield* section('program types', features.programTypes, programTypes);
  yield* section('map types', features.mapTypes, mapTypes);
  yield* section('attach types', features.attachTypes, attachTypes);
  yield* section('commands', features.commands, commands);
  yield* section('features', features.misc, []);
  for (const [type, names] of Object.entries(features.helpers)) yield `helpers for ${type}: ${names.length}`;
}

async function run(input: VerbInput): Promise<number> {
  const features = kernelFeatures({ helpers: !input.flag('no-helpers') });
  if (!features.capabilities.some((name) => name === 'CAP_BPF' || name === 'CAP_SYS_ADMIN')) {
    throw new UsageError('without privileges the kernel answers no question about BPF', {
      hint: 'run it with sudo, or give this process CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN',
    });
  }
  if (input.flag('json')) console.log(toJson(features));
  else for (const line of report(features)) console.log(line);
  return 0;
}

export const featuresVerb: Verb = {
  name: 'features',
  usage: '[OPTION...]',
  description: [
    'Asks the running kernel what it supports: program types, map types, attach types, commands of bpf(2),',
    'helpers for each program type, and other features. Nothing is attached. Needs root to be complete.',
  ].join('\n'),
  options: [
    { name: 'no-helpers', description: 'leave out the helpers, which take a second or so' },
    { name: 'json', description: 'everything as one JSON object' },
  ],
  examples: [
    ['tsbpf features', 'an overview'],
    ["tsbpf features --json | jq '.helpers.xdp'", 'the helpers that XDP programs may call'],
  ],
  run,
};
