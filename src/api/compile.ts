// C text in, `BpfObject` out.

import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Diagnostic } from '../base/index.ts';
import { UsageError } from '../base/index.ts';
import { readObject } from '../object/index.ts';
import type { Compiler } from './compiler.ts';
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
  /** Other options in clang's spelling. */
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
  const { compiler = 'builtin', onDiagnostic, targetBtf } = options;
  const chosen = typeof compiler === 'string' ? await compilerByName(compiler) : compiler;
  const { object, diagnostics } = await chosen.compile({
    text: source,
    fileName: options.fileName ?? 'program.bpf.c',
    defines: options.defines ?? {},
    undefines: options.undefines ?? [],
    includeDirectories: options.includeDirectories ?? [],
    isaVersion: options.isaVersion ?? 3,
    targetTypes: () => (targetBtf ? parseTargetTypes(targetBtf) : runningKernelTypes()),
    flags: options.flags ?? [],
  });
  for (const diagnostic of diagnostics) onDiagnostic?.(diagnostic);
  return object;
}

/** Compiles a C file; see {@link compile}. @throws UsageError when it cannot be read. */
export async function compileFile(
  path: string | URL,
  options: CompileOptions = {},
): Promise<TypedObject<UntypedObject>> {
  const file = typeof path === 'string' ? path : fileURLToPath(path);
  const text = new TextDecoder().decode(await readInput(file));
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
  return readObject(await readInput(file), { name: file });
}

async function readInput(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (cause) {
    throw new UsageError(`cannot read ${file}`, { cause, hint: 'check the path and its permissions' });
  }
}
