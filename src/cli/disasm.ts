// `tsbpf disasm`: the instructions of every program, with the source lines they came from.

import { UsageError } from '../base/index.ts';
import { decode, disassembleLines } from '../isa/index.ts';
import type { ProgramSpec, Reference } from '../object/index.ts';
import { helpers } from '../spec/index.ts';
import { toJson } from '../toolkit/index.ts';
import { compileOptions, onlyPositional, openObject } from './source.ts';
import type { Verb, VerbInput } from './verb.ts';

const helperNames: ReadonlyMap<number, string> = new Map(
  helpers.map(({ id, name }) => [id, `bpf_${name.replace(/^bpf_/, '')}`]),
);

// What a host fills in is named, since its number means nothing here.
function referenceText(reference: Reference): string {
  if (reference.kind === 'map') return `map ${reference.map}`;
  if (reference.kind === 'map-value') return `map ${reference.map} + ${reference.offset}`;
  if (reference.kind === 'subprogram') return `subprogram at ${reference.target}`;
  return `${reference.kind} ${reference.extern}`;
}

function* programText(program: ProgramSpec): Generator<string> {
  yield `${program.name} (${program.section}, ${program.type ?? 'unknown type'}):`;
  const lines = new Map(program.lines.map((line) => [line.instruction, line]));
  const functions = new Map(program.functions.map((fn) => [fn.start, fn.name]));
  const references = new Map(program.references.map((reference) => [reference.instruction, reference]));
  const options = { helperName: (id: number): string | undefined => helperNames.get(id) };
  let shown = '';
  for (const { slot, text } of disassembleLines(decode(program.code), options)) {
    const name = functions.get(slot);
    if (name !== undefined && slot > 0) yield `${name}:`;
    const line = lines.get(slot);
    const source = line ? `; ${line.text.trim()} @ ${line.file}:${line.line}` : '';
    if (source && source !== shown) yield source;
    shown = source || shown;
    const reference = references.get(slot);
    yield `${String(slot).padStart(4)}: ${text}${reference ? `  ; ${referenceText(reference)}` : ''}`;
  }
}

/** The listing of all programs. */
export function disasmText(programs: readonly ProgramSpec[]): string {
  return programs.map((program) => [...programText(program)].join('\n')).join('\n\n');
}

async function run(input: VerbInput): Promise<number> {
  const path = onlyPositional(input, 'FILE');
  const object = await openObject(path, input);
  const wanted = input.text('program');
  const programs = object.programs.filter(({ name }) => wanted === undefined || name === wanted);
  if (programs.length === 0 && wanted !== undefined) {
    throw new UsageError(`there is no program "${wanted}"`, {
      hint: `it has: ${object.programs.map(({ name }) => name).join(', ')}`,
    });
  }
  if (!input.flag('json')) console.log(disasmText(programs));
  else {
    for (const { name, section, type, code } of programs) {
      console.log(toJson({ program: name, section, type, instructions: decode(code) }));
    }
  }
  return 0;
}

export const disasmVerb: Verb = {
  name: 'disasm',
  usage: 'FILE.o|FILE.c [OPTION...]',
  description:
    "Prints every program's instructions in the kernel verifier's syntax, each below the source line it came from.",
  options: [
    { name: 'program', short: 'p', value: 'NAME', description: 'only this program' },
    { name: 'json', description: 'one JSON object per program' },
    ...compileOptions,
  ],
  examples: [['tsbpf disasm examples/hello.bpf.o', 'what was compiled']],
  run,
};
