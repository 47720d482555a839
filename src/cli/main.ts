#!/usr/bin/env node
// The command line: finds the verb, parses its arguments, turns errors into one message and an exit code.

import { BpfError, suggest, systemReason } from '../base/index.ts';
import { CommandLineError, parseInput, verbHelp } from './verb.ts';
import { verbs } from './verbs.ts';

const exitDone = 0;
const exitFailed = 1;
const exitBadUsage = 2;

function overview(): string {
  const width = Math.max(...verbs.map(({ name }) => name.length));
  return [
    'tsbpf: BPF for TypeScript. Compile, check and load BPF programs, and read what they see.',
    '',
    'Usage: tsbpf VERB [OPTION...] [ARGUMENT...]',
    '',
    'Verbs:',
    ...verbs.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`),
    '',
    'tsbpf VERB --help tells more. Exit codes: 0 done, 1 failed, 2 wrong command line.',
  ].join('\n');
}

async function runVerb(name: string, args: readonly string[]): Promise<number> {
  const row = verbs.find((candidate) => candidate.name === name);
  if (!row) {
    const nearest = suggest(
      name,
      verbs.map((candidate) => candidate.name),
    );
    const hint = nearest ? `did you mean "${nearest}"?` : 'tsbpf --help lists the verbs';
    throw new CommandLineError(`there is no verb "${name}"`, { hint });
  }
  const verb = await row.load();
  const input = parseInput(verb, args);
  if (input.flag('help')) {
    console.log(verbHelp(verb));
    return exitDone;
  }
  return verb.run(input);
}

function hasPath(error: unknown): error is Error & { readonly syscall: string; readonly path: string } {
  return error instanceof Error && 'syscall' in error && 'path' in error;
}

/** One clear message: what happened, then what to do about it. */
function report(error: unknown, isDebugging: boolean): void {
  if (isDebugging) {
    console.error(error);
    return;
  }
  const reason = systemReason(error);
  const message = error instanceof Error ? error.message : String(error);
  console.error(`tsbpf: ${reason && hasPath(error) ? `cannot ${error.syscall} ${error.path}: ${reason}` : message}`);
  if (error instanceof BpfError && error.hint) console.error(`hint: ${error.hint}`);
  if (!(error instanceof BpfError) && !reason)
    console.error('hint: this is a bug in tsbpf; --debug prints where it happened');
}

async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    console.log(overview());
    return name === undefined ? exitBadUsage : exitDone;
  }
  try {
    return await runVerb(name, rest);
  } catch (error) {
    report(error, args.includes('--debug'));
    return error instanceof CommandLineError ? exitBadUsage : exitFailed;
  }
}

// What nobody waits for: mostly the reader of a pipe that has seen enough (`| head`), which is no failure.
process.on('uncaughtException', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(exitDone);
  report(error, process.argv.includes('--debug'));
  process.exit(exitFailed);
});

void main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
