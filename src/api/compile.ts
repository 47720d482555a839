// C text in, `BpfObject` out.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Diagnostic } from '../base/index.ts';
import { decodeUtf8, systemReason, UnsupportedError, UsageError } from '../base/index.ts';
import { readObject } from '../object/index.ts';
import type { CompileInput, Compiler, EmitStage } from './compiler.ts';
import type { CompilerName } from './compilers.ts';
import { compilerByName } from './compilers.ts';
import { parseTargetTypes, runningKernelTypes } from './target-types.ts';
import type { TypedObject, UntypedObject } from './types.ts';

/** How to compile. */
export interface CompileOptions {
  /** Name for messages and line info; default `program.bpf.c`. */
  readonly fileName?: string;
  readonly defines?: Readonly<Record<string, string>>;
  readonly undefines?: readonly string[];
  readonly includeDirectories?: readonly string[];
  /** Default 3, which every kernel since 5.1 runs. */
  readonly isaVersion?: 1 | 2 | 3 | 4;
  /** Default `builtin`: the embedded compiler, for which nothing has to be installed. */
  readonly compiler?: CompilerName | Compiler;
  /** BTF of the target kernel (the bytes of its `/sys/kernel/btf/vmlinux`); default: the running kernel's. */
  readonly targetBtf?: Uint8Array;
  /** Default `auto`: BCC's dialect where its macros or names are used, else libbpf's. */
  readonly dialect?: 'auto' | 'bcc' | 'libbpf';
  /** As behind `-W`: `no-NAME` switches a warning off. */
  readonly warnings?: readonly string[];
  /** Other options in clang's spelling; for clang only. */
  readonly flags?: readonly string[];
  /** Receives warnings. */
  readonly onDiagnostic?: (diagnostic: Diagnostic) => void;
}

/**
 * Compiles C text.
 *
 * @throws SourceError with every error, each with file, line, column and caret.
 * @throws UnsupportedError when clang is chosen and not installed.
 * @example
 * const object = await compile(`
 *   #include "vmlinux.h"
 *   #include <bpf/bpf_helpers.h>
 *   SEC("tracepoint/sched/sched_process_exec")
 *   int hello(void *ctx) { bpf_printk("hello"); return 0; }
 *   char LICENSE[] SEC("license") = "Dual MIT/GPL";
 * `);
 */
export async function compile(source: string, options: CompileOptions = {}): Promise<TypedObject<UntypedObject>> {
  return compileText(source, options, {});
}

/** {@link compile}, in a process that has read some of the target's types already. */
export async function compileText(
  source: string,
  options: CompileOptions,
  known: Partial<Pick<CompileInput, 'targetTypes'>>,
): Promise<TypedObject<UntypedObject>> {
  if (typeof source !== 'string') {
    throw new UsageError('compile takes C text', { hint: 'compileFile(path) takes the name of a file' });
  }
  const compiler = await chosenCompiler(options);
  const { object, diagnostics } = await compiler.compile({ ...inputOf(source, options), ...known });
  for (const diagnostic of diagnostics) options.onDiagnostic?.(diagnostic);
  return object;
}

function chosenCompiler({ compiler = 'builtin' }: CompileOptions): Compiler | Promise<Compiler> {
  return typeof compiler === 'string' ? compilerByName(compiler) : compiler;
}

function inputOf(text: string, options: CompileOptions): CompileInput {
  const { targetBtf } = options;
  return {
    text,
    fileName: options.fileName ?? 'program.bpf.c',
    defines: options.defines ?? {},
    undefines: options.undefines ?? [],
    includeDirectories: options.includeDirectories ?? [],
    isaVersion: options.isaVersion ?? 3,
    targetTypes: () => (targetBtf ? parseTargetTypes(targetBtf) : runningKernelTypes()),
    isForRunningKernel: targetBtf === undefined,
    dialect: options.dialect ?? 'auto',
    warnings: options.warnings ?? [],
    flags: options.flags ?? [],
  };
}

/**
 * What the compiler made of a C file on its way: the text after preprocessing, or its intermediate form after optimization.
 *
 * @throws UnsupportedError when the chosen compiler cannot show it; SourceError as {@link compile}.
 */
export async function emitStage(path: string, stage: EmitStage, options: CompileOptions = {}): Promise<string> {
  const compiler = await chosenCompiler(options);
  if (!compiler.emit) {
    throw new UnsupportedError(`showing the stage "${stage}" with ${compiler.name}`, {
      hint: 'leave --cc out: the embedded compiler can',
    });
  }
  const text = decodeUtf8(readInput(path));
  return compiler.emit(inputOf(text, { ...options, fileName: options.fileName ?? path }), stage);
}

/** Compiles a C file; see {@link compile}. @throws UsageError when it cannot be read. */
export async function compileFile(
  path: string | URL,
  options: CompileOptions = {},
): Promise<TypedObject<UntypedObject>> {
  const file = typeof path === 'string' ? path : fileURLToPath(path);
  const text = decodeUtf8(readInput(file));
  return compile(text, { ...options, fileName: options.fileName ?? file });
}

/**
 * The object in a file: a C source (`.c`) is compiled, anything else read as a compiled object (ELF).
 *
 * @throws UsageError when the file cannot be read; SourceError or FormatError when its contents are wrong.
 */
export async function openObject(
  path: string | URL,
  options: CompileOptions = {},
): Promise<TypedObject<UntypedObject>> {
  const file = typeof path === 'string' ? path : fileURLToPath(path);
  if (file.endsWith('.c')) return compileFile(file, options);
  return readObject(readInput(file), { name: file });
}

// Synchronously: the promises of node:fs take longer to load than these files to read.
function readInput(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new UsageError(`cannot read ${file}: ${systemReason(cause) ?? String(cause)}`, { cause });
  }
}
