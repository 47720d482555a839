// What a verb of the command line is: data for help and argument parsing, and one function.

import { parseArgs } from 'node:util';
import { suggest, UsageError } from '../base/index.ts';

/** One option of a verb. */
export interface OptionSpec {
  /** Long name without dashes. */
  readonly name: string;
  /** One letter. */
  readonly short?: string;
  /** Placeholder of its value; an option without is a flag. */
  readonly value?: string;
  readonly isRepeatable?: boolean;
  readonly description: string;
}

/** What a verb gets. */
export interface VerbInput {
  readonly positionals: readonly string[];
  /** True for a flag given. */
  flag(name: string): boolean;
  /** How often a repeatable flag is given. */
  count(name: string): number;
  /** The value of an option; undefined when not given. */
  text(name: string): string | undefined;
  /** Every value of a repeatable option. */
  texts(name: string): readonly string[];
  /** A number not below `least`. @throws UsageError for anything else. */
  number(name: string, least?: number): number | undefined;
}

/** One verb. `run` returns the exit code: 0 done, 1 failed. Bad usage is thrown as UsageError from `parseInput`. */
export interface Verb {
  readonly name: string;
  /** Behind `tsbpf NAME`. */
  readonly usage: string;
  /** A few lines: what it does, and what one sees. */
  readonly description: string;
  readonly options: readonly OptionSpec[];
  /** Command lines and what each is for. */
  readonly examples: readonly (readonly [command: string, purpose: string])[];
  readonly run: (input: VerbInput) => Promise<number>;
}

/** The command line itself is wrong (exit code 2). */
export class CommandLineError extends UsageError {}

const helpOption: OptionSpec = { name: 'help', short: 'h', description: 'print this help' };
const debugOption: OptionSpec = { name: 'debug', description: 'print the stack of an error' };

function allOptions(verb: Verb): readonly OptionSpec[] {
  return [...verb.options, helpOption, debugOption];
}

/** Splits arguments by the verb's options. @throws CommandLineError */
export function parseInput(verb: Verb, args: readonly string[]): VerbInput {
  const options = allOptions(verb);
  const config = Object.fromEntries(
    options.map(({ name, short, value, isRepeatable = false }) => [
      name,
      {
        type: value === undefined ? ('boolean' as const) : ('string' as const),
        multiple: isRepeatable,
        ...(short ? { short } : {}),
      },
    ]),
  );
  let parsed: { values: Record<string, unknown>; positionals: string[] };
  try {
    parsed = parseArgs({ args: [...args], options: config, allowPositionals: true });
  } catch (cause) {
    throw badOption(verb, cause);
  }
  return inputOf(parsed.values, parsed.positionals);
}

function badOption(verb: Verb, cause: unknown): CommandLineError {
  const message = cause instanceof Error ? cause.message : String(cause);
  const given = /Unknown option '(-{1,2}[^']*)'/.exec(message)?.[1];
  if (!given)
    return new CommandLineError(message.split('. ')[0] ?? message, { cause, hint: `see tsbpf ${verb.name} --help` });
  const nearest = suggest(
    given.replace(/^-+/, ''),
    allOptions(verb).map(({ name }) => name),
  );
  const hint = nearest ? `did you mean --${nearest}?` : `see tsbpf ${verb.name} --help`;
  return new CommandLineError(`tsbpf ${verb.name} has no option ${given}`, { cause, hint });
}

function inputOf(values: Record<string, unknown>, positionals: readonly string[]): VerbInput {
  const text = (name: string): string | undefined => {
    const value = values[name];
    return typeof value === 'string' ? value : undefined;
  };
  return {
    positionals,
    flag: (name) => values[name] === true,
    count: (name): number => {
      const value = values[name];
      return Array.isArray(value) ? value.length : 0;
    },
    text,
    texts: (name): readonly string[] => {
      const value = values[name];
      return Array.isArray(value) ? value.map(String) : [];
    },
    number: (name, least = 0): number | undefined => {
      const value = text(name);
      if (value === undefined) return undefined;
      const number = Number(value);
      if (value.trim() === '' || !Number.isFinite(number) || number < least) {
        throw new CommandLineError(`--${name} takes a number of at least ${least}, not "${value}"`);
      }
      return number;
    },
  };
}

function optionLines(options: readonly OptionSpec[]): string[] {
  const left = options.map(
    ({ name, short, value }) => `${short ? `-${short}, ` : '    '}--${name}${value ? ` ${value}` : ''}`,
  );
  const width = Math.max(...left.map(({ length }) => length));
  return options.map(({ description }, index) => `  ${(left[index] ?? '').padEnd(width)}  ${description}`);
}

/** The text of `tsbpf VERB --help`. */
export function verbHelp(verb: Verb): string {
  const lines = [
    `Usage: tsbpf ${verb.name} ${verb.usage}`,
    '',
    verb.description,
    '',
    'Options:',
    ...optionLines(allOptions(verb)),
  ];
  if (verb.examples.length > 0) {
    lines.push('', 'Examples:');
    for (const [command, purpose] of verb.examples) lines.push(`  ${command}`, `      ${purpose}`);
  }
  return lines.join('\n');
}
