// `tsbpf btf`: types of the running kernel or of a file, as C, TypeScript or JSON.

import { readFile } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { runningKernelTypes } from '../api/index.ts';
import { suggest, systemReason, UnsupportedError, UsageError } from '../base/index.ts';
import type { Btf, BtfKind, TypeId } from '../btf/index.ts';
import { parseBtf, printC, printTypeScript } from '../btf/index.ts';
import { readObject } from '../object/index.ts';
import { toJson } from '../toolkit/index.ts';
import type { Verb, VerbInput } from './verb.ts';
import { CommandLineError } from './verb.ts';

const elfMagic = 0x7f;

/** A module's types continue the running kernel's. */
function baseOf(path: string): Btf | undefined {
  const isModule = dirname(resolve(path)) === '/sys/kernel/btf' && basename(path) !== 'vmlinux';
  return isModule ? runningKernelTypes()?.btf : undefined;
}

async function openTypes(path: string | undefined): Promise<Btf> {
  if (path === undefined) {
    const running = runningKernelTypes();
    if (running) return running.btf;
    throw new UnsupportedError('types of the running kernel', {
      since: '5.4 with CONFIG_DEBUG_INFO_BTF',
      hint: 'name a file with --file (raw BTF, or an object)',
    });
  }
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    throw new UsageError(`cannot read ${path}: ${systemReason(cause) ?? String(cause)}`, { cause });
  }
  if (bytes[0] !== elfMagic) return parseBtf(bytes, { name: path, base: baseOf(path) });
  const { btf } = readObject(bytes, { name: path });
  if (!btf) throw new UsageError(`${path} holds no types`, { hint: 'compile it with -g' });
  return btf;
}

function findType(btf: Btf, text: string): TypeId {
  const match = /^(struct|union|enum|typedef)\s+(.+)$/.exec(text);
  const name = match?.[2] ?? text;
  const kinds = match
    ? [match[1]]
    : ['struct', 'union', 'enum', 'enum64', 'typedef', 'int', 'func', 'var', 'float', 'fwd', 'datasec'];
  for (const kind of kinds) {
    const id = btf.findAll(name).find((candidate) => btf.type(candidate).kind === kind);
    if (id !== undefined) return id;
  }
  const nearest = suggest(name, allNames(btf));
  throw new UsageError(`there is no type "${text}"`, { hint: nearest ? `did you mean "${nearest}"?` : undefined });
}

function* allNames(btf: Btf): Generator<string> {
  for (let id = 1; id < btf.length; id++) {
    const type = btf.type(id);
    if ('name' in type && type.name) yield type.name;
  }
}

// What has a name and a value in TypeScript.
const declarable: ReadonlySet<BtfKind> = new Set<BtfKind>(['struct', 'union', 'enum', 'enum64', 'typedef']);

function ownIds(btf: Btf): TypeId[] {
  return Array.from({ length: btf.length - btf.firstId }, (_, index) => btf.firstId + index);
}

type Format = (btf: Btf, ids: readonly TypeId[] | undefined) => string;

const formats: Readonly<Record<string, Format>> = {
  c: (btf, ids) => printC(btf, ids),
  ts: (btf, ids) => printTypeScript(btf, ids ?? ownIds(btf).filter((id) => declarable.has(btf.type(id).kind))),
  json: (btf, ids) => (ids ?? ownIds(btf)).map((id) => toJson({ id, ...btf.type(id) })).join('\n'),
};

async function run(input: VerbInput): Promise<number> {
  const formatName = input.text('format') ?? (input.flag('json') ? 'json' : 'c');
  const format = Object.hasOwn(formats, formatName) ? formats[formatName] : undefined;
  if (!format) throw new CommandLineError(`--format takes ${Object.keys(formats).join(', ')}, not "${formatName}"`);
  const btf = await openTypes(input.text('file'));
  const ids = input.positionals.map((name) => findType(btf, name));
  process.stdout.write(`${format(btf, ids.length > 0 ? ids : undefined).trimEnd()}\n`);
  return 0;
}

export const btfVerb: Verb = {
  name: 'btf',
  usage: '[TYPE...] [OPTION...]',
  description: [
    'Prints types, with all that they need, as C (a vmlinux.h that a compiler takes), TypeScript or JSON.',
    'Without TYPE: all of them. A TYPE is a name, or "struct NAME", "union NAME", "enum NAME", "typedef NAME".',
  ].join('\n'),
  options: [
    { name: 'format', value: 'c|ts|json', description: 'default: c' },
    { name: 'file', value: 'FILE', description: 'raw BTF or an object; default: the running kernel' },
    { name: 'json', description: 'the same as --format json: one type a line' },
  ],
  examples: [
    ['tsbpf btf > vmlinux.h', "the running kernel's types"],
    ['tsbpf btf "struct task_struct" --format ts', 'one type as TypeScript'],
  ],
  run,
};
