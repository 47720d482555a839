// The BPF texts of Debian's bpfcc-tools, as test/bcc/record-texts.py records them; compiled and loaded one by one.

import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { load } from '../../src/api/index.ts';
import { BpfError } from '../../src/base/index.ts';
import { parseBtf } from '../../src/btf/index.ts';
import { type CompiledC, compileC } from '../../src/cc/index.ts';

/** Where texts are kept: those of the tools' manuals, and those of all their options. */
const folders = {
  manuals: fileURLToPath(new URL('../../build/bcc-texts/', import.meta.url)),
  variants: fileURLToPath(new URL('../../build/bcc-variants/', import.meta.url)),
} as const;

export type RecordedSet = keyof typeof folders;

const recorder = fileURLToPath(new URL('record-texts.py', import.meta.url));

/** A text in BCC's dialect. */
export interface BccText {
  readonly name: string;
  readonly text: string;
  readonly defines: Readonly<Record<string, string>>;
}

/** A text as a tool hands it to BCC. */
export interface RecordedText extends BccText {
  readonly tool: string;
}

/** Runs the tools where that was not done yet. Takes minutes, and half an hour for all options. */
export function recordTexts(set: RecordedSet = 'manuals'): void {
  const folder = folders[set];
  if (existsSync(folder)) return;
  if (!existsSync('/usr/sbin/execsnoop-bpfcc')) throw new Error('the tools are missing: apt-get install bpfcc-tools');
  const options = set === 'variants' ? ['--variants'] : [];
  execFileSync('/usr/bin/python3', [recorder, ...options, folder], { stdio: 'inherit', timeout: 3_600_000 });
}

/** Every text that was recorded. */
export function recordedTexts(set: RecordedSet = 'manuals'): RecordedText[] {
  const folder = folders[set];
  return readdirSync(folder)
    .filter((file) => file.endsWith('.c'))
    .sort()
    .map((file) => {
      const name = file.slice(0, -2);
      const { tool, cflags } = JSON.parse(readFileSync(`${folder}${name}.json`, 'utf8')) as {
        tool: string;
        cflags: string[];
      };
      return { name, tool, text: readFileSync(`${folder}${file}`, 'utf8'), defines: definesOf(cflags) };
    });
}

function definesOf(cflags: readonly string[]): Record<string, string> {
  const defines: Record<string, string> = {};
  for (const flag of cflags) {
    const parts = /^-D\s*(\w+)(?:=(.*))?$/.exec(flag);
    if (parts?.[1]) defines[parts[1]] = parts[2] ?? '1';
  }
  return defines;
}

function eventFormat(category: string, event: string): string | undefined {
  const path = `/sys/kernel/tracing/events/${category}/${event}/format`;
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

/** A compiler of texts for the running kernel. @throws SourceError from what it returns */
export function textCompiler(): (text: BccText) => CompiledC {
  const btf = parseBtf(readFileSync('/sys/kernel/btf/vmlinux'));
  return ({ name, text, defines }) =>
    compileC(text, {
      name: `${name}.c`,
      btf: btf as never,
      dialect: 'bcc',
      disabledWarnings: ['all'],
      defines,
      tracepointFormat: eventFormat,
    });
}

/** What the kernel says against loading an object: one error for every program that it refuses. Tables pinned by it are not kept. */
export async function refusals({ object }: CompiledC): Promise<Map<string, Error>> {
  const problems = new Map<string, Error>();
  const pins = object.maps.flatMap(({ tags = [] }) => tags.flatMap((tag) => /^pin:(.*)/.exec(tag)?.[1] ?? []));
  const made = pins.filter((path) => !existsSync(path));
  try {
    const session = await load(object, { onProgramError: (program, error) => problems.set(program.name, error) });
    session.close();
  } catch (error) {
    if (!(error instanceof BpfError)) throw error;
    problems.set(object.name, error);
  } finally {
    for (const path of made) rmSync(path, { force: true });
  }
  return problems;
}
