// `tsbpf load`: does the kernel accept these programs? One result line per program, without attaching anything.

import { load } from '../api/index.ts';
import { BpfError } from '../base/index.ts';
import type { BpfObject, ProgramSpec } from '../object/index.ts';
import { toJson } from '../toolkit/index.ts';
import { compileOptions, isSource, openObject } from './source.ts';
import type { Verb, VerbInput } from './verb.ts';
import { CommandLineError } from './verb.ts';

interface ProgramResult {
  readonly file: string;
  readonly program: string;
  /** Null where the section does not say. */
  readonly type: string | null;
  readonly section: string;
  readonly loaded: boolean;
  readonly reason?: string;
}

function reasonOf(error: unknown): string {
  const hint = error instanceof BpfError && error.hint ? ` (${error.hint})` : '';
  return `${error instanceof Error ? error.message : String(error)}${hint}`;
}

function failed(file: string, program: ProgramSpec, error: unknown): ProgramResult {
  const { name, type = null, section } = program;
  return { file, program: name, type, section, loaded: false, reason: reasonOf(error) };
}

async function tryObject(file: string, object: BpfObject): Promise<ProgramResult[]> {
  const refused = new Map<string, ProgramResult>();
  const programs = object.programs.filter(({ autoload }) => autoload);
  try {
    await using _session = await load(object, {
      onProgramError: (program, error) => {
        refused.set(program.name, failed(file, program, error));
      },
    });
  } catch (error) {
    // The maps or the object as a whole failed: no program of it can be loaded.
    return programs.map((program) => failed(file, program, error));
  }
  return programs.map(
    ({ name, type = null, section }) => refused.get(name) ?? { file, program: name, type, section, loaded: true },
  );
}

function printResult(result: ProgramResult, isJson: boolean): void {
  if (isJson) {
    console.log(toJson(result));
    return;
  }
  const { file, program, type, loaded } = result;
  const reason = result.reason ? `: ${result.reason.replace(/\s*\n\s*/g, ', ')}` : '';
  console.log(`${loaded ? 'ok  ' : 'FAIL'} ${file} ${program} (${type ?? 'unknown type'})${reason}`);
}

/** True when everything in the file was loaded. */
async function tryFile(file: string, input: VerbInput): Promise<boolean> {
  const isJson = input.flag('json');
  let object: BpfObject;
  try {
    object = await openObject(file, input);
  } catch (error) {
    const reason = reasonOf(error);
    if (!isJson) console.log(`FAIL ${file}: ${reason}`);
    else console.log(toJson(isSource(file) ? { file, compiled: false, reason } : { file, loaded: false, reason }));
    return false;
  }
  const results = await tryObject(file, object);
  for (const result of results) printResult(result, isJson);
  return results.every(({ loaded }) => loaded);
}

async function run(input: VerbInput): Promise<number> {
  if (input.positionals.length === 0) throw new CommandLineError('FILE is missing', { hint: 'see tsbpf load --help' });
  let isAllLoaded = true;
  for (const file of input.positionals) {
    if (!(await tryFile(file, input))) isAllLoaded = false;
  }
  return isAllLoaded ? 0 : 1;
}

export const loadVerb: Verb = {
  name: 'load',
  usage: 'FILE.o|FILE.c... [OPTION...]',
  description: [
    'Loads every map and program of each file into the kernel, says which programs were accepted, and',
    'unloads them again; nothing is attached. Goes on after a failure; exits with 1 if anything failed.',
  ].join('\n'),
  options: [
    { name: 'json', description: 'one JSON object per program: file, program, type, section, loaded, reason' },
    ...compileOptions,
  ],
  examples: [['tsbpf load --json a.o b.o', 'check two objects on this kernel']],
  run,
};
