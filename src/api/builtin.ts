// The embedded compiler behind the common interface: headers on disk, the running kernel's configuration, kernel types.

import { existsSync, readFileSync } from 'node:fs';
import { release } from 'node:os';
import { dirname, join } from 'node:path';
import type { CompileCOptions, IncludedText } from '../cc/index.ts';
import { compileC, preprocessC } from '../cc/index.ts';
import type { CompileInput, CompileOutput, Compiler } from './compiler.ts';

// A header named in quotes is looked for beside the file that includes it, then like one in angle brackets.
function findHeader(input: CompileInput, name: string, includedFrom: string | undefined): IncludedText | undefined {
  const beside = includedFrom === undefined ? [] : [dirname(includedFrom)];
  for (const directory of [...beside, ...input.includeDirectories]) {
    const path = join(directory, name);
    if (existsSync(path)) return { name: path, text: readFileSync(path, 'utf8') };
  }
  return undefined;
}

/** The `format` file of a tracepoint of the running kernel; undefined where there is none or it may not be read. */
function eventFormat(category: string, event: string): string | undefined {
  for (const root of ['/sys/kernel/tracing', '/sys/kernel/debug/tracing']) {
    const path = join(root, 'events', category, event, 'format');
    if (existsSync(path)) return readFileSync(path, 'utf8');
  }
  return undefined;
}

/** `LINUX_VERSION_CODE` of the running kernel: major, minor and patch in a byte each, patch at most 255. */
function runningVersion(): number {
  const [major = 0, minor = 0, patch = 0] = release()
    .split(/[.-]/)
    .map((part) => Number.parseInt(part, 10) || 0);
  return (major << 16) | (minor << 8) | Math.min(patch, 255);
}

/** Possible CPUs are numbered from 0: `0-7`. */
function possibleCpus(): number {
  const list = readFileSync('/sys/devices/system/cpu/possible', 'utf8');
  return Number(/\d+\s*$/.exec(list)?.[0] ?? 0) + 1;
}

function optionsOf(input: CompileInput): CompileCOptions {
  return {
    name: input.fileName,
    defines: input.defines,
    undefines: input.undefines,
    isaVersion: input.isaVersion,
    btf: input.targetTypes()?.btf,
    kernelVersion: runningVersion(),
    dialect: input.dialect,
    disabledWarnings: input.warnings.filter((name) => name.startsWith('no-')).map((name) => name.slice('no-'.length)),
    architecture: process.arch === 'arm64' ? 'arm64' : 'x86',
    tracepointFormat: eventFormat,
    cpuCount: possibleCpus,
    resolve: (path, quoted, from) => findHeader(input, path, quoted ? from : undefined),
  };
}

/** The embedded compiler: nothing has to be installed. */
export function builtinCompiler(): Compiler {
  return {
    name: 'builtin',
    async compile(input): Promise<CompileOutput> {
      const { object, diagnostics } = compileC(input.text, optionsOf(input));
      return { object, diagnostics };
    },
    async emit(input, stage): Promise<string> {
      const options = optionsOf(input);
      return stage === 'preprocessed'
        ? preprocessC(input.text, options)
        : compileC(input.text, { ...options, verify: true }).ir;
    },
  };
}
