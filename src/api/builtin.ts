// The embedded compiler behind the common interface: headers on disk, the running kernel's configuration, kernel types.

import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Btf } from '../btf/index.ts';
import type { CompileCOptions, IncludedText } from '../cc/index.ts';
import { compileC, preprocessC } from '../cc/index.ts';
import { parseKconfig } from '../object/index.ts';
import { kernelConfigText, kernelVersionCode, possibleCpus } from '../sys/index.ts';
import type { CompileInput, CompileOutput, Compiler } from './compiler.ts';
import { runningModuleTypes } from './target-types.ts';

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

let config: ReadonlyMap<string, string> | undefined;

/** The running kernel's configuration; undefined where it publishes none. */
function runningConfig(): ReadonlyMap<string, string> | undefined {
  const text = config ? undefined : kernelConfigText();
  if (text !== undefined) config = parseKconfig(text);
  return config;
}

/** What the running kernel tells besides its types; most is read only when the text depends on it. */
function factsOfRunningKernel(btf: Btf | undefined): CompileCOptions {
  return {
    kernelVersion: kernelVersionCode(),
    kconfig: runningConfig,
    cpuCount: possibleCpus,
    tracepointFormat: eventFormat,
    modules: () => (btf ? runningModuleTypes(btf) : []),
  };
}

function optionsOf(input: CompileInput): CompileCOptions {
  const btf = input.targetTypes()?.btf;
  return {
    name: input.fileName,
    defines: input.defines,
    undefines: input.undefines,
    isaVersion: input.isaVersion,
    btf,
    ...(input.isForRunningKernel ? factsOfRunningKernel(btf) : {}),
    dialect: input.dialect,
    disabledWarnings: input.warnings.filter((name) => name.startsWith('no-')).map((name) => name.slice('no-'.length)),
    architecture: process.arch === 'arm64' ? 'arm64' : 'x86',
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
