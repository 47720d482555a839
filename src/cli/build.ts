// `tsbpf build`: C in, an ELF object or a TypeScript module out.

import { writeFileSync } from 'node:fs';
import { emitStage, typeScriptModule } from '../api/index.ts';
import { writeObject } from '../object/index.ts';
import { compileOptions, compileSettings, isSource, onlyPositional, openObject } from './source.ts';
import type { Verb, VerbInput } from './verb.ts';
import { CommandLineError } from './verb.ts';

type Emitter = (path: string, input: VerbInput) => Promise<string>;

const emitters: Readonly<Record<string, Emitter>> = {
  preprocessed: (path, input) => emitStage(path, 'preprocessed', compileSettings(input)),
  ir: (path, input) => emitStage(path, 'ir', compileSettings(input)),
  asm: async (path, input): Promise<string> => {
    const { disasmText } = await import('./disasm.ts');
    return disasmText((await openObject(path, input)).programs);
  },
};

async function emit(path: string, stage: string, input: VerbInput): Promise<number> {
  const emitter = Object.hasOwn(emitters, stage) ? emitters[stage] : undefined;
  if (!emitter) throw new CommandLineError(`--emit takes ${Object.keys(emitters).join(', ')}, not "${stage}"`);
  if (!isSource(path)) throw new CommandLineError(`${path} is no C source`);
  const text = `${(await emitter(path, input)).trimEnd()}\n`;
  const output = input.text('output');
  if (output === undefined) process.stdout.write(text);
  else writeFileSync(output, text);
  return 0;
}

async function run(input: VerbInput): Promise<number> {
  const path = onlyPositional(input, 'FILE.bpf.c');
  const stage = input.text('emit');
  if (stage !== undefined) return emit(path, stage, input);
  const output = input.text('output') ?? path.replace(/\.(c|o)$/, '.o');
  const isModule = output.endsWith('.ts');
  if (!isModule && !output.endsWith('.o')) {
    throw new CommandLineError(`cannot tell what to write into "${output}"`, { hint: 'end its name in .o or .ts' });
  }
  if (output === path)
    throw new CommandLineError('the output would overwrite the input', { hint: 'give another name with -o' });
  const object = await openObject(path, input);
  const bytes = writeObject(object);
  writeFileSync(output, isModule ? typeScriptModule(object, bytes) : bytes);
  return 0;
}

export const buildVerb: Verb = {
  name: 'build',
  usage: 'FILE.bpf.c -o OUT.o|OUT.ts [OPTION...]',
  description: [
    'Compiles C to an ELF object that any BPF loader takes, or to a TypeScript module that holds the object',
    'and the exact types of its maps, events and global variables.',
  ].join('\n'),
  options: [
    { name: 'output', short: 'o', value: 'FILE', description: 'what to write; default: FILE.bpf.o' },
    { name: 'emit', value: 'STAGE', description: 'print what became of it instead: preprocessed, ir or asm' },
    ...compileOptions,
  ],
  examples: [
    ['tsbpf build prog.bpf.c -o prog.o', 'an object for tsbpf, libbpf or bpftool'],
    ['tsbpf build prog.bpf.c -o prog.ts', 'a module: import { object } from "./prog.ts"; await load(object)'],
  ],
  run,
};
