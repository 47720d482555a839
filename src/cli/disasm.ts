// `tsbpf disasm`: the instructions of every program, with the source lines they came from.

import { decode, disassemble } from '../isa/index.ts';
import type { ProgramSpec } from '../object/index.ts';
import { toJson } from '../toolkit/index.ts';
import { compileOptions, onlyPositional, openObject } from './source.ts';
import type { Verb, VerbInput } from './verb.ts';
import { UsageError } from '../base/index.ts';

function* programText(program: ProgramSpec): Generator<string> {
  yield `${program.name} (${program.section}, ${program.type ?? 'unknown type'}):`;
  const lines = new Map(program.lines.map((line) => [line.instruction, line]));
  const functions = new Map(program.functions.map((fn) => [fn.start, fn.name]));
  for (const { slot, text } of disassemble(decode(program.code))) {
    const name = functions.get(slot);
    if (name !== undefined && slot > 0) yield `${name}:`;
    const line = lines.get(slot);
    if (line) yield `; ${line.text.trim()} @ ${line.file}:${line.line}`;
    yield `${String(slot).padStart(4)}: ${text}`;
  }
}

async function run(input: VerbInput): Promise<number> {
  const path = onlyPositional(input, 'FILE');
  const object = await openObject(path, input);
  const wanted = input.text('program');
  const programs = object.programs.filter(({ name }) => wanted === undefined || name === wanted);
  if (programs.length === 0 && wanted !== undefined) {
    throw new UsageError(`there is no program "${wanted}"`, { hint: `it has: ${object.programs.map(({ name }) => name).join(', ')}` });
  }
  for (const [index, program] of programs.entries()) {
    if (input.flag('json')) {
      const { name, section, type } = program;
      console.log(toJson({ program: name, section, type, instructions: decode(program.code) }));
      continue;
    }
    if (index > 0) console.log('');
    console.log([...programText(program)].join('\n'));
  }
  return 0;
}

export const disasmVerb: Verb = {
  name: 'disasm',
  usage: 'FILE.o|FILE.c [OPTION...]',
  description: "Prints every program's instructions in the kernel verifier's syntax, each below the source line it came from.",
  options: [
    { name: 'program', short: 'p', value: 'NAME', description: 'only this program' },
    { name: 'json', description: 'one JSON object per program' },
    ...compileOptions,
  ],
  examples: [['tsbpf disasm examples/hello.bpf.o', 'what was compiled']],
  run,
};
